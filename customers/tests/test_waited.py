"""An outcome that waited on the device and arrives behind what was recorded since: history, figures and undo hold."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import time_machine

from customers import actions, worklist
from customers.models import Status, StatusChange
from customers.recount import differences
from customers.tests.factories import CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def farah(asha, manager):
    farah = CustomerFactory(name="Farah Khan", created_at=NOW - 72 * HOUR, enquiry_count=0)
    actions.assign_one(customer=farah, to=asha, by=manager, now=NOW - 48 * HOUR)
    farah.refresh_from_db()
    return farah


def record(customer, code, by, **kwargs):
    status = Status.objects.get(pk=code)
    return actions.record_status(customer=customer, status=status, by=by, **{"now": NOW, **kwargs})


@pytest.mark.parametrize("waited", [2 * HOUR - MINUTE, 2 * HOUR, 2 * HOUR + MINUTE])
def test_what_is_recorded_last_stays_the_last_of_her_history(waited, farah, asha):
    record(farah, "NOT_INTERESTED", asha, now=NOW - 2 * HOUR)
    change = record(farah, "INTERESTED", asha, waited=waited)
    assert change.happened_at == NOW - min(waited, 2 * HOUR)
    farah.refresh_from_db()
    assert farah.status_id == "INTERESTED"
    assert not list(differences())


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_in_whatever_order_they_arrive_the_figures_are_those_of_the_history(order, farah, asha):
    for arrived, (code, hours) in enumerate(zip(["INTERESTED", "CALL_NOT_ATTENDED", "VALID"], order, strict=True)):
        record(farah, code, asha, now=NOW + arrived * MINUTE, waited=hours * HOUR)
    farah.refresh_from_db()
    assert (farah.status_id, farah.attempts) == ("VALID", 3)
    assert not list(differences())


def test_nor_does_it_go_behind_a_status_that_was_no_call_and_the_promise_counts_from_the_call(farah, asha, manager):
    promised = NOW - 3 * HOUR
    follow_up = FollowUpFactory(customer=farah, owner=asha, due_at=promised, promised_at=promised)
    StatusChange.objects.create(
        customer=farah, previous_status_id="NEW", new_status_id="VALID", changed_by=manager, kind="bulk",
        happened_at=NOW - HOUR, changed_at=NOW - HOUR,
    )  # fmt: skip
    assert record(farah, "INTERESTED", asha, waited=3 * HOUR).happened_at == NOW - HOUR
    follow_up.refresh_from_db()
    assert follow_up.state == "done"


def test_what_was_taken_back_is_no_history(farah, asha):
    taken = record(farah, "NOT_INTERESTED", asha, now=NOW - 5 * MINUTE)
    actions.take_back(change=taken, by=asha, now=NOW - 4 * MINUTE)
    assert record(farah, "INTERESTED", asha, waited=HOUR).happened_at == NOW - HOUR


def test_it_can_be_taken_back_after_it_has_arrived(farah, asha):
    change = record(farah, "NOT_INTERESTED", asha, waited=23 * HOUR)
    assert worklist.last_recorded(asha, since=NOW - 10 * MINUTE) == change
    actions.take_back(change=change, by=asha, now=NOW)
    farah.refresh_from_db()
    assert (farah.status_id, farah.last_contact_at) == ("NEW", None)
    assert not list(differences())


def test_the_last_recorded_is_the_one_that_arrived_last(farah, asha):
    binu = CustomerFactory(assigned_to=asha, created_at=NOW - 24 * HOUR)
    record(farah, "INTERESTED", asha, now=NOW - 5 * MINUTE)
    arrived = record(binu, "INTERESTED", asha, waited=HOUR)
    assert worklist.last_recorded(asha, since=NOW - 10 * MINUTE) == arrived


def test_what_arrived_long_ago_is_not_the_last_recorded(farah, asha):
    record(farah, "INTERESTED", asha, now=NOW - HOUR)
    assert worklist.last_recorded(asha, since=NOW - 10 * MINUTE) is None
