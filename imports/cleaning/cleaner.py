"""Cleaning the rows of one sheet. What to do with each column is worked out once, before the first row."""

import datetime as dt

from crm.lib.text import clean_line
from imports.cleaning import steps
from imports.cleaning.country import country_code_joiner
from imports.cleaning.dates import DateSteps
from imports.cleaning.result import Clean
from imports.cleaning.steps import EXAMPLE_NAME, EXAMPLE_PHONE
from imports.mapping import MARK, OURS, Column, Field, mark_of
from imports.mapping.columns import letters
from imports.mapping.labels import name_part
from imports.reasons import Reason

# Phone numbers come first: a later reason to reject a row (a long name) then never hides that it has no number.
_ORDER = {Field.PHONE: 0, Field.OTHER_PHONE: 1}


def clean_row(row, columns: list[Column], *, region: str = "IN", today: dt.date | None = None) -> Clean:
    """One row; for more than a few keep a Cleaner."""
    return Cleaner(columns, region=region, today=today).clean(row)


def is_blank(row, columns: list[Column]) -> bool:
    """Whether nothing stands in any mapped column: such a row is skipped and not counted."""
    return Cleaner(columns).is_blank(row)


class Cleaner:
    """Cleans the rows of one sheet whose columns are mapped. `today` bounds dates (default: the day of each call)."""

    def __init__(self, columns: list[Column], *, region="IN", today: dt.date | None = None, epoch1904: bool = False):
        dates = DateSteps(today=today, epoch1904=epoch1904)
        phone = steps.phone_step(region)
        by_field = {
            Field.NAME: steps.name_step,
            Field.PHONE: phone,
            Field.OTHER_PHONE: phone,
            Field.DATE: dates.date,
            Field.FOLLOW_UP: dates.follow_up,
            Field.REMARK: steps.remark_step,
            Field.EMAIL: steps.email_step,
            Field.CUSTOMER_ID: steps.customer_id_step,
            None: steps.extra_step,
        }
        self._plan = [
            (column.index, column.kept_as, by_field.get(column.field) or steps.line_step(column.field))
            for column in sorted(columns, key=_place)
            if column.why != OURS
        ]
        self._mapped = [column.index for column in columns if column.field]
        self._width = max((column.index + 1 for column in columns), default=0)
        self._mark = next((column.index for column in columns if (column.label, column.why) == (MARK, OURS)), None)
        self._marked = min((column.index for column in columns if column.why == OURS), default=0)
        self._with_country_code = country_code_joiner(columns, region)
        self._phone_label = next((label for _, label, step in self._plan if step is phone), "")

    def clean(self, row) -> Clean:
        """The row's values and warnings and, if it is rejected, the reason. Raises nothing."""
        clean, cells = Clean(), row.cells
        if self._with_country_code:
            cells = self._with_country_code(cells)
        width = len(cells)
        for index, label, step in self._plan:
            if index < width:
                value = cells[index]
                if value is not None and value != "":
                    step(clean, label, value)
        if width > self._width:
            self._clean_beyond(clean, cells)
        if self._mark is not None and self._is_as_it_was(cells):
            clean.reject(Reason.DUPLICATE_IN_FILE, "", "")
        if clean.phone is None:
            clean.reject(Reason.PHONE_MISSING, self._phone_label, "")
        if row.hidden:
            clean.warn(Reason.ROW_HIDDEN_IN_FILE, "", "")
        return clean

    def is_blank(self, row) -> bool:
        """Whether nothing stands in any mapped column, or the template's example, left as it was."""
        cells = row.cells
        for index in self._mapped:
            if index < len(cells):
                value = cells[index]
                if value is not None and (not isinstance(value, str) or clean_line(value)):
                    return value == EXAMPLE_NAME and EXAMPLE_PHONE in cells
        return True

    def _is_as_it_was(self, cells: list) -> bool:
        """Whether a problem row that repeated another one comes back as it went out."""
        return self._mark < len(cells) and cells[self._mark] == mark_of(cells[: self._marked])

    def _clean_beyond(self, clean: Clean, cells: list) -> None:
        """Cells right of the last column that the header and the first rows showed."""
        for index in range(self._width, len(cells)):
            if cells[index] is not None and cells[index] != "":
                steps.extra_step(clean, f"Column {letters(index)}", cells[index])


def _place(column: Column) -> tuple:
    part = name_part(column.label) if column.field is Field.NAME else None
    return _ORDER.get(column.field, 2), part or 0, column.index
