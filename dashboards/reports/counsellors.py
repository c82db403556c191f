"""Who wins how many of what she was given. A good source makes any counsellor look good: so beside it what is won of
the same mix of sources on average."""

from collections import defaultdict

from django.db.models import Count, Q

from customers.lists import CONTACTED, NOBODY
from customers.models import Source, Stage
from dashboards.reports import people
from dashboards.reports.scope import Scope
from dashboards.reports.table import Cell, Column, Row, Table, percent

LARGEST = 5  # sources with a column of their own
COLUMNS = (
    Column("customers", "Customers"),
    Column("contacted", "Contacted"),
    Column("won", "Won", drawn=True),
    Column("won_percent", "Won of hers", "percent"),
    Column("expected", "Won of such a mix on average", "tenth", drawn=True),
)
NOTES = (
    "The last column before the sources is how many would be won if of each source as many were won of hers as of "
    "everybody's in this report.",
)


def table(scope: Scope) -> Table:
    """One row a counsellor with the customers she has now, nobody's last. Three queries."""
    rows = list(
        scope.cohort.order_by()
        .values("assigned_to", "source")
        .annotate(
            n=Count("pk"),
            contacted=Count("pk", filter=CONTACTED["ever"](scope.now)),
            won=Count("pk", filter=Q(status__stage=Stage.WON)),
        )
    )
    hers, of_source = defaultdict(list), defaultdict(lambda: [0, 0])
    for row in rows:
        hers[row["assigned_to"]].append(row)
        of_source[row["source"]][0] += row["n"]
        of_source[row["source"]][1] += row["won"]
    names = dict(Source.objects.filter(pk__in=[pk for pk in of_source if pk]).values_list("pk", "name"))
    largest = sorted(of_source, key=lambda pk: (-of_source[pk][0], names.get(pk, "")))[:LARGEST]
    columns = COLUMNS + tuple(Column(f"source_{pk or NOBODY}", names.get(pk, "No source given")) for pk in largest)
    found = [
        Row(name, _cells(scope, hers[None if owner == NOBODY else owner], of_source, largest, owner=owner))
        for owner, name in people.in_order(hers)
    ]
    total = Row("All", _cells(scope, rows, of_source, largest))
    return Table("Counsellor", columns, found, notes=NOTES, total=total)


def _cells(scope: Scope, rows: list[dict], of_source: dict, largest: list, **more) -> tuple[Cell, ...]:
    customers, contacted, won = (sum(row[name] for row in rows) for name in ("n", "contacted", "won"))
    by_source = defaultdict(int)
    for row in rows:
        by_source[row["source"]] += row["n"]
    expected = sum(n * of_source[pk][1] / of_source[pk][0] for pk, n in by_source.items())
    return (
        Cell(customers, scope.door(**more)),
        Cell(contacted, scope.door(**{**more, "contacted": "ever"})),
        Cell(won, scope.door(**{**more, "stage": Stage.WON.value})),
        Cell(percent(won, customers)),
        Cell(round(expected, 1)),
        *(Cell(by_source[pk], scope.door(**{**more, "source": pk or NOBODY})) for pk in largest),
    )
