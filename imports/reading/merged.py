"""Merged areas: a value written once that stands for several rows.

Only the first column of an area is filled, and only in rows that hold something of their own: a merged blank is no row.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .source import Tally, is_blank, place

MAX_AREAS = 100_000


class Area(NamedTuple):
    """Rows as the spreadsheet numbers them, column from 0."""

    first_row: int
    last_row: int
    column: int


@dataclass
class _Active:
    last_row: int
    value: Any
    counted: bool = False


class MergedAreas:
    """Rows go through `fill` in the order of the sheet; areas are known before (xlsx, xls) or announced on the way."""

    def __init__(self, tally: Tally, areas: Iterable[Area] = ()):
        self._tally = tally
        tall = sorted(area for area in areas if area.last_row > area.first_row)
        self._waiting = deque(tall[:MAX_AREAS])
        self._active: dict[int, _Active] = {}

    def announce(self, area: Area) -> None:
        """An area that begins in the row which is handed to `fill` next."""
        if area.last_row > area.first_row:
            self._waiting.append(area)

    def fill(self, number: int, cells: list[Any]) -> None:
        if self._active and not is_blank(cells):
            self._fill_active(number, cells)
        while self._waiting and self._waiting[0].first_row <= number:
            self._begin(self._waiting.popleft(), number, cells)

    def _fill_active(self, number: int, cells: list[Any]) -> None:
        for column, area in list(self._active.items()):
            if area.last_row < number:
                del self._active[column]
            elif column >= len(cells) or cells[column] in (None, ""):
                place(cells, column, area.value)
                self._tally.merged += not area.counted
                area.counted = True

    def _begin(self, area: Area, number: int, cells: list[Any]) -> None:
        value = cells[area.column] if area.first_row == number and area.column < len(cells) else None
        if value not in (None, ""):
            self._active[area.column] = _Active(area.last_row, value)
