"""The same thing from two connections at the same moment: one result."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.db import connections

from customers import actions
from customers.actions import ActionError
from customers.models import Customer, Merge, Note, Status, StatusChange
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
ROUNDS = range(5)


def in_two_threads(act) -> list:
    """What `act(0)` and `act(1)` return or refuse, begun at the same moment."""
    start, results = Barrier(2), [None, None]

    def run(number):
        start.wait()
        try:
            results[number] = act(number)
        except ActionError as refusal:
            results[number] = refusal
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def farah(asha):
    return CustomerFactory(assigned_to=asha)


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_double_tap_records_once(round_, farah, asha):
    status = Status.objects.get(pk="INTERESTED")

    first, second = in_two_threads(
        lambda n: actions.record_status(customer=farah, status=status, by=asha, now=NOW, client_token="t")
    )

    assert first == second
    assert StatusChange.objects.count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_one_token_for_two_customers_is_refused_for_one(round_, farah, asha):
    status, both = Status.objects.get(pk="INTERESTED"), [farah, CustomerFactory(assigned_to=asha)]

    results = in_two_threads(
        lambda n: actions.record_status(customer=both[n], status=status, by=asha, now=NOW, client_token="t")
    )

    assert sorted(type(result).__name__ for result in results) == ["ActionError", "StatusChange"]
    assert StatusChange.objects.count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_notes_of_two_people_both_stay(round_, farah, asha, manager):
    in_two_threads(lambda n: actions.add_note(customer=farah, text=str(n), by=[asha, manager][n], now=NOW))
    assert set(Note.objects.values_list("text", flat=True)) == {"0", "1"}


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_customer_typed_in_with_a_double_click_is_one(round_, asha):
    first, second = in_two_threads(
        lambda n: actions.create_customer(by=asha, now=NOW, phone_number="+919876543210", name="Farah", source="Fair")
    )
    assert first == second
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_number_typed_in_by_two_people_is_hers_who_came_first(round_, asha, ravi):
    results = in_two_threads(
        lambda n: actions.create_customer(by=[asha, ravi][n], now=NOW, phone_number="+919876543210", name="Farah")
    )
    assert sorted(type(result).__name__ for result in results) == ["AlreadyLookedAfter", "Customer"]
    assert Customer.objects.get().notes.count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize("crossed", [False, True])
def test_two_managers_merge_two_entries_once(crossed, round_, farah, manager, admin_user):
    other = CustomerFactory()
    pairs = [(farah, other), (other, farah) if crossed else (farah, other)]

    results = in_two_threads(
        lambda n: actions.merge(survivor=pairs[n][0], loser=pairs[n][1], by=(manager, admin_user)[n], now=NOW)
    )

    assert sum(isinstance(result, ActionError) for result in results) == 1
    assert Customer.objects.filter(merged_into__isnull=False).count() == Merge.objects.count() == 1
    assert Customer.objects.get(merged_into=None).enquiry_count == 2


@pytest.mark.parametrize("round_", ROUNDS)
def test_merged_into_one_who_is_being_merged_stays_one_level_deep(round_, farah, manager):
    low, middle = CustomerFactory(), CustomerFactory()
    pairs = [(middle, low), (farah, middle)]

    in_two_threads(lambda n: actions.merge(survivor=pairs[n][0], loser=pairs[n][1], by=manager, now=NOW))

    assert not Customer.objects.filter(merged_into__merged_into__isnull=False).exists()
    middle.refresh_from_db()
    assert middle.merged_into == farah


@pytest.mark.parametrize("round_", ROUNDS)
def test_an_outcome_recorded_while_she_is_merged_counts(round_, farah, asha, manager):
    other, status = CustomerFactory(), Status.objects.get(pk="INTERESTED")
    acts = [
        lambda: actions.record_status(customer=farah, status=status, by=asha, now=NOW),
        lambda: actions.merge(survivor=farah, loser=other, by=manager, now=NOW),
    ]

    results = in_two_threads(lambda n: acts[n]())

    assert not any(isinstance(result, ActionError) for result in results)
    farah.refresh_from_db()
    assert (farah.status_id, farah.attempts, farah.enquiry_count) == ("INTERESTED", 1, 2)
