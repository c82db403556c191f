"""What a stranger learns of a customer who is not hers: nothing, wherever she asks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers import actions, bulk, planning, worklist
from customers.access import came_to
from customers.bulk_words import names_left
from customers.lists import Filters
from customers.models import (
    AssignmentChange,
    Batch,
    CallingRules,
    CallTap,
    Customer,
    Enquiry,
    Erasure,
    FieldChange,
    Merge,
    Note,
    Pin,
    SavedView,
    Skip,
)
from customers.tests.factories import CustomerFactory, FollowUpFactory, StatusChangeFactory
from customers.timeline import KINDS, Story
from imports.tests.factories import imported
from imports.undo_preview import Preview

pytestmark = pytest.mark.django_db

NAME, NUMBER, AREA, SECRET = "Farah Quraishi", "9876543210", "Zamorin Street", "her father is against it"
TRACES = [NAME, NAME.split()[0], NUMBER, NUMBER[:5] + " " + NUMBER[5:], AREA, SECRET]


@pytest.fixture
def farah(asha):
    """Asha's customer, with something of every kind in her history, all of it due today."""
    now = timezone.now()
    customer = CustomerFactory(
        name=NAME, phone_number=f"+91{NUMBER}", area=AREA, assigned_to=asha, next_follow_up_at=now, last_contact_at=now
    )
    StatusChangeFactory(customer=customer, changed_by=asha, notes=SECRET)
    FollowUpFactory(customer=customer, due_at=now, created_by=asha)
    Note.objects.create(customer=customer, text=SECRET, by=asha, at=now)
    FieldChange.objects.create(customer=customer, field="area", old=SECRET, new=AREA, by=asha, at=now)
    AssignmentChange.objects.create(customer=customer, new_owner=asha, by=asha, at=now)
    return customer


LISTS = [
    ("customers:list", {}),
    ("customers:list", {"search": NUMBER}),
    ("customers:list", {"search": NAME}),
    ("customers:list", {"search": AREA, "count": "exact"}),
    ("customers:list", {"follow_up": "due"}),
    ("customers:list", {"contacted": "today"}),
    ("customers:list", {"sort": "name"}),
    ("customers:follow_ups", {}),
    ("customers:rescue", {}),
    ("customers:my_day", {}),
    ("customers:next", {}),
    ("customers:next", {"who": NUMBER}),
    ("dashboards:notices", {}),
    ("dashboards:sales", {}),
    ("home", {}),
]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(("name", "query"), LISTS)
def test_lists_and_figures_show_a_colleague_nothing(name, query, accept, farah, ravi, as_user):
    response = as_user(ravi).get(reverse(name), query, headers={"accept": accept}, follow=True)

    text = response.content.decode()
    for typed in query.values():  # the search box repeats what was typed into it
        text = text.replace(typed, "")
    assert response.status_code == 200
    assert [trace for trace in TRACES if trace in text and trace not in query.values()] == []
    assert str(farah.pk) not in text


def test_the_owner_does_see_her(farah, asha, as_user):
    """The counterpart: the traces looked for above are what the pages do show to whom it concerns."""
    client = as_user(asha)
    assert NAME in client.get(reverse("customers:list"), headers={"accept": "text/html"}).content.decode()
    detail = client.get(reverse("customers:detail", kwargs={"customer_id": farah.pk})).content.decode()
    assert NAME in detail and SECRET in detail


def test_a_search_for_a_colleagues_number_looks_like_one_for_nobodys(farah, ravi, as_user):
    client = as_user(ravi)
    answers = [
        client.get(reverse("customers:list"), {"search": number}, headers={"accept": "application/json"}).json()
        for number in (NUMBER, "9876500000")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["count"] == 0


# (address, method): the answer. What an address does not answer at all is 405 for those whose role may be there.
CLOSED = {
    ("customers:detail", "get"): 403,
    ("customers:detail", "post"): 405,
    ("customers:edit", "get"): 403,
    ("customers:edit", "post"): 403,
    ("customers:notes", "get"): 405,
    ("customers:notes", "post"): 403,
    ("customers:update_status", "get"): 405,
    ("customers:update_status", "post"): 403,
    ("customers:skip", "post"): 403,
    ("customers:tap", "post"): 403,
    ("customers:put_off", "post"): 403,
    ("customers:take_back", "post"): 403,
    ("customers:assign", "get"): 403,
    ("customers:assign", "post"): 403,
}


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(("name", "method"), CLOSED)
def test_her_addresses_are_closed_to_a_colleague_and_say_nothing(name, method, accept, farah, ravi, as_user):
    data = {"status": "INTERESTED", "notes": "mine now", "text": "mine now", "name": "Nobody"}
    url = reverse(name, kwargs={"customer_id": farah.pk})

    response = getattr(as_user(ravi), method)(url, data, headers={"accept": accept})

    assert response.status_code == CLOSED[name, method]
    assert [trace for trace in TRACES if trace in response.content.decode()] == []
    farah.refresh_from_db()
    assert (farah.name, farah.status_id, farah.notes.count(), farah.status_changes.count()) == (NAME, "NEW", 1, 1)


def test_a_manager_who_looks_at_a_counsellors_day_sees_only_hers(farah, asha, ravi, manager, as_user):
    client = as_user(manager)
    hers = client.get(reverse("dashboards:sales"), {"user": asha.pk}).content.decode()
    his = client.get(reverse("dashboards:sales"), {"user": ravi.pk}).content.decode()
    assert NAME in hers
    assert NAME not in his


def test_a_counsellor_opens_no_colleagues_day(asha, ravi, as_user):
    assert as_user(ravi).get(reverse("dashboards:sales"), {"user": asha.pk}).status_code == 403


def test_typing_a_colleagues_number_in_does_not_tell_whose_it_is(farah, ravi, as_user):
    answer = as_user(ravi).post(
        reverse("customers:create"), {"name": "Asked today", "phone_number": NUMBER}, follow=True
    )
    page = answer.content.decode()
    assert "already being looked after" in page
    for trace in (NAME, AREA, SECRET, "Asha"):
        assert trace not in page


def test_a_pasted_list_of_numbers_does_not_tell_which_are_a_colleagues(farah, ravi, as_user):
    page = as_user(ravi).get(reverse("customers:list"), {"numbers": f"{NUMBER} 98111 00001"})
    assert page.context["not_found"] == ["98765 43210", "98111 00001"]


def test_nobody_left_to_call_tells_nothing_of_a_colleagues_plans(asha, ravi, as_user):
    CustomerFactory(name=NAME, assigned_to=asha, next_follow_up_at=timezone.now() + timedelta(hours=1))
    CustomerFactory(assigned_to=asha, status=None, status_id="INTERESTED")
    page = as_user(ravi).get(reverse("customers:next")).content.decode()
    assert NAME not in page
    assert "no next step" not in page


class TestAskedForDirectly:
    """What stands behind another lock on its page is locked itself: asked for alone, it tells a colleague nothing."""

    @pytest.fixture(autouse=True)
    def everything(self, farah, asha):
        now = timezone.now()
        CallTap.objects.create(customer=farah, by=asha, at=now)
        Skip.objects.create(customer=farah, by=asha, at=now, until=now, reason=Skip.Reason.LATER)
        Note.objects.create(customer=farah, text=SECRET, by=asha, at=now, pinned=True)
        Enquiry.objects.create(customer=farah, origin=farah.origin)
        Erasure.objects.create(customer=farah, by=asha, at=timezone.now(), reason=SECRET)

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
    def test_the_timeline(self, kind, farah, asha, ravi):
        gone = CustomerFactory(merged_into=farah)
        Merge.objects.create(winner=farah, loser=gone, by=asha, at=timezone.now())
        now = timezone.now()
        assert {entry.kind for entry in Story(farah, asha).entries(now=now, kinds={kind.name})[0]} == {kind.name}
        assert Story(farah, ravi).entries(now=now, kinds={kind.name}) == ([], False)

    def test_her_page(self, farah, asha, ravi):
        assert Story(farah, asha).pinned()
        assert not Story(farah, ravi).pinned()
        assert Story(farah, asha).status_history()[0]
        assert not Story(farah, ravi).status_history()[0]
        assert worklist.open_promise(asha, farah)
        assert worklist.open_promise(ravi, farah) is None

    def test_a_call_chosen_by_hand(self, farah, asha, ravi, as_user):
        url, query = reverse("customers:next"), {"customer": farah.pk}
        for accept in ("text/html", "application/json"):
            assert as_user(asha).get(url, query, headers={"accept": accept}).status_code == 200
            refused = as_user(ravi).get(url, query, headers={"accept": accept})
            assert refused.status_code == 403
            assert [trace for trace in TRACES if trace in refused.content.decode()] == []

    def test_the_plan(self, asha, ravi):
        now, rules = timezone.now(), CallingRules()
        tomorrow = now + timedelta(days=1)
        about = {"start": timezone.localdate(now), "days": 2, "rules": rules}
        assert sum(load.count for load in planning.loads(asha, None, **about)) == 1
        assert sum(load.count for load in planning.loads(ravi, None, **about)) == 0
        how = {"days": 2, "per_day": 5, "now": tomorrow, "rules": rules}
        assert planning.rescue(asha, asha, **how).planned
        assert not planning.rescue(ravi, asha, **how).planned

    def test_acts_on_many(self, farah, asha, ravi, manager):
        now = timezone.now()
        about = {"ids": [farah.pk], "filters": Filters(), "now": now}
        assert bulk.chosen(user=asha, **about).exists()
        assert not bulk.chosen(user=ravi, **about).exists()
        batch = Batch.objects.create(kind=Batch.Kind.STATUS, by=manager, at=now, counts={"named": [str(farah.pk)]})
        assert names_left(batch, asha)
        assert not names_left(batch, ravi)

    def test_what_undoing_an_import_would_do(self, farah, asha, ravi, manager):
        Customer.objects.filter(pk=farah.pk).update(hand_edited=0)
        known = imported(manager, f"Name,Phone,Email\n{NAME},{NUMBER},farah@example.com\n".encode())
        came = imported(manager, b"Name,Phone\nNeha Rao,98111 00001\n")
        added = Customer.objects.get(origin=came.origin_id)
        StatusChangeFactory(customer=added, changed_by=asha)
        Customer.objects.filter(pk=added.pk).update(assigned_to=asha)
        for viewer, is_told in ((asha, True), (ravi, False)):
            assert bool(Preview(known, viewer).returning) == is_told
            assert bool(Preview(came, viewer).staying) == is_told
        actions.edit_customer(customer=farah, by=asha, now=timezone.now(), email="f@example.com")
        assert Preview(known, asha).keeping
        assert not Preview(known, ravi).keeping

    def test_whoever_came_with_an_act(self, farah, asha, ravi, manager, as_user):
        """The list behind a colleague's notice is empty for everybody else."""
        batch = Batch.objects.create(kind=Batch.Kind.ASSIGN, by=manager, at=timezone.now())
        AssignmentChange.objects.create(customer=farah, new_owner=asha, by=manager, at=batch.at, batch=batch)
        Customer.objects.filter(pk=farah.pk).update(assigned_at=batch.at)
        for user, count in ((asha, 1), (ravi, 0)):
            assert came_to(user).count() == count
            url = f"{reverse('customers:list')}?came={batch.pk}"
            assert as_user(user).get(url, headers={"accept": "application/json"}).json()["count"] == count

    def test_the_pinned_lists(self, asha, ravi, as_user):
        for user, count in ((asha, 1), (ravi, 0)):
            view = SavedView.objects.create(owner=user, name="All", created_at=timezone.now())
            Pin.objects.create(user=user, view=view)
            menu = as_user(user).get(reverse("customers:views_menu"), headers={"accept": "application/json"}).json()
            assert [row["count"] for row in menu["results"]] == [count]
