"""Rows and columns built by hand, for the tests of mapping and cleaning."""

import datetime as dt

from imports.cleaning import clean_row
from imports.mapping import Column, Field, map_columns
from imports.reading import Row

TODAY = dt.date(2026, 3, 10)
ASHA, RAVI = "+919876543210", "+919876543211"


def clean(hidden=False, **cells):
    """A row of the given fields; a trailing number makes further columns of one field (other_phone_2)."""
    columns = [
        Column(index, name.replace("_", " ").title(), _field(name), "synonym") for index, name in enumerate(cells)
    ]
    return clean_row(Row(2, list(cells.values()), hidden), columns, today=TODAY)


def _field(name):
    name = name.rstrip("_0123456789")
    return Field(name) if name in list(Field) else None


def codes(cleaned):
    return [warning.code for warning in cleaned.warnings]


def rows(*lists, start=1):
    return [Row(number, list(cells), False) for number, cells in enumerate(lists, start)]


def fields(*labels, below=()):
    """Label -> field value, of the columns that fill one."""
    columns = map_columns(labels, rows(*below, start=2))
    return {column.label: column.field.value for column in columns if column.field}
