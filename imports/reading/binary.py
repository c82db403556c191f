"""xls through calamine, which shows values, sheets and merged areas; `biff` adds hidden rows and error cells."""

import datetime
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from . import biff
from .merged import Area, MergedAreas
from .number_formats import clock_text
from .options import Limits, Options
from .refused import Refused
from .source import BookSource, SheetSource, Tally, place
from .values import ERROR_CODES, CellError, Row

# calamine gives some errors as the text that Excel shows.
ERRORS = frozenset(ERROR_CODES.values())


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """Raises Refused: password_protected, unreadable_file."""
    unseen = biff.unseen(file)
    file.seek(0)
    try:
        book = python_calamine.load_workbook(file)
    except python_calamine.PasswordError as error:
        raise Refused("password_protected") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused("unreadable_file") from error
    sheets = book.sheets_metadata
    if len(unseen) != len(sheets):
        unseen = [biff.Unseen()] * len(sheets)
    both = zip(sheets, unseen, strict=True)
    return BookSource([_sheet(book, meta, more) for meta, more in both if meta.typ == SheetTypeEnum.WorkSheet])


def _sheet(book: CalamineWorkbook, meta: python_calamine.SheetMetadata, unseen: biff.Unseen) -> SheetSource:
    hidden = meta.visible != SheetVisibleEnum.Visible
    return SheetSource(meta.name, partial(_rows, book, meta.name, unseen), hidden)


def _rows(book: CalamineWorkbook, name: str, unseen: biff.Unseen, tally: Tally) -> Iterator[Row]:
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
        for column, error in unseen.errors.get(number, {}).items():
            place(cells, column, CellError(error))
        merged.fill(number, cells)
        yield Row(number, cells, number in unseen.hidden)


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
