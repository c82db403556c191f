"""Whether calls were made when they had been promised."""

from django.db.models import Count

from customers.happenings import PROMISES, Happening, promises_between
from customers.lists import NOBODY, pointing_at
from dashboards.reports import people
from dashboards.reports.scope import Scope
from dashboards.reports.table import Cell, Column, Row, Table, percent

COLUMNS = (
    Column("promised", "Promised"),
    Column("kept", "Kept", drawn=True),
    Column("late", "Late", drawn=True),
    Column("overdue", "Overdue", drawn=True),
    Column("ahead", "Still ahead"),
    Column("dropped", "Dropped"),
    Column("kept_percent", "Kept of those due", "percent"),
)
NOTES = (
    "Kept is within half an hour of the promise; dropped are those that were replaced or given up before. Promises are "
    "counted one by one; their list is of the customers they were made to.",
)
KINDS = ("promised", "kept", "late", "overdue", "ahead", "dropped")


def table(scope: Scope) -> Table:
    """One row a counsellor who looks after the promise, nobody's last. Two queries."""
    promises = scope.of_people(promises_between(scope.first, scope.last))
    if scope.filters.owner:
        promises = promises.filter(pointing_at("owner")(scope.filters.owner, scope.now))
    counts = {kind: Count("pk", filter=PROMISES[kind](scope.now) or None) for kind in KINDS}
    counted = {row.pop("owner"): row for row in promises.order_by().values("owner").annotate(**counts)}
    rows = []
    for owner, name in people.in_order(counted):
        by = None if owner == NOBODY else owner
        rows.append(Row(name, _cells(scope, counted[by], by, has_list=by is not None)))
    sums = {kind: sum(row[kind] for row in counted.values()) for kind in KINDS}
    total = Row("All", _cells(scope, sums, None, has_list=True))
    return Table("Counsellor", COLUMNS, rows, chart="stacked", notes=NOTES, total=total)


def _cells(scope: Scope, counts: dict, by: int | None, *, has_list: bool) -> tuple[Cell, ...]:
    def door(kind: str) -> str:
        return scope.happened_door(Happening(kind, scope.first, scope.last, by)) if has_list else ""

    due = counts["kept"] + counts["late"] + counts["overdue"]
    return (*(Cell(counts[kind], door(kind)) for kind in KINDS), Cell(percent(counts["kept"], due)))
