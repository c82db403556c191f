"""What is made ready before a slice's turn is taken only as far as it still holds then."""

import json

import pytest
from django.db import IntegrityError

from crm.lib import bulk
from customers.models import Customer, Enquiry, Note, Source
from customers.tests.factories import CustomerFactory
from imports.models import Outcome, StagedSlice
from imports.pipeline import slices
from imports.pipeline.ahead import Ahead
from imports.pipeline.staged import erased_row
from imports.tests.factories import counts, csv_bytes, imported, leads
from imports.tests.test_bulk import NASTY


def test_texts_made_ready_come_out_as_they_went_in(db, manager):
    customer = CustomerFactory()
    columns = ("customer", "text", "by", "at", "pinned", "edited_at", "client_token")
    ready = bulk.encoded(
        Note, columns, [(customer.pk, text, manager.pk, customer.created_at, True, None, None) for text in NASTY]
    )
    assert not Note.objects.exists()
    bulk.insert_encoded(Note, columns, ready[:3])
    bulk.insert_encoded(Note, columns, ready[3:])
    assert [note.text for note in Note.objects.order_by("pk")] == NASTY


def test_rows_that_nothing_is_odd_about_are_made_ready(db, manager, monkeypatch, small_slices):
    seen = watched(monkeypatch)
    import_ = imported(manager, leads(21))
    assert counts(import_) == {"created": 21}
    assert [bool(row.new and row.receipt) for rows in seen for row in rows] == [True] * 21
    # And what was written is hers: the receipt, the enquiry and the customer are of one row
    receipts = {row.customer_id: row.number for row in import_.import_rows.filter(outcome=Outcome.CREATED)}
    enquiries = dict(Enquiry.objects.values_list("customer_id", "row"))
    names = dict(Customer.objects.values_list("pk", "name"))
    assert {pk: f"Person {10_000_000 + number}" for pk, number in receipts.items()} == names
    assert {pk: number + 1 for pk, number in receipts.items()} == enquiries
    assert [row.customer_id for row in import_.import_rows.order_by("number")] == sorted(names)


def test_no_new_customers_are_made_ready_while_a_file_names_only_known_ones(db, manager, monkeypatch, small_slices):
    # Given a file that was imported
    imported(manager, leads(21))
    seen = watched(monkeypatch)
    # When it comes again, with one more who is new
    import_ = imported(manager, leads(22))
    # Then after the first slice nothing of the known ones was made ready, and the new one came in all the same
    assert counts(import_) == {"created": 1, "unchanged": 21}
    assert [bool(row.new) for rows in seen for row in rows] == [True] * 7 + [False] * 15


def test_somebody_who_became_known_meanwhile_is_not_added_again(db, manager, monkeypatch, small_slices):
    # Given a colleague who types in somebody of the second slice after that was made ready
    def typed_in(rows):
        if rows and rows[0].number == 8:
            CustomerFactory(name="Person 10000009", phone_number="+919810000009", area="Kochi")

    watched(monkeypatch, typed_in)
    # When the file is imported
    import_ = imported(manager, leads(21))
    # Then she is there once
    assert Customer.objects.filter(phone_number="+919810000009").count() == 1
    assert import_.created == 20
    assert import_.updated + import_.unchanged == 1


def test_somebody_erased_from_a_slice_that_was_made_ready_stays_erased(db, manager, monkeypatch, small_slices):
    # Given a row of the second slice that is emptied after the slice was made ready
    real, emptied = Ahead.begin, []

    def begin(self, after, words):
        real(self, after, words)
        if after == 7 and not emptied:
            emptied.append(1)
            waiting = StagedSlice.objects.get(number=8)
            first, second, *others = json.loads(waiting.data)
            StagedSlice.objects.filter(pk=waiting.pk).update(data=json.dumps([first, erased_row(second), *others]))

    monkeypatch.setattr(Ahead, "begin", begin)
    # When the file is imported
    import_ = imported(manager, leads(21))
    # Then nothing of her comes in
    assert emptied
    assert counts(import_) == {"created": 20, "rejected": 1}
    assert not Customer.objects.filter(name="Person 10000009").exists()


@pytest.mark.parametrize("slice_that_fails", [1, 2])
def test_words_of_a_slice_that_was_rolled_back_are_learnt_anew(
    db, manager, monkeypatch, small_slices, slice_that_fails
):
    # Given a file whose sources are all new, and a slice that does not come through at the first attempt
    real, calls = slices.Slice._keep_receipts, []

    def fails_once(self):
        calls.append(1)
        if len(calls) == slice_that_fails:
            raise IntegrityError("somebody was quicker")
        real(self)

    monkeypatch.setattr(slices.Slice, "_keep_receipts", fails_once)
    rows = [f"Person {n},98765{n:05d},Fair {n % 9}" for n in range(30)]
    import_ = imported(manager, csv_bytes(*rows, header="Name,Phone,Source"))
    # Then each is there once, and each customer has hers
    assert counts(import_) == {"created": 30}
    assert sorted(Source.objects.values_list("name", flat=True)) == [f"Fair {n}" for n in range(9)]
    sources = dict(Customer.objects.values_list("name", "source__name"))
    assert sources == {f"Person {n}": f"Fair {n % 9}" for n in range(30)}
    assert import_.mapping["new_words"] == {"source": 9, "course": 0}


def watched(monkeypatch, act=lambda rows: None) -> list:
    """The slices as they are taken, after `act` was told of each."""
    real, seen = Ahead.take, []

    def take(self, *args):
        rows = real(self, *args)
        seen.append(rows)
        act(rows)
        return rows

    monkeypatch.setattr(Ahead, "take", take)
    return seen
