"""What each file was like, what became of those it brought, and what an admission of it cost."""

from collections import defaultdict

from django.db.models import Count, Q
from django.urls import reverse

from customers.lists import CONTACTED
from customers.models import Stage
from dashboards.reports.scope import Scope
from dashboards.reports.sources import Shares, money, per_admission
from dashboards.reports.table import Cell, Column, Row, Table
from imports.models import Import, Outcome

MOST = 200
COLUMNS = (
    Column("rows", "Rows"),
    Column("twice", "Twice in the file"),
    Column("invalid", "Invalid"),
    Column("customers", "Customers", drawn=True),
    Column("contacted", "Contacted", drawn=True),
    Column("won", "Won", drawn=True),
    Column("cost", "Cost", "money"),
    Column("cost_per_admission", "Per admission", "money"),
)
NOTES = (
    "Rows, twice in the file and invalid are of the whole file; the rest is about those who first enquired in the "
    "period. Each of them bears an even part of the cost of their source.",
)


def table(scope: Scope) -> Table:
    """One row a file that brought somebody of the scope, those that brought most first. Three queries."""
    counted = _by_origin(scope)
    largest = sorted(counted, key=lambda pk: (-counted[pk]["n"], pk))[: MOST + 1]
    found = {import_.origin_id: import_ for import_ in Import.objects.filter(origin__in=largest[:MOST])}
    shares = Shares(scope.viewer)
    rows = [_row(scope, found[pk], counted[pk], shares) for pk in largest if pk in found]
    more = (f"Only the {MOST} files that brought most are shown. Choose fewer days.",) if len(largest) > MOST else ()
    return Table("File", COLUMNS, rows, notes=(*more, *NOTES))


def _by_origin(scope: Scope) -> dict:
    rows = (
        scope.cohort.filter(origin__kind="import")
        .order_by()
        .values("origin", "source")
        .annotate(
            n=Count("pk"),
            contacted=Count("pk", filter=CONTACTED["ever"](scope.now)),
            won=Count("pk", filter=Q(status__stage=Stage.WON)),
        )
    )
    counted = defaultdict(lambda: {"n": 0, "contacted": 0, "won": 0, "sources": []})
    for row in rows:
        sums = counted[row["origin"]]
        for name in ("n", "contacted", "won"):
            sums[name] += row[name]
        sums["sources"].append((row["source"], row["n"]))
    return counted


def _row(scope: Scope, import_: Import, counts: dict, shares: Shares) -> Row:
    detail, origin = reverse("imports:detail", args=[import_.pk]), str(import_.origin_id)
    parts = [share for source, n in counts["sources"] if (share := shares.of(source, n)) is not None]
    cost = sum(parts) if parts else None
    cells = (
        Cell(import_.rows, detail),
        Cell(import_.duplicate_in_file, f"{detail}?outcome={Outcome.DUPLICATE_IN_FILE}"),
        Cell(import_.rejected, f"{detail}?outcome={Outcome.REJECTED}"),
        Cell(counts["n"], scope.door(origin=origin)),
        Cell(counts["contacted"], scope.door(origin=origin, contacted="ever")),
        Cell(counts["won"], scope.door(origin=origin, stage=Stage.WON.value)),
        Cell(money(cost)),
        Cell(per_admission(cost, counts["won"])),
    )
    return Row(import_.original_name, cells, url=reverse("imports:report", args=[import_.pk]))
