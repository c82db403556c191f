"""What the values of a column look like, for columns whose label says nothing."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from crm.lib.datetexts import read_date
from crm.lib.phones import read_numbers
from crm.lib.text import cell_text, clean_line

MOST_VALUES = 60
_MOBILE_AT_HOME = re.compile(r"\+91[6-9]\d{9}")
_COURSE = re.compile(
    r"\s*(?:\(?hons?\.?\)?|b|m)\.?\s?(?:tech|com|sc|a|ba|bm|ca|ed|pharm|arch|des|e|lib|voc|p\.?ed|s\.?w|h\.?m|phil)\b.{0,30}"
    r"|\s*(?:mbbs|bds|bhms|bams|ll\.?b|ll\.?m|ph\.?d|pgdm|gnm|anm|diploma|polytechnic|iti|ca|cma|acca)\b.{0,30}",
    re.I,
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Profile(NamedTuple):
    """How many of a column's non-blank values are of which kind."""

    filled: int
    mobiles: int
    digits: int  # seven digits or more: could be meant as a number
    dates: int
    emails: int
    courses: int
    words: int  # letters and no digits
    length: float  # average

    def mostly(self, count: int, *, share: float = 0.6) -> bool:
        return count > 0 and count >= share * self.filled


def profile(values: Iterable) -> Profile:
    """The kinds of the first values that are not blank."""
    filled = [value for value in values if clean_line(cell_text(value))][:MOST_VALUES]
    texts = [clean_line(cell_text(value)) for value in filled]
    return Profile(
        filled=len(filled),
        mobiles=sum(map(is_mobile, filled)),
        digits=sum(sum(map(str.isdigit, text)) >= 7 for text in texts),
        dates=sum(map(_is_date, filled)),
        emails=sum(bool(_EMAIL.fullmatch(text)) for text in texts),
        courses=sum(bool(_COURSE.fullmatch(text)) for text in texts),
        words=sum(any(map(str.isalpha, text)) and not any(map(str.isdigit, text)) for text in texts),
        length=sum(map(len, texts)) / max(len(texts), 1),
    )


def is_mobile(value) -> bool:
    """Whether a value is surely a phone number: an Indian mobile, or any number with its country code.

    Landlines do not count here, because nearly any ten digits (of an application number, say) are one.
    """
    if not isinstance(value, str | int | float) or value == "":
        return False
    found = read_numbers(value).number
    return bool(found) and (bool(_MOBILE_AT_HOME.fullmatch(found)) or "+" in str(value))


def _is_date(value) -> bool:
    if isinstance(value, int | float):
        return False  # a bare number is a serial only where the label says date
    reading = read_date(value)
    return reading.ok and reading.day is not None
