"""What every reader hands to the child: the sheets of one file, each a stream of rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .values import Row

MAX_NOTES = 1_000


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
    return all(cell is None or cell == "" for cell in cells)


def place(cells: list[Any], column: int, value: Any) -> None:
    """Puts a value into a row that may be shorter than that (columns count from 0)."""
    missing = column + 1 - len(cells)
    if missing > 0:
        cells.extend([None] * missing)
    cells[column] = value
