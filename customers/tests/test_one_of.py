"""`one_of` finds what `in` finds."""

import pytest
from django.db import connection

from crm.lib import lookups  # noqa: F401 - one_of
from customers.models import ContactNumber, Customer
from customers.tests.factories import CustomerFactory


@pytest.fixture
def three(db):
    return [CustomerFactory(name=name) for name in ("Asha", "d'Souza {a,b} \"x\\", "देव")]


def test_texts(three):
    wanted = {three[1].name, three[2].name, "nobody"}
    assert {*Customer.objects.filter(name__one_of=wanted)} == {*three[1:]}


def test_keys_and_foreign_keys(three):
    ContactNumber.objects.create(customer=three[0], number="+919876543210")
    ids = [one.pk for one in three[:2]]
    assert {*Customer.objects.filter(pk__one_of=ids)} == {*three[:2]}
    assert {*Customer.objects.filter(pk__one_of=[pk.hex for pk in ids])} == {*three[:2]}
    assert ContactNumber.objects.filter(customer__one_of=ids).get().customer == three[0]


def test_none_at_all(three):
    assert not Customer.objects.filter(pk__one_of=[]).exists()


def test_many_are_one_parameter(three, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        assert Customer.objects.filter(phone_number__one_of=[f"+91{n}" for n in range(50_000)]).count() == 0
    assert queries.captured_queries[0]["sql"].count("ANY" if connection.vendor == "postgresql" else "json_each") == 1


def test_customers_at_thousands_of_numbers_are_found_by_the_index(three):
    numbers = [three[1].phone_number, *(f"+91{n}" for n in range(5_000))]
    found = Customer.objects.at_numbers(numbers)
    assert [*found] == [three[1]]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # three rows are read faster without any index
        assert "customer_once_per_number" in found.explain()


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL sees for itself that a single number is not blank."
)
def test_search_for_a_number_reads_no_whole_table(three):
    assert "SCAN" not in Customer.objects.search(three[0].phone_number).explain()
