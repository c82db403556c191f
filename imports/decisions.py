"""What one row of a file does to a customer whom we know. Pure: no query, nothing written.

A person's edit outlives a file: a file fills blanks and replaces what only files have set; a blank cell erases nothing;
date and source of the first touch stay; status and owner are never touched. The manager may choose otherwise
(`Policy`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from crm.lib.text import fold, same_person
from crm.lib.workbooks import CELL_LENGTH
from customers.actions.imported import Asked, Change, Snapshot
from customers.models.customer import edit_bit
from customers.values import shown

UPDATE, SKIP, FILL, OVERWRITE = "update", "skip", "fill", "overwrite"
REPLACED = ("name", "area", "remark", "email", "course_id")
FILLED = ("date", "source_id")
_ATTRIBUTES = (*REPLACED, *FILLED)
EXTRA_PREFIX = "extra: "
_LONGEST_FIELD = 120
_TRIMMED = 100  # white space at the end of a cell that was cut off, and one guarding apostrophe


@dataclass(frozen=True, slots=True)
class Policy:
    """What a file may do to customers we know; `overwrite` names the fields it wins in, hand-edited or not."""

    known: str = UPDATE
    overwrite: frozenset[str] = frozenset()


@dataclass(slots=True)
class Incoming:
    """A row's values, with its source and course looked up."""

    phone: str
    sheet: str
    row: int
    name: str = ""
    area: str = ""
    date: dt.date | None = None
    remark: str = ""
    email: str = ""
    source_id: int | None = None
    course_id: int | None = None
    extra: dict[str, str] = field(default_factory=dict)
    extra_phones: Sequence[str] = ()
    named_by_id: bool = False  # the row says by id whom it means, so another name is a correction


@dataclass(slots=True)
class Effect:
    """What a row did to a known customer. `before` is what undoing it takes."""

    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # fields where a person's edit stood against the file
    enquired_again: bool = False
    before: dict = field(default_factory=dict)

    @property
    def is_update(self) -> bool:
        return bool(self.changed or self.enquired_again)


def meant(candidates: Sequence[Snapshot], name: str) -> Snapshot | None:
    """Whom of those at a number a row means by its name: equal, then contained or blank. None: nobody there."""
    if not candidates:
        return None
    key = fold(name)
    for known in candidates:
        if key and (known.name == name or fold(known.name) == key):
            return known
    matching = [known for known in candidates if same_person(known.name, name)]
    named = [known for known in matching if known.name]
    return (named or matching or [None])[0]


def apply(known: Snapshot, row: Incoming, policy: Policy, name_of) -> Effect:
    """Change `known` as `row` and `policy` say, and tell what changed.

    `name_of(field, id)` is the name of a source or a course, for the timeline.
    """
    effect = Effect()
    if policy.known == SKIP:
        return effect
    _ask_again(known, row, effect)
    for attribute in _ATTRIBUTES:
        old, new = getattr(known, attribute), getattr(row, attribute)
        if new and new != old and not _cut_off(old, new):
            _set(known, attribute, row, policy, effect, name_of)
    _add_extra(known, row, policy, effect)
    _add_numbers(known, row, effect)
    return effect


def _set(known: Snapshot, attribute: str, row: Incoming, policy: Policy, effect: Effect, name_of) -> None:
    old, new = getattr(known, attribute), getattr(row, attribute)
    name = attribute.removesuffix("_id")
    if name not in policy.overwrite:
        if old and (policy.known == FILL or attribute in FILLED):
            return
        if known.hand_edited & edit_bit(name):
            if fold(shown(new)) != fold(shown(old)):
                effect.kept.append(name)
            return
        if attribute == "name" and not row.named_by_id and not _fuller(new, old):
            return
    setattr(known, attribute, new)
    effect.changed.append(name)
    effect.before.setdefault(attribute, old.isoformat() if isinstance(old, dt.date) else old)
    if attribute.endswith("_id"):
        old, new = name_of(name, old), name_of(name, new)
    known.changes.append(Change(name, shown(old), shown(new), row.row))
    if attribute == "date":
        _date_filled(known, new if isinstance(new, dt.date) else row.date, effect)


def _cut_off(old: object, new: object) -> bool:
    """Whether `new` is `old` as far as an Excel cell can hold it: what a program cut off was erased by nobody."""
    at_the_limit = isinstance(old, str) and isinstance(new, str) and CELL_LENGTH - _TRIMMED <= len(new) < len(old)
    return at_the_limit and old.startswith(new)


def _says_what_we_know(known: Snapshot, text: str) -> bool:
    """Whether a cell that could not be read as a date or an address is just how we write ours."""
    return text in (known.email, shown(known.date))


def _fuller(new: str, old: str) -> bool:
    """Of two names of one person the one that says more stays: 'Asha K Nair' replaces 'Asha', never the other way."""
    return len(fold(new)) > len(fold(old))


def _date_filled(known: Snapshot, day: dt.date, effect: Effect) -> None:
    if known.last_enquired_at is None or known.last_enquired_at < day:
        effect.before.setdefault("last_enquired_at", _iso(known.last_enquired_at))
        known.last_enquired_at = day


def _ask_again(known: Snapshot, row: Incoming, effect: Effect) -> None:
    """A later date, or another source or course than in any of her enquiries, is one more enquiry."""
    last = max(filter(None, [known.last_enquired_at, known.date]), default=None)  # a person may have corrected the date
    is_later = bool(row.date and last and row.date > last)
    other_source = bool(row.source_id and known.sources and row.source_id not in known.sources)
    other_course = bool(row.course_id and known.courses and row.course_id not in known.courses)
    if row.source_id:
        known.sources.add(row.source_id)
    if row.course_id:
        known.courses.add(row.course_id)
    if not (is_later or other_source or other_course):
        return
    known.asked.append(Asked(row.date, row.source_id, row.course_id, row.sheet, row.row))
    effect.enquired_again = True
    effect.before["enquiry_count"] = known.enquiry_count
    known.enquiry_count += 1
    if is_later:
        effect.before["last_enquired_at"] = _iso(known.last_enquired_at)
        known.last_enquired_at = row.date


def _add_extra(known: Snapshot, row: Incoming, policy: Policy, effect: Effect) -> None:
    for label, new in row.extra.items():
        old = known.extra.get(label)
        if (
            not new
            or new == old
            or (old and policy.known == FILL)
            or _cut_off(old, new)
            or _says_what_we_know(known, new)
        ):
            continue
        known.extra = {**known.extra, label: new}
        effect.changed.append("extra")
        effect.before.setdefault("extra", {}).setdefault(label, old)
        known.changes.append(Change(f"{EXTRA_PREFIX}{label}"[:_LONGEST_FIELD], shown(old), new, row.row))


def _add_numbers(known: Snapshot, row: Incoming, effect: Effect) -> None:
    new = [number for number in dict.fromkeys([row.phone, *row.extra_phones]) if number not in known.numbers]
    if not new:
        return
    before = ", ".join(sorted(known.numbers - {known.phone_number}))
    known.numbers.update(new)
    known.new_numbers += new
    effect.changed.append("extra_phones")
    effect.before["numbers"] = new
    after = ", ".join(sorted(known.numbers - {known.phone_number}))
    known.changes.append(Change("extra_phones", before, after, row.row))


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
