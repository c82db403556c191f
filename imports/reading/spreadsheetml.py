"""XML Spreadsheet 2003, the single XML file that portals like to call .xls, as a stream.

Elements and attributes after Microsoft's "XML Spreadsheet Reference" (Office 2003): Index, MergeAcross, MergeDown,
Hidden; Data of type String, Number, DateTime, Boolean or Error.
"""

import datetime
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from .merged import Area, MergedAreas
from .number_formats import plain_number
from .options import Limits, Options
from .parts import RowParser, feed, local, safe_parser
from .source import MAX_COLUMNS, BookSource, SheetSource, Tally, place
from .spans import count
from .values import CellError, NoValue, Row

CHUNK = 64 * 1024
MAX_ROW = 10_000_000


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """Raises Refused: unreadable_file, xml_entities_forbidden."""
    sheets = []
    for position, (name, hidden) in enumerate(_names(file)):
        sheets.append(SheetSource(name, partial(_rows, file, position), hidden))
    return BookSource(sheets)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """From the first tag on: some write a blank line before the declaration, where XML allows nothing."""
    file.seek(0)
    first = file.read(CHUNK)
    yield first.lstrip(b" \t\r\n")
    while chunk := file.read(CHUNK):
        yield chunk


def _names(file: BinaryIO) -> list[tuple[str, bool]]:
    names: list[str] = []
    hidden: set[int] = set()
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(local(name))
        if path[-1] == "Worksheet":
            names.append(_plain(attributes).get("Name", ""))

    def end(name: str) -> None:
        path.pop()

    def text(data: str) -> None:
        if path[-1] == "Visible" and "Hidden" in data and names:
            hidden.add(len(names) - 1)

    parser = safe_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    for _ in feed(parser, _chunks(file)):
        pass
    return [(name, position in hidden) for position, name in enumerate(names)]


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    return {local(key): value for key, value in attributes.items()}


def _rows(file: BinaryIO, position: int, tally: Tally) -> Iterator[Row]:
    merged = MergedAreas(tally)
    for row in TableParser(position, merged).rows(_chunks(file)):
        merged.fill(row.number, row.cells)
        yield row


class TableParser(RowParser):
    """The rows of the worksheet at one position."""

    def __init__(self, position: int, merged: MergedAreas):
        super().__init__()
        self._skip = position + 1  # worksheets to come, the wanted one included
        self._merged = merged
        self._number = 0
        self._row: list[Any] = []
        self._hidden = False
        self._span = 0
        self._column = -1
        self._in_comment = False
        self._cell: dict[str, str] = {}
        self._type: str | None = None
        self._starts = {"Row": self._start_row, "Cell": self._start_cell, "Data": self._start_data}
        self._ends = {"Row": self._end_row, "Cell": self._end_cell, "Data": self._end_data}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "Worksheet":
            self._skip -= 1
        elif name == "Comment":  # has Data of its own
            self._in_comment = True
        elif self._skip == 0 and name in self._starts and not self._in_comment:
            self._starts[name](_plain(attributes))

    def _end(self, name: str) -> None:
        name = local(name)
        if name == "Comment":
            self._in_comment = False
        elif self._skip == 0 and name in self._ends and not self._in_comment:
            self._ends[name]()

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._number = count(attributes.get("Index"), default=self._number + 1, limit=MAX_ROW)
        self._span = count(attributes.get("Span"), default=0)  # further rows of the same format, without cells
        self._hidden = attributes.get("Hidden") == "1" or attributes.get("Height") == "0"
        self._row = []
        self._column = -1

    def _end_row(self) -> None:
        self._done.append(Row(self._number, self._row, self._hidden))
        self._number += self._span

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column = count(attributes.get("Index"), default=self._column + 2) - 1
        self._cell = attributes
        self._text = self._type = None

    def _end_cell(self) -> None:
        value = self._value()
        if value is not None:
            place(self._row, self._column, value)
            last = self._number + count(self._cell.get("MergeDown"), default=0)
            self._merged.announce(Area(self._number, last, self._column))
        self._column = min(self._column + count(self._cell.get("MergeAcross"), default=0), MAX_COLUMNS)

    def _start_data(self, attributes: dict[str, str]) -> None:
        self._type = attributes.get("Type", "String")
        self._text = ""
        self._listen()

    def _end_data(self) -> None:
        self._stop_listening()

    def _value(self) -> Any:
        if not self._text:
            return NoValue() if "Formula" in self._cell and self._text is None else None
        match self._type:
            case "Number":
                return plain_number(self._text.strip())
            case "DateTime":
                return _date(self._text.strip())
            case "Boolean":
                return self._text.strip() == "1"
            case "Error":
                return CellError(self._text)
        return self._text.replace("\r\n", "\n").replace("\r", "\n")


def _date(text: str) -> Any:
    """2026-03-05T00:00:00.000 as a date; a time of day is written on Excel's day zero, 1899-12-31."""
    try:
        moment = datetime.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text
    if moment.date() == datetime.date(1899, 12, 31):
        return moment.time()
    return moment.date() if moment.time() == datetime.time() else moment
