"""The fields of a customer that a spreadsheet column can fill, and what a mapped column is."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from crm.lib import exported
from crm.lib.text import cell_text, clean_line


class Field(StrEnum):
    NAME = "name"
    PHONE = "phone"
    OTHER_PHONE = "other_phone"
    AREA = "area"
    DATE = "date"
    REMARK = "remark"
    EMAIL = "email"
    SOURCE = "source"
    COURSE = "course"
    STATUS = "status"
    OWNER = "owner"
    CUSTOMER_ID = "customer_id"
    FOLLOW_UP = "follow_up"


# The columns that our list of problem rows adds to those of the file: on its way back they say nothing about anybody.
OWN_COLUMNS = ("Row in file", "Why", "What to do")
# Beside them, hidden: what a row that repeats another one held. Sent back as it was, it still only repeats.
MARK = "Mark"
OURS = "ours"
# A column of a list that we exported: what it holds is said by its name, not guessed.
EXPORTED = "exported"


class Column(NamedTuple):
    """One column of a sheet. `field` None: its values are kept in the customer's extra data under `label`."""

    index: int
    label: str  # unique within the sheet
    field: Field | None
    why: str  # how we know: synonym, close, values, chosen, EXPORTED; OURS: nothing of it is kept; '' for no field

    @property
    def kept_as(self) -> str:
        """Under which name its values are kept when they fill no field: of an exported list the one they had before."""
        return self.label.removeprefix(exported.EXTRA) if self.why == EXPORTED else self.label


class Header(NamedTuple):
    """Where a sheet's header stands (sheet row numbers, both None when there is none) and its columns."""

    first_row: int | None
    last_row: int | None
    columns: list[Column]


def has_phone(columns: list[Column]) -> bool:
    """Whether any column can give the number without which there is no customer."""
    return any(column.field is Field.PHONE for column in columns)


def mark_of(cells: Iterable) -> str:
    """A short name of what stands in a row's cells."""
    texts = [clean_line(cell_text(cell)) for cell in cells]
    return hashlib.sha256("\n".join(texts).rstrip("\n").encode()).hexdigest()[:12]
