"""Dates as spreadsheets and people write them: real cells, serial numbers, and text in many shapes."""

import datetime as dt
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST_YEAR = 1990
YEARS_AHEAD = 5
LONGEST_TEXT = 100  # no way of writing a day needs more
# Excel's day 0. The 1900 system is off by one before March 1900 (Lotus's leap year), which no lead is older than.
EPOCH_1900 = dt.date(1899, 12, 30)
EPOCH_1904 = dt.date(1904, 1, 1)


class DateReading(NamedTuple):
    """What a cell says about a day. A blank cell is `ok` and has no day; an unreadable one is not `ok`."""

    day: dt.date | None
    if_month_first: dt.date | None = None  # only where 03/04/2026 could be either
    order: str | None = None  # 'dmy' or 'mdy' where the value proves it
    ok: bool = True
    clock: dt.time | None = None  # local time, when the cell gives one


BLANK = DateReading(None)
UNREADABLE = DateReading(None, ok=False)


def read_date(value, *, month_first=False, today=None, zone="Asia/Kolkata", epoch1904=False) -> DateReading:
    """The day that a cell means, in `zone`; text with digits is read day first unless `month_first`.

    Date cells are local already and do not shift; a time with a zone ends in `zone`. Years before 1990 or more than
    five after `today` (default: now) are unreadable, and so is everything that is no date. Raises nothing.
    """
    latest = (today or dt.datetime.now(ZoneInfo(zone)).date()).year + YEARS_AHEAD
    limits = _Limits(latest, zone, EPOCH_1904 if epoch1904 else EPOCH_1900)
    if value is None or value != value:  # NaN and NaT differ from themselves
        return BLANK
    if isinstance(value, str):
        value = value.strip()
        return _read_text(value, month_first, limits) if len(value) <= LONGEST_TEXT else UNREADABLE
    if isinstance(value, dt.date):
        return _read_moment(value, limits)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _read_number(value, limits)
    return UNREADABLE


def month_first(evidence: Counter) -> bool:
    """Whether a column counts as month first: some value proves it and none proves the opposite."""
    return evidence["mdy"] > 0 and evidence["dmy"] == 0


class _Limits(NamedTuple):
    latest_year: int
    zone: str
    epoch: dt.date

    def allow(self, day: dt.date) -> bool:
        return FIRST_YEAR <= day.year <= self.latest_year


# -- cells that are no text -----------------------------------------------------------------------------------------

_SECONDS_1990, _SECONDS_2100 = 631_152_000, 4_102_444_800


def _read_moment(value: dt.date, limits: _Limits) -> DateReading:
    clock = None
    if isinstance(value, dt.datetime):
        local = value.astimezone(ZoneInfo(limits.zone)) if value.tzinfo else value
        value, clock = local.date(), local.time().replace(microsecond=0) or None
        clock = None if clock == dt.time() else clock
    return DateReading(value, clock=clock) if limits.allow(value) else UNREADABLE


def _read_number(value: float, limits: _Limits) -> DateReading:
    """A serial number of Excel, 20260305, or a Unix time in seconds or milliseconds."""
    if value == 0:
        return BLANK
    if 0 < value < 100_000:
        moment = dt.datetime.combine(limits.epoch, dt.time()) + dt.timedelta(seconds=round(value * 86_400))
        return _read_moment(moment, limits)
    seconds = value / 1000 if value > _SECONDS_2100 else value
    if _SECONDS_1990 <= seconds < _SECONDS_2100:
        return _read_moment(dt.datetime.fromtimestamp(seconds, dt.UTC), limits)
    if 19_000_101 <= value <= 99_991_231 and value == int(value):
        day = _day(int(value) // 10_000, int(value) // 100 % 100, int(value) % 100)
        return DateReading(day) if day and limits.allow(day) else UNREADABLE
    return UNREADABLE


# -- text -----------------------------------------------------------------------------------------------------------

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier जनवरी जाने जानेवारी",
            "feb february febuary फरवरी फ़रवरी फेब्रुवारी",
            "mar march मार्च",
            "apr april अप्रैल एप्रिल",
            "may मई मे",
            "jun june जून",
            "jul july जुलाई जुलै",
            "aug august अगस्त ऑगस्ट",
            "sep sept september सितंबर सितम्बर सप्टेंबर",
            "oct october अक्टूबर अक्तूबर ऑक्टोबर",
            "nov november नवंबर नवम्बर नोव्हेंबर",
            "dec december दिसंबर दिसम्बर डिसेंबर",
        ),
        start=1,
    )
    for name in unicodedata.normalize("NFKC", names).split()
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_GAP = r"\s*[-/.,\\\s]\s*"  # what stands between the parts of a date
_SHAPES = {
    # name of the groups in order: what each shape says where
    "ymd": re.compile(rf"(?P<y>\d{{4}}){_GAP}(?P<m>\d{{1,2}}){_GAP}(?P<d>\d{{1,2}})(?!\d)"),
    "ybd": re.compile(rf"(?P<y>\d{{4}})[-/.,\s]*(?P<b>{_MONTH})[-/.,\s]*(?P<d>\d{{1,2}})(?!\d)"),
    "numbers": re.compile(rf"(?P<d>\d{{1,2}}){_GAP}(?P<m>\d{{1,2}}){_GAP}'?(?P<y>\d{{4}}|\d{{2}})(?!\d)"),
    "dby": re.compile(rf"(?P<d>\d{{1,2}})[-/.,\s]*(?P<b>{_MONTH})[-/.,\s]*'?(?P<y>\d{{4}}|\d{{2}})(?![\d:])"),
    "bdy": re.compile(rf"(?P<b>{_MONTH})[-/.,\s]*(?P<d>\d{{1,2}})[-/.,\s]+'?(?P<y>\d{{4}}|\d{{2}})(?![\d:])"),
    # Unix and Java: 'Thu Mar 05 21:15:22 IST 2026'
    "unix": re.compile(rf"(?P<b>{_MONTH}) +(?P<d>\d{{1,2}}) (?P<rest>\d\d?:\d\d:\d\d(?: [a-z]+)?) (?P<y>\d{{4}})$"),
    "compact": re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?=t\d|$)"),
    "compact dmy": re.compile(r"(?P<d>[0-3]\d)(?P<m>[01]\d)(?P<y>(?:19|20)\d\d)$"),
}
_NOISE = re.compile(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|at|on|of|hrs|dated?)\b[.,:]?"
    r"|(?<=\d)(?:st|nd|rd|th)\b"
)
_NUMBER = re.compile(r"\d{5}(?:\.\d+)?|\d{10}|\d{13}")
_NO_DATE = re.compile(r"[\s\-–—/.0]*|n\.?/?a\.?|nil|none|null|nan|nat", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def _read_text(text: str, month_first: bool, limits: _Limits) -> DateReading:
    text = _plain(text)
    if _NO_DATE.fullmatch(text):
        return BLANK
    if _NUMBER.fullmatch(text):
        return _read_number(float(text), limits)
    text = " ".join(_NOISE.sub(" ", text).split())
    for name, shape in _SHAPES.items():
        match = shape.match(text)
        if match:
            rest = match.groupdict().get("rest") or text[match.end() :]
            return _read_match(name, match.groupdict(), rest, month_first, limits)
    return UNREADABLE


def _plain(text: str) -> str:
    """Lower case, ASCII digits, nothing invisible, no ="…" wrapper, no guarding apostrophe."""
    if not text.isascii():
        text = "".join(map(_plain_character, unicodedata.normalize("NFKC", text)))
    text = text.strip().lower()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    return {"Cf": "", "Cc": " ", "Zs": " ", "Pd": "-"}.get(category, character)


def _read_match(name: str, parts: dict, rest: str, month_first: bool, limits: _Limits) -> DateReading:
    clock = _read_clock(rest, limits.zone)
    if clock is None:
        return UNREADABLE
    year, day = _full_year(parts["y"], limits), int(parts["d"])
    month = _MONTHS[parts["b"].rstrip(".")] if "b" in parts else int(parts["m"])
    first = _local(_day(year, month, day), clock, limits)
    if name != "numbers":
        return DateReading(first, clock=_clock_of(clock, limits)) if first else UNREADABLE
    second = _local(_day(year, day, month), clock, limits)
    return _in_order(first, second, month_first, day == month)._replace(clock=_clock_of(clock, limits))


def _in_order(dmy, mdy, month_first: bool, same: bool) -> DateReading:
    if dmy and mdy and not same:
        return DateReading(mdy if month_first else dmy, if_month_first=mdy)
    if same:
        return DateReading(dmy) if dmy else UNREADABLE
    if dmy or mdy:
        return DateReading(dmy or mdy, order="dmy" if dmy else "mdy")
    return UNREADABLE


def _full_year(text: str, limits: _Limits) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + 2000 if year + 2000 <= limits.latest_year else year + 1900


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


# -- the time behind the date ---------------------------------------------------------------------------------------

_TIME = re.compile(
    r"[t,|\s-]*(?P<hour>\d\d?)(?:[:.h](?P<minute>\d\d))?(?:[:.](?P<second>\d\d))?(?:[.,]\d+)?"
    r"\s*(?P<half>[ap])?(?(half)\.?m\b\.?|)\s*(?P<zone>.*)"
)
_OFFSET = re.compile(r"(?:utc|gmt|z)?\s*(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?")
_IN_BRACKETS = re.compile(r"[(\[].*")  # JavaScript adds '(India Standard Time)'
_ZONES = {"": None, "ist": 5.5, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7}
_ZONES |= {"mdt": -6, "pst": -8, "pdt": -7, "bst": 1, "cet": 1, "gst": 4, "pkt": 5, "sgt": 8}


class _Clock(NamedTuple):
    time: dt.time | None
    offset: dt.timedelta | None  # None: local already


_NO_TIME = _Clock(None, None)


def _read_clock(rest: str, zone: str) -> _Clock | None:
    """The time and zone behind a date; words without digits are no matter; None when it cannot be read."""
    if not any(map(str.isdigit, rest)) or _OFFSET.fullmatch(rest):
        return _NO_TIME
    match = _TIME.fullmatch(rest)
    time = match and _time(match)
    if not time:
        return None
    found, offset = _offset(match["zone"])
    return _Clock(time, offset) if found else None


def _time(match) -> dt.time | None:
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if match["minute"] is None and match["half"] is None:
        return None
    if match["half"] and hour <= 12:
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    if (hour, minute, second) == (24, 0, 0):  # ISO's end of the day: still that day
        return dt.time(23, 59, 59)
    try:
        return dt.time(hour, minute, second)
    except ValueError:
        return None


def _offset(text: str) -> tuple[bool, dt.timedelta | None]:
    text = _IN_BRACKETS.sub("", text).strip(" .,")
    if text in _ZONES:
        return True, None if _ZONES[text] is None else dt.timedelta(hours=_ZONES[text])
    match = _OFFSET.fullmatch(text)
    if match:
        size = dt.timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        return size < dt.timedelta(hours=15), size if match["sign"] == "+" else -size
    return not any(map(str.isdigit, text)), None


def _moment(day: dt.date, clock: _Clock, limits: _Limits) -> dt.datetime:
    moment = dt.datetime.combine(day, clock.time or dt.time())
    if clock.offset is None:
        return moment
    return moment.replace(tzinfo=dt.timezone(clock.offset)).astimezone(ZoneInfo(limits.zone))


def _local(day: dt.date | None, clock: _Clock, limits: _Limits) -> dt.date | None:
    if day is None or not limits.allow(day):
        return None
    return _moment(day, clock, limits).date()


def _clock_of(clock: _Clock, limits: _Limits) -> dt.time | None:
    if clock.time is None:
        return None
    any_day = dt.date(limits.latest_year, 6, 1)
    return _moment(any_day, clock, limits).time()
