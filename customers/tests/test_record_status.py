"""record_status: what comes of a call, and of the follow-up that was open."""

from datetime import UTC, datetime, timedelta

import pytest

from customers import actions
from customers.actions import ActionError
from customers.models import FollowUp, Status, StatusChange
from customers.tests.factories import CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def farah(asha):
    return CustomerFactory(name="Farah", assigned_to=asha, created_at=NOW - 5 * HOUR)


@pytest.fixture
def record(farah, asha):
    """`record("INTERESTED")` records it for Farah by Asha at NOW, and reads her again."""

    def act(code, **kwargs):
        kwargs = {"customer": farah, "by": asha, "now": NOW, **kwargs}
        change = actions.record_status(status=Status.objects.get(pk=code), **kwargs)
        farah.refresh_from_db()
        return change

    return act


def promise(customer, due_at, promised_at=None, kind=FollowUp.Kind.PROMISE):
    customer.next_follow_up_at = due_at
    customer.save()
    promised_at = due_at if promised_at is None and kind == FollowUp.Kind.PROMISE else promised_at
    return FollowUpFactory(customer=customer, due_at=due_at, promised_at=promised_at, kind=kind)


# --- Status and history -------------------------------------------------------------------------


def test_a_call_is_one_history_row_and_moves_the_customer(farah, asha, record):
    change = record("INTERESTED", notes="BCA, asked for fees")

    assert (change.previous_status_id, change.new_status_id) == ("NEW", "INTERESTED")
    assert (change.changed_by, change.happened_at, change.changed_at) == (asha, NOW, NOW)
    assert (change.notes, change.kind, change.client_token) == ("BCA, asked for fees", "contact", None)
    assert (farah.status_id, farah.last_contact_at, farah.attempts) == ("INTERESTED", NOW, 1)
    assert (farah.version, farah.updated_at) == (2, NOW)


def test_the_same_status_again_is_a_contact_like_any_other(farah, record):
    for _ in range(3):
        record("CALL_NOT_ATTENDED")

    assert farah.attempts == 3
    changes = StatusChange.objects.filter(customer=farah).order_by("id")
    assert [(c.previous_status_id, c.new_status_id) for c in changes] == [
        ("NEW", "CALL_NOT_ATTENDED"),
        ("CALL_NOT_ATTENDED", "CALL_NOT_ATTENDED"),
        ("CALL_NOT_ATTENDED", "CALL_NOT_ATTENDED"),
    ]


def test_a_retired_status_cannot_be_chosen(farah, record):
    Status.objects.filter(pk="VALID").update(is_active=False)
    with pytest.raises(ActionError, match="no longer in use"):
        record("VALID")
    assert not StatusChange.objects.exists()


def test_who_stands_on_a_retired_status_may_be_called_with_it_again(farah, record):
    Status.objects.filter(pk="NEW").update(is_active=False)
    assert record("NEW").new_status_id == "NEW"


# --- Follow-up: the status decides --------------------------------------------------------------


@pytest.mark.parametrize("code", ["INTERESTED", "FOLLOW_UP", "VALID", "PLAN_PRESENTED", "CAMPUS_VISIT", "REGISTRATION"])
@pytest.mark.parametrize(
    ("promised", "state"),
    [
        (NOW + 24 * HOUR, "done"),
        (NOW, "done"),
        (NOW - timedelta(minutes=30), "done"),
        (NOW - timedelta(minutes=30, seconds=1), "missed"),
        (NOW - 24 * HOUR, "missed"),
    ],
)
def test_a_contact_closes_the_open_one_kept_within_thirty_minutes(code, promised, state, farah, asha, record):
    follow_up = promise(farah, promised)
    record(code)

    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.closed_by, follow_up.closed_at) == (state, asha, NOW)
    assert farah.next_follow_up_at is None


def test_a_retry_that_nobody_was_promised_is_never_missed(farah, record):
    follow_up = promise(farah, NOW - 24 * HOUR, kind=FollowUp.Kind.RETRY)
    record("INTERESTED")
    follow_up.refresh_from_db()
    assert follow_up.state == "done"


@pytest.mark.parametrize("code", ["NOT_INTERESTED", "ADMISSION"])
def test_won_and_lost_close_it(code, farah, record):
    follow_up = promise(farah, NOW)
    record(code)
    follow_up.refresh_from_db()
    assert (follow_up.state, farah.next_follow_up_at) == ("done", None)


def test_a_wrong_number_keeps_no_promise(farah, record):
    follow_up = promise(farah, NOW)
    record("INVALID")
    follow_up.refresh_from_db()
    assert (follow_up.state, farah.next_follow_up_at) == ("cancelled", None)


def test_an_unanswered_call_moves_the_time_and_keeps_the_promise(farah, record):
    follow_up = promise(farah, NOW - HOUR)
    record("CALL_NOT_ATTENDED")

    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.promised_at) == ("open", NOW - HOUR)
    assert follow_up.due_at == farah.next_follow_up_at == NOW + 3 * HOUR


def test_a_promise_is_judged_by_its_own_time_however_often_it_was_moved(farah, record):
    follow_up = promise(farah, NOW - HOUR)
    record("CALL_NOT_ATTENDED")
    record("INTERESTED", now=NOW + 3 * HOUR)
    follow_up.refresh_from_db()
    assert follow_up.state == "missed"


def test_new_is_no_call_and_leaves_the_follow_up_alone(farah, record):
    follow_up = promise(farah, NOW + HOUR)
    record("NEW")
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.due_at, farah.next_follow_up_at) == ("open", NOW + HOUR, NOW + HOUR)


# --- Follow-up: said by whoever called ----------------------------------------------------------


def test_a_time_opens_one(farah, asha, record):
    record("FOLLOW_UP", follow_up_at=NOW + HOUR)

    follow_up = FollowUp.objects.get()
    assert (follow_up.owner, follow_up.created_by, follow_up.created_at) == (asha, asha, NOW)
    assert (follow_up.due_at, follow_up.promised_at, follow_up.kind) == (NOW + HOUR, NOW + HOUR, "promise")
    assert farah.next_follow_up_at == NOW + HOUR


def test_a_time_after_a_contact_takes_the_place_of_the_kept_one(farah, record):
    kept = promise(farah, NOW)
    record("FOLLOW_UP", follow_up_at=NOW + HOUR)
    kept.refresh_from_db()
    assert kept.state == "done"
    assert FollowUp.objects.open().get().due_at == farah.next_follow_up_at == NOW + HOUR


def test_a_time_after_an_unanswered_call_moves_the_open_one(farah, record):
    follow_up = promise(farah, NOW - HOUR)
    record("CALL_NOT_ATTENDED", follow_up_at=NOW + 5 * HOUR)
    follow_up.refresh_from_db()
    assert (follow_up.due_at, follow_up.promised_at, follow_up.state) == (NOW + 5 * HOUR, NOW - HOUR, "open")
    assert farah.next_follow_up_at == NOW + 5 * HOUR


def test_a_time_after_an_unanswered_call_opens_one_where_none_is(farah, record):
    record("CALL_NOT_ATTENDED", follow_up_at=NOW + HOUR)
    assert FollowUp.objects.open().get().due_at == farah.next_follow_up_at == NOW + HOUR


@pytest.mark.parametrize(("code", "state"), [("CALL_NOT_ATTENDED", "cancelled"), ("NEW", "cancelled")])
def test_an_empty_time_closes_it(code, state, farah, record):
    follow_up = promise(farah, NOW + HOUR)
    record(code, follow_up_at=None)
    follow_up.refresh_from_db()
    assert (follow_up.state, farah.next_follow_up_at) == (state, None)


def test_an_empty_time_after_a_contact_leaves_it_kept(farah, record):
    follow_up = promise(farah, NOW)
    record("INTERESTED", follow_up_at=None)
    follow_up.refresh_from_db()
    assert follow_up.state == "done"


@pytest.mark.parametrize("code", ["INTERESTED", "CALL_NOT_ATTENDED", "ADMISSION"])
@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=1), 24 * HOUR])
def test_a_time_in_the_past_changes_nothing_at_all(code, ago, farah, record):
    follow_up = promise(farah, NOW + HOUR)
    with pytest.raises(ActionError, match="in the past"):
        record(code, follow_up_at=NOW - ago)

    farah.refresh_from_db()
    follow_up.refresh_from_db()
    assert (farah.status_id, farah.attempts, farah.next_follow_up_at) == ("NEW", 0, NOW + HOUR)
    assert follow_up.state == "open"
    assert not StatusChange.objects.exists()


def test_an_unassigned_customers_follow_up_belongs_to_nobody(manager, record, farah):
    farah.assigned_to = None
    farah.save()
    record("FOLLOW_UP", by=manager, follow_up_at=NOW + HOUR)
    assert FollowUp.objects.get().owner is None


# --- The same form twice ------------------------------------------------------------------------


def test_the_same_token_records_once(farah, record):
    first = record("INTERESTED", client_token="t1", follow_up_at=NOW + HOUR)
    again = record("FOLLOW_UP", client_token="t1", notes="other", now=NOW + timedelta(seconds=1))

    assert again == first
    assert (farah.status_id, farah.attempts, farah.next_follow_up_at) == ("INTERESTED", 1, NOW + HOUR)
    assert StatusChange.objects.count() == 1


def test_without_a_token_every_post_counts(record, farah):
    record("INTERESTED", client_token="")
    record("INTERESTED", client_token="")
    assert farah.attempts == 2


def test_a_token_of_another_customer_or_person_is_refused(farah, asha, manager, record):
    other = CustomerFactory(assigned_to=asha)
    record("INTERESTED", client_token="t1")
    for kwargs in ({"customer": other}, {"by": manager}):
        with pytest.raises(ActionError, match="already used"):
            record("INTERESTED", client_token="t1", **kwargs)
    assert StatusChange.objects.count() == 1
