"""The rows of an import: which there are, and the order they are read in. Knows no request."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, QuerySet

from crm.lib.pagination import Sort
from imports.models import IMPORTING_STATES, Import, ImportRow, State, Undo

IN_FILE_ORDER = Sort("number", "Row", "number", descending=False, unique=True)
WARNED = "warned"
UNDECIDED = "different_name"


# While it is at work, or was stopped: rows beyond those that are done are an earlier check's.
_HALFWAY = (*IMPORTING_STATES, State.CANCELLED, State.FAILED)


def rows_of(import_: Import) -> QuerySet[ImportRow]:
    rows = ImportRow.objects.filter(import_id=import_.pk)
    return rows.filter(number__lte=import_.written) if import_.state in _HALFWAY else rows


def problems_of(import_: Import) -> QuerySet[ImportRow]:
    """Those that somebody may want to look at: they alone keep their cells as they came."""
    return rows_of(import_).filter(raw__isnull=False)


def staying_of(import_: Import) -> QuerySet[ImportRow]:
    """Those that an undo left, all or in part."""
    return rows_of(import_).filter(undo=Undo.STAYS)


def narrowed(rows: QuerySet[ImportRow], *, outcome: str = "", reason: str = "") -> QuerySet[ImportRow]:
    """`rows` with one outcome (or WARNED: those imported with a warning) and one reason; blank means any."""
    if outcome == WARNED:
        rows = rows.filter(raw__isnull=False).exclude(warnings=[])
    elif outcome:
        rows = rows.filter(outcome=outcome)
    return rows.filter(reason=reason) if reason else rows


def kinds_of_problems(import_: Import) -> list[tuple[str, str, int]]:
    """(outcome, reason, number) of the problem rows, reason "" for those imported with a warning."""
    return list(problems_of(import_).order_by().values_list("outcome", "reason").annotate(Count("id")))


def undecided_of(imports: Iterable[Import]) -> dict[UUID, int]:
    """How many rows of each import wait for somebody to say whether a name means the customer we know."""
    rows = ImportRow.objects.filter(raw__isnull=False, reason=UNDECIDED)
    rows = rows.filter(import_id__in=[import_.pk for import_ in imports if _can_be_decided(import_)])
    return dict(rows.order_by().values_list("import_id").annotate(Count("id")))


def _can_be_decided(import_: Import) -> bool:
    is_at_work = import_.state in IMPORTING_STATES and import_.was_checked
    return not (import_.is_dry or is_at_work or import_.state in (State.UNDOING, State.UNDONE))
