"""The counts of imports, counted anew from the receipts of their rows."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, Q

from customers.recount import Difference
from imports.models import Import, ImportRow, Outcome, State

SLICE = 50
# While one is at work, or was stopped halfway, its receipts are ahead of its counts or behind them.
AT_REST = (State.CHECKED, State.DONE, State.UNDONE)


def differences() -> Iterator[Difference]:
    """Every count of an import at rest that is not what its receipts add up to."""
    last = None
    while imports := _next(last):
        yield from _compared(imports)
        last = imports[-1].pk


def _next(last) -> list[Import]:
    rows = Import.objects.filter(state__in=AT_REST)
    rows = rows.filter(pk__gt=last) if last else rows
    return list(rows.only("rows", "warned", *Outcome.values).order_by("pk")[:SLICE])


def _compared(imports: list[Import]) -> Iterator[Difference]:
    rows = ImportRow.objects.filter(import_id__in=[import_.pk for import_ in imports]).order_by()
    counted = rows.values_list("import_id", "outcome").annotate(
        n=Count("pk"), warned=Count("pk", filter=~Q(warnings=[]))
    )
    counts: dict = {import_.pk: Counter() for import_ in imports}
    for pk, outcome, n, warned in counted:
        counts[pk].update({outcome: n, "rows": n, "warned": warned})
    for import_ in imports:
        for name in ("rows", "warned", *Outcome.values):
            if getattr(import_, name) != counts[import_.pk][name]:
                yield Difference(f"Import {import_.pk}", name, getattr(import_, name), counts[import_.pk][name])
