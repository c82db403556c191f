"""A sharing out is taken back as far as nobody has worked on it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from bench.plans import explained
from customers import actions, tasks
from customers.actions import assignment, undo_sharing
from customers.models import AssignmentChange, Batch, Customer, FollowUp, Status
from customers.tests.factories import CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def shared(manager, at, **kwargs) -> Batch:
    done = actions.distribute(customers=Customer.objects.all(), by=manager, now=at, **kwargs)
    return Batch.objects.get(pk=done.batch)


def undo(batch, manager, at) -> Batch:
    return tasks.undo_sharing(batch=batch, by=manager, now=at)


def test_all_go_back_with_a_history_row_each_and_their_follow_ups(manager, asha, ravi, now):
    customers = CustomerFactory.create_batch(5)
    follow_up = FollowUpFactory(customer=customers[0], created_at=now - timedelta(days=1))
    batch = shared(manager, now)

    undone = undo(batch, manager, now + timedelta(minutes=5))

    assert (undone.options["undo"]["back"], undone.options["undo"]["stays"]) == (5, 0)
    assert not Customer.objects.filter(assigned_to__isnull=False).exists()
    rows = AssignmentChange.objects.filter(why=AssignmentChange.UNDONE)
    assert (rows.count(), set(rows.values_list("new_owner", "by"))) == (5, {(None, manager.pk)})
    assert FollowUp.objects.get(pk=follow_up.pk).owner is None


def test_what_was_worked_on_or_given_on_stays_and_is_counted(manager, asha, ravi, now):
    called, noted, edited, planned, moved, untouched = CustomerFactory.create_batch(6)
    batch = shared(manager, now, among=[asha])
    later = now + timedelta(minutes=1)
    actions.record_status(customer=called, status=Status.objects.get(pk="INTERESTED"), by=asha, now=later)
    actions.add_note(customer=noted, text="Wants BCA", by=asha, now=later)
    actions.edit_customer(customer=edited, by=asha, now=later, area="Aluva")
    actions.set_follow_up(customer=planned, due_at=later + timedelta(days=1), by=asha, now=later)
    actions.assign_one(customer=moved, to=ravi, by=manager, now=later)

    undone = undo(batch, manager, later)

    assert (undone.options["undo"]["back"], undone.options["undo"]["stays"]) == (1, 5)
    assert Customer.objects.get(pk=untouched.pk).assigned_to is None
    assert Customer.objects.get(pk=moved.pk).assigned_to == ravi


def test_owned_ones_go_back_to_whoever_had_them_unless_she_left(manager, asha, ravi, now):
    gone = UserFactory()
    hers, of_gone = CustomerFactory(assigned_to=ravi), CustomerFactory(assigned_to=gone)
    batch = shared(manager, now, among=[asha], as_of=now)
    gone.is_active = False
    gone.save()

    undo(batch, manager, now + timedelta(minutes=1))

    assert Customer.objects.get(pk=hers.pk).assigned_to == ravi
    assert Customer.objects.get(pk=of_gone.pk).assigned_to is None


def test_the_odd_one_is_forgotten_again(manager, asha, ravi, now):
    CustomerFactory()
    batch = shared(manager, now)
    assert set(User.objects.filter(pk__in=[asha.pk, ravi.pk]).values_list("dealt_ahead", flat=True)) == {0.5, -0.5}
    undo(batch, manager, now + timedelta(minutes=1))
    assert set(User.objects.values_list("dealt_ahead", flat=True)) == {0}


def test_only_once_and_only_what_gave_something(manager, asha, now):
    batch = shared(manager, now)
    with pytest.raises(actions.ActionError, match="nothing to undo"):
        undo(batch, manager, now)
    CustomerFactory()
    batch = shared(manager, now)
    undo(batch, manager, now)
    with pytest.raises(actions.ActionError, match="already"):
        undo(batch, manager, now)


def test_a_large_one_is_undone_by_the_worker_and_resumes_after_a_kill(
    manager, asha, ravi, now, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(undo_sharing, "SLICE", 5)
    monkeypatch.setattr(actions, "REQUEST_LIMIT", 10)
    CustomerFactory.create_batch(12)
    batch = shared(manager, now)
    with django_capture_on_commit_callbacks() as queued:
        waiting = undo(batch, manager, now + timedelta(minutes=1))
    assert (waiting.is_under_way, len(queued)) == (True, 1)
    assert actions.undo_slice(batch_id=batch.pk, now=now + timedelta(minutes=2))  # then the worker was killed

    tasks.undo_batch.func(str(batch.pk))
    tasks.undo_batch.func(str(batch.pk))

    batch.refresh_from_db()
    assert (batch.state, batch.options["undo"]["back"]) == ("done", 12)
    assert AssignmentChange.objects.filter(why=AssignmentChange.UNDONE).count() == 12


def test_ten_times_as_many_take_no_more_queries(manager, asha, ravi, now, django_assert_max_num_queries):
    CustomerFactory.create_batch(60)
    batch = shared(manager, now)
    with django_assert_max_num_queries(30):
        undo(batch, manager, now + timedelta(minutes=1))


# --- On the page -----------------------------------------------------------------------------------


def test_the_page_offers_it_says_how_it_was_dealt_and_what_undoing_did(as_user, manager, asha, ravi):
    CustomerFactory.create_batch(3)
    client = as_user(manager)
    client.post("/customers/random-assign/", {"matching": "1"})
    batch = Batch.objects.get()
    url = reverse("customers:undo_batch", args=[batch.pk])
    assert f'action="{url}"' in client.get("/customers/unassigned/").content.decode()
    page = client.get(reverse("customers:batch", args=[batch.pk])).content.decode()
    assert f"Seed {batch.options['seed']}." in page
    assert "equal shares" in page

    after = client.post(url, follow=True).content.decode()

    assert "Undone: 3 went back." in after
    assert Customer.objects.unassigned().count() == 3
    assert f'action="{url}"' not in after
    again = client.post(url, headers={"accept": "application/json"})
    assert (again.status_code, again.json()) == (400, {"error": "This has been undone already."})


def test_as_json(as_user, manager, asha):
    CustomerFactory.create_batch(2)
    client = as_user(manager)
    client.post("/customers/random-assign/", {"matching": "1"})
    url = reverse("customers:undo_batch", args=[Batch.objects.get().pk])
    answer = client.post(url, headers={"accept": "application/json"}).json()
    assert answer == {"success": True, "state": "done", "back": 2, "stays": 0}


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"weight_asha": "2", "weight_ravi": "1"}, {"asha": 4, "ravi": 2}),
        ({"weight_asha": "0", "weight_ravi": ""}, {"ravi": 6}),
    ],
)
def test_by_weights_in_the_form(as_user, manager, asha, ravi, weights, said):
    CustomerFactory.create_batch(6)
    people = {"weight_asha": f"weight_{asha.pk}", "weight_ravi": f"weight_{ravi.pk}"}
    data = {people[name]: weight for name, weight in weights.items()}
    as_user(manager).post("/customers/random-assign/", {"matching": "1", "how": "weights", **data})
    counts = {name: Customer.objects.filter(assigned_to__username=name).count() for name in ("asha", "ravi")}
    assert {name: count for name, count in counts.items() if count} == said


@pytest.mark.parametrize("weight", ["x", "-1", "100", "1.5", "९", "9" * 50])
def test_a_weight_that_is_none_is_said_on_the_page(as_user, manager, asha, weight):
    CustomerFactory()
    data = {"matching": "1", "how": "weights", f"weight_{asha.pk}": weight}
    page = as_user(manager).post("/customers/random-assign/", data, follow=True).content.decode()
    assert "A weight is a whole number from 0 to 99." in page
    assert Customer.objects.unassigned().count() == 1


def test_no_weight_at_all_is_said(as_user, manager, asha):
    CustomerFactory()
    data = {"matching": "1", "how": "weights", f"weight_{asha.pk}": "0"}
    page = as_user(manager).post("/customers/random-assign/", data, follow=True).content.decode()
    assert "Give at least one counsellor a weight above 0." in page


def test_evening_out_in_the_form(as_user, manager, asha, ravi):
    CustomerFactory.create_batch(4, assigned_to=asha)
    CustomerFactory.create_batch(4)
    as_user(manager).post("/customers/random-assign/", {"matching": "1", "how": "load"})
    assert Customer.objects.filter(assigned_to=ravi).count() == 4
    assert assignment.loads([asha, ravi]) == {asha.pk: 4, ravi.pk: 4}


def test_what_was_undone_takes_no_room_of_the_day(manager, asha, now):
    """Whoever undid a sharing out could not do it again otherwise: everybody with a cap was full for the day."""
    now = timezone.localtime(now).replace(hour=12)  # three minutes on it is the same day still
    User.objects.filter(pk=asha.pk).update(daily_cap=5)
    CustomerFactory.create_batch(7)
    batch = shared(manager, now)
    assert not actions.capacities(now=now)

    undo(batch, manager, now + timedelta(minutes=1))

    assert actions.capacities(now=now + timedelta(minutes=1)) == {asha: 5}
    again = shared(manager, now + timedelta(minutes=2))
    assert again.counts["shares"] == {str(asha.pk): 5}
    assert not actions.capacities(now=now + timedelta(minutes=3))


def test_who_gets_hers_back_is_not_given_a_new_one(manager, asha, ravi, now):
    User.objects.filter(pk=asha.pk).update(daily_cap=1)
    CustomerFactory(assigned_to=asha)
    batch = shared(manager, now, among=[ravi], as_of=now)
    undo(batch, manager, now + timedelta(minutes=1))
    assert actions.capacities(now=now, among=[asha.pk]) == {asha: 1}


def test_the_room_of_the_day_is_counted_by_customer(manager, asha, now):
    """Looked up by who had them before, an undone deal of 8,000 was 8,000 times 8,000 rows, and the page timed out."""
    User.objects.filter(pk=asha.pk).update(daily_cap=5)
    with CaptureQueriesContext(connection) as captured:
        actions.capacities(now=now)
    (sql,) = [query["sql"] for query in captured.captured_queries if AssignmentChange.UNDONE in query["sql"]]
    assert not [step for step in explained(sql) if "assignment_former_owner" in step]
