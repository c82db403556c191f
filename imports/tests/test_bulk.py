"""Many rows at once come out exactly as they went in, on either database."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.lib import bulk
from customers.models import Customer, Note, Origin
from customers.tests.factories import CustomerFactory
from imports.models import ImportRow, Outcome
from imports.tests.factories import ASHA, csv_bytes, upload

NASTY = [
    "plain",
    "tab\there",
    "two\nlines\r\n",
    "back\\slash",
    "\\N",
    "\\.",
    "",
    "quote \" and '",
    "देव 👩‍🎓",
    "100% %s {}",
]


@pytest.fixture
def customer(db):
    return CustomerFactory()


def test_texts_and_times_come_out_as_they_went_in(customer, manager):
    now = timezone.now()
    columns = ("customer", "text", "by", "at", "pinned", "edited_at", "client_token")
    bulk.insert(Note, columns, [(customer.pk, text, manager.pk, now, True, None, None) for text in NASTY])
    notes = Note.objects.order_by("pk")
    assert [note.text for note in notes] == NASTY
    assert {(note.at, note.pinned, note.edited_at, note.customer_id) for note in notes} == {
        (now, True, None, customer.pk)
    }


def test_json_keeps_everything_but_nul(manager):
    import_ = upload(manager, csv_bytes(ASHA))
    said = {"texts": NASTY, "number": 1.5, "none": None, "nested": [{"a\0b": ["c\0", "\\u0000 as typed"]}]}
    columns = ("import", "number", "sheet", "row", "outcome", "reason", "warnings", "detail")
    bulk.insert(ImportRow, columns, [(import_.pk, 1, "", 1, Outcome.REJECTED, "", [], said)])
    assert ImportRow.objects.get().detail == {**said, "nested": [{"ab": ["c", "\\u0000 as typed"]}]}


def test_update_sets_only_rows_that_match_all_keys(db):
    first, second = CustomerFactory(area="Kochi"), CustomerFactory(area="Kochi", version=7)
    day = dt.date(2026, 3, 5)
    rows = [(one.pk, 1, text, day, {"a": text}) for one, text in ((first, NASTY[3]), (second, "stale"))]
    changed = bulk.update(Customer, ("id", "version"), ("area", "date", "extra"), rows, bump="version")
    assert changed == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.area, first.date, first.extra, first.version) == (NASTY[3], day, {"a": NASTY[3]}, 2)
    assert (second.area, second.date, second.version) == ("Kochi", None, 7)


def test_nothing_to_do(db):
    bulk.insert(Origin, ("id",), iter(()))
    assert bulk.update(Customer, ("id",), ("area",), []) == 0


def test_what_the_tables_forbid_is_an_integrity_error(customer):
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(
            Origin, ("id", "kind", "label", "created_by", "created_at"), [(customer.origin_id, "", "", None, None)]
        )
