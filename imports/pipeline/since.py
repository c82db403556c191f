"""What happened to customers after an import: rows of later files about them, and values that were changed again."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from crm.lib import bulk
from customers.models import FieldChange
from imports.models import Import, ImportRow, State

HAND, FILE = "hand", "file"


def not_standing() -> list[UUID]:
    """Imports whose rows mean nothing any more: undone ones, and those that only counted."""
    counted_only = Q(options__dry_run=True)
    return list(Import.objects.filter(Q(state=State.UNDONE) | counted_only).values_list("pk", flat=True))


class LaterRows:
    """The rows of other imports that are about some customers, as far as they stand."""

    def __init__(self, ids: Collection[UUID], import_: Import):
        found = ImportRow.objects.filter(customer__in=ids).exclude(import_id=import_.pk)
        rows = list(found.order_by("pk").defer("raw", "warnings", "detail"))
        files = Import.objects.filter(pk__in={row.import_id for row in rows}).exclude(state=State.UNDONE)
        self._names = {file.pk: file.original_name for file in files if not file.is_dry}
        self._rows: dict[UUID, list[ImportRow]] = {}
        for row in rows:
            if row.import_id in self._names:
                self._rows.setdefault(row.customer_id, []).append(row)

    def of(self, pk: UUID) -> list[ImportRow]:
        """In the order they were written; of a customer whom the import itself added they are all later."""
        return self._rows.get(pk, [])

    def files(self, pk: UUID) -> list[str]:
        """The names of the files that had her."""
        return list(dict.fromkeys(self._names[row.import_id] for row in self.of(pk)))[:3]


class Since:
    """Who changed which field of one customer after an import had.

    `first` and `last` are the import's own changes of each field, the last ones that nobody else's come between.
    """

    def __init__(self):
        self.first: dict[str, FieldChange] = {}
        self.last: dict[str, FieldChange] = {}
        self.later: dict[str, list[FieldChange]] = {}
        self.rows: list[ImportRow] = []
        self.handed_down: list[ImportRow] = []

    def add_own(self, change: FieldChange) -> None:
        if change.field not in self.first or change.field in self.later:
            self.first[change.field] = change
        self.last[change.field] = change
        self.later.pop(change.field, None)

    def add(self, change: FieldChange) -> None:
        self.later.setdefault(change.field, []).append(change)

    def written(self, name: str) -> str | None:
        """What the import left in the field, as the timeline says it; None when it is not on the record."""
        return self.last[name].new if name in self.last else None

    def who(self, name: str, *, only_people: bool = False) -> dict | None:
        """Who changed it since: {why, by, at}; None when nobody did."""
        for change in self.later.get(name, ()):
            if change.origin is None or not only_people:
                by, why = (change.origin.label, FILE) if change.origin else (str(change.by), HAND)
                return {"why": why, "by": by, "at": change.at.isoformat(timespec="seconds")}
        return None

    def hand_down(self, name: str, attribute: str, old: object, label: str = "") -> None:
        """The value that stays was set by a later file: undoing that one gives back what was there before ours."""
        later = self.later.get(name, ())
        if not later or not later[0].origin or name not in self.last:
            return
        for row in self.rows:
            before = row.before or {}
            if row.row == later[0].row and attribute in before and (not label or label in before[attribute]):
                if label:
                    before[attribute][label] = old
                else:
                    before[attribute] = old
                self.handed_down.append(row)
                return

    def hand_down_day(self, old: str | None) -> None:
        """Likewise the last day she asked on, which is no field of the timeline: ours is no day to go back to.

        Too early a day does no harm: whoever undoes those rows looks at the enquiries that are left as well.
        """
        for row in self.rows:
            if row.before and {"last_enquired_at", "enquiry_count"} & row.before.keys():
                row.before["last_enquired_at"] = old
                self.handed_down.append(row)


class LaterValues:
    """`Since` of several customers, read in two queries. `first_rows`: the import's first row about each."""

    def __init__(self, first_rows: dict[UUID, ImportRow], import_: Import, rows: LaterRows):
        ids = list(first_rows)
        changes = FieldChange.objects.filter(customer__in=ids).select_related("origin", "by").order_by("pk")
        self._of = {pk: Since() for pk in ids}
        undone = set(Import.objects.filter(state=State.UNDONE).values_list("origin_id", flat=True))
        for change in changes:
            if change.origin_id == import_.origin_id:
                self._of[change.customer_id].add_own(change)
            elif change.origin_id not in undone:
                self._of[change.customer_id].add(change)
        for pk, first in first_rows.items():
            self._of[pk].rows = [row for row in rows.of(pk) if row.pk > first.pk]

    def of(self, pk: UUID) -> Since:
        return self._of[pk]

    def hand_down(self) -> None:
        """Write what later rows give back from now on."""
        rows = {row.pk: row for since in self._of.values() for row in since.handed_down}
        bulk.update(ImportRow, ("id",), ("before",), [(row.pk, row.before) for row in rows.values()])
