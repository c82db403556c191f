"""What was decided about a set of headers, offered when a file has the same ones again.

It is kept with each import, sheet by sheet, and counts once that import is done: one that was refused, stopped or
undone teaches nothing, and what was known before it holds again.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.timezone import localtime

from imports.mapping import EXPORTED, OURS, Column, Field, signature
from imports.mapping.labels import key
from imports.models import Import, SheetRead, State

LOOKED_AT = 10  # the latest imports with these headers, until one of them can teach
PROOFS = 20  # dates that could only be read one way, before a file without any is read like that
REMEMBERED = "remembered"
OFFERED = ("known", "overwrite", "source", "course")  # where somebody looks before anything is written


@dataclass(frozen=True)
class Remembered:
    """How the last sheet with these headers was read."""

    sheet: SheetRead

    @property
    def import_(self) -> Import:
        return getattr(self.sheet, "import")

    @property
    def words(self) -> str:
        """`Kochi fair.xlsx, 12 Nov`."""
        return file_in_words(self.import_)

    @property
    def date_order(self) -> str:
        """The order in which dates are to be read that could mean either; '' when nothing is known for sure."""
        proofs = self.sheet.proofs.get(self.sheet.date_order, 0)
        return self.sheet.date_order if self.sheet.date_order_chosen or proofs >= PROOFS else ""

    def fitted(self, columns: list[Column]) -> list[Column]:
        """The columns with the fields they had then; what we added to the file ourselves stays what it is."""
        fields = {place: field for place, (_, field) in zip(_places(self.labels), self.sheet.columns, strict=True)}
        own = [column for column in columns if column.why != OURS]
        places = _places(column.label for column in own)
        fitted = {
            column.index: column._replace(field=Field(fields[place]) if fields[place] else None, why=REMEMBERED)
            for column, place in zip(own, places, strict=True)
        }
        return [fitted.get(column.index, column) for column in columns]

    @property
    def labels(self) -> list[str]:
        return [label for label, _ in self.sheet.columns]


def file_in_words(import_: Import) -> str:
    day = localtime(import_.created_at)
    return f"{import_.original_name}, {day.day} {day:%b}"


def _places(labels: Iterable[str]) -> list[tuple[str, int]]:
    """Each label as it is spelt anywhere, and the how manieth it is of its name."""
    seen: Counter = Counter()
    places = []
    for label in labels:
        name = key(label) or label.casefold()
        seen[name] += 1
        places.append((name, seen[name]))
    return places


def key_of(columns: list[Column]) -> str:
    """The key of a set of headers, in any order and spelling; '' for those nothing can be learnt from."""
    own = [column for column in columns if column.why != OURS]
    if any(column.why == EXPORTED for column in own) or sum(bool(key(column.label)) for column in own) < 2:
        return ""
    return signature(own)


def recall(header_key: str) -> Remembered | None:
    """What the last import with these headers that came through decided."""
    if not header_key:
        return None
    done = SheetRead.objects.filter(key=header_key, import__state=State.DONE).select_related("import")
    for sheet in done.order_by("-import_id", "place")[:LOOKED_AT]:
        remembered = Remembered(sheet)
        if sheet.by_person or remembered.import_.rejected * 2 <= remembered.import_.rows:
            return remembered
    return None


def record(import_: Import, sheets: list[SheetRead]) -> None:
    """Keep how an import's sheets are read this time. The caller holds the transaction."""
    SheetRead.objects.filter(import_id=import_.pk).delete()
    SheetRead.objects.bulk_create(sheets)


def offered_options(import_: Import, remembered: Remembered | None) -> dict:
    """The options of an import that is checked first, with what was chosen the last time where nothing is said yet."""
    options = import_.options
    if remembered is None or not import_.is_dry or import_.check_result.get("round"):
        return options
    last = {name: value for name in OFFERED if (value := remembered.import_.options.get(name))}
    said = {name: value for name, value in options.items() if value and (name, value) != ("known", "update")}
    return {**options, **last, **said}


def sheets_to_read(import_: Import, remembered: Remembered | None, names: list[str]) -> list[str]:
    """The sheets that somebody chose the last time, if this file has them and nobody has chosen any yet."""
    if remembered is None or import_.options.get("sheets") or import_.check_result.get("round"):
        return []
    return [name for name in remembered.import_.options.get("sheets") or () if name in names]
