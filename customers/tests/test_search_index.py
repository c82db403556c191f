"""A search finds exactly what holds the text, on either database and after whatever happened to the customers."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from crm.lib.text import fold
from customers import actions, search_index
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
only_sqlite = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL keeps an index of its own, with nothing to look after"
)
NAMES = [
    "Farah", "Farah Nair", "FARHAN", "ശ്രീജ നായർ", "दीपक शर्मा", "O'Neil", 'Anil "Anu" Kumar', "50% off", "under_score",
    "back\\slash", "Łukasz", "Straße", "Al", "李小龙", "*", "Nair, Nair", "NOT OR AND", "a-b (c)", "x" * 200,
]  # fmt: skip


def found(text: str) -> list[str]:
    return sorted(Customer.objects.search(text).values_list("name", flat=True))


def holding(text: str) -> list[str]:
    return sorted(name for name, held in Customer.objects.values_list("name", "search_text") if fold(text) in held)


def dropped(trigger: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {trigger}")


@pytest.mark.parametrize(
    "text",
    [*NAMES, "nai", "Nair", "ir, na", '"', '""', '"anu"', "%", "0% o", "r_s", "k\\s", "नायर", "शर्", "നായർ", "小龙",
     "rass", "ss", "l ", "NOT", "OR AND", "(c)", "-b (", "fa*", "^far", "zzz"],
)  # fmt: skip
def test_what_holds_the_text_is_found_and_nothing_else(text):
    for name in NAMES:
        CustomerFactory(name=name, area="")

    assert found(text) == holding(text)


def test_it_is_found_as_it_is_written_now(manager):
    customer = CustomerFactory(name="Farah", area="Kochi")
    CustomerFactory(name="Binu", area="Kochi").delete()

    actions.edit_customer(customer=customer, by=manager, now=timezone.now(), name="Zoya")

    assert [found(text) for text in ("farah", "zoya", "binu", "kochi")] == [[], ["Zoya"], [], ["Zoya"]]
    assert search_index.is_true()


def test_the_newest_of_many_come_first_and_all_are_counted(monkeypatch, manager, as_user):
    monkeypatch.setattr(search_index, "MANY", 3)
    for number in range(30):
        CustomerFactory(name=f"Farah {number}", area="")
        CustomerFactory(name=f"Binu {number}", area="")

    answer = as_user(manager).get("/customers/", {"search": "farah"}, headers={"accept": "application/json"}).json()

    assert [row["name"] for row in answer["results"]] == [f"Farah {number}" for number in range(29, 4, -1)]
    assert (answer["count"], answer["count_is_exact"]) == (30, True)


@only_sqlite
@pytest.mark.parametrize("trigger", ["customers_search_added", "customers_search_gone", "customers_search_changed"])
def test_an_index_that_lost_a_trigger_is_made_anew_after_migrate(trigger):
    customer, gone = CustomerFactory(name="Farah"), CustomerFactory(name="Binu")
    dropped(trigger)
    Customer.objects.filter(pk=customer.pk).update(search_text="zoya")
    CustomerFactory(name="Ravi")
    gone.delete()
    assert not search_index.is_true()

    call_command("migrate", verbosity=0)

    assert search_index.is_true()
    assert [len(found(text)) for text in ("farah", "zoya", "ravi", "binu")] == [0, 1, 1, 0]


@only_sqlite
def test_an_index_that_is_out_of_date_is_named_and_mended(capsys):
    dropped("customers_search_added")
    Customer.objects.bulk_create([CustomerFactory.build(name="Farah", origin=CustomerFactory().origin)])

    with pytest.raises(CommandError):
        call_command("check_figures")
    assert "All customers: search index is out of date" in capsys.readouterr().out

    with pytest.raises(CommandError):  # she was added past every action, and her other figures are not mended
        call_command("check_figures", mend=True)
    assert search_index.is_true()


def test_the_triggers_name_only_what_the_first_migration_made():
    """They are there while a database is migrated to any state in between."""
    named = re.findall(r"\b(?:new|old)\.(\w+)", " ".join(search_index._TRIGGERS.values()))

    assert set(named) == {"rowid", "search_text"}


@only_sqlite
@pytest.mark.parametrize("lost", ["TRIGGER customers_search_gone", "TABLE customers_search"])
def test_an_index_that_is_kept_no_more_is_named_and_mended(lost, capsys):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP {lost}")

    with pytest.raises(CommandError):
        call_command("check_figures")
    call_command("check_figures", mend=True)

    assert capsys.readouterr().out.count("search index is out of date") == 2
    CustomerFactory(name="Farah").delete()
    CustomerFactory(name="Farah")
    assert search_index.is_true()
    assert found("farah") == ["Farah"]


@only_sqlite
def test_nothing_of_a_name_that_was_erased_stays_in_its_pages(manager):
    customer = CustomerFactory(name="李小龙")
    CustomerFactory.create_batch(3)

    def pages() -> bytes:
        with connection.cursor() as cursor:
            cursor.execute("SELECT block FROM customers_search_data")
            return b"".join(block for (block,) in cursor.fetchall())

    assert "李小龙".encode() in pages()

    actions.erase(customer=customer, by=manager, now=timezone.now(), reason="asked for it")

    assert "李小龙".encode() not in pages()
