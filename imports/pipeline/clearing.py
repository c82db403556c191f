"""What is not needed any more goes, in batches that lock nobody out for long."""

from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet

from imports.models import ImportRow, StagedSlice

BATCH = 5_000


def clear_staged(import_id: UUID, *, at_most: int | None = None) -> bool:
    """Delete the rows that wait. `at_most` so many batches. Returns whether all are gone."""
    return _clear(StagedSlice.objects.filter(import_id=import_id), at_most)


def clear_receipts(import_id: UUID, *, after: int, at_most: int | None = None) -> bool:
    """Delete what a check had noted down of the rows `after` the last one that was written; else as above."""
    return _clear(ImportRow.objects.filter(import_id=import_id, number__gt=after), at_most)


def _clear(rows: QuerySet, at_most: int | None) -> bool:
    while (first := rows.aggregate(first=Min("number"))["first"]) is not None:
        if at_most == 0:
            return False
        with transaction.atomic():
            rows.filter(number__lt=first + BATCH).delete()
        at_most = None if at_most is None else at_most - 1
    return True
