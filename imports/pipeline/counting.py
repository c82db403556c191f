"""Slices of a file that somebody checks first: counted with nothing written, and later written as they were shown."""

from collections import Counter
from collections.abc import Sequence

from customers.actions.imported import Snapshot
from customers.values import shown
from imports.decisions import EXTRA_PREFIX, apply
from imports.models import ImportRow, Outcome
from imports.pipeline.slices import Slice, Surroundings, incoming_of
from imports.pipeline.staged import Staged, rows_numbered
from imports.reasons import Reason

OTHER_NAME = Reason.DIFFERENT_NAME.value
TEXT = 300  # of an old and a new value, as the check shows them


class _Telling(Slice):
    """Knows of each row which values it changes in a customer we know: {row number: [[field, old, new], …]}."""

    keeps_ready_receipts = False  # each is compared with the check's

    def __init__(self, around: Surroundings, rows: Sequence[Staged]):
        super().__init__(around, rows)
        self.differences: dict[int, list[list[str]]] = {}

    def _update(self, row: Staged, known: Snapshot, *, named_by_id: bool) -> None:
        before = len(known.changes)
        self._known = known
        super()._update(row, known, named_by_id=named_by_id)
        if said := [[_label(c.field), c.old[:TEXT], c.new[:TEXT]] for c in known.changes[before:]]:
            self.differences[row.number] = said

    def _taken_out(self) -> dict[int, tuple[str, list]]:
        """Delete what the last count said of these rows; gives back {row number: (what it is, differences)}."""
        first, last = self.rows[0].number, self.rows[-1].number
        old = ImportRow.objects.filter(import_id=self.import_.pk, number__gte=first, number__lte=last)
        said = {
            number: (kind(outcome, reason), detail.get("differences", []))
            for number, outcome, reason, detail in old.values_list("number", "outcome", "reason", "detail")
        }
        old.delete()
        return said


class Counted(_Telling):
    """Nothing is written but the receipts, which also say what each row would change and what would be kept."""

    def _look_up(self) -> None:
        super()._look_up()
        self._repeat_earlier()

    def _repeat_earlier(self) -> None:
        """What earlier slices would have changed in this one's customers is done again to what is known of them."""
        if not self.known.by_id:
            return
        before = self.rows[0].number
        receipts = ImportRow.objects.filter(import_id=self.import_.pk, number__lt=before, outcome=Outcome.UPDATED)
        whom = dict(receipts.filter(customer__one_of=self.known.by_id).values_list("number", "customer_id"))
        if not whom:
            return
        rows = [fill_in(row, self.import_.options) for row in rows_numbered(self.import_, whom)]
        for field, words in self.around.words.items():
            words.learn(row.values[field] for row in rows if field in row.values)
        for row in rows:
            known = self.known.by_id[whom[row.number]]
            is_named = bool(row.customer_id) and self.known.with_id(row.customer_id) is known
            incoming = incoming_of(row, self.around.words, named_by_id=is_named)
            apply(known, incoming, self.around.policy, self._name_of)

    def _receipt(self, row: Staged, outcome: str, *, detail=None, before=None, **more) -> None:
        kept = [[w["column"], self._typed(w["column"]), w["text"]] for w in row.warnings if w["code"] == _KEPT]
        super()._receipt(row, outcome, detail={**(detail or {}), **({"kept": kept} if kept else {})}, **more)

    def _typed(self, name: str) -> str:
        """What a person has typed there."""
        if name in self.around.words:
            return self._name_of(name, getattr(self._known, f"{name}_id"))
        return shown(getattr(self._known, name))[:TEXT]

    def _keep_receipts(self) -> None:
        self._taken_out()
        for _import, number, *rest in self.receipts:
            if number in self.differences:
                rest[_DETAIL]["differences"] = self.differences[number]
        super()._keep_receipts()


class Confirmed(_Telling):
    """Written for good: each receipt takes the place of the check's, and what turned out otherwise is counted."""

    def __init__(self, around: Surroundings, rows: Sequence[Staged]):
        super().__init__(around, rows)
        self.otherwise: Counter = Counter()  # "created>unchanged" -> rows

    def _keep_receipts(self) -> None:
        said = self._taken_out()
        for _import, number, _sheet, _row, outcome, reason, *_rest in self.receipts:
            now = kind(str(outcome), str(reason))
            was, differences = said.get(number, (now, self.differences.get(number, [])))
            if was != now or (now == Outcome.UPDATED and differences != self.differences.get(number, [])):
                self.otherwise[f"{was}>{now}"] += 1
        super()._keep_receipts()


_KEPT = Reason.KEPT_HAND_EDIT.value
_DETAIL = 5  # in a receipt, after its import and its number


def kind(outcome: str, reason: str) -> str:
    """What the check counts a row as: its outcome, apart from the names that somebody has to decide about."""
    return OTHER_NAME if reason == OTHER_NAME else str(outcome)


def fill_in(row: Staged, options: dict) -> Staged:
    """The row with the source and the course that were chosen for those that bring none."""
    if not row.reason:
        for field in ("source", "course"):
            if chosen := options.get(field):
                row.values.setdefault(field, chosen)
    return row


def _label(field: str) -> str:
    return field.removeprefix(EXTRA_PREFIX)
