"""Text as people type and paste it: cleaned for keeping, folded for comparing, guarded for spreadsheets."""

import datetime as dt
import re
import unicodedata
from collections import Counter
from functools import lru_cache

from crm.lib.phones import digits_for_search

# Excel and LibreOffice read a cell that begins with one of these as a formula (OWASP, "CSV injection").
FORMULA_STARTS = "=+-@\t\r"

_JOINERS = "\u200c\u200d"  # Malayalam, Hindi and others spell with them: kept in text, ignored in comparisons
_UNSEEN = re.compile(r"^[\s\u00ad\u034f\u115f\u1160\u200b-\u200f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]*$")


def _deleted_on_a_line() -> dict[int, None]:
    """Code points without width or meaning; str.split() has already dealt with white space."""
    controls = [*range(0x20), *range(0x7F, 0xA0)]
    invisible = [0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
    annotation = range(0xFFF9, 0xFFFC)
    surrogates = range(0xD800, 0xE000)  # alone they cannot be written as UTF-8
    return dict.fromkeys([*controls, *invisible, *annotation, *surrogates])


_LINE = _deleted_on_a_line()
_FIELD_SEPARATORS = range(0x1C, 0x20)  # str.split() takes these for white space, nobody typed them
_LINE_BEFORE_SPLIT = {point: None for point in _LINE if not chr(point).isspace() or point in _FIELD_SEPARATORS}
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# PostgreSQL refuses NUL, UTF-8 lone surrogates, and XML (so every xlsx export) the other controls.
_NOT_STORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_ENDS = "\ufeff\u200b\u2060"

# The one-letter chillus of Unicode 5.1 and the older letter + virama (+ ZWJ) are one spelling to a reader.
_CHILLUS = str.maketrans({"ൺ": "ണ്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൿ": "ക്"})
_UNFOLDED = {ord(joiner): None for joiner in _JOINERS} | _CHILLUS


def clean_line(value) -> str:
    """One line of text: runs of white space become one blank, invisible characters go, ends trimmed, NFC.

    Takes any string (or None, which is ''); ZWJ and ZWNJ stay, because names are misspelt without them.
    """
    if value is None:
        return ""
    if value.isascii() and value.isprintable():
        return " ".join(value.split()) if "  " in value else value.strip()
    line = " ".join(value.translate(_LINE_BEFORE_SPLIT).split())
    return "" if _UNSEEN.match(line) else unicodedata.normalize("NFC", line)


def clean_text(value) -> str:
    """Many lines, as typed: line ends become \\n, what no database or workbook can hold goes, ends trimmed."""
    if value is None:
        return ""
    if value.isascii() and value.isprintable():
        return value.strip()
    text = _NOT_STORABLE.sub("", _LINE_ENDS.sub("\n", value)).strip().strip(_ENDS).strip()
    return "" if _UNSEEN.match(text) else text


def fold(text) -> str:
    """The key under which two spellings of one text are equal: one line, NFKC, without case or joiners."""
    line = clean_line(text)
    if line.isascii():
        return line.lower()
    return unicodedata.normalize("NFKC", line).translate(_UNFOLDED).casefold()


# For texts of which a list has few different ones, and none is long: areas, sources, courses.
fold_word = lru_cache(maxsize=10_000)(fold)


def search_text(*, name, area, numbers) -> str:
    """What a search box looks in: folded name and area, then every number as `phones.digits_for_search` writes it."""
    return " ".join([fold(name), fold_word(area), *map(digits_for_search, numbers)])


# -- the same person? -----------------------------------------------------------------------------------------------

_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor er adv ca shri shree sri smt shrimati sushri kum kumari km master mst "
    "late ji sir madam ma'am capt col maj lt sgt rev fr श्री श्रीमती सुश्री कुमारी कु डॉ प्रो".split()
)
_NO_NAMES = frozenset({"unknown", "na", "n a", "nil", "none", "null", "nan", "no name", "not known", "test"})
_NOT_IN_WORDS = re.compile(r"[^\w\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff]+|_+")


def same_person(a, b) -> bool:
    """Whether two names at one number may well be one person.

    True when one is blank, when they are equal without titles and word order, or when every word of the shorter
    stands in the longer (an initial stands for any word it begins).
    """
    first, second = _name_words(a), _name_words(b)
    if not first or not second or "".join(first) == "".join(second):
        return True
    shorter, longer = sorted((first, second), key=len)
    return _contained(shorter, longer) or _contained(_spelt_initials(shorter), _spelt_initials(longer))


def same_name(a, b) -> bool:
    """Whether both are names, and may well be one person's."""
    return bool(_name_words(a) and _name_words(b)) and same_person(a, b)


def _name_words(name) -> list[str]:
    words = _NOT_IN_WORDS.sub(" ", fold(name).replace("'", "")).split()
    if " ".join(words) in _NO_NAMES:
        return []
    return [word for word in words if word not in _TITLES] or words


def _contained(shorter: list[str], longer: list[str]) -> bool:
    left = Counter(longer)
    left.subtract(word for word in shorter if word in left)
    if min(left.values(), default=0) < 0:
        return False
    unmatched = [word for word in shorter if word not in longer]
    return all(_matches_an_initial(word, left) for word in unmatched)


def _matches_an_initial(word: str, left: Counter) -> bool:
    for other in left:
        if left[other] > 0 and 1 in (len(word), len(other)) and word[0] == other[0]:
            left[other] -= 1
            return True
    return False


def _spelt_initials(words: list[str]) -> list[str]:
    """'rk sharma' as 'r k sharma': two or three letters without a vowel are initials written together."""
    together = re.compile(r"[b-df-hj-np-tv-z]{2,3}$")
    return [part for word in words for part in (word if together.match(word) else [word])]


# -- spreadsheets ---------------------------------------------------------------------------------------------------

_GUARDED = re.compile(rf"'(?='*[{re.escape(FORMULA_STARTS)}])")
_NEEDS_GUARD = re.compile(rf"'*[{re.escape(FORMULA_STARTS)}]")


def unguard(text: str) -> str:
    """The text without the one apostrophe that an export put before = + - @ tab or CR."""
    return text[1:] if _GUARDED.match(text) else text


def guard(text: str) -> str:
    """The text as a spreadsheet may hold it without running it; `unguard` gives back exactly what went in."""
    return f"'{text}" if _NEEDS_GUARD.match(text) else text


def cell_text(value) -> str:
    """Any spreadsheet cell as the text a person saw: 9876543210.0 is '9876543210', a date is dd/mm/yyyy.

    Never 'nan', 'None' or 'NaT'. An error cell (anything with a `text`) gives its text, an unknown object ''.
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:  # NaN and NaT are the values that differ from themselves
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, dt.date | dt.time):
        return _moment_text(value)
    return str(getattr(value, "text", ""))


def _number_text(value: float) -> str:
    if value in (float("inf"), float("-inf")):
        return ""
    if value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return f"{value:.15g}"  # Excel keeps and shows 15 significant digits


def _moment_text(value) -> str:
    if isinstance(value, dt.datetime):
        day = f"{value:%d/%m/%Y}"
        return day if value.time() == dt.time() else f"{day} {_moment_text(value.time())}"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
