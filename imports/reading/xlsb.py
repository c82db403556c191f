"""xlsb: the binary workbook ([MS-XLSB]). calamine reads it too, but leaves out every cell that a program wrote in short
(without its column, since it stands right beside the last one), and shows neither hidden rows nor errors."""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from . import number_formats
from .archive import Archive
from .merged import Area, MergedAreas
from .options import Limits, Options
from .package import relations, workbook_part
from .parts import refuse_doctypes
from .records import records, rk_number, wide_string
from .refused import Refused
from .source import BookSource, SheetSource, Tally, place
from .values import ERROR_CODES, CellError, Row

_BROKEN = (struct.error, IndexError)

# Record types ([MS-XLSB] 2.3).
_ROW, _MERGED, _SHEET, _BOOK_PROPERTIES = 0, 176, 156, 153
_STRING_ITEM, _FORMAT, _CELL_FORMAT, _BEGIN_CELL_FORMATS, _END_CELL_FORMATS = 19, 44, 47, 617, 618
_ROW_IS_HIDDEN = 0x10  # in the byte after the row's outline borders


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """The sheets of a workbook. Raises Refused: unreadable_file, xml_entities_forbidden, too_large_uncompressed."""
    archive = Archive(file, limits)
    refuse_doctypes(archive)
    return BookSource(_Workbook(archive).sheets())


class _Workbook:
    """What the sheets' cells refer to: strings, number formats, the epoch. Read when the first sheet is."""

    def __init__(self, archive: Archive):
        self.archive = archive
        self._part = workbook_part(archive, usual="xl/workbook.bin")
        self._relations = relations(archive, self._part) or {}
        self._is_1904 = False
        self._cells: _Cells | None = None

    def sheets(self) -> list[SheetSource]:
        found = []
        for kind, body in self._records(self._part):
            if kind == _BOOK_PROPERTIES and body:
                self._is_1904 = bool(body[0] & 1)
            elif kind == _SHEET:
                relation_id, at = _checked(wide_string, body, 8)
                name, _ = _checked(wide_string, body, at)
                relation = self._relations.get(relation_id)
                if relation and relation.kind == "worksheet":
                    found.append(SheetSource(name, partial(self._rows, relation.target), hidden=body[0] != 0))
        if not found:
            raise Refused("unreadable_file", missing="sheets")
        return found

    def _records(self, part: str | None) -> Iterator[tuple[int, bytes]]:
        return records(self.archive.chunks(part)) if part else iter(())

    def _related(self, kind: str) -> str | None:
        named = (relation.target for relation in self._relations.values() if relation.kind == kind)
        return next((part for part in named if part in self.archive), None)

    def _rows(self, part: str, tally: Tally) -> Iterator[Row]:
        if self._cells is None:
            self._cells = _Cells(self._read_strings(), self._read_number_formats())
        areas = (_checked(_area, body) for kind, body in self._records(part) if kind == _MERGED)
        merged = MergedAreas(tally, areas)
        try:
            for number, cells, is_hidden in _rows_of(self._records(part), self._cells):
                merged.fill(number, cells)
                yield Row(number, cells, is_hidden)
        except _BROKEN as error:
            raise Refused("unreadable_file") from error

    def _read_strings(self) -> list[str]:
        part = self._related("sharedStrings")
        return [_checked(wide_string, body, 1)[0] for kind, body in self._records(part) if kind == _STRING_ITEM]

    def _read_number_formats(self) -> list[Callable[[float], Any]]:
        codes: dict[int, str] = {}
        formats: list[int] = []
        is_of_cells = False
        for kind, body in self._records(self._related("styles")):
            if kind == _FORMAT:
                codes[_checked(_USHORT.unpack_from, body)[0]] = _checked(wide_string, body, 2)[0]
            elif kind in (_BEGIN_CELL_FORMATS, _END_CELL_FORMATS):
                is_of_cells = kind == _BEGIN_CELL_FORMATS
            elif kind == _CELL_FORMAT and is_of_cells:
                formats.append(_checked(_USHORT.unpack_from, body, 2)[0])
        kinds = [number_formats.format_kind(number, codes.get(number)) for number in formats]
        return [number_formats.number_reader(kind, self._is_1904) for kind in kinds]


def _checked(read: Callable, *args: Any) -> Any:
    try:
        return read(*args)
    except _BROKEN as error:
        raise Refused("unreadable_file") from error


def _area(body: bytes) -> Area:
    first, last, column = struct.unpack_from("<3I", body)
    return Area(first + 1, last + 1, column)


def _rows_of(found: Iterator[tuple[int, bytes]], values: "_Cells") -> Iterator[tuple[int, list[Any], bool]]:
    """Row number, cells, hidden."""
    number, cells, is_hidden = 0, [], False
    for kind, body in found:
        if kind == _ROW:
            if cells:
                yield number, cells, is_hidden
            number, cells, is_hidden = _UINT.unpack_from(body)[0] + 1, [], bool(body[11] & _ROW_IS_HIDDEN)
            column = -1
        elif number and (cell := values.of.get(kind)):
            is_short, value = cell
            column = column + 1 if is_short else _UINT.unpack_from(body)[0]
            place(cells, column, value(body, 0 if is_short else 4))
    if cells:
        yield number, cells, is_hidden


class _Cells:
    """`of`: by record type whether the cell is a short one, and what takes its value out of the body.

    That function is told where the cell's format stands; the value follows after four bytes.
    """

    def __init__(self, strings: list[str], formats: list[Callable[[float], Any]]):
        self._strings, self._formats = strings, formats
        blank, packed, error, boolean, real, text, shared = (
            lambda body, at: None,
            lambda body, at: self._number(body, at, rk_number(_UINT.unpack_from(body, at + 4)[0])),
            lambda body, at: CellError(ERROR_CODES.get(body[at + 4], "#N/A")),
            lambda body, at: bool(body[at + 4]),
            lambda body, at: self._number(body, at, _DOUBLE.unpack_from(body, at + 4)[0]),
            lambda body, at: _text(wide_string(body, at + 4)[0]),
            lambda body, at: self._shared(_UINT.unpack_from(body, at + 4)[0]),
        )
        in_order = (blank, packed, error, boolean, real, text, shared)
        self.of = {kind: (False, value) for kind, value in enumerate(in_order, start=1)}
        self.of |= {kind: (True, value) for kind, value in enumerate(in_order, start=12)}
        # What formulas came to, and text with formats inside.
        self.of |= {8: (False, text), 9: (False, real), 10: (False, boolean), 11: (False, error)}
        self.of[62] = (False, lambda body, at: _text(wide_string(body, at + 5)[0]))

    def _number(self, body: bytes, at: int, number: float) -> Any:
        style = int.from_bytes(body[at : at + 3], "little")
        return (self._formats[style] if style < len(self._formats) else number_formats.whole)(number)

    def _shared(self, index: int) -> str:
        return _text(self._strings[index])


def _text(text: str) -> str:
    return text.replace("\r\n", "\n")


_UINT, _USHORT, _DOUBLE = struct.Struct("<I"), struct.Struct("<H"), struct.Struct("<d")
