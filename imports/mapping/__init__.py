"""From the header of a sheet to the fields of a customer. Pure: no Django, no database."""

from imports.mapping.columns import map_columns, signature
from imports.mapping.fields import EXPORTED, MARK, OURS, OWN_COLUMNS, Column, Field, Header, has_phone, mark_of
from imports.mapping.header import find_header, is_hint_row, is_repeated_header, is_total_row

__all__ = [
    "EXPORTED",
    "MARK",
    "OURS",
    "OWN_COLUMNS",
    "Column",
    "Field",
    "Header",
    "find_header",
    "has_phone",
    "is_hint_row",
    "is_repeated_header",
    "is_total_row",
    "map_columns",
    "mark_of",
    "signature",
]
