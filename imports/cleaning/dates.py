"""The steps for columns of dates; a list has few different ones, so each is read once."""

import datetime as dt
import re
from functools import cache

from crm.lib.datetexts import LONGEST_TEXT, DateReading, read_date
from crm.lib.text import clean_text
from imports.cleaning.cells import error_code, readable
from imports.cleaning.result import Clean
from imports.reasons import Reason

_MOST_REMEMBERED = 10_000
_ORDER = re.compile(r"\b(?:mm?[/.\- ]dd?|dd?[/.\- ]mm?)[/.\- ]y")


class DateSteps:
    """Reads the dates of one sheet, in India's time."""

    def __init__(self, *, today: dt.date | None, epoch1904: bool = False):
        self._today, self._epoch1904 = today, epoch1904
        self._read: dict[object, DateReading] = {}

    def date(self, clean: Clean, label: str, value) -> None:
        reading = self._read.get(value) or self._reading(value)
        if not reading.ok:
            _unreadable(clean, label, value)
            return
        clean.date, clean.date_if_month_first, clean.date_order = reading[:3]
        if clean.date_if_month_first is not None:
            clean.date_order = order_said(label)

    def follow_up(self, clean: Clean, label: str, value) -> None:
        reading = self._read.get(value) or self._reading(value)
        if not reading.ok:
            _unreadable(clean, label, value)
            return
        clean.follow_up = _iso(reading.day, reading.clock)
        clean.follow_up_if_month_first = _iso(reading.if_month_first, reading.clock)

    def _reading(self, value) -> DateReading:
        if len(self._read) >= _MOST_REMEMBERED:
            self._read.clear()
        reading = read_date(value, today=self._today, epoch1904=self._epoch1904)
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            return reading
        return self._read.setdefault(value, reading)


@cache
def order_said(label: str) -> str | None:
    """'mdy' for a column called 'Date (mm/dd/yyyy)', 'dmy' for 'dd-mm-yy': evidence for the order of its dates."""
    match = _ORDER.search(label.casefold())
    if match is None:
        return None
    return "mdy" if match[0].startswith("m") else "dmy"


def _unreadable(clean: Clean, label: str, value) -> None:
    """The day stays empty; the customer is not lost for it, and neither is the text."""
    said = clean_text(readable(clean, label, value))
    if said and error_code(value) is None:
        clean.keep(label, said)
        clean.warn(Reason.DATE_INVALID, label, said)


def _iso(day: dt.date | None, clock: dt.time | None) -> str:
    if day is None:
        return ""
    return f"{day.isoformat()}T{clock:%H:%M}" if clock else day.isoformat()
