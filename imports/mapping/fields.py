"""The fields of a customer that a spreadsheet column can fill, and what a mapped column is."""

from enum import StrEnum
from typing import NamedTuple


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
OURS = "ours"


class Column(NamedTuple):
    """One column of a sheet. `field` None: its values are kept in the customer's extra data under `label`."""

    index: int
    label: str  # unique within the sheet
    field: Field | None
    why: str  # how we know: synonym, close, values, chosen; OURS: nothing of it is kept; '' for no field


class Header(NamedTuple):
    """Where a sheet's header stands (sheet row numbers, both None when there is none) and its columns."""

    first_row: int | None
    last_row: int | None
    columns: list[Column]


def has_phone(columns: list[Column]) -> bool:
    """Whether any column can give the number without which there is no customer."""
    return any(column.field is Field.PHONE for column in columns)
