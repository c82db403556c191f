"""What nobody learns of a customer through another who is, or may be, the same person."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers import actions
from customers.models import Note, StatusChange
from customers.tests.factories import CustomerFactory, StatusChangeFactory, likely_pair
from customers.timeline import pinned, status_history

pytestmark = pytest.mark.django_db

NAME, SECRET = "Farah Quraishi", "her father is against it"


@pytest.fixture
def farah(asha):
    return CustomerFactory(name=NAME, phone_number="+919876543210", area="Zamorin Street", assigned_to=asha)


def test_what_was_merged_into_a_colleagues_customer_is_hers_alone(farah, asha, ravi):
    """Not even who looked after the other row sees its history any more."""
    gone = CustomerFactory(assigned_to=ravi, merged_into=farah)
    Note.objects.create(customer=gone, text=SECRET, by=ravi, at=timezone.now(), pinned=True)
    StatusChangeFactory(customer=gone, changed_by=ravi)
    assert len(pinned(farah, asha)) == 1
    assert len(status_history(farah, asha)[0]) == 1
    assert not Note.objects.visible_to(ravi, merged=True).exists()
    assert not StatusChange.objects.visible_to(ravi, merged=True).exists()


class TestOnThePagesThatMerge:
    """A merged-away row is nobody's here as well: her addresses mean her survivor, and no search finds her."""

    @pytest.fixture
    def gone(self, farah):
        return CustomerFactory(name="Zubeida", merged_into=farah)

    @pytest.mark.parametrize("accept", ["text/html", "application/json"])
    def test_side_by_side(self, accept, gone, farah, manager, as_user):
        other = CustomerFactory()
        client, headers = as_user(manager), {"accept": accept}
        for first, second in ((gone, other), (other, gone)):
            url = reverse("customers:merge", args=[first.pk])
            page = client.get(url, {"other": second.pk}, headers=headers).content.decode()
            assert NAME in page
            assert gone.name not in page

    def test_the_search(self, gone, manager, as_user):
        page = as_user(manager).get(reverse("customers:merge", args=[CustomerFactory().pk]), {"search": gone.name})
        assert page.context["found"] == []

    def test_a_merge_under_another_is_not_there(self, farah, manager, as_user):
        now = timezone.now()
        middle, low = CustomerFactory(), CustomerFactory(name="Zubeida")
        under = actions.merge(survivor=middle, loser=low, by=manager, now=now)
        url = reverse("customers:unmerge", args=[under.pk])
        assert as_user(manager).get(url).status_code == 200
        actions.merge(survivor=farah, loser=middle, by=manager, now=now)
        assert as_user(manager).get(url).status_code == 404


def test_taken_apart_the_timeline_names_the_other_no_more(farah, asha, ravi, manager, as_user):
    """She is his customer again: hers says that there was a merge, and not with whom."""
    now = timezone.now()
    other = CustomerFactory(name="Zubeida", assigned_to=ravi)
    merge = actions.merge(survivor=farah, loser=other, by=manager, now=now)
    page = as_user(asha).get(reverse("customers:detail", args=[farah.pk])).content.decode()
    assert "Zubeida" in page
    actions.unmerge(merge=merge, by=manager, now=now + timedelta(minutes=1))
    page = as_user(asha).get(reverse("customers:detail", args=[farah.pk])).content.decode()
    assert "Merged with another entry" in page
    assert "Zubeida" not in page


class TestLikelyDuplicates:
    def test_her_page_names_nobody_whom_she_may_not_see(self, farah, asha, ravi, manager, as_user):
        his = CustomerFactory(name="Zubeida", assigned_to=ravi)
        likely_pair(farah, his)
        url = reverse("customers:detail", args=[farah.pk])
        assert "Zubeida" not in as_user(asha).get(url).content.decode()
        assert "Perhaps" not in as_user(asha).get(url).content.decode()
        assert "Zubeida" in as_user(manager).get(url).content.decode()
        CustomerFactory._meta.model.objects.filter(pk=his.pk).update(assigned_to=asha)
        assert "Zubeida" in as_user(asha).get(url).content.decode()

    @pytest.mark.parametrize("accept", ["text/html", "application/json"])
    def test_a_merged_away_one_waits_for_no_answer(self, accept, farah, manager, as_user):
        pair = likely_pair(CustomerFactory(), CustomerFactory(name="Zubeida", merged_into=farah))
        client, headers = as_user(manager), {"accept": accept}
        assert "Zubeida" not in client.get(reverse("customers:duplicates"), headers=headers).content.decode()
        assert client.post(reverse("customers:not_the_same", args=[pair.pk]), headers=headers).status_code == 404
