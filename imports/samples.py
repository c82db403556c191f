"""A few rows of each outcome of a checked file, as examples. Knows no request."""

from dataclasses import dataclass

from imports.models import Import, ImportRow, Outcome
from imports.pipeline.counting import OTHER_NAME, fill_in
from imports.pipeline.staged import Staged, rows_numbered
from imports.rows import rows_of

EXAMPLES = 5


@dataclass(frozen=True)
class Group:
    """What some rows of a check have in common, how many there are, and the first of them."""

    code: str
    count: int
    rows: list[ImportRow]


def groups(import_: Import) -> list[Group]:
    """New, updated, unchanged, other names, repeats, rejected: those that there are. A query for each."""
    rows = rows_of(import_).select_related("customer").order_by("number")
    named = rows.filter(raw__isnull=False, outcome=Outcome.UNCHANGED, reason=OTHER_NAME)  # few rows have their cells
    other_names = named.order_by().count() if import_.unchanged else 0
    found = [
        (Outcome.CREATED, import_.created, rows.filter(outcome=Outcome.CREATED)),
        (Outcome.UPDATED, import_.updated, rows.filter(outcome=Outcome.UPDATED)),
        (Outcome.UNCHANGED, import_.unchanged - other_names, rows.filter(outcome=Outcome.UNCHANGED, reason="")),
        (OTHER_NAME, other_names, named),
        (Outcome.DUPLICATE_IN_FILE, import_.duplicate_in_file, rows.filter(outcome=Outcome.DUPLICATE_IN_FILE)),
        (Outcome.REJECTED, import_.rejected, rows.filter(outcome=Outcome.REJECTED)),
    ]
    return [Group(str(code), count, list(of_them[:EXAMPLES])) for code, count, of_them in found if count]


def as_they_come_in(import_: Import, rows: list[ImportRow]) -> dict[int, Staged]:
    """{number: what the row says}, with the source and the course chosen for those that bring none."""
    read = rows_numbered(import_, {row.number for row in rows}) if rows else []
    return {row.number: fill_in(row, import_.options) for row in read}
