"""The rows of an import: which there are, and the order they are read in. Knows no request."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, QuerySet

from crm.lib.pagination import Sort
from imports.models import Import, ImportRow, State, Undo

IN_FILE_ORDER = Sort("number", "Row", "number", descending=False, unique=True)
WARNED = "warned"
UNDECIDED = "different_name"


def rows_of(import_: Import) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(import_id=import_.pk)


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
    taken_back = (State.UNDOING, State.UNDONE)
    rows = rows.filter(import_id__in=[import_.pk for import_ in imports if import_.state not in taken_back])
    return dict(rows.order_by().values_list("import_id").annotate(Count("id")))
