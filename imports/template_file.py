"""The spreadsheet to start from: our columns, numbers kept as text, drop-downs for what we know."""

from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from customers.models import Source, Status
from imports.cleaning.steps import EXAMPLE_NAME, EXAMPLE_PHONE

EXAMPLE = {
    "Name": EXAMPLE_NAME,
    "Phone": EXAMPLE_PHONE,
    "Area": "Kochi",
    "Date": "25/11/2026",
    "Course": "BCA",
    "Email": "asha@example.com",
    "Remark": "Asked for the fees",
}
COLUMNS = {
    "Name": 28,
    "Phone": 18,
    "Area": 18,
    "Date": 14,
    "Course": 20,
    "Source": 22,
    "Status": 20,
    "Email": 26,
    "Remark": 40,
}
ROWS = 5_000  # as far down as the drop-downs reach
MOST_SOURCES = 1_000
TEXT = "@"
LISTS = "Lists"


def write_template(file: BinaryIO) -> None:
    """Write the template as xlsx, with the statuses and sources of today."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Enquiries"
    sheet.append(list(COLUMNS))
    sheet.append([EXAMPLE.get(column) for column in COLUMNS])
    _style(sheet)
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    _offer(sheet, lists, "Status", [status.label for status in Status.objects.active().in_order()])
    sources = Source.objects.filter(merged_into=None).order_by("name", "id")
    _offer(sheet, lists, "Source", list(sources.values_list("name", flat=True)[:MOST_SOURCES]))
    book.save(file)


def _style(sheet) -> None:
    for place, (column, width) in enumerate(COLUMNS.items()):
        letter = chr(ord("A") + place)
        sheet.column_dimensions[letter].width = width
        head, example = sheet[f"{letter}1"], sheet[f"{letter}2"]
        head.font, head.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1D3362")
        head.alignment = Alignment(vertical="center")
        example.font = Font(italic=True, color="6C757D")
        if column in ("Phone", "Date"):
            # Text stays as it is typed: no 9.87654E+09, no day and month swapped by the computer's language.
            sheet.column_dimensions[letter].number_format = TEXT
            for row in range(2, ROWS + 1):
                sheet[f"{letter}{row}"].number_format = TEXT
    sheet.freeze_panes = "A2"


def _offer(sheet, lists, column: str, values: list[str]) -> None:
    """A drop-down for `column`. Its values stand on a hidden sheet: inside the rule they may fill 255 characters."""
    if not values:
        return
    letter = chr(ord("A") + list(COLUMNS).index(column))
    for row, value in enumerate(values, start=1):
        cell = lists[f"{letter}{row}"]
        cell.value = value
        cell.data_type = "s"  # a source that begins with = is a text like any other
    rule = DataValidation("list", f"{LISTS}!${letter}$1:${letter}${len(values)}", allow_blank=True)
    rule.errorStyle = "warning"  # a new source is allowed: the import makes it
    rule.errorTitle, rule.error = column, "This one is not in the list. Keep it all the same?"
    rule.add(f"{letter}2:{letter}{ROWS}")
    sheet.add_data_validation(rule)
