"""What every reader hands to the child: the sheets of one file, each a stream of rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .values import Row

MAX_NOTES = 1_000
MAX_COLUMNS = 16_384  # of the widest grid there is


@dataclass
class Tally:
    """What is only known when a sheet's rows are through."""

    merged: int = 0
    notes: list[tuple[str, dict[str, str | int]]] = field(default_factory=list)

    def note(self, code: str, **detail: str | int) -> None:
        if len(self.notes) < MAX_NOTES:
            self.notes.append((code, detail))


@dataclass
class SheetSource:
    name: str
    rows: Callable[[Tally], Iterator[Row]]
    hidden: bool = False


@dataclass
class BookSource:
    sheets: list[SheetSource]
    encoding: str | None = None
    delimiter: str | None = None


def is_blank(cells: list[Any]) -> bool:
    for cell in cells:  # a loop, for it mostly ends at the first cell
        if cell is not None and cell != "":
            return False
    return True


def column_index(letters: str) -> int:
    """0 for A. Letters beyond Excel's three give a column beyond every limit; no letters at all, too."""
    if not letters.isalpha() or not letters.isascii():
        return MAX_COLUMNS
    index = 0
    for letter in letters[:6].upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def place(cells: list[Any], column: int, value: Any) -> None:
    """Puts a value into a row that may be shorter than that; columns count from 0. Beyond the grid is nothing."""
    if column >= MAX_COLUMNS:
        return
    missing = column + 1 - len(cells)
    if missing > 0:
        cells.extend([None] * missing)
    cells[column] = value
