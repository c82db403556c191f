"""What to do with a cell of each kind of column. A step takes the row's Clean, the column's label and a cell."""

import re
from collections.abc import Callable
from uuid import UUID

from crm.lib.phones import Numbers, plain_mobile, read_numbers
from crm.lib.text import cell_text, clean_line
from imports.cleaning.cells import error_code, error_text, line, readable, text
from imports.cleaning.result import EMAIL_LENGTH, LENGTHS, NAME_LENGTH, REMARK_LENGTH, Clean
from imports.mapping import Field
from imports.reasons import Reason

Step = Callable[[Clean, str, object], None]

# The template's first row shows how; its name is nobody's, and together with its number the row is no row at all.
EXAMPLE_NAME = "Example: Asha Nair (leave this row or delete it)"
EXAMPLE_PHONE = "98765 43210"
_MOST_REMEMBERED = 10_000
_LOST = re.compile(r"[\W_]*\?{3,}[\W_]*")  # what a program makes of letters that its encoding does not have
_TEST_LEAD = "<test lead"  # Facebook's lead ads testing tool writes '<test lead: dummy data for full_name>'


def line_step(field: Field) -> Step:
    """One line of text into the field; what is longer is cut, and kept whole beside it.

    A list has few different areas and sources: those that gave no trouble are remembered.
    """
    name, most, known = field.value, LENGTHS[field], {}

    def step(clean: Clean, label: str, value) -> None:
        found = known.get(value) if type(value) is str else None
        if found is None:
            told = len(clean.warnings)
            found = line(clean, label, value)
            if type(value) is str and len(value) <= most and len(clean.warnings) == told:
                if len(known) >= _MOST_REMEMBERED:
                    known.clear()
                known[value] = found
        if len(found) > most:
            clean.warn(Reason.TEXT_CUT, label, found)
            clean.keep(label, found)
            found = found[:most].rstrip()
        setattr(clean, name, found)

    return step


def name_step(clean: Clean, label: str, value) -> None:
    """The name, or its next part: first, middle and last name come in this order."""
    found = line(clean, label, value)
    if clean.name and found:
        found = clean.name if clean.name.casefold().endswith(found.casefold()) else f"{clean.name} {found}"
    clean.name = found or clean.name
    if _LOST.fullmatch(found):
        clean.warn(Reason.CHARACTER_UNREADABLE, label, found)
    if len(found) > NAME_LENGTH:
        clean.reject(Reason.NAME_TOO_LONG, label, found)
    elif found[:1] == "<" and found.startswith(_TEST_LEAD) or found == EXAMPLE_NAME:
        clean.reject(Reason.TEST_LEAD, label, found)


def remark_step(clean: Clean, label: str, value) -> None:
    found = text(clean, label, value)
    if len(found) > REMARK_LENGTH:
        clean.warn(Reason.TEXT_CUT, label, found)
        clean.keep(label, found)
        found = found[:REMARK_LENGTH].rstrip()
    clean.remark = found


def extra_step(clean: Clean, label: str, value) -> None:
    """A column that we don't know: its text, and no word about its errors."""
    if error_code(value) is None:
        clean.keep(label, text(clean, label, value))


_LONGEST_EMAIL_CELL = 1_000  # the search below takes the square of it
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]]+@(?:[^\s@<>,;:\"()\[\]./]+\.)+[^\W\d_][\w-]*[^\W_]")


def email_step(clean: Clean, label: str, value) -> None:
    """The first address in the cell; whatever else stands there is kept."""
    found = line(clean, label, value)
    match = _EMAIL.search(found[:_LONGEST_EMAIL_CELL])
    if match and len(match[0]) <= EMAIL_LENGTH:
        clean.email = match[0]
    if found != clean.email and found != f"mailto:{clean.email}":
        clean.keep(label, found)


def customer_id_step(clean: Clean, label: str, value) -> None:
    """Our own id; another system's is kept as it is."""
    found = line(clean, label, value)
    try:
        clean.customer_id = str(UUID(found))
    except ValueError:
        clean.keep(label, found)


# -- phone numbers --------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0dff]){2,}")  # vowel signs of Indian scripts are no \w
# What people write before or between numbers without saying anything by it.
_EMPTY_WORDS = frozenset(
    "tel call mob mobile mobil mobno phone phn cell number contact whatsapp whats app telephone and ext extn "
    "https http www com api send nan none null पर फोन मोबाइल".split()
)


def phone_step(region: str) -> Step:
    """Numbers out of the column of the contact number, or of one for further numbers.

    The first valid number of the row is the contact number, so that a blank or broken first cell does not lose a lead
    whose second cell is good.
    """

    def step(clean: Clean, label: str, value) -> None:
        if clean.phone is None and clean.reason is None and (number := plain_mobile(value, region)):
            clean.phone = number
            return
        code = None if type(value) is int else error_code(value)
        found = None if code else read_numbers(value, region)
        if found is None or found.number is None:
            _no_number(clean, label, value, code or found.reason)
            return
        _take(clean, label, value, found)
        if type(value) is str and _says_more(value):
            clean.keep(label, clean_line(readable(clean, label, value)))

    return step


def _take(clean: Clean, label: str, value, found: Numbers) -> None:
    """The numbers of one cell: the first is the contact number, unless there is one already."""
    if clean.phone is None:
        clean.phone = found.number
        _forgive(clean)
        if found.suspicious:
            clean.warn(Reason.NUMBER_LOOKS_FAKE, label, cell_text(value))
        if found.extras:
            clean.warn(Reason.EXTRA_PHONE, label, cell_text(value))
    for number in (found.number, *found.extras):
        if number != clean.phone and number not in clean.extra_phones:
            clean.extra_phones.append(number)


_ONE_MORE = re.compile(r"\d{5}\s*[/&,]\s*\d{1,5}(?!\d|[\s/-]*\d)")


def _says_more(value: str) -> bool:
    """'call 98765 43210 (father)' says whose number it is, '98765 43210/11' that there is one more."""
    return bool(_ONE_MORE.search(value)) or any(word.casefold() not in _EMPTY_WORDS for word in _WORD.findall(value))


def _no_number(clean: Clean, label: str, value, reason: str) -> None:
    said = error_text(value)
    if _TEST_LEAD in said:
        reason = Reason.TEST_LEAD
    if clean.phone is None:
        if reason != Reason.PHONE_MISSING:  # that is said at the end, if no other column has a number either
            clean.reject(reason, label, said)
    elif reason in (Reason.CELL_ERROR, Reason.FORMULA_NO_VALUE):
        clean.warn(reason, label, said)
    elif reason != Reason.PHONE_MISSING:
        clean.keep(label, clean_line(said))


def _forgive(clean: Clean) -> None:
    """A later column has a number: what was wrong with an earlier one is told, but costs nothing."""
    if clean.reason in (Reason.CELL_ERROR, Reason.FORMULA_NO_VALUE):
        clean.warn(clean.reason, clean.reason_column, clean.reason_text)
    elif clean.reason is not None:
        clean.keep(clean.reason_column, clean_line(clean.reason_text))
    clean.reason, clean.reason_column, clean.reason_text = None, "", ""
