"""The rows of one xlsx sheet, as a stream."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from .archive import Archive
from .merged import Area, MergedAreas
from .number_formats import plain_number
from .parts import RowParser, as_utf8, local
from .plain_rows import PlainRows, is_hidden
from .refused import Refused
from .shared_strings import clean
from .source import Tally, column_index, place
from .values import CellError, NoValue, Row

_MERGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([A-Za-z]+)(\d+):([A-Za-z]+)(\d+)[\"']")
NO_VALUE = NoValue()


def read_rows(
    archive: Archive, part: str, strings: list[str], numbers: list[Callable[[str], Any]], tally: Tally
) -> Iterator[Row]:
    """The part is read twice: merged areas stand behind the cells they are needed for."""
    merged = MergedAreas(tally, _merged_areas(archive.chunks(part)))
    cells = Cells(strings, numbers)
    for row in sheet_rows(cells, archive.chunks(part)):
        merged.fill(row.number, row.cells)
        yield row


def sheet_rows(cells: "Cells", chunks: Iterator[bytes]) -> Iterator[Row]:
    """By patterns as long as the XML is written the way nearly all programs write it, then by the parser."""
    plain = PlainRows(cells)
    yield from plain.rows(chunks)
    if plain.rest is not None:
        yield from SheetParser(cells, plain.number).rows(chain([plain.rest], chunks))


def _merged_areas(chunks: Iterable[bytes]) -> Iterator[Area]:
    """Looks through the bytes: the XML proper is parsed, and refused if need be, when the rows are read."""
    kept = b""
    for chunk in as_utf8(chunks):
        window = kept + chunk
        end = 0
        for match in _MERGE.finditer(window) if b"mergeCell" in window else ():
            first_column, first_row, _, last_row = match.groups()
            if len(first_row) < 9 and len(last_row) < 9:
                yield Area(int(first_row), int(last_row), column_index(first_column.decode()))
            end = match.end()
        kept = window[max(end, len(window) - 500) :]


class Cells:
    """From what stands in a cell's XML to its value."""

    def __init__(self, strings: list[str], numbers: list[Callable[[str], Any]]):
        self._strings = strings
        self._numbers = numbers
        self._by_kind = {"s": self._shared, "str": clean, "inlineStr": clean, "b": _boolean, "e": CellError, "d": _iso}

    def value(self, kind: str | None, style: str | None, text: str | None, formula: bool) -> Any:
        """`kind` and `style` are the attributes t and s, `text` what stands in v or is (None: there is neither)."""
        return self.reader(kind, style)(text) if text else self.empty(kind, text, formula)

    def empty(self, kind: str | None, text: str | None, formula: bool) -> Any:
        """<f>…</f><v></v> is an empty text when the cell says it is text; else nobody has calculated it yet."""
        return NO_VALUE if formula and (text is None or kind != "str") else None

    def reader(self, kind: str | None, style: str | None) -> Callable[[str], Any]:
        return self._by_kind.get(kind) or self._number_reader(style)

    def _number_reader(self, style: str | None) -> Callable[[str], Any]:
        index = int(style) if style and style.isdecimal() and len(style) < 9 else 0
        return self._numbers[index] if index < len(self._numbers) else plain_number

    def _shared(self, text: str) -> str:
        try:
            index = int(text)
            return self._strings[index]
        except (ValueError, IndexError) as error:
            raise Refused("unreadable_file", missing="sharedStrings") from error


def _boolean(text: str) -> bool:
    return text.strip().lower() in ("1", "true")


def _iso(text: str) -> Any:
    """A cell of type d, as strict workbooks have it: local time, whatever zone it claims."""
    try:
        moment = datetime.datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return text
    return moment.date() if moment.time() == datetime.time() else moment


class SheetParser(RowParser):
    """Rows out of a sheet's XML by expat, whatever prefixes, encoding, order and omissions it was written with."""

    def __init__(self, cells: Cells, number: int = 0):
        super().__init__()
        self._value = cells.value
        self._number = number  # of the row that is being read, or was read last
        self._row: list[Any] = []
        self._hidden = False
        self._all_hidden = False
        self._in_data = False
        self._cell: dict[str, str] = {}
        self._formula = False
        self._guides = 0
        self._starts = {"row": self._start_row, "c": self._start_cell, "v": self._start_text, "t": self._start_text}
        self._ends = {"row": self._end_row, "c": self._end_cell, "v": self._end_text, "t": self._end_text}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if self._in_data:
            if name in self._starts:
                self._starts[name](attributes)
            elif name == "f":
                self._formula = True
            elif name == "rPh":
                self._guides += 1
        elif name == "sheetData":
            self._in_data = True
        elif name == "sheetFormatPr":
            self._all_hidden = attributes.get("zeroHeight") in ("1", "true")

    def _end(self, name: str) -> None:
        name = local(name)
        if not self._in_data:
            return
        if name in self._ends:
            self._ends[name]()
        elif name == "rPh":
            self._guides -= 1
        elif name == "sheetData":
            self._in_data = False

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self._number = int(number) if number.isdecimal() and len(number) < 9 else self._number + 1
        self._numbered = bool(number)
        self._hidden = is_hidden(attributes, self._all_hidden)
        self._row = []

    def _end_row(self) -> None:
        self._done.append(Row(self._number, self._row, self._hidden))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        self._text = None
        self._formula = False

    def _end_cell(self) -> None:
        reference = self._cell.get("r")
        column = self._column(reference) if reference else len(self._row)
        place(self._row, column, self._value(self._cell.get("t"), self._cell.get("s"), self._text, self._formula))

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        if not self._numbered and reference[len(letters) :]:
            self._number = int(reference[len(letters) :][:8])
            self._numbered = True
        return column_index(letters)

    def _start_text(self, attributes: dict[str, str]) -> None:
        if not self._guides:
            self._listen()

    def _end_text(self) -> None:
        self._stop_listening()
