"""Killed at every kind of moment, an import and its undoing end as if nothing had happened."""

import json
import signal

import pytest

from imports.tests.factories import csv_bytes
from imports.tests.product import PREPARE, Product

RESULT = """
import json
from customers.models import ContactNumber, Customer, Enquiry, FieldChange, Source, StatusChange
from imports.models import Import, ImportRow, StagedSlice
import_ = Import.objects.get()
names = "state rows created updated unchanged duplicate_in_file rejected warned done_rows undo_counts".split()
outcomes = ImportRow.objects.order_by("number").values_list("number", "outcome", "reason", "undo")
counted = (Customer, Enquiry, ContactNumber, Source, StatusChange, FieldChange, StagedSlice)
print(json.dumps({
    **{name: getattr(import_, name) for name in names},
    "new_words": import_.mapping["new_words"],
    "outcomes": list(outcomes),
    **{model.__name__: model.objects.count() for model in counted},
    "people": sorted(Customer.objects.values_list("phone_number", "name", "status_id", "version")),
}))
"""
UNDO = """
from django.utils import timezone
from imports import actions
from imports.models import Import
import_ = Import.objects.get()
actions.undo(import_=import_, by=import_.uploaded_by, now=timezone.now())
"""
WHILE_IMPORTING = (
    ("imports.pipeline.claims", "Claim.take", 1, True),
    ("imports.pipeline.checking", "_Stage._write", 2, False),
    ("imports.reading.book", "Book.close", 1, False),
    ("imports.pipeline.claims", "Claim.hold", 6, True),
    ("imports.pipeline.slices", "Slice._keep_receipts", 1, True),
    ("imports.pipeline.writing", "Writer.next_slice", 2, True),
    ("imports.pipeline.running", "_finish", 1, False),
    ("imports.pipeline.running", "_finish", 1, True),
)
WHILE_UNDOING = (
    ("imports.pipeline.undoing", "Part.write", 1, True),
    ("imports.pipeline.undoing", "Undoing.next_slice", 2, True),
    ("imports.pipeline.undoing", "clear_staged", 1, False),
)
KILLED = -signal.SIGKILL


def a_file() -> bytes:
    """2,600 rows: new people, some twice, some without a number, sources, statuses and further numbers."""
    rows = []
    for n in range(2_600):
        number = "" if n % 13 == 0 else f"98{n - n % 7 if n % 11 == 0 else n:08d}"
        status = "Interested" if n % 5 == 0 else ""
        rows.append(f"Person {n},{number},Fair {n % 30},{status},{f'97{n:08d}' if n % 4 == 0 else ''}")
    return csv_bytes(*rows, header="Name,Phone,Source,Status,Other phone")


@pytest.mark.timeout(400)  # some twenty processes, one after the other
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_import_killed_at_every_kind_of_moment_ends_as_an_undisturbed_one(tmp_path):
    # Given the same import undisturbed
    calm = Product(tmp_path / "calm")
    calm.python(PREPARE, stdin=a_file())
    calm.manage("worker", "--once")
    imported = json.loads(calm.python(RESULT))
    calm.python(UNDO)
    calm.manage("worker", "--once")
    undone = json.loads(calm.python(RESULT))
    assert (imported["state"], undone["state"], undone["Customer"]) == ("done", "undone", 0)
    assert imported["duplicate_in_file"] and imported["rejected"] and imported["StatusChange"]
    calm.forget()
    # When its worker is killed at one moment after the other, and then while it is undone
    harsh = Product(tmp_path / "harsh")
    harsh.python(PREPARE, stdin=a_file())
    for place in WHILE_IMPORTING:
        assert harsh.kill_worker_at(place) == KILLED, place
    harsh.manage("worker", "--once")
    # Then nothing is otherwise
    assert json.loads(harsh.python(RESULT)) == imported
    harsh.python(UNDO)
    for place in WHILE_UNDOING:
        assert harsh.kill_worker_at(place) == KILLED, place
    harsh.manage("worker", "--once")
    assert json.loads(harsh.python(RESULT)) == undone
