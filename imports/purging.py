"""Uploaded files, and rows as they came, are kept for KEEP_UPLOADS_DAYS and no longer.

What became of each row stays; so do the customers. An upload that waits for somebody ends with its file.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from crm.lib import bulk
from imports.column_samples import without_samples
from imports.models import WORKING_STATES, Import, ImportRow, State
from imports.pipeline.clearing import clear_receipts, clear_staged
from imports.pipeline.patience import pause
from imports.wording import EXPIRED

WAITING_STATES = (State.NEEDS_MAPPING, State.CHECKED)
BATCH = 2_000
# What a row's sentence needs and nobody can be known by.
_KEPT_OF_DETAIL = ("column", "of_row", "of_sheet", "changed", "enquired_again", "skipped")
_KEPT_OF_WARNING = ("code", "column")


def keep_for() -> timedelta:
    """How long; the settings see to it that this is no shorter than an import can be undone."""
    return timedelta(days=settings.KEEP_UPLOADS_DAYS)


def due(now: datetime) -> QuerySet[Import]:
    """Imports at rest whose file is too old, the oldest first, and those that a purge was killed at."""
    rested = Import.objects.exclude(state__in=WORKING_STATES).alias(touched_at=Coalesce("finished_at", "created_at"))
    old = Q(purged_at=None, created_at__lt=now - keep_for(), touched_at__lt=now - keep_for())
    return rested.filter(old | Q(purged_at__isnull=False) & ~Q(file="")).order_by("id")


def purge_next(*, now: datetime) -> bool:
    """Delete the file and the raw rows of the oldest import that is due. Returns whether there was one."""
    import_ = due(now).first()
    if import_ is None:
        return False
    if import_ := _begin(import_, now):
        clear_staged(import_.pk)
        if import_.is_dry:
            clear_receipts(import_.pk, after=0)  # it wrote nothing; they say what it would have
        _forget_cells(import_)
        if not (import_.state == State.FAILED and import_.undo_started_at):  # that one may yet be gone on with
            _forget_old_values(import_)
        import_.file.delete(save=False)
        Import.objects.filter(pk=import_.pk).update(file="", mapping=without_samples(import_.mapping))
    return True


@transaction.atomic
def delete_at_once(*, import_: Import, by: User, now: datetime) -> bool:
    """Delete an upload before its time; the worker then takes the rows as they came. False while it is at work."""
    stored = _begin(import_, now)
    if stored is None:
        return False
    if stored.purged_by_id is None:
        Import.objects.filter(pk=stored.pk).update(purged_by=by)
    if stored.file:
        # Once nothing can be rolled back any more; where it fails, the worker finds the file still named.
        transaction.on_commit(lambda: stored.file.storage.delete(stored.file.name))
    return True


@transaction.atomic
def _begin(import_: Import, now: datetime) -> Import | None:
    """From here on nobody can set it going again. None when somebody just did."""
    stored = Import.objects.select_for_update(of=("self",)).get(pk=import_.pk)
    if stored.state in WORKING_STATES:
        return None
    if stored.state in WAITING_STATES:
        stored.state, stored.file_error, stored.file_error_detail = State.CANCELLED, EXPIRED, {}
    stored.purged_at = stored.purged_at or now
    stored.save(update_fields=["state", "file_error", "file_error_detail", "purged_at"])
    return stored


def _forget_cells(import_: Import) -> None:
    """Batch by batch; a killed purge goes on with those that still have their cells."""
    kept = ImportRow.objects.filter(import_id=import_.pk, raw__isnull=False).order_by("number")
    while rows := list(kept.values_list("pk", "detail", "warnings")[:BATCH]):
        with transaction.atomic():
            bulk.update(
                ImportRow, ("id",), ("raw", "detail", "warnings"), [_without_what_it_said(*row) for row in rows]
            )
        pause()


def _without_what_it_said(pk: int, detail: dict, warnings: list[dict]) -> tuple:
    return pk, None, *what_stays_of(detail, warnings)


def what_stays_of(detail: dict, warnings: list[dict]) -> tuple[dict, list[dict]]:
    """Of what a receipt says of its row: what nobody can be known by."""
    detail = {key: detail[key] for key in _KEPT_OF_DETAIL if key in detail}
    return detail, [{key: said.get(key, "") for key in _KEPT_OF_WARNING} for said in warnings]


def _forget_old_values(import_: Import) -> None:
    rows = ImportRow.objects.filter(import_id=import_.pk)
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    for first in range(0, last + 1, BATCH):
        rows.filter(number__range=(first, first + BATCH - 1), before__isnull=False).update(before=None)
        pause()
