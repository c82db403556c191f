"""Phone numbers whose country code stands in a column of its own, as portals with applicants abroad write them."""

import re
from collections.abc import Callable

import phonenumbers

from crm.lib.phones import normalise
from crm.lib.text import cell_text
from imports.mapping import Column, Field
from imports.mapping.labels import key

_LABELS = frozenset(
    "countrycode isdcode isd phonecountrycode mobilecountrycode dialcode diallingcode dialingcode".split()
)
_CODE = re.compile(r"\s*\+?(?:00)?([1-9]\d{0,2})(?:\.0)?\s*", re.ASCII)


def country_code_joiner(columns: list[Column], region: str) -> Callable[[list], list] | None:
    """What puts a foreign code before the contact number of a row, or None for a sheet without such a column.

    A number that has its own code, or makes no valid number with the column's, stays as it is.
    """
    phone = next((column.index for column in columns if column.field is Field.PHONE), None)
    code = next((column.index for column in columns if column.field is None and key(column.label) in _LABELS), None)
    if phone is None or code is None:
        return None
    home = str(phonenumbers.country_code_for_region(region))

    def joined(cells: list) -> list:
        if max(phone, code) >= len(cells):
            return cells
        match = _CODE.fullmatch(cell_text(cells[code]))
        national = cell_text(cells[phone]).strip()
        if not match or match[1] == home or national.startswith(("+", "00")):
            return cells
        whole = f"+{match[1]} {national}"
        return [*cells[:phone], whole, *cells[phone + 1 :]] if normalise(whole, region) else cells

    return joined
