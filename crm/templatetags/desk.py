"""How the desk writes moments, days, ages, numbers, icons and choices: the same on every page.

What a page holds dozens of is written here rather than by a template each: including one costs fifty times as much.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from html import escape
from uuid import UUID

import heroicons.templatetags.heroicons as heroicons
from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

MINUTE, HOUR, DAY = 60, 3_600, 86_400
# From how many seconds on an age is told in this unit. "45 days" says more than "1 month".
UNITS = [(730 * DAY, 365 * DAY, "year"), (60 * DAY, 30 * DAY, "month"), (DAY, DAY, "day"), (HOUR, HOUR, "hour")]


@register.filter
def when(moment: datetime | None) -> str:
    """ "Wed 25 Nov, 11:30" at home (with the year when it is another one), the exact time on hover."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    its_day, clock = _day(local), f"{local:%H:%M:%S}"
    year = "" if local.year == timezone.localdate().year else f" {local.year}"
    return format_html(
        '<time datetime="{}" title="{}">{}, {}</time>',
        local.isoformat(timespec="seconds"),
        f"{its_day} {local.year}, {clock} {local.tzname()}",
        f"{its_day}{year}",
        clock[:5],
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """ "Wed 25 Nov 2026"."""
    if not value:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return f"{_day(value)} {value.year}"


def exact(moment: datetime) -> str:
    """ "26/11/2026 14:05", at home: what the hint beside an age says."""
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"


def _day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b}"


@register.filter
def age(value: date | datetime | None) -> str:
    """How long ago, or how far ahead, in its largest unit: "3 days"."""
    if not value:
        return ""
    if isinstance(value, datetime):
        seconds = abs((timezone.now() - value).total_seconds())
    else:
        seconds = abs((timezone.localdate() - value).days) * DAY
        if not seconds:
            return "today"
    return _in_words(seconds)


@register.filter
def span(value: timedelta | None) -> str:
    """How long something lasted, in its largest unit: "3 days"."""
    return _in_words(value.total_seconds()) if value is not None else ""


def _in_words(seconds: float) -> str:
    for least, unit, word in UNITS:
        if seconds >= least:
            return _plural(int(seconds // unit), word)
    return _plural(int(seconds // MINUTE), "minute") if seconds >= MINUTE else "under a minute"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


@register.filter
def number(value: int | None) -> str:
    """ "12,345"; nothing for nothing."""
    return "" if value is None or value == "" else SafeString(f"{value:,}")  # digits: nothing to escape


def address_of_each(name: str, somebody: int | UUID) -> Callable[[int | UUID], str]:
    """What reverse() says for each id, asked once, for it takes as long as a row: `somebody` is an id of the kind."""
    before, after = reverse(name, args=[somebody]).split(str(somebody))
    return lambda pk: f"{before}{pk}{after}"


@register.filter
def of(values: dict, key: object) -> object:
    """What `values` holds for `key`; nothing when it holds none."""
    return values.get(key, "") if values else ""


@register.filter
def shown(value: object, kind: str) -> str:
    """A figure of a report as its column's kind is written; a dash for none."""
    if value is None:
        return "–"
    if kind == "percent":
        return f"{value} %"
    if kind == "tenth":
        return f"{value:,.1f}"
    if kind == "money":
        return f"₹ {value:,.2f}"
    return tenths(value) if kind == "span" else value if isinstance(value, str) else f"{value:,}"


def tenths(value: timedelta) -> str:
    """ "42 min", "5.5 hours", "3.1 days": a length of time as it is compared with another."""
    seconds = value.total_seconds()
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} hours" if seconds < 2 * DAY else f"{seconds / DAY:.1f} days"


@register.simple_tag
@cache
def icon(name: str, size: int) -> str:
    """An outline icon for the eye only; drawn once for each size."""
    return heroicons.heroicon_outline(name, size=size, aria_hidden="true")


@register.filter
def badge(status) -> str:
    """A status as its dot and label; nothing for none."""
    return _badge(status.code, status.colour, status.label) if status else ""


@lru_cache(100)
def _badge(code: str, colour: str, label: str) -> str:
    """Drawn once: a page holds dozens of the same few."""
    return format_html(
        '<span class="status-badge" data-status="{}">'
        '<svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">'
        '<circle cx="5" cy="5" r="4.25" fill="{}"></circle></svg>{}</span>',
        code,
        colour,
        label,
    )


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: object = "") -> str:
    """The options of a select; the one whose value is `chosen` is selected."""
    chosen = "" if chosen is None else str(chosen)
    # Hundreds of counsellors: format_html would take several times as long as escaping does.
    texts = ((str(value), label) for value, label in choices)
    marked = ((escape(value), " selected" if value == chosen else "", escape(label)) for value, label in texts)
    return mark_safe("".join(f'<option value="{value}"{mark}>{label}</option>' for value, mark, label in marked))


@register.simple_tag
def checks(name: str, choices: Iterable[tuple[str, str]], chosen: Collection[str] = ()) -> str:
    """A box to tick for each of the choices; those in `chosen` are ticked."""
    box = f'<label class="form-check"><input type="checkbox" class="form-check-input" name="{escape(name)}"'
    marked = ((escape(value), " checked" if value in chosen else "", escape(label)) for value, label in choices)
    return mark_safe("".join(f'{box} value="{value}"{mark}> {label}</label>' for value, mark, label in marked))


@register.simple_tag
def buttons(name: str, choices: Iterable[tuple[str, str]]) -> str:
    """A button for each of the choices, which sends its form."""
    button = '<button type="submit" name="{}" value="{}" class="btn btn-outline-secondary">{}</button>'
    return format_html_join("", button, ((name, value, label) for value, label in choices))
