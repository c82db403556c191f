"""Whom nobody has called yet, and for how long she has been waiting."""

from datetime import timedelta
from functools import reduce
from operator import and_

from django.db.models import Count
from django.utils.timezone import localdate

from customers.lists import CLAUSES, NOBODY
from customers.models.vocabulary import OPEN_STAGES
from dashboards.reports import people
from dashboards.reports.scope import Scope
from dashboards.reports.table import Cell, Column, Row, Table

# name, label, added so many days ago at least, at most (None: any number)
AGES = (
    ("today", "Today", 0, 0),
    ("days_1", "1–2 days", 1, 2),
    ("days_3", "3–6 days", 3, 6),
    ("days_7", "7–13 days", 7, 13),
    ("days_14", "14–29 days", 14, 29),
    ("days_30", "30 days and more", 30, None),
)
COLUMNS = (Column("all", "Untouched"), *(Column(name, label, drawn=True) for name, label, *_ in AGES))
UNTOUCHED = {"contacted": "never", "stage": [stage.value for stage in OPEN_STAGES]}


def table(scope: Scope) -> Table:
    """One row a counsellor, nobody's last. Two queries."""
    today = localdate(scope.now)
    spans = {name: _days(today, least, most) for name, _, least, most in AGES}
    counts = {name: Count("pk", filter=_clause(days, scope.now)) for name, days in spans.items()}
    untouched = scope.cohort.filter(status__stage__in=OPEN_STAGES, last_contact_at=None).order_by()
    counted = {
        row.pop("assigned_to"): row for row in untouched.values("assigned_to").annotate(all=Count("pk"), **counts)
    }
    rows = []
    for owner, name in people.in_order(counted):
        row = counted[None if owner == NOBODY else owner]
        rows.append(Row(name, _cells(scope, row, spans, owner=owner)))
    sums = {name: sum(row[name] for row in counted.values()) for name in ("all", *counts)}
    return Table("Counsellor", COLUMNS, rows, chart="stacked", total=Row("All", _cells(scope, sums, spans)))


def _days(today, least: int, most: int | None) -> dict:
    """As the list's parameters."""
    days = {"added_to": today - timedelta(days=least)}
    return days if most is None else {"added_from": today - timedelta(days=most), **days}


def _clause(days: dict, now):
    return reduce(and_, (CLAUSES[name](day, now) for name, day in days.items()))


def _cells(scope: Scope, counts: dict, spans: dict, **more) -> tuple[Cell, ...]:
    each = (Cell(counts[name], scope.door(**{**more, **UNTOUCHED, **days})) for name, days in spans.items())
    return (Cell(counts["all"], scope.door(**{**more, **UNTOUCHED})), *each)
