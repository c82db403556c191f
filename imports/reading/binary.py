"""xls and xlsb through calamine, which shows values, sheets and merged areas, but no hidden rows and no error cells."""

import datetime
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from .archive import Archive
from .merged import Area, MergedAreas
from .number_formats import clock_text
from .options import Limits, Options
from .parts import refuse_doctypes
from .refused import Refused
from .source import BookSource, SheetSource, Tally
from .values import CellError, Row

# [MS-XLS] 2.5.10 BErr; calamine gives an error as the text that Excel shows.
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """Raises Refused: password_protected, unreadable_file, and what the zip around an xlsb is refused for."""
    if file.read(2) == b"PK":
        refuse_doctypes(Archive(file, limits))
    file.seek(0)
    try:
        book = python_calamine.load_workbook(file)
    except python_calamine.PasswordError as error:
        raise Refused("password_protected") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused("unreadable_file") from error
    return BookSource([_sheet(book, meta) for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet])


def _sheet(book: CalamineWorkbook, meta: python_calamine.SheetMetadata) -> SheetSource:
    return SheetSource(meta.name, partial(_rows, book, meta.name), meta.visible != SheetVisibleEnum.Visible)


def _rows(book: CalamineWorkbook, name: str, tally: Tally) -> Iterator[Row]:
    try:
        sheet = book.get_sheet_by_name(name)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused("unreadable_file") from error
    if sheet.start is None:
        return
    merged = MergedAreas(tally, _areas(sheet.merged_cell_ranges or ()))
    _, first_column = sheet.start  # calamine gives the blank rows above the data, but not the blank columns left of it
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [None] * first_column + [_value(value) for value in values]
        merged.fill(number, cells)
        yield Row(number, cells, False)


def _areas(ranges: Any) -> Iterator[Area]:
    for (first_row, column), (last_row, _) in ranges:
        yield Area(first_row + 1, last_row + 1, column)


def _value(value: Any) -> Any:
    match value:
        case "":
            return None
        case str():
            return CellError(value) if value in ERRORS else value.replace("\0", "").replace("\r\n", "\n")
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case datetime.timedelta():
            return clock_text(int(value.total_seconds()))
        case datetime.datetime() if value.time() == datetime.time():
            return value.date()
    return value
