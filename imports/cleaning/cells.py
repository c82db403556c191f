"""One cell as text: without wrappers and guards, and with a warning where the spreadsheet shows an error."""

import re

from crm.lib.text import cell_text, clean_line, clean_text, unguard
from imports.cleaning.result import Clean
from imports.reading import CellError, NoValue
from imports.reasons import Reason

# Text that begins with one of these may be guarded, wrapped or an error; all other ASCII text is as it looks.
_NEEDS_A_LOOK = frozenset("'=# \t\"<")
# In a csv the errors of Excel, LibreOffice and Google Sheets are text. '#1 choice' is not among them.
_ERROR_TEXT = re.compile(
    r"\s*(?:#(?:N/A|NV|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|ERROR!"
    r"|EXTERNAL!|PYTHON!|GETTING_DATA|DATA!)|Err:\d{3})\s*"
)
_WRAPPED = re.compile(r'\s*="((?:[^"]|"")*)"\s*')  # ="0042": how portals keep Excel from reading a number
_NO_VALUE = frozenset({"nan", "nat", "none", "null", "<na>", "undefined", "-", "--", "—", "–"})
_NO_NAME = _NO_VALUE | {"na", "n/a", "n.a.", "n.a", "n / a", "nil", ".", "..", "*", "?", "#", "not available"}
_LONGEST_NO_NAME = max(map(len, _NO_NAME))


def line(clean: Clean, label: str, value) -> str:
    """A cell as one line; '' for what people and programs write in place of nothing."""
    if type(value) is str and value.isascii() and value[:1] not in _NEEDS_A_LOOK and value.isprintable():
        text = value if "  " not in value and value[-1:] != " " else clean_line(value)
    else:
        text = clean_line(readable(clean, label, value))
    return "" if len(text) <= _LONGEST_NO_NAME and text.casefold() in _NO_NAME else text


def text(clean: Clean, label: str, value) -> str:
    """A cell as typed, with its line breaks; '' for 'nan', 'NaT' and their like."""
    if type(value) is str and value.isascii() and value[:1] not in _NEEDS_A_LOOK and value.isprintable():
        kept = value.strip()
    else:
        kept = clean_text(readable(clean, label, value))
    return "" if len(kept) <= _LONGEST_NO_NAME and kept.casefold() in _NO_VALUE else kept


def readable(clean: Clean, label: str, value) -> str:
    """The text of any cell, warned of where it is an error, was never worked out or has lost letters."""
    code = error_code(value)
    if code:
        clean.warn(code, label, error_text(value))
        return ""
    said = cell_text(value)
    if "\ufffd" in said:
        clean.warn(Reason.CHARACTER_UNREADABLE, label, said)
    return unwrapped(said)


def unwrapped(said: str) -> str:
    """Without one guarding apostrophe, or else without the ="…" around it (not both: a guarded text is exact)."""
    if said[:1] == "'":
        return unguard(said)
    match = _WRAPPED.fullmatch(said)
    return match[1].replace('""', '"') if match else said


def error_code(value) -> Reason | None:
    """Why a cell has no value, if it has none for a reason."""
    if isinstance(value, NoValue):
        return Reason.FORMULA_NO_VALUE
    if isinstance(value, CellError) or isinstance(value, str) and _ERROR_TEXT.fullmatch(value):
        return Reason.CELL_ERROR
    return None


def error_text(value) -> str:
    """'#N/A' of an error cell, '' of a formula without a value."""
    return cell_text(value).strip()
