"""How far they came, in two readings: where they stand now, and how far they ever were."""

from customers.funnel import HowFar, steps
from customers.models import Status
from dashboards.reports.scope import Scope
from dashboards.reports.table import Cell, Column, Row, Table, percent

COLUMNS = (
    Column("now", "Now at", drawn=True),
    Column("ever", "Ever reached", drawn=True),
    Column("of_all", "Of all", "percent"),
    Column("of_step", "Of the step before", "percent"),
)


def table(scope: Scope) -> Table:
    """The steps of the funnel from the bottom up, then whatever else somebody stands at. Two queries."""
    statuses = list(Status.objects.in_order())
    standing = HowFar(scope.cohort, statuses)
    ladder = steps(statuses)
    beside = [status for status in statuses if status not in ladder and (status.pk in standing.statuses)]
    rows, before = [], None
    for status in ladder:
        ever = standing.ever(status.rung)
        cells = (
            _now(scope, standing, status),
            Cell(ever, scope.door(reached=status.pk)),
            Cell(percent(ever, standing.total)),
            Cell(percent(ever, before) if before is not None else None),
        )
        rows.append(Row(status.label, cells, colour=status.colour))
        before = ever
    for status in beside:
        blank = Cell(None)
        rows.append(Row(status.label, (_now(scope, standing, status), blank, blank, blank), colour=status.colour))
    total = Row("All", (Cell(standing.total, scope.door()), Cell(None), Cell(None), Cell(None)))
    return Table("Status", COLUMNS, rows if standing.total else [], total=total)


def _now(scope: Scope, standing: HowFar, status: Status) -> Cell:
    return Cell(standing.now(status.pk), scope.door(status=status.pk))
