"""Which numbers are dates: decided by the cell's number format alone (ECMA-376 part 1, 18.8.30 and 18.8.31)."""

import datetime
import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

# Built-in formats have numbers and no text. 27-36 and 50-58 are dates in the East Asian editions.
_BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58), "date"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), "time"),
    46: "duration",
}
# What a format shows literally, or only colours, aligns or restricts; [h] [mm] [ss] are kept.
_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.I | re.S)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.I)

_EPOCH_1900 = datetime.datetime(1899, 12, 30)
_EPOCH_1904 = datetime.datetime(1904, 1, 1)
_LEAP_BUG = 60  # Excel believes in 29 February 1900; before it the epoch is a day later
CACHED = 10_000
_MAX_SERIAL = 2_958_466  # 1 January 10000


def plain_number(text: str) -> Any:
    """A number as it is written in the file: whole ones as int, also 9876543210.0 and 9.87654321E9. Else the text."""
    try:
        if len(text) < 18 and text.isdecimal():
            return int(text)
        return whole(float(text))
    except ValueError:
        return text


def whole(number: float) -> Any:
    """A number as it is shown: whole ones as int, what is none as its name."""
    if number.is_integer():
        return int(number) if abs(number) < 2**53 else number
    return number if abs(number) < float("inf") else str(number)


def format_kind(number: int, code: str | None) -> str | None:
    """'date', 'time', 'duration', or None for a format that shows numbers."""
    if code is None:
        return _BUILT_IN.get(number)
    shown = _LITERAL.sub("", code.split(";")[0])
    if _ELAPSED.search(shown):
        return "duration"
    letters = set(shown.lower()) if "general" not in shown.lower() else set()
    if letters & set("dy") or ("m" in letters and not letters & set("hs")):
        return "date"
    return "time" if letters & set("hs") else None


def reader(kind: str | None, is_1904: bool) -> Callable[[str], Any]:
    """A function from the text in the file to the cell's value."""
    if kind is None:
        return plain_number
    # A list has few different days, and making a date costs more than all the rest of a cell.
    return lru_cache(CACHED)(partial(_moment, kind, _EPOCH_1904 if is_1904 else _EPOCH_1900))


def number_reader(kind: str | None, is_1904: bool) -> Callable[[float], Any]:
    """The same from the number itself, as binary files have it."""
    if kind is None:
        return whole
    return lru_cache(CACHED)(partial(_moment_of, kind, _EPOCH_1904 if is_1904 else _EPOCH_1900))


def _moment(kind: str, epoch: datetime.datetime, text: str) -> Any:
    number = plain_number(text)
    return number if isinstance(number, str) else _moment_of(kind, epoch, number)


def _moment_of(kind: str, epoch: datetime.datetime, number: float) -> Any:
    return from_serial(number, kind, epoch) if 0 <= number < _MAX_SERIAL else number


def from_serial(number: float, kind: str, epoch: datetime.datetime = _EPOCH_1900) -> Any:
    """A date (whole days), a date with time, or a time of day. A length of 24 hours or more is text, as Excel shows it.

    0 under a date format is no date in any calendar: it is what a formula makes of a blank, and stays a number.
    """
    days = int(number)
    milliseconds = round((number - days) * 86_400_000)
    if kind == "duration" and number >= 1:
        return clock_text(days * 86_400 + milliseconds // 1000)
    if kind != "date" and days == 0:
        return time_of_day(milliseconds)
    if number < 1 and epoch is _EPOCH_1900:
        return number
    if epoch is _EPOCH_1900 and days < _LEAP_BUG:
        days += 1
    moment = epoch + datetime.timedelta(days=days, milliseconds=milliseconds)
    return moment if milliseconds else moment.date()


def time_of_day(milliseconds: int) -> datetime.time:
    return (datetime.datetime.min + datetime.timedelta(milliseconds=milliseconds % 86_400_000)).time()


def clock_text(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
