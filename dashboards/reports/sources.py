"""Where they came from, what became of them, and what an admission cost."""

from collections import Counter, defaultdict
from decimal import Decimal

from django.db.models import Count, Q

from accounts.models import User
from customers.funnel import top_rung
from customers.lists import CONTACTED, NOBODY
from customers.models import Customer, Source, Stage, Status
from dashboards.reports.scope import Scope
from dashboards.reports.table import Cell, Column, Row, Table

EVER = ("INTERESTED", "ADMISSION")
INVALID = "INVALID"
CENTS = Decimal("0.01")
COLUMNS = (
    Column("customers", "Customers", drawn=True),
    Column("again", "Enquired again"),
    Column("invalid", "Invalid"),
    Column("contacted", "Contacted", drawn=True),
    Column("ever_interested", "Ever interested", drawn=True),
    Column("ever_admitted", "Ever admitted"),
    *(Column(stage.value, f"Now {stage.label.lower()}", drawn=stage == Stage.WON) for stage in Stage),
    Column("cost", "Cost", "money"),
    Column("cost_per_admission", "Per admission", "money"),
)
NOTES = (
    "Cost is what was entered for the source, shared out evenly among all who ever came from it: some of them bear "
    "their part. An admission is a customer who is won now.",
    "Rows that stood in a file twice or were not taken have no customer, and so no source: the files count them.",
)


def table(scope: Scope) -> Table:
    """One row a source, the largest first. Three queries."""
    counted = _counted(scope)
    shares = Shares(scope.viewer)
    counted.sort(key=lambda row: (-row["customers"], row["source__name"] or ""))
    rows = [_row(scope, row, shares) for row in counted]
    return Table("Source", COLUMNS, rows, notes=NOTES, total=_total(scope, rows))


def _counted(scope: Scope) -> list[dict]:
    """Sums by source."""
    statuses = list(Status.objects.in_order())
    rungs, stages = ({status.pk: getattr(status, name) for status in statuses} for name in ("rung", "stage"))
    rows = scope.cohort.annotate(top=top_rung(statuses)).order_by().values("source", "source__name", "status", "top")
    counts = {
        "customers": Count("pk"),
        "again": Count("pk", filter=Q(enquiry_count__gt=1)),
        "contacted": Count("pk", filter=CONTACTED["ever"](scope.now)),
    }
    found: dict = defaultdict(Counter)
    for row in rows.annotate(**counts):
        sums, n = found[row["source"], row["source__name"]], row["customers"]
        sums.update({name: row[name] for name in counts})
        sums.update({stages[row["status"]]: n, INVALID: n * (row["status"] == INVALID)})
        top = max(row["top"] or 0, rungs[row["status"]] or 0)
        sums.update({code: n for code in EVER if top >= (rungs.get(code) or 0)})
    return [{"source": pk, "source__name": name, **_blank(), **sums} for (pk, name), sums in found.items()]


def _blank() -> dict:
    return dict.fromkeys(("again", "contacted", INVALID, *EVER, *Stage.values), 0)


class Shares:
    """What each customer of a source bears of its cost. One query."""

    def __init__(self, viewer: User):
        paid = Source.objects.filter(cost__isnull=False).values("pk")
        people = Customer.objects.visible_to(viewer).filter(source__in=paid).order_by()
        rows = people.values_list("source", "source__cost").annotate(n=Count("pk"))
        self._each = {source: cost / n for source, cost, n in rows}

    def of(self, source: int | None, customers: int) -> Decimal | None:
        """What `customers` of that source bear; None when nobody entered a cost."""
        return self._each[source] * customers if source in self._each else None


def per_admission(cost: Decimal | None, admissions: int) -> Decimal | None:
    return (cost / admissions).quantize(CENTS) if cost is not None and admissions else None


def money(cost: Decimal | None) -> Decimal | None:
    return cost.quantize(CENTS) if cost is not None else None


def _row(scope: Scope, row: dict, shares: Shares) -> Row:
    source = row["source"] or NOBODY
    cost = shares.of(row["source"], row["customers"])

    def door(**more) -> str:
        return scope.door(**{"source": source, **more})

    cells = (
        Cell(row["customers"], door()),
        Cell(row["again"], door(enquired="again")),
        Cell(row[INVALID], door(status=INVALID)),
        Cell(row["contacted"], door(contacted="ever")),
        *(Cell(row[code], door(reached=code)) for code in EVER),
        *(Cell(row[stage], door(stage=stage)) for stage in Stage.values),
        Cell(money(cost)),
        Cell(per_admission(cost, row[Stage.WON])),
    )
    return Row(row["source__name"] or "No source given", cells)


def _total(scope: Scope, rows: list[Row]) -> Row:
    lists = (
        {}, {"enquired": "again"}, {"status": INVALID}, {"contacted": "ever"},
        *({"reached": code} for code in EVER), *({"stage": stage} for stage in Stage.values),
    )  # fmt: skip
    sums = [sum(row.cells[place].value for row in rows) for place in range(len(lists))]
    costs = [cell.value for row in rows if (cell := row.cells[-2]).value is not None]
    cost = sum(costs) if costs else None
    cells = [Cell(n, scope.door(**more)) for n, more in zip(sums, lists, strict=True)]
    won = sums[len(lists) - len(Stage) + Stage.values.index(Stage.WON)]
    return Row("All", (*cells, Cell(cost), Cell(per_admission(cost, won))))
