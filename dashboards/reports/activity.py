"""What was done each day: calls, people talked to, admissions."""

from datetime import date, timedelta

from django.db.models import Count, DateField
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek

from customers.happenings import CHANGES, Happening, changes_between, changes_that_are
from customers.lists import pointing_at
from dashboards.reports.scope import Scope
from dashboards.reports.table import Cell, Column, Row, Table

MOST_DAYS, MOST_WEEKS = 100, 2 * 366  # days of a period, up to which its rows are days, then weeks, then months
STEPS = {"day": TruncDay, "week": TruncWeek, "month": TruncMonth}
COLUMNS = (
    Column("calls", "Calls", drawn=True),
    Column("called", "Customers called"),
    Column("talked", "Talked to", drawn=True),
    Column("won", "Became won", drawn=True),
)
NOTES = ("Calls are counted one by one; their list is of the customers who were called.",)


def table(scope: Scope) -> Table:
    """One row a day, week or month, as long as the period is, the earliest first. Three queries."""
    step = _step(scope)
    changes, are = scope.of_people(changes_between(scope.first, scope.last)), changes_that_are()
    figures = {
        "calls": Count("customer", filter=are["called"]),
        **{kind: Count("customer", filter=are[kind], distinct=True) for kind in CHANGES},
    }
    if scope.filters.owner:
        changes = changes.filter(pointing_at("changed_by")(scope.filters.owner, scope.now))
    begin = STEPS[step]("happened_at", output_field=DateField())
    counted = list(changes.order_by().values(begins=begin).annotate(**figures).order_by("begins"))
    counted = [row for row in counted if row["calls"] or row["won"]]
    rows = [
        Row(_name(row["begins"], step), _cells(scope, row, *_within(scope, row["begins"], step))) for row in counted
    ]
    total = Row("All", _cells(scope, changes.aggregate(**figures), scope.first, scope.last))
    return Table(step.title(), COLUMNS, rows, chart="line", notes=NOTES, total=total)


def _step(scope: Scope) -> str:
    if scope.first is None:
        return "month"
    days = ((scope.last or scope.today) - scope.first).days
    return "day" if days < MOST_DAYS else "week" if days < MOST_WEEKS else "month"


def _name(begins: date, step: str) -> str:
    return f"{begins:%B %Y}" if step == "month" else f"{begins:%a %d/%m/%Y}" if step == "day" else f"{begins:%d/%m/%Y}"


def _within(scope: Scope, begins: date, step: str) -> tuple[date, date]:
    """First and last day of the row, as far as they lie in the period."""
    if step == "month":
        ends = (begins + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    else:
        ends = begins + timedelta(days=0 if step == "day" else 6)
    return max(begins, scope.first or begins), min(ends, scope.last or ends)


def _cells(scope: Scope, counts: dict, first: date | None, last: date | None) -> tuple[Cell, ...]:
    kinds = {"calls": "called", **dict.fromkeys(CHANGES)}
    return tuple(
        Cell(counts[name], scope.happened_door(Happening(kind or name, first, last))) for name, kind in kinds.items()
    )
