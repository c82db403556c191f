"""The same thing from two connections at the same moment: one result."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from customers import actions
from customers.actions import ActionError
from customers.models import Customer, Note, Status, StatusChange
from customers.tests.factories import CustomerFactory

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite",
        reason="SQLite runs one writing transaction at a time (IMMEDIATE), and its test database is one connection's",
    ),
]
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
