"""Why they were lost."""

from django.db.models import Count

from customers.happenings import NO_REASON, last_reason
from customers.models import LostReason, Stage, Status
from dashboards.reports.scope import Scope
from dashboards.reports.table import Cell, Column, Row, Table, percent

COLUMNS = (Column("customers", "Customers", drawn=True), Column("of_lost", "Of the lost", "percent"))
WORDS = ((Status, "label"), (LostReason, "name"))


def table(scope: Scope) -> Table:
    """Those who are lost now, by their status and the last reason given, the largest first. Three queries."""
    lost = scope.cohort.filter(status__stage=Stage.LOST).annotate(reason=last_reason()).order_by()
    counted = list(lost.values_list("status", "reason").annotate(n=Count("pk")))
    labels, reasons = (dict(model.objects.values_list("pk", name)) for model, name in WORDS)
    total = sum(n for *_, n in counted)
    rows = []
    for status, reason, n in sorted(counted, key=lambda row: (-row[2], row[0], row[1] or 0)):
        name = f"{labels[status]}: {reasons[reason] if reason else 'no reason given'}"
        door = scope.door(status=status, lost=reason or NO_REASON)
        rows.append(Row(name, (Cell(n, door), Cell(percent(n, total)))))
    return Table(
        "Reason", COLUMNS, rows, total=Row("All", (Cell(total, scope.door(stage=Stage.LOST.value)), Cell(None)))
    )


WORDS = ((Status, "label"), (LostReason, "name"))
