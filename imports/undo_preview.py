"""What undoing an import would do at this moment: counted in the database, a query a figure, with a few examples."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from customers.actions.taken_back import traces, worked_on
from customers.models import Customer, Enquiry, FieldChange, Merge
from imports.models import Import, ImportRow, Outcome, State
from imports.pipeline.undoing import LATER

SAMPLES = 5


@dataclass(frozen=True)
class Staying:
    """One of the customers it added who stays."""

    customer: Customer
    why: list[str]


@dataclass(frozen=True)
class Value:
    """A value it changed: now, and as it was; with `since` who changed it again, so that it stays."""

    change: FieldChange
    since: FieldChange | None = None


@dataclass
class Preview:
    """`by` is who looks; the examples are of customers whom she may see."""

    import_: Import
    by: User

    # -- those it added ---------------------------------------------------------------------------------------------

    @cached_property
    def added(self) -> int:
        return Customer.objects.filter(origin=self.import_.origin_id).order_by().count()

    @property
    def gone(self) -> int:
        return self.added - self.stay

    @cached_property
    def stay(self) -> int:
        first, *rest = self._staying()
        return first.union(*rest).count()

    @cached_property
    def reasons(self) -> dict[str, int]:
        """How many stay for each reason; some do for more than one."""
        by_reason: dict[str, list[QuerySet]] = {}
        for (why, _, _), ids in zip([*traces(self.import_.origin_id), (LATER, None, "")], self._staying(), strict=True):
            by_reason.setdefault(why, []).append(ids)
        counts = {why: first.union(*rest).count() for why, (first, *rest) in by_reason.items()}
        return {why: count for why, count in counts.items() if count}

    def _staying(self) -> list[QuerySet]:
        """The ids of those who stay, one query a trace, in the order of `traces`, last those of later files."""
        origin_id = self.import_.origin_id
        found = []
        for _, rows, column in traces(origin_id):
            of_customer = "origin" if column == "pk" else f"{column}__origin"
            found.append(_ids(rows.filter(**{of_customer: origin_id}), column))
        later = ImportRow.objects.exclude(import_id=self.import_.pk).exclude(import_id__in=not_standing())
        return [*found, _ids(later.filter(customer__origin=origin_id), "customer")]

    @cached_property
    def behind(self) -> int:
        """How many a file undone before had added, whom only this one keeps now."""
        undone = list(Import.objects.filter(state=State.UNDONE).values_list("pk", "origin_id"))
        if not undone:
            return 0
        origins = [origin_id for _, origin_id in undone]
        met = ImportRow.objects.filter(import_id=self.import_.pk, customer__origin__in=origins).values("customer")
        touched = traces(self.import_.origin_id, *origins)
        kept = [_ids(rows.filter(**{f"{column}__in": met}), column) for _, rows, column in touched]
        later = ImportRow.objects.exclude(import_id=self.import_.pk).exclude(import_id__in=not_standing())
        return met.distinct().count() - _ids(later.filter(customer__in=met), "customer").union(*kept).count()

    @cached_property
    def staying(self) -> list[Staying]:
        first, *rest = self._staying()
        ids = [pk for (pk,) in first.union(*rest)[:SAMPLES]]
        why = worked_on(ids, self.import_.origin_id)
        shown = Customer.objects.visible_to(self.by).filter(pk__in=ids).order_by("pk")
        return [Staying(customer, why.get(customer.pk, [LATER])) for customer in shown]

    # -- those it changed -------------------------------------------------------------------------------------------

    @cached_property
    def changed(self) -> int:
        """How many known customers it changed, or knows one more enquiry of."""
        rows = ImportRow.objects.filter(import_id=self.import_.pk, outcome=Outcome.UPDATED, customer__isnull=False)
        return rows.exclude(customer__origin=self.import_.origin_id).order_by().values("customer").distinct().count()

    @cached_property
    def values(self) -> int:
        return _pairs(self._changes().exclude(self._kept()))

    @cached_property
    def values_kept(self) -> int:
        return _pairs(self._changes().filter(self._kept()))

    @cached_property
    def enquiries(self) -> int:
        asked = Enquiry.objects.filter(origin=self.import_.origin_id)
        return asked.exclude(customer__origin=self.import_.origin_id).order_by().count()

    def _changes(self) -> QuerySet[FieldChange]:
        own = FieldChange.objects.filter(origin=self.import_.origin_id, row__isnull=False)
        return own.exclude(customer__origin=self.import_.origin_id)

    def _kept(self) -> Q:
        merges = Merge.objects.filter(undone_at=None)
        of_merged = Q(customer__merged_into__isnull=False)
        of_merged |= Q(customer__in=merges.values("winner")) | Q(customer__in=merges.values("loser"))
        return Q(Exists(self._later())) | of_merged | Q(customer__erased_at__isnull=False)

    def _later(self) -> QuerySet[FieldChange]:
        """Changes of the same field by a person, or by another file that stands."""
        undone = Import.objects.filter(state=State.UNDONE).values("origin")
        by_file = Q(origin__isnull=False) & ~Q(origin=self.import_.origin_id) & ~Q(origin__in=undone)
        later = FieldChange.objects.filter(
            customer=OuterRef("customer"), field=OuterRef("field"), pk__gt=OuterRef("pk")
        )
        return later.filter(Q(origin=None) | (by_file & ~Q(field="extra_phones"))).order_by("pk")

    @cached_property
    def returning(self) -> list[Value]:
        seen = FieldChange.objects.visible_to(self.by).filter(pk__in=self._changes().exclude(self._kept()))
        return [Value(change) for change in seen.select_related("customer").order_by("pk")[:SAMPLES]]

    @cached_property
    def keeping(self) -> list[Value]:
        seen = FieldChange.objects.visible_to(self.by).filter(pk__in=self._changes().filter(self._kept()))
        changes = list(seen.select_related("customer").order_by("pk")[:SAMPLES])
        since = self._since(changes)
        return [Value(change, since.get((change.customer_id, change.field))) for change in changes]

    def _since(self, changes: Iterable[FieldChange]) -> dict[tuple[UUID, str], FieldChange]:
        later = FieldChange.objects.filter(
            customer__in=[change.customer_id for change in changes], field__in=[change.field for change in changes]
        )
        later = later.exclude(origin=self.import_.origin_id).select_related("by", "origin").order_by("pk")
        return {(change.customer_id, change.field): change for change in later}


def not_standing() -> QuerySet:
    """Imports whose rows mean nothing any more: undone ones, and those that only counted."""
    return Import.objects.filter(Q(state=State.UNDONE) | Q(options__dry_run=True)).values("pk")


def _ids(rows: QuerySet, column: str) -> QuerySet:
    return rows.order_by().values_list(column).distinct()


def _pairs(changes: QuerySet[FieldChange]) -> int:
    return changes.order_by().values("customer", "field").distinct().count()
