"""From the labels of a sheet, and a look at its values, to what each column fills."""

import hashlib
import re
from collections.abc import Iterable, Sequence

from crm.lib import exported
from crm.lib.text import cell_text, clean_line
from imports.mapping.fields import EXPORTED, MARK, OURS, OWN_COLUMNS, Column, Field
from imports.mapping.labels import Guess, guess, key, name_part, words
from imports.mapping.values import Profile, profile
from imports.mapping.words import NEVER_A_PHONE, STAFF

# Any number of columns may fill these; each other field is filled by one.
_MANY = frozenset({Field.OTHER_PHONE})
_UNLIKELY = 2000  # added to the rank of a label that its values contradict
_MISSING = re.compile(r"Column [A-Z]{1,3}(?: \(\d+\))?")
_PERSON_OR_NUMBER = frozenset({"contact", "contacts", "contactdetails", "contactinfo", "student", "customer"})


def map_columns(labels: Sequence, sample_rows: Iterable = (), chosen: dict[str, str] | None = None) -> list[Column]:
    """What each column fills.

    `labels` are header cells (or Columns, to map anew); `sample_rows` some rows below them; `chosen` maps labels to
    field values, '' for none, and outweighs every guess. A name in parts gives several NAME columns, first name first
    by `labels.name_part`. Raises ValueError for a chosen field that does not exist.
    """
    labels = unique_labels([label.label if isinstance(label, Column) else label for label in labels])
    ours = _ours(labels)
    rows = [] if ours else [row.cells for row in sample_rows]  # problem rows are no fair sample: their names say it all
    profiles = [profile(cells[index] for cells in rows if index < len(cells)) for index in range(len(labels))]
    settled = ours | _exported(labels) | _chosen(labels, chosen or {})
    guesses = {
        index: _checked(guess(label), label, profiles[index])
        for index, label in enumerate(labels)
        if index not in settled and not _MISSING.fullmatch(label)
    }
    likely = {index: found for index, found in guesses.items() if found and found.rank < _UNLIKELY}
    settled |= _best(likely, taken=_fields(settled))
    _add_name_parts(settled, labels)
    _add_by_values(settled, labels, profiles)
    settled = _best(guesses, taken=_fields(settled)) | settled
    if Field.PHONE not in _fields(settled):
        _promote_other_phone(settled)
    return [Column(index, label, *settled.get(index, (None, ""))) for index, label in enumerate(labels)]


def unique_labels(labels: Sequence) -> list[str]:
    """Every column's name as shown: 'Column C' where none is given, 'Phone (2)' for the second 'Phone'."""
    seen: set[str] = set()
    unique = []
    for index, label in enumerate(labels):
        text = clean_line(cell_text(label)) or f"Column {letters(index)}"
        name, number = text, 2
        while name in seen:
            name, number = f"{text} ({number})", number + 1
        seen.add(name)
        unique.append(name)
    return unique


def signature(labels: Iterable) -> str:
    """A key for a set of headers that stays the same when columns move or are spelt with another case or dash."""
    keys = sorted(filter(None, map(key, (label.label if isinstance(label, Column) else label for label in labels))))
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32]


def letters(index: int) -> str:
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters


# -- what was chosen, what is written above, what stands below ------------------------------------------------------

_Settled = dict[int, tuple[Field | None, str]]  # column index -> field, why


def _ours(labels: list[str]) -> _Settled:
    """The columns that we added to a list of problem rows, and those that we marked there as filling no field.

    A file that has but one of ours means its own.
    """
    own = {label.casefold() for label in OWN_COLUMNS}
    found = {index: (None, OURS) for index, label in enumerate(labels) if label.casefold() in own}
    if len(found) < len(own):
        return {}
    marks = {index: (None, OURS) for index, label in enumerate(labels) if label == MARK and index > max(found)}
    kept = {index: (None, EXPORTED) for index, label in enumerate(labels) if label.startswith(exported.EXTRA)}
    return found | marks | kept


_EXPORTED_FIELDS = {
    exported.CUSTOMER_ID: Field.CUSTOMER_ID,
    exported.NAME: Field.NAME,
    exported.PHONE: Field.PHONE,
    exported.AREA: Field.AREA,
    exported.DATE: Field.DATE,
    exported.COURSE: Field.COURSE,
    exported.SOURCE: Field.SOURCE,
    exported.STATUS: Field.STATUS,
    exported.OWNER: Field.OWNER,
    exported.FOLLOW_UP: Field.FOLLOW_UP,
    exported.EMAIL: Field.EMAIL,
    exported.REMARK: Field.REMARK,
}


def _exported(labels: list[str]) -> _Settled:
    """The columns of a list that we exported; a column that somebody added to it is mapped like any other."""
    if not exported.is_exported(labels):
        return {}
    found: _Settled = {}
    for index, label in enumerate(labels):
        if field := _EXPORTED_FIELDS.get(label):
            found[index] = (field, EXPORTED)
        elif re.fullmatch(rf"{exported.FURTHER}(?: \d+)?", label):
            found[index] = (Field.OTHER_PHONE, EXPORTED)
        elif label in exported.TOLD or label == exported.MORE:
            found[index] = (None, OURS)
        elif label.startswith(exported.EXTRA):
            found[index] = (None, EXPORTED)
    return found


def _chosen(labels: list[str], chosen: dict[str, str]) -> _Settled:
    return {
        index: (Field(chosen[label]) if chosen[label] else None, "chosen")
        for index, label in enumerate(labels)
        if label in chosen
    }


def _fields(settled: _Settled) -> set[Field | None]:
    return {field for field, _ in settled.values()}


def _checked(found: Guess | None, label: str, values: Profile) -> Guess | None:
    """The guess in the light of the values: a 'WhatsApp' column of yes and no is no number, 'Contact' may be a name."""
    if found is None or found.field not in (Field.PHONE, Field.OTHER_PHONE) or not values.filled or values.digits:
        return found
    if key(label) in _PERSON_OR_NUMBER and values.mostly(values.words):
        return Guess(Field.NAME, _UNLIKELY, "values")
    if values.mostly(values.words, share=0.9) and found.field is Field.PHONE:
        return found._replace(rank=found.rank + _UNLIKELY)
    return found


def _best(guesses: dict[int, Guess | None], taken: set) -> _Settled:
    """One column for each field; the other phone columns are kept as further numbers."""
    settled: _Settled = {}
    ordered = sorted((found.rank, index, found) for index, found in guesses.items() if found)
    for rank, index, found in ordered:
        field = found.field
        if field in taken and field not in _MANY:
            field = Field.OTHER_PHONE if field is Field.PHONE and rank < _UNLIKELY else None
        if field:
            settled[index] = (field, found.why)
            taken.add(field)
    return settled


def _promote_other_phone(settled: _Settled) -> None:
    """A sheet that has the parents' numbers only: they are how the aspirant is reached."""
    others = [index for index, (field, why) in settled.items() if field is Field.OTHER_PHONE and why != "chosen"]
    if others:
        settled[min(others)] = (Field.PHONE, settled[min(others)][1])


def _add_name_parts(settled: _Settled, labels: list[str]) -> None:
    """'First Name' and 'Last Name' fill the name together, unless one column has the whole of it."""
    parts = {index: name_part(label) for index, label in enumerate(labels) if index not in settled}
    parts = {index: part for index, part in parts.items() if part is not None}
    whole = [index for index, (field, _) in settled.items() if field is Field.NAME]
    if whole and (0 in parts.values() or not key(labels[whole[0]]).endswith("name")):
        return
    if whole and any(word in words(labels[whole[0]]).split() for word in ("full", "complete")):
        return
    if not whole and not {0, 2} & set(parts.values()):
        return
    settled.update({index: (Field.NAME, "synonym") for index in parts})


def _add_by_values(settled: _Settled, labels: list[str], profiles: list[Profile]) -> None:
    """Fields that no label gave, found by what stands in the columns."""
    fields = _fields(settled)
    free = [index for index in range(len(labels)) if index not in settled]
    if Field.PHONE not in fields:
        phones = [index for index in free if _could_be_phone(labels[index], profiles[index])]
        phones.sort(key=lambda index: (-profiles[index].mobiles, index))
        for position, index in enumerate(phones):
            settled[index] = (Field.OTHER_PHONE if position else Field.PHONE, "values")
    free = [index for index in free if index not in settled]
    if Field.EMAIL not in fields:
        _first_like(settled, Field.EMAIL, [i for i in free if profiles[i].mostly(profiles[i].emails, share=0.8)])
    unlabelled = [index for index in free if _MISSING.fullmatch(labels[index]) and index not in settled]
    if Field.DATE not in fields:
        _first_like(settled, Field.DATE, [i for i in unlabelled if profiles[i].mostly(profiles[i].dates, share=0.8)])
    if Field.COURSE not in fields:
        _first_like(
            settled, Field.COURSE, [i for i in unlabelled if profiles[i].mostly(profiles[i].courses, share=0.8)]
        )
    texts = [i for i in unlabelled if i not in settled and profiles[i].mostly(profiles[i].words)]
    for field in (Field.NAME, Field.AREA, Field.REMARK):  # the usual order of a sheet without a header
        if field not in fields and texts:
            _first_like(settled, field, [texts.pop(0)])


def _first_like(settled: _Settled, field: Field, indexes: list[int]) -> None:
    if indexes:
        settled[indexes[0]] = (field, "values")


def _could_be_phone(label: str, values: Profile) -> bool:
    said = set(words(label).split())
    return values.mostly(values.mobiles) and not said & (NEVER_A_PHONE | STAFF)
