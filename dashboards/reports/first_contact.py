"""How long they waited for the first call."""

import json
from datetime import timedelta

from django.db.models import Aggregate, Count, F, Field
from django.db.models.functions import Coalesce

from customers.lists import CONTACTED, NOBODY
from dashboards.reports import people
from dashboards.reports.scope import Scope
from dashboards.reports.table import Cell, Column, Row, Table

COLUMNS = (
    Column("customers", "Customers"),
    Column("contacted", "Contacted"),
    Column("never", "Not yet"),
    Column("median", "Half of them within", "span", drawn=True),
    Column("most", "90 % within", "span", drawn=True),
)
NOTES = ("Time is counted from when she was added to when the first call to her was recorded.",)
PARTS = (0.5, 0.9)
NO_OWNER = 0


class Percentiles(Aggregate):
    """The PARTS of a length of time, exact and interpolated, to be read by `percentiles`."""

    output_field = Field()

    def as_postgresql(self, compiler, connection, **extra):
        parts = ", ".join(map(str, PARTS))
        template = f"percentile_cont(ARRAY[{parts}]::float8[]) WITHIN GROUP (ORDER BY %(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_sqlite(self, compiler, connection, **extra):
        """All of them, in microseconds: SQLite knows no percentile, and at most 100,000 customers."""
        return self.as_sql(compiler, connection, template="json_group_array(%(expressions)s)", **extra)


def percentiles(value: str | list | None) -> list[timedelta | None]:
    """What `Percentiles` found, one for each of PARTS; None when there was nobody."""
    if isinstance(value, str):
        waited = sorted(microseconds for microseconds in json.loads(value) if microseconds is not None)
        return [_at(waited, part) if waited else None for part in PARTS]
    return value or [None] * len(PARTS)


def _at(values: list[int], part: float) -> timedelta:
    place = part * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return timedelta(microseconds=values[low] + (place - low) * (values[high] - values[low]))


def table(scope: Scope) -> Table:
    """One row a counsellor with the customers she has now, nobody's last. Three queries."""
    waited = scope.cohort.annotate(waited=F("first_contact_at") - F("created_at")).order_by()
    figures = {
        "customers": Count("pk"),
        "contacted": Count("pk", filter=CONTACTED["ever"](scope.now)),
        "never": Count("pk", filter=CONTACTED["never"](scope.now)),
        "waited_for": Percentiles("waited"),
    }
    # PostgreSQL takes the bare column for a reason to read all rows in the order of some index of counsellors, which
    # takes twice as long as to sort them.
    by_owner = waited.annotate(owner=Coalesce("assigned_to", NO_OWNER)).values("owner").annotate(**figures)
    counted = {row.pop("owner") or None: row for row in by_owner}
    rows = [
        Row(name, _cells(scope, counted[None if owner == NOBODY else owner], owner=owner))
        for owner, name in people.in_order(counted)
    ]
    total = Row("All", _cells(scope, waited.aggregate(**figures)))
    return Table("Counsellor", COLUMNS, rows, notes=NOTES, total=total)


def _cells(scope: Scope, counts: dict, **more) -> tuple[Cell, ...]:
    return (
        Cell(counts["customers"], scope.door(**more)),
        Cell(counts["contacted"], scope.door(**{**more, "contacted": "ever"})),
        Cell(counts["never"], scope.door(**{**more, "contacted": "never"})),
        # A call that was made before she was written down kept nobody waiting.
        *(Cell(waited and max(waited, timedelta())) for waited in percentiles(counts["waited_for"])),
    )
