"""Which earlier files had the same customers. Counted by the worker once an import is through, slice by slice."""

from collections import Counter

from django.db.models import Count

from imports.models import Import, ImportRow, Outcome, State

SLICE = 5_000
FILES = 20
_KNOWN = (Outcome.UPDATED, Outcome.UNCHANGED)


def note_overlap(import_id) -> None:
    """Count it and keep it with the import, unless that has been done."""
    import_ = Import.objects.filter(pk=import_id, state=State.DONE).first()
    if import_ is None or "overlap" in import_.report:
        return
    found = _overlap(import_)
    largest = [[str(earlier), count] for earlier, count in found.most_common(FILES)]
    report = {**import_.report, "overlap": {"files": len(found), "largest": largest}}
    Import.objects.filter(pk=import_id).update(report=report)


def _overlap(import_: Import) -> Counter:
    """{id of an earlier import: how many of this one's customers it had}."""
    found: Counter = Counter()
    known = ImportRow.objects.filter(import_id=import_.pk, outcome__in=_KNOWN, customer__isnull=False)
    if not import_.updated + import_.unchanged:
        return found
    for first in range(1, import_.rows + 1, SLICE):
        here = known.filter(number__range=(first, first + SLICE - 1)).order_by().values("customer")
        earlier = ImportRow.objects.filter(customer__in=here, import_id__lt=import_.pk)
        found.update(dict(earlier.order_by().values_list("import_id").annotate(Count("customer", distinct=True))))
    return found
