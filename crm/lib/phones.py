"""Phone numbers: whatever a cell or a form holds, as E.164, and back as people read, dial and search it.

What is a valid number is said by Google's libphonenumber metadata (the `phonenumbers` package), never by us; the
mobile pattern used on the fast path is taken from the same metadata, so the two cannot disagree.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

LONGEST_TEXT = 200  # a longer cell is an essay that happens to hold digits; the first part is read
LONGEST_NUMBER = 15  # E.164
LEAST_DIGITS_FOR_SEARCH = 4

# A line that rings at a company, costs money or records messages is no way to reach an aspirant.
_NOBODYS = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.PAGER,
    }
)


class Numbers(NamedTuple):
    """What a cell says about phone numbers; `reason` is set exactly when `number` is None."""

    number: str | None
    extras: list[str]
    reason: str | None  # phone_missing, phone_invalid, phone_truncated
    suspicious: bool  # valid, but of the kind people type to get past a form


class PhoneQuery(NamedTuple):
    """What was typed into a search box, if it is a number or a part of one."""

    exact: list[str]  # E.164
    digits: str  # at least LEAST_DIGITS_FOR_SEARCH, or ''


# -- reading --------------------------------------------------------------------------------------------------------

_COMMON_AT_HOME = re.compile(
    r"\s*(?:p:|tel:)?(?:\+?91[ -]?|0)?(\d{10}|\d{5}[ -]\d{5})(?:\.0{1,2})?\s*", re.ASCII | re.IGNORECASE
)
_NEVER_DIGITS = re.compile(r"\D*", re.ASCII)


def read_numbers(value, region: str = "IN") -> Numbers:
    """Every valid number in a spreadsheet cell or a text; the first is the contact number.

    `value` is any cell value: None, text, int, float, bool, a date … Raises nothing.
    """
    text = _as_text(value)
    national = _common_mobile(text, region)
    if national:
        return Numbers(f"+{_home(region).code}{national}", [], None, _looks_fake(national))
    return _read_text(text, region)


def plain_mobile(value, region: str = "IN") -> str | None:
    """The E.164 of a cell that holds ten digits of an Indian mobile and nothing else, when nothing is odd about it.

    For the many: None says no more than that `read_numbers` has to look.
    """
    text = str(value) if type(value) is int else value
    if region != "IN" or type(text) is not str or len(text) != 10 or not (text.isascii() and text.isdecimal()):
        return None
    if len(set(text)) <= 4 or text in _RUNS or not _home(region).mobile(text):
        return None
    return f"+91{text}"


def normalise(value, region: str = "IN") -> str | None:
    """The first valid number as E.164, or None: for forms."""
    return read_numbers(value, region).number


def _as_text(value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return "0000"  # a date, a time or an error: something is there, and it is no number


def _common_mobile(text: str, region: str) -> str | None:
    """The ten national digits of an Indian mobile written in one of the everyday ways, else None."""
    match = _COMMON_AT_HOME.fullmatch(text) if region == "IN" else None
    if match is None:
        return None
    national = match[1] if len(match[1]) == 10 else match[1][:5] + match[1][6:]
    if _home(region).mobile(national) and not _famous_fake(national):
        return national
    return None


def _read_text(text: str, region: str) -> Numbers:
    text = _plain(text[:LONGEST_TEXT])
    text, truncated = _expanded_exponents(text)
    found = list(dict.fromkeys(_found(_THOUSANDS.sub(_without_commas, text), region)))
    if found:
        national = found[0][1:].removeprefix(str(_home(region).code))
        return Numbers(found[0], found[1:], None, _looks_fake(national))
    if truncated:
        return Numbers(None, [], "phone_truncated", False)
    nothing = _NEVER_DIGITS.fullmatch(text) or text.strip(" .0") == "" and text.count("0") < 3
    return Numbers(None, [], "phone_missing" if nothing else "phone_invalid", False)


# -- the text before it is read -------------------------------------------------------------------------------------

_DATES_AND_TIMES = re.compile(
    r"(?<![\d+-])(?:(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d|(?:19|20)\d\d([-/.])\d\d?\2\d\d?)"
    r"(?![\d-])(?:[ T]+\d\d?:\d\d(?::\d\d)?)?|(?<!\d)\d\d?:\d\d(?::\d\d)?(?!\d)"
)
_EXPONENT = re.compile(r"(?<![\d.,])([1-9])(?:[.,](\d*))? ?e ?\+? ?(\d\d?)(?!\d)", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{2,3}){2,}(?:\.0+)?(?![\d,])")  # 9,876,543,210 and 9,87,65,43,210
_HASHES = re.compile(r"#{3,}$")  # what Excel prints when a column is too narrow for its number


def _plain(text: str) -> str:
    """ASCII digits, plain blanks and dashes, nothing invisible, no ="…" wrapper."""
    if not text.isascii():
        text = "".join(map(_plain_character, unicodedata.normalize("NFKC", text)))
    if text.lstrip().startswith("="):
        text = text.strip().removeprefix("=").strip('"')
    return text.strip()


@cache
def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category in ("Cf", "Mn", "Me"):  # direction marks, variation selectors, the frame of a keycap emoji
        return ""
    if category == "Pd" or character == "\u2212":
        return "-"
    return " " if category == "Zs" else character


def _expanded_exponents(text: str) -> tuple[str, bool]:
    """The text with 9.876543210E+09 written out, and whether digits of such a number are lost for good."""
    truncated = bool(_HASHES.match(text))

    def expand(match) -> str:
        nonlocal truncated
        decimals, power = match[2] or "", int(match[3])
        if power < 6:
            return match[0]
        if len(decimals) < power:  # the missing digits are unknown, not zero
            truncated = True
            return ";"
        return match[1] + decimals[:power] if not decimals[power:].strip("0") else match[0]

    return _EXPONENT.sub(expand, text), truncated


def _without_commas(match) -> str:
    return match[0].partition(".")[0].replace(",", "")


# -- finding numbers in text ----------------------------------------------------------------------------------------

_STRETCH = re.compile(r"[+\d(][\d ().+_·-]*", re.ASCII)  # characters that may stand inside one number
_TOKEN = re.compile(r"\+?\d+", re.ASCII)
_ONE_SLASH = re.compile(r"(?:\+?91[ -]?|0)?\d{2,5}/\d{5,8}")  # 0484/2345678
_LONGEST_RUN_OF_TOKENS = 7


def _found(text: str, region: str) -> Iterator[str]:
    if _ONE_SLASH.fullmatch(text):
        whole = _valid(text.replace("/", ""), region)
        if whole:
            yield whole
            return
    for stretch in _STRETCH.findall(_DATES_AND_TIMES.sub(";", text)):
        whole = _valid(stretch, region)
        if whole:
            yield whole
        else:
            yield from _in_pieces(_TOKEN.findall(stretch), region)


def _in_pieces(tokens: list[str], region: str) -> Iterator[str]:
    """Numbers in '98765 43210 98765 43211': neighbouring groups of digits that together make one."""
    start = 0
    while start < len(tokens):
        number, length = _longest_number(tokens[start : start + _LONGEST_RUN_OF_TOKENS], region)
        if number:
            yield number
        start += length


def _longest_number(tokens: list[str], region: str) -> tuple[str | None, int]:
    for length in range(len(tokens), 0, -1):
        joined = "".join(tokens[:length])
        if "+" in joined[1:] or not 8 <= len(joined) <= LONGEST_NUMBER + 4:
            continue
        # Groups put together by us are trusted only as a mobile or with their trunk zero or country code:
        # nearly any ten digits are somebody's landline.
        trusted = length == 1 or joined[0] in "+0"
        number = _valid(joined, region) if trusted else _mobile_behind_odd_prefix(joined, region)
        if number:
            return number, length
    return None, 1


# -- one number -----------------------------------------------------------------------------------------------------


class _Home:
    """The home country's calling code and mobile pattern, out of the metadata."""

    def __init__(self, region: str):
        metadata = PhoneMetadata.metadata_for_region(region)
        self.code = metadata.country_code
        self.mobile = re.compile(metadata.mobile.national_number_pattern).fullmatch
        # 0, 00, +, the code, the code twice, 0 again: all the ways to put a prefix before a mobile number
        self.prefixed = re.compile(rf"(?:\+?0{{0,2}}{self.code})?(?:\+?0{{0,2}}{self.code})?0{{0,2}}(\d{{7,}})")


@cache
def _home(region: str) -> _Home:
    return _Home(region)


def _valid(text: str, region: str) -> str | None:
    """The one number that this text is as a whole, as E.164, or None."""
    digits = sum(map(str.isdigit, text))
    if not 7 <= digits <= LONGEST_NUMBER + 4:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return _mobile_behind_odd_prefix(text, region)
    if phonenumbers.number_type(number) in _NOBODYS or _famous_fake(str(number.national_number)):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _mobile_behind_odd_prefix(text: str, region: str) -> str | None:
    """'091 98765 43210' or '+91 91 98765 43210', which the library takes for numbers that are too long."""
    match = _home(region).prefixed.fullmatch("".join(c for c in text if c.isdigit() or c == "+"))
    if match and _home(region).mobile(match[1]) and not _famous_fake(match[1]):
        return f"+{_home(region).code}{match[1]}"
    return None


def _famous_fake(national: str) -> bool:
    """The numbers people type to get past a form; libphonenumber calls 1234567890 a landline."""
    return len(set(national)) == 1 or national in ("1234567890", "123456789", "0123456789", "0987654321")


_FAKE_RUN = re.compile(r"(\d)\1{6}")
_RUNS = "01234567890123456789"


def _looks_fake(national: str) -> bool:
    """Valid, but hardly anybody's: 9000000001, 9898989898, 7890123456 (9876543210 is left in peace)."""
    return len(set(national)) <= 4 and _is_monotonous(national) or national in _RUNS


def _is_monotonous(national: str) -> bool:
    return len(set(national)) <= 2 or bool(_FAKE_RUN.search(national))


def one_mistake_away(e164: str) -> set[str]:
    """The numbers that one wrong digit, or two neighbours the wrong way round, make of this one."""
    own = national(e164)
    code = e164.removesuffix(own)
    places = range(len(own))
    wrong = {own[:place] + digit + own[place + 1 :] for place in places for digit in "0123456789"}
    swapped = {own[:place] + own[place : place + 2][::-1] + own[place + 2 :] for place in places[:-1]}
    return {code + number for number in (wrong | swapped) - {own}}


# -- showing and searching ------------------------------------------------------------------------------------------


def as_dialled(e164: str, region: str = "IN") -> str:
    """'9876543210' for a number of the home country, E.164 for any other."""
    home = f"+{_home(region).code}"
    return e164.removeprefix(home)


def spaced(e164: str, region: str = "IN") -> str:
    """For people to read: '98765 43210', '022 2345 6789', '+1 202-555-0143'. Anything else comes back as it is."""
    if region == "IN" and e164.startswith("+91") and _home(region).mobile(e164[3:]):
        return f"{e164[3:8]} {e164[8:]}"
    try:
        number = phonenumbers.parse(e164, region)
    except phonenumbers.NumberParseException:
        return e164
    at_home = number.country_code == _home(region).code
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def digits_for_search(e164: str) -> str:
    """The digits under which a number is found by any part of any usual way of writing it.

    '+919876543210' gives '00919876543210 09876543210': with the code, with 00, bare, and with the trunk zero.
    """
    international = "00" + e164.removeprefix("+")
    with_trunk_zero = "0" + national(e164)
    return international if with_trunk_zero in international else f"{international} {with_trunk_zero}"


def national(e164: str) -> str:
    """The digits of an E.164 number without the code of its country."""
    if e164.startswith("+91"):
        return e164[3:]
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return e164.removeprefix("+")


_NUMBER_LIKE = re.compile(r"(?:p|ph|phone|tel|mob|mobile|no)?[:. ]*[+\d( /-][\d ().+_·/-]*", re.IGNORECASE | re.ASCII)


def search_terms(text, region: str = "IN") -> PhoneQuery:
    """What a search box's text asks for: whole numbers to look up, or digits to find inside `digits_for_search`."""
    plain = _plain(str(text or "")[:LONGEST_TEXT])
    found = read_numbers(plain, region)
    if found.number:
        return PhoneQuery([found.number, *found.extras], national(found.number))
    digits = "".join(filter(str.isdigit, plain)) if _NUMBER_LIKE.fullmatch(plain) else ""
    return PhoneQuery([], digits if LEAST_DIGITS_FOR_SEARCH <= len(digits) <= LONGEST_NUMBER + 4 else "")
