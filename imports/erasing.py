"""What is kept of somebody who is erased in the files she came with: her rows as they came, old values, rows that wait.

Registered with `customers.actions.also_erase`, so that no customer is erased without it.
"""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import User
from crm.lib import bulk, phones
from crm.lib.text import cell_text
from customers.actions import KeptFile
from imports.column_samples import sample_of, without_samples
from imports.models import WORKING_STATES, Import, ImportRow, StagedSlice
from imports.pipeline.staged import erased_row, numbers_of, raw_of
from imports.purging import BATCH, WAITING_STATES, delete_at_once, keep_for, what_stays_of
from imports.reasons import Reason

MOST_FILES = 50


class FilesKeeper:
    """A `customers.actions.erase.Keeper`."""

    def hold(self, ids: Collection[UUID]) -> None:
        """A worker locks its import before the customers of a slice: whoever erases does so in the same order."""
        at_work = Q(state__in=(*WORKING_STATES, *WAITING_STATES))
        rows = Import.objects.filter(Q(pk__in=_imports_of(ids)) | at_work).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))

    def files(self, ids: Collection[UUID]) -> list[KeptFile]:
        """The newest that hold her; one that is already on its way out is none."""
        found = _imports_of_files(ids).order_by("-pk")[:MOST_FILES]
        return [
            KeptFile(
                name=import_.original_name,
                until=localdate(max(import_.finished_at or import_.created_at, import_.created_at) + keep_for()),
                url=reverse("imports:delete_file", args=[import_.pk]),
            )
            for import_ in found
        ]

    def delete_files(self, ids: Collection[UUID], *, by: User, now: datetime) -> int:
        """All but those of imports that are at work."""
        return sum(delete_at_once(import_=import_, by=by, now=now) for import_ in _imports_of_files(ids))

    def count(self, ids: Collection[UUID]) -> int:
        return ImportRow.objects.filter(customer__in=ids).filter(Q(raw__isnull=False) | ~Q(before=None)).count()

    def forget(self, ids: Collection[UUID], texts: Collection[str], numbers: Collection[str]) -> None:
        national = {phones.national(number) for number in numbers}
        staged = _forget_staged(numbers)
        linked = {*_imports_of(ids), *staged}
        _forget_rows(ImportRow.objects.filter(customer__in=ids))
        for import_ in Import.objects.filter(pk__in=linked).order_by("pk"):
            _forget_rows(_rows_saying(import_.pk, national))
            import_.mapping = _mapping_without(import_, {*texts, *staged.get(import_.pk, ())}, national)
            import_.report = _report_without(import_.report, numbers)
            import_.save(update_fields=["mapping", "report"])


def _imports_of(ids: Collection[UUID]) -> QuerySet:
    return ImportRow.objects.filter(customer__in=ids).order_by().values_list("import_id", flat=True).distinct()


def _imports_of_files(ids: Collection[UUID]) -> QuerySet[Import]:
    return Import.objects.filter(pk__in=_imports_of(ids), purged_at=None).exclude(file="")


# -- receipts -------------------------------------------------------------------------------------------------------


def _forget_rows(rows: QuerySet[ImportRow]) -> None:
    """The outcome and the place stay, so that the sums of the import do; the cells and the old values go."""
    kept = rows.values_list("pk", "reason", "detail", "warnings", "raw")
    written = [(pk, *_what_stays(*row)) for pk, *row in kept.iterator(chunk_size=BATCH)]
    bulk.update(ImportRow, ("id",), ("reason", "detail", "warnings", "raw", "before"), written)


def _what_stays(reason: str, detail: dict, warnings: list[dict], raw: list | None) -> tuple:
    # A row that somebody could still decide about would bring her back.
    reason = Reason.NUMBER_ERASED.value if reason == Reason.DIFFERENT_NAME else reason
    return reason, *what_stays_of(detail, warnings), None if raw is None else [], None


def _rows_saying(import_id: UUID, national: set[str]) -> QuerySet[ImportRow]:
    """Rows that name one of the numbers without being linked to her: twice in the file, or not imported."""
    kept = ImportRow.objects.filter(import_id=import_id, raw__isnull=False)
    found = [pk for pk, raw in kept.values_list("pk", "raw").iterator(chunk_size=BATCH) if _says(raw, national)]
    return ImportRow.objects.filter(pk__in=found)


def _says(raw: Iterable, national: set[str]) -> bool:
    digits = ["".join(filter(str.isdigit, _text(cell))) for cell in raw]
    return any(number in said for said in digits for number in national)


def _text(cell) -> str:
    return " ".join(map(str, cell)) if isinstance(cell, list) else cell_text(cell)


# -- rows that wait -------------------------------------------------------------------------------------------------


def _forget_staged(numbers: Collection[str]) -> dict[UUID, set[str]]:
    """Rows that wait to be written become rows that are kept out. Returns what they said, by import."""
    says = Q()
    for number in numbers:
        says |= Q(data__contains=f'"{number}"')
    found: dict[UUID, set[str]] = {}
    for part in StagedSlice.objects.filter(says) if numbers else ():
        rows = json.loads(part.data)
        hers = [row for row in rows if numbers_of(row) & set(numbers)]
        part.data = bulk.as_json([erased_row(row) if row in hers else row for row in rows])
        part.save(update_fields=["data"])
        found.setdefault(part.import_id, set()).update(_text(cell) for row in hers for cell in raw_of(row))
    return found


# -- what is kept of a file as a whole ------------------------------------------------------------------------------


def _mapping_without(import_: Import, texts: Collection[str], national: set[str]) -> dict:
    """The samples beside its columns; of a file that nobody has to look at any more all of them."""
    if import_.state not in WAITING_STATES:
        return without_samples(import_.mapping)
    hers = {sample_of(text) for text in texts}
    return without_samples(import_.mapping, lambda said: said in hers or _says([said], national))


def _report_without(report: dict, numbers: Collection[str]) -> dict:
    """The examples of made-up numbers that begin or end with one of hers."""
    runs = report.get("runs")
    if not runs:
        return report
    kept = [run for run in runs["examples"] if run["first"] not in numbers and run["last"] not in numbers]
    return {**report, "runs": {**runs, "examples": kept}}
