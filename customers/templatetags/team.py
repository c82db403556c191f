"""What is written once for every counsellor: the rows of the team's page, the seats of the sharing forms.

There are hundreds of them, so these are no templates (see `desk`), and what is the same for all is worked out once.
"""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from crm.templatetags.desk import address_of_each, age, day, exact, number, options
from customers.actions import Seat
from customers.figures import Member
from customers.forms.assignment import Chosen

register = template.Library()

ROW = """
<tr>
  <th scope="row" class="team-name"><a href="{page}">{name}</a>{tag}</th>
  <td class="number" data-label="Open">
    <a href="{hers}&amp;stage=new&amp;stage=contact&amp;stage=interest">{open}</a>
  </td>
  <td class="team-bar"><meter min="0" max="{most}" value="{load}" aria-hidden="true">{load}</meter></td>
  <td class="number" data-label="Not called"><a href="{hers}&amp;stage=new">{new}</a></td>
  <td class="number" data-label="Given today"><a href="{hers}&amp;assigned=today">{given}</a></td>
  <td class="number" data-label="Contacted today"><a href="{hers}&amp;contacted=today">{contacted}</a></td>
  <td class="number{late}" data-label="Overdue">
    <a href="{hers}&amp;follow_up=overdue&amp;sort=follow_up">{overdue}</a>
  </td>
  <td class="number" data-label="Admissions"><a href="{hers}&amp;stage=won">{won}</a></td>
  <td data-label="Oldest not called" class="team-seen team-age">{oldest}</td>
  <td data-label="Last seen" class="team-seen">{seen}</td>
  <td class="team-act"><a href="{leaves}">Deactivate<span class="visually-hidden"> {name}</span></a></td>
</tr>"""
NONE, NEVER = mark_safe('<span class="muted">–</span>'), mark_safe('<span class="muted">never</span>')
SOMEBODY = 1_234_567_890


@register.simple_tag
def member_rows(members: Sequence[Member]) -> str:
    """A row for each of the team; every number is a door to the list that it counts."""
    page, leaves = (address_of_each(f"customers:{name}", SOMEBODY) for name in ("counsellor", "deactivate"))
    customers = reverse("customers:list")
    most = max((member.open for member in members), default=0) or 1
    rows = (
        {
            "page": page(member.user.pk),
            "leaves": leaves(member.user.pk),
            "hers": f"{customers}?owner={member.user.pk}",
            "name": member.user,
            "tag": _tag(member),
            "open": number(member.open),
            "load": member.open,
            "most": most,
            "new": number(member.new),
            "given": number(member.given_today),
            "contacted": number(member.contacted_today),
            "overdue": number(member.overdue),
            "late": " is-overdue" if member.overdue else "",
            "won": number(member.won),
            "oldest": _ago(member.oldest_untouched, "{}", NONE),
            "seen": _ago(member.user.last_seen_at, "{} ago", NEVER),
        }
        for member in members
    )
    return mark_safe("".join(format_html(ROW, **row) for row in rows))


def _tag(member: Member) -> str:
    if member.away:
        until = member.user.away_until
        return format_html(' <span class="tag">On leave{}</span>', f" until {day(until)}" if until else "")
    return "" if member.user.takes_new else mark_safe(' <span class="tag">Takes no new ones</span>')


def _ago(moment: datetime | None, words: str, none: str) -> str:
    if not moment:
        return none
    return mark_safe(f'<span title="{exact(moment)}">{words.format(age(moment))}</span>')  # nothing in it was typed


SEAT = """
<li>
  <label class="form-check">
    <input type="checkbox" class="form-check-input" name="sales_users" value="{pk}"{ticked}
           data-seat data-room="{room}" data-load="{load}">
    {name}{room_in_words}
  </label>
  <label class="seat-weight" data-weight>
    <span class="visually-hidden">Weight of {name}</span>
    <input type="number" class="form-control form-control-sm" name="weight_{pk}" value="{weight}"
           min="0" max="99" inputmode="numeric">
  </label>
  <meter min="0" max="{most}" value="{level}" aria-label="Open customers of {name}"{hidden}>{load}</meter>
  <span class="number"><span data-open>{open}</span> <span class="share-plus" data-plus></span></span>
</li>"""


@register.simple_tag
def seat_rows(seats: Sequence[Seat], chosen: Chosen) -> str:
    """A box to tick for each who can be given customers, with her weight and how many open ones she has."""
    most = max((seat.load or 0 for seat in seats), default=0) or 1
    rows = (
        {
            "pk": seat.pk,
            "name": seat.name,
            "ticked": " checked" if str(seat.pk) in chosen.seats else "",
            "weight": chosen.weights.get(seat.pk) or "1",
            "room": "" if seat.room is None else seat.room,
            "room_in_words": _room(seat),
            "most": most,
            "load": "" if seat.load is None else seat.load,
            "level": seat.load or 0,
            "hidden": " hidden" if seat.load is None else "",
            "open": number(seat.load),
        }
        for seat in seats
    )
    return mark_safe("".join(format_html(SEAT, **row) for row in rows))


def _room(seat: Seat) -> str:
    return "" if seat.room is None else format_html(' <span class="muted">room for {}</span>', number(seat.room))


@register.simple_tag
def seat_options(seats: Sequence[Seat], chosen: str) -> str:
    """The options of a menu of everybody who can be given customers."""
    return options([(seat.pk, seat.label) for seat in seats], chosen)
