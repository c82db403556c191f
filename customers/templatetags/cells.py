"""The rows of the lists of customers: 25 of eight cells are written for each page, so they are no templates."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from uuid import UUID

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.timezone import localtime

from crm.templatetags.desk import address_of_each, age, badge, exact, icon, when
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
def customer_rows(
    customers: Iterable[Customer],
    columns: list[Column],
    now: datetime,
    chosen: bool,
    selectable: bool,
    ticked: Collection[UUID] = (),
) -> str:
    """The rows of the list; `chosen`: she who looks chose the columns, so all are always shown. With a box in front
    when they are `selectable`."""
    return _rows(customers, lambda customer: cells(customer, columns, now, chosen), ticked if selectable else None)


def cells(customer: Customer, columns: list[Column], now: datetime, chosen: bool) -> str:
    """The row of `customer` beside her name."""
    due = customer.next_follow_up_at and customer.next_follow_up_at <= now

    def css(column: Column) -> str:
        wide = " cell-wide" if column.wide and not chosen else ""
        return f"{column.css}{wide}{' is-due' if due and column.name == 'follow_up' else ''}"

    return format_html_join("", '<td class="{}">{}</td>', ((css(one), CELLS[one.name](customer)) for one in columns))


WAITING = """
<td class="cell-number">{number}</td>
<td class="cell-area" title="{area}">{area}</td>
<td class="cell-course desk-only" title="{source}">{source}</td>
<td class="cell-next{late}">{waits}</td>
<td class="cell-status">{status}</td>"""
TAKEN_BACK = '{} <span title="Taken back {}">{}<span class="visually-hidden">taken back</span></span>'


@register.simple_tag
def waiting_rows(customers: Iterable[Customer], alarm_before: datetime | None, ticked: Collection[UUID]) -> str:
    """The rows of the unassigned page, with a box in front; who waits since before `alarm_before` stands out."""

    def waiting(customer: Customer) -> str:
        return format_html(
            WAITING,
            number=customer.spaced_number,
            area=customer.area,
            source=customer.source.name if customer.source else "",
            late=" is-due" if alarm_before and alarm_before > customer.waiting_since else "",
            waits=_waits(customer),
            status=badge(customer.status),
        )

    return _rows(customers, waiting, ticked)


def _waits(customer: Customer) -> str:
    if not customer.assigned_at:
        return age(customer.created_at)
    taken_back = customer.assigned_at
    return format_html(TAKEN_BACK, age(taken_back), exact(taken_back), icon("arrow-uturn-left", 14))


ROW = """
<tr data-row>{pick}
  <th scope="row" class="cell-name"><a href="{page}" data-open>{name}</a>{tag}</th>{cells}
</tr>"""
PICK = """
  <td class="pick">
    <label><span class="visually-hidden">Select {name}</span>
      <input type="checkbox" class="form-check-input" name="customer_ids" value="{pk}"{ticked}></label>
  </td>"""
DO_NOT_CALL = mark_safe(' <span class="tag">Do not call</span>')


def _rows(customers: Iterable[Customer], write: Callable[[Customer], str], ticked: Collection[UUID] | None) -> str:
    """A row for each, with what `write` makes of her; `ticked`: whose box is ticked (None: there are no boxes)."""
    page = address_of_each("customers:detail", UUID(int=0))

    def pick(customer: Customer, name: str) -> str:
        return format_html(PICK, name=name, pk=customer.pk, ticked=" checked" if customer.pk in ticked else "")

    def row(customer: Customer) -> str:
        name = customer.shown_name
        return format_html(
            ROW,
            pick="" if ticked is None else pick(customer, name),
            page=page(customer.pk),
            name=name,
            tag=DO_NOT_CALL if customer.do_not_call else "",
            cells=write(customer),
        )

    return mark_safe("".join(map(row, customers)))
