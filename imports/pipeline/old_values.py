"""The values of one customer before an import: which of them come back, and why the others do not. No query."""

import datetime as dt
from collections.abc import Iterable, Sequence

from customers.actions.imported import Change, Snapshot
from customers.models import Course, Source
from customers.values import shown
from imports.decisions import EXTRA_PREFIX, FILLED, REPLACED
from imports.models import ImportRow, Undo
from imports.pipeline.since import Since

FIELD_LENGTH = 120
GONE = "gone"  # the source or course that was there before is no more
OTHER = "other"  # something else stands there now, and the timeline does not say since when


class Words:
    """The sources and courses that come back, read once; a merged one comes back as the one it was merged into."""

    def __init__(self, rows: Iterable[ImportRow], customers: Iterable[Snapshot]):
        befores = [row.before or {} for row in rows]
        customers = list(customers)
        self._found = {}
        for attribute, model in (("source_id", Source), ("course_id", Course)):
            ids = {before.get(attribute) for before in befores} | {getattr(known, attribute) for known in customers}
            found = model.objects.filter(pk__in=ids - {None}).select_related("merged_into")
            self._found[attribute] = {word.pk: word.merged_into or word for word in found}

    def has(self, attribute: str, pk: int | None) -> bool:
        return pk is None or pk in self._found[attribute]

    def id_of(self, attribute: str, pk: int | None) -> int | None:
        return None if pk is None else self._found[attribute][pk].pk

    def name_of(self, attribute: str, pk: int | None) -> str:
        return "" if pk is None else self._found[attribute][pk].name


class OldValues:
    """`rows`: what the import did to her, in the order of the file."""

    def __init__(
        self, known: Snapshot, rows: Sequence[ImportRow], since: Since, words: Words, asked_else: dt.date | None
    ):
        self.known, self.since, self.words, self.asked_else = known, since, words, asked_else
        self.rows = [row for row in rows if row.before]
        self.back: list[str] = []
        self.kept: dict[str, dict] = {}
        self.numbers: list[str] = []

    def give_back(self) -> None:
        """Set the old values in the snapshot, note down each for the timeline, and tell which stay."""
        for attribute in (*REPLACED, *FILLED):
            if befores := [row for row in self.rows if attribute in row.before]:
                name = attribute.removesuffix("_id")
                self._give_back(name, attribute, self._first(name, befores).before[attribute])
        for label in dict.fromkeys(label for row in self.rows for label in row.before.get("extra", {})):
            name = f"{EXTRA_PREFIX}{label}"[:FIELD_LENGTH]
            befores = [row for row in self.rows if label in row.before.get("extra", {})]
            self._give_back_extra(name, label, self._first(name, befores).before["extra"][label])
        self._take_numbers()
        self._last_day()

    def _first(self, name: str, rows: Sequence[ImportRow]) -> ImportRow:
        """The row whose old value is the one from before the import (rows may be decided later than others)."""
        first = self.since.first.get(name)
        return next((row for row in rows if first and row.row == first.row), rows[0])

    def _why_not(self, name: str, now: str | None) -> dict | None:
        """`now`: what stands there, as the import would have put it into the timeline; None when that says nothing."""
        if who := self.since.who(name):
            return who
        written = self.since.written(name)
        if now is not None and written is not None and now != written:
            return {"why": OTHER}
        return None

    def _give_back(self, name: str, attribute: str, old) -> None:
        now = getattr(self.known, attribute)
        is_word = attribute.endswith("_id")
        why = self._why_not(name, None if is_word else shown(now))  # a word may have been renamed, or merged
        if not why and is_word and not self.words.has(attribute, old):
            why = {"why": GONE}
        if why:
            self.kept[name] = why
            self.since.hand_down(name, attribute, old)
            return
        if is_word:
            texts = self.words.name_of(attribute, now), self.words.name_of(attribute, old)
            old = self.words.id_of(attribute, old)
        else:
            old = dt.date.fromisoformat(old) if attribute == "date" and old else old
            texts = shown(now), shown(old)
        setattr(self.known, attribute, old)
        self._done(name, *texts)

    def _give_back_extra(self, name: str, label: str, old: str | None) -> None:
        now = self.known.extra.get(label)
        if why := self._why_not(name, now or ""):
            self.kept[name] = why
            self.since.hand_down(name, "extra", old, label)
            return
        extra = {key: value for key, value in self.known.extra.items() if key != label}
        self.known.extra = extra if old is None else {**extra, label: old}
        self._done(name, shown(now), shown(old))

    def _done(self, name: str, now: str, old: str) -> None:
        self.back.append(name)
        self.known.changes.append(Change(name, now, old, None))

    def _take_numbers(self) -> None:
        """The numbers it added go, unless a person has gone through them since and left them in."""
        added = [number for row in self.rows for number in row.before.get("numbers", ())]
        if not added:
            return
        if why := self.since.who("extra_phones", only_people=True):
            self.kept["extra_phones"] = why
            return
        self.numbers = [number for number in dict.fromkeys(added) if number in self.known.numbers]
        self.back.append("extra_phones")

    def _last_day(self) -> None:
        """When she asked last, as far as the import had to do with it: before it, or through somebody else."""
        old = next((row.before["last_enquired_at"] for row in self.rows if "last_enquired_at" in row.before), 0)
        if old == 0:
            return
        self.since.hand_down_day(old)
        days = [dt.date.fromisoformat(old) if old else None, self.asked_else]
        self.known.last_enquired_at = max(filter(None, days), default=None)

    def said_of(self, row: ImportRow) -> tuple[Undo, dict]:
        """What became of one row: its code, and which of its values are back or stay, and why."""
        names = _names(row.before or {})
        kept = {name: self.kept[name] for name in names if name in self.kept}
        said = {"back": [name for name in names if name in self.back], "kept": kept}
        return Undo.STAYS if kept else Undo.BACK, {key: value for key, value in said.items() if value}


def _names(before: dict) -> list[str]:
    """The fields that a row changed, by the names of the timeline."""
    names = [key.removesuffix("_id") for key in before if key in (*REPLACED, *FILLED)]
    names += [f"{EXTRA_PREFIX}{label}"[:FIELD_LENGTH] for label in before.get("extra", {})]
    return [*names, "extra_phones"] if "numbers" in before else names
