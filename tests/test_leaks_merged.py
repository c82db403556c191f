"""What nobody learns of a customer through another who is, or may be, the same person."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers import actions, bulk, worklist
from customers.figures import members
from customers.lists import Filters
from customers.models import (
    AssignmentChange,
    Batch,
    CallTap,
    Customer,
    FollowUp,
    Note,
    Status,
    StatusChange,
)
from customers.my_day import my_day
from customers.tests.factories import CustomerFactory, FollowUpFactory, SourceFactory, StatusChangeFactory, likely_pair
from customers.timeline import Story
from dashboards.tests.reports import all_told
from imports.report.card import report_card
from imports.tests.factories import imported
from tests.test_leaks import LISTS, NAME, SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def farah(asha):
    return CustomerFactory(name=NAME, phone_number="+919876543210", area="Zamorin Street", assigned_to=asha)


def test_what_was_merged_into_a_colleagues_customer_is_hers_alone(farah, asha, ravi):
    """Not even who looked after the other row sees its history any more."""
    gone = CustomerFactory(assigned_to=ravi, merged_into=farah)
    Note.objects.create(customer=gone, text=SECRET, by=ravi, at=timezone.now(), pinned=True)
    StatusChangeFactory(customer=gone, changed_by=ravi)
    assert len(Story(farah, asha).pinned()) == 1
    assert len(Story(farah, asha).status_history()[0]) == 1
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

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_erasing(self, method, gone, farah, manager, as_user):
        url = reverse("customers:erase", args=[gone.pk])
        page = getattr(as_user(manager), method)(url, {"reason": "", "confirm": ""})
        assert page.context["customer"] == farah
        assert NAME in page.content.decode()

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


def last_contacts(client) -> dict:
    """When each counsellor spoke to somebody last, as the managers' dashboard has it."""
    return {row.user: row.last_contact_at for row in client.get(reverse("dashboards:manager")).context["team"]}


class TestMergedAway:
    """A merged-away row is nobody's: managers neither see nor count it, and no act reaches it."""

    @pytest.fixture
    def survivor(self, ravi):
        return CustomerFactory(assigned_to=ravi)

    @pytest.fixture
    def hers(self, asha, survivor):
        return CustomerFactory(name=NAME, assigned_to=asha, merged_into=survivor, next_follow_up_at=timezone.now())

    @pytest.fixture
    def nobodys(self, survivor):
        return CustomerFactory(name=NAME, merged_into=survivor)

    @pytest.mark.parametrize("accept", ["text/html", "application/json"])
    @pytest.mark.parametrize(("name", "query"), LISTS)
    def test_nowhere_in_the_day_of_her_former_counsellor(self, name, query, accept, hers, asha, as_user):
        FollowUpFactory(customer=hers, due_at=timezone.now(), created_by=asha)
        StatusChangeFactory(customer=hers, changed_by=asha, notes=SECRET)
        page = as_user(asha).get(reverse(name), query, headers={"accept": accept}, follow=True)
        assert NAME not in page.content.decode() or NAME in query.values()  # what was asked for stands in the box
        assert SECRET not in page.content.decode()
        if accept == "text/html":
            assert str(page.context["due_count"]) == ""

    def test_in_no_number_of_her_former_counsellors_day(self, hers, asha):
        now = timezone.now()
        tomorrow = now + timedelta(days=1)
        for _ in range(3):
            StatusChangeFactory(customer=hers, changed_by=asha, notes=SECRET, before={})
        CallTap.objects.create(customer=hers, by=asha, at=now)
        FollowUpFactory(customer=hers, due_at=tomorrow, created_by=asha)
        closed = {"state": FollowUp.State.DONE, "closed_by": asha, "closed_at": now}
        FollowUpFactory(customer=hers, created_by=asha, **closed)
        top = worklist.day_so_far(asha, now=timezone.now())  # a follow-up of hers is due
        Customer.objects.filter(pk=hers.pk).update(next_follow_up_at=tomorrow)
        day = my_day(asha, now=now)
        assert worklist.last_recorded(asha, since=now - timedelta(hours=1)) is None
        assert worklist.coming_next(asha, now=now) is None
        assert worklist.next_call(asha, now=tomorrow) is None

        Customer.objects.filter(pk=hers.pk).delete()
        assert day == my_day(asha, now=now)
        assert [count.number for count in top] == [0] * len(top)

    def test_in_no_export(self, hers, manager, as_user):
        url, data = reverse("customers:export"), {"format": "csv", "reason": "Backup"}
        answer = as_user(manager).post(url, data)
        assert NAME.encode() not in b"".join(answer)

    def test_in_no_report_card(self, manager, survivor, as_user):
        import_ = imported(manager, b"Name,Phone\nFarah Khan,98111 00001\n")
        Customer.objects.filter(origin=import_.origin_id).update(merged_into=survivor)
        card = report_card(import_, manager, timezone.now())
        assert [figure.count for figure in card.became if figure.name == "added"] == [0]
        assert sum(figure.count for figure in card.sources) == 0

    @pytest.mark.parametrize("is_merged", [False, True])
    def test_in_no_comparison_with_the_last_file(self, is_merged, manager, survivor):
        rows = [f"Person {n},98111 000{n}\n".encode() for n in range(10, 40)]
        imported(manager, b"Name,Phone\n" + b"".join(rows), "fair.csv")
        if is_merged:
            Customer.objects.exclude(pk=survivor.pk).update(merged_into=survivor)
        again = imported(manager, b"Name,Phone\n" + b"".join(rows[::-1]))
        assert ("drift_known" in {note["code"] for note in again.notes}) != is_merged

    @pytest.mark.parametrize("by", ["name", "the worker"])
    def test_by_acts_on_many(self, by, nobodys, manager):
        now = timezone.now()
        act = actions.Act(Batch.Kind.STATUS, status=Status.objects.get(pk="INTERESTED"))
        about = {"act": act, "by": manager, "now": now, "as_of": now}
        if by == "name":
            batch = bulk.act_on(ids=[nobodys.pk], filters=Filters(), **about)
            assert batch.counts["done"] == 0
        else:
            batch = actions.begin_bulk(filters=Filters(status=("NEW",)).as_dict(), total=1, **about)
            bulk.act_on_batch.func(str(batch.pk))
        nobodys.refresh_from_db()
        assert nobodys.status_id == "NEW"

    def test_in_no_search_of_admin(self, hers, admin_user, as_user):
        StatusChangeFactory(customer=hers, notes=SECRET)
        page = as_user(admin_user).get(reverse("admin:customers_statuschange_changelist"), {"q": NAME})
        assert page.status_code == 200
        assert not page.context["cl"].result_list

    def test_in_no_number_of_the_menu(self, nobodys, manager, as_user):
        page = as_user(manager).get(reverse("customers:list"))
        assert str(page.context["unassigned_count"]) == ""

    def test_in_no_figure_of_the_managers_dashboard(self, hers, nobodys, asha, manager, as_user):
        """It says of the survivor and the two merged rows what it says of the survivor alone."""
        now = timezone.now()
        StatusChangeFactory(
            customer=hers, changed_by=asha, previous_status_id="REGISTRATION", new_status_id="ADMISSION"
        )
        StatusChangeFactory(customer=hers, changed_by=asha, happened_at=now - timedelta(days=7))
        long_ago = now - timedelta(days=20)
        FollowUpFactory(customer=hers, due_at=long_ago, created_at=long_ago, created_by=asha)
        AssignmentChange.objects.create(customer=nobodys, previous_owner=asha, by=manager, at=now)
        work = {"date": timezone.localdate(), "status": "ADMISSION", "last_contact_at": now}
        type(hers).objects.filter(merged_into__isnull=False).update(**work)
        Customer.objects.update(source=SourceFactory(cost=900))
        client, url = as_user(manager), reverse("dashboards:manager")

        shown = client.get(url, headers={"accept": "application/json"}).json()
        told, contacted = all_told(client), last_contacts(client)

        type(hers).objects.filter(merged_into__isnull=False).delete()
        assert shown == client.get(url, headers={"accept": "application/json"}).json()
        assert (told, contacted) == (all_told(client), last_contacts(client))

    def test_on_the_pages_of_the_team(self, hers, asha, manager, as_user):
        client = as_user(manager)
        team = client.get(reverse("customers:team")).content.decode()
        assert f'owner={asha.pk}&amp;stage=new">0</a>' in team
        leaving = client.get(reverse("customers:deactivate", args=[asha.pk])).content.decode()
        assert "There is nothing to hand over" in leaving
        assert NAME not in client.get(reverse("customers:follow_ups")).content.decode()

    def test_in_no_number_of_the_team(self, hers, manager):
        now = timezone.now()
        Customer.objects.filter(pk=hers.pk).update(status="NEW", assigned_at=now)
        shown = members(manager, now=now)
        Customer.objects.filter(pk=hers.pk).delete()
        assert shown == members(manager, now=now)

    def test_among_the_unassigned(self, nobodys, manager, as_user):
        answer = as_user(manager).get(reverse("customers:unassigned"), headers={"accept": "application/json"}).json()
        assert (answer["count"], answer["results"]) == (0, [])

    @pytest.mark.parametrize("chosen", ["by name", "all that match"])
    def test_by_sharing_out(self, chosen, nobodys, asha, manager, as_user):
        data = {"customer_ids": nobodys.pk} if chosen == "by name" else {"matching": "1", "owner": "none"}
        url = reverse("customers:bulk_assign")
        as_user(manager).post(url, {**data, "sales_user": asha.pk}, headers={"accept": "application/json"})
        nobodys.refresh_from_db()
        assert nobodys.assigned_to is None

    def test_by_giving_her_to_somebody(self, nobodys, survivor, asha, manager, as_user):
        as_user(manager).post(reverse("customers:assign", args=[nobodys.pk]), {"sales_user": asha.pk})
        nobodys.refresh_from_db()
        survivor.refresh_from_db()
        assert nobodys.assigned_to is None
        assert survivor.assigned_to == asha
