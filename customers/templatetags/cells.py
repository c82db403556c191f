"""The cells of the customers list. 25 rows of eight are written for each page, so they are no templates."""

from collections.abc import Callable
from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.timezone import localtime

from crm.templatetags.desk import age, badge, when
from customers.columns import Column
from customers.models import Customer

register = template.Library()

NEVER = mark_safe('<span class="muted">never</span>')
NOBODY = mark_safe('<span class="muted">nobody</span>')


def _cut(text: object, most: int | None = None) -> str:
    """A text that its cell may cut off, whole on hover."""
    text = "" if text is None else str(text)
    return format_html('<span title="{}">{}</span>', text, Truncator(text).chars(most) if most else text)


CELLS: dict[str, Callable[[Customer], object]] = {
    "number": lambda customer: customer.spaced_number,
    "area": lambda customer: _cut(customer.area),
    "course": lambda customer: _cut(customer.course and customer.course.name),
    "source": lambda customer: _cut(customer.source and customer.source.name),
    "status": lambda customer: badge(customer.status),
    "owner": lambda customer: customer.assigned_to or NOBODY,
    "last_contact": lambda customer: f"{age(customer.last_contact_at)} ago" if customer.last_contact_at else NEVER,
    "tries": lambda customer: customer.attempts,
    "follow_up": lambda customer: when(customer.next_follow_up_at),
    "date": lambda customer: f"{customer.date:%d/%m/%Y}" if customer.date else "",
    "enquiries": lambda customer: customer.enquiry_count,
    "added": lambda customer: f"{localtime(customer.created_at):%d/%m/%Y}",
    "origin": lambda customer: _cut(customer.origin.label),
    "email": lambda customer: customer.email,
    "remark": lambda customer: _cut(customer.remark, 60),
}


@register.simple_tag
def cells(customer: Customer, columns: list[Column], now: datetime, chosen: bool) -> str:
    """The row of `customer` beside her name; `chosen`: she who looks chose the columns, so all are always shown."""
    due = customer.next_follow_up_at and customer.next_follow_up_at <= now

    def css(column: Column) -> str:
        wide = " cell-wide" if column.wide and not chosen else ""
        return f"{column.css}{wide}{' is-due' if due and column.name == 'follow_up' else ''}"

    return format_html_join("", '<td class="{}">{}</td>', ((css(one), CELLS[one.name](customer)) for one in columns))
