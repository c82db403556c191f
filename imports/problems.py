"""The problem rows as a spreadsheet: each row as it came, what is wrong with it, what to do.

It can be mended and uploaded as it is: the headers are those of the file (or, where we had to guess or be told what a
column holds, one that says it), numbers to call are texts, and the columns that we add are known to the mapping, which
leaves them alone.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from crm.lib.datetexts import read_date
from crm.lib.exported import EXTRA
from crm.lib.text import cell_text
from crm.lib.workbooks import text_cell
from imports.mapping import MARK, OWN_COLUMNS, Field, map_columns, mark_of
from imports.models import Import, ImportRow, Outcome
from imports.wording import remarks

ROW_IN_FILE, WHY, WHAT_TO_DO = OWN_COLUMNS
CUSTOMER_ID = "Customer ID"
NAMES = {
    Field.NAME: "Name",
    Field.PHONE: "Phone number",
    Field.OTHER_PHONE: "Alternate number",
    Field.AREA: "Area",
    Field.DATE: "Enquiry date",
    Field.REMARK: "Remark",
    Field.EMAIL: "Email",
    Field.SOURCE: "Source",
    Field.COURSE: "Course",
    Field.STATUS: "Status",
    Field.OWNER: "Counsellor",
    Field.CUSTOMER_ID: CUSTOMER_ID,
    Field.FOLLOW_UP: "Next follow-up",
}
PHONES = (Field.PHONE, Field.OTHER_PHONE)
DAY, MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss"
SHEET_NAME_LENGTH = 31
FIRST_DAY = dt.date(1900, 3, 1)  # before it Excel counts a day that never was


def write_problems(file: BinaryIO, import_: Import, rows: Iterable[ImportRow]) -> None:
    """Write `rows` (in the order of the file) to `file` as xlsx, one sheet for each of the file's."""
    book = Workbook(write_only=True)
    sheets: dict[str, _Sheet] = {}
    for row in rows:
        if row.sheet not in sheets:
            sheets[row.sheet] = _Sheet(book, import_, row.sheet, taken=set(book.sheetnames))
        sheets[row.sheet].add(row)
    if not sheets:
        _Sheet(book, import_, import_.sheets[0]["name"] if import_.sheets else "", taken=set())
    book.save(file)


class _Sheet:
    """One sheet being written. Cells are texts unless they were dates or numbers that nobody calls."""

    def __init__(self, book: Workbook, import_: Import, name: str, taken: set[str]):
        known = next((sheet for sheet in import_.sheets if sheet["name"] == name), {})
        columns = known.get("columns", [])
        self._month_first = known.get("month_first", False)
        self._fields = [column.get("field") or None for column in columns]
        self._with_id = Field.CUSTOMER_ID not in self._fields
        self._sheet = book.create_sheet(_sheet_name(name, taken))
        self._sheet.freeze_panes = "A2"
        head = [*headers(columns), *([CUSTOMER_ID] if self._with_id else []), *OWN_COLUMNS, MARK]
        self._own_from = len(columns)
        for place, label in enumerate(head, start=1):
            width = 60 if label in (WHY, WHAT_TO_DO) else min(40, max(12, len(label) + 2))
            self._sheet.column_dimensions[get_column_letter(place)].width = width
        self._sheet.column_dimensions[get_column_letter(len(head))].hidden = True
        self._sheet.append([text_cell(self._sheet, label, bold=True) for label in head])

    def add(self, row: ImportRow) -> None:
        cells = [self._cell(value, field) for value, field in zip(self._whole(row.cells), self._fields, strict=False)]
        why, what_to_do = (" ".join(filter(None, sentences)) for sentences in zip(*remarks(row), strict=True))
        known = [text_cell(self._sheet, _customer_id(row))] if self._with_id else []
        own = [row.row, text_cell(self._sheet, why), text_cell(self._sheet, what_to_do)]
        if row.outcome == Outcome.DUPLICATE_IN_FILE:
            own.append(mark_of(getattr(cell, "value", cell) for cell in cells))
        self._sheet.append([*cells, *known, *own])

    def _whole(self, cells: list) -> Iterator:
        """As many cells as there are columns."""
        yield from cells[: self._own_from]
        yield from [None] * (self._own_from - len(cells))

    def _cell(self, value, field: str | None):
        if field == Field.DATE and self._month_first and isinstance(value, str):
            # The rows that proved it may not be among these: a real date says it without them.
            value = read_date(value, month_first=True).day or value
        if isinstance(value, dt.date) and _as_day(value) >= FIRST_DAY and field not in PHONES:
            cell = WriteOnlyCell(self._sheet, value)
            cell.number_format = MOMENT if isinstance(value, dt.datetime) and value.time() != dt.time() else DAY
            return cell
        if isinstance(value, int | float) and field not in PHONES:
            return value
        return text_cell(self._sheet, cell_text(value))


def headers(columns: list[dict]) -> list[str]:
    """What to write above the columns so that they are read again as they were read: their own labels if those do."""
    labels = [column["label"] for column in columns]
    fields = [column.get("field") or None for column in columns]
    # A name of ours may outdo a label that did well before: look again, each round settles one column at least.
    for _ in columns:
        again = map_columns([*labels, *OWN_COLUMNS])
        wrong = [place for place, field in enumerate(fields) if again[place].field != field]
        if not wrong:
            break
        for place in wrong:
            labels[place] = _surely(fields[place], columns[place]["label"], [*labels[:place], *labels[place + 1 :]])
    return labels


def _surely(field: str | None, label: str, others: list[str]) -> str:
    """A header that cannot be read as anything but this field, or as none."""
    return _untaken(NAMES[Field(field)] if field else f"{EXTRA}{label}", others)


def _untaken(name: str, labels: list[str]) -> str:
    return name if name not in labels else next(n for i in range(2, 2_000) if (n := f"{name} ({i})") not in labels)


def _customer_id(row: ImportRow) -> str:
    """Whom the row is about, once that is beyond doubt: then it never makes a second customer."""
    doubtful = row.outcome in (Outcome.REJECTED, Outcome.DUPLICATE_IN_FILE) or row.reason
    return str(row.customer_id) if row.customer_id and not doubtful else ""


def _as_day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel allows, given once."""
    plain = "".join("_" if char in "[]:*?/\\" else char for char in ILLEGAL_CHARACTERS_RE.sub("", name)).strip("'")
    plain = plain[:SHEET_NAME_LENGTH] or "Rows"
    lower = {other.lower() for other in taken}
    number = 2
    unique = plain
    while unique.lower() in lower:
        suffix = f" ({number})"
        unique, number = plain[: SHEET_NAME_LENGTH - len(suffix)] + suffix, number + 1
    return unique
