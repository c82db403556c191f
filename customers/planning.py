"""The days ahead: how many follow-ups each one holds, and how a backlog is spread over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F
from django.db.models.functions import TruncDate
from django.utils.timezone import localdate, localtime, make_aware

from accounts.models import User
from crm.lib.hours import Hours
from customers.lists import DUE_FOR
from customers.models import CallingRules, Customer, FollowUp

WEEK = 7
RESCUED_AT_MOST = 2_000
LOOKED_AHEAD = 30


@dataclass(frozen=True)
class DayLoad:
    """A day with the number of follow-ups that are due on it."""

    day: date
    count: int
    limit: int

    @property
    def is_full(self) -> bool:
        return self.count >= self.limit


def loads(viewer: User, owner: User | None, *, start: date, days: int, rules: CallingRules) -> list[DayLoad]:
    """The `days` from `start` on, of `owner` or of everybody whom `viewer` may see. One query."""
    beginning = make_aware(datetime.combine(start, time()))
    found = FollowUp.objects.visible_to(viewer).open()
    found = found.filter(due_at__gte=beginning, due_at__lt=beginning + timedelta(days=days))
    if owner:
        found = found.filter(owner=owner)
    counts = dict(found.order_by().values_list(TruncDate("due_at")).annotate(Count("pk")))
    limit = rules.day_limit if owner else 10**9  # a team has no limit
    return [DayLoad(day := start + timedelta(days=n), counts.get(day, 0), limit) for n in range(days)]


@dataclass(frozen=True)
class Full:
    """A day on which a follow-up has come that was full already, and the nearest one after it that is not."""

    day: DayLoad
    light: DayLoad | None
    light_at: datetime | None  # the same time on that day


def full_day(viewer: User, customer: Customer, due_at: datetime | None) -> Full | None:
    """What to say of the day on which `customer` has just come; None while it is not full."""
    if due_at is None or customer.assigned_to is None:
        return None
    rules = CallingRules.current()
    ahead = loads(viewer, customer.assigned_to, start=localdate(due_at), days=LOOKED_AHEAD, rules=rules)
    if ahead[0].count <= rules.day_limit:
        return None
    light = next((day for day in ahead if not day.is_full), None)
    return Full(ahead[0], light, light and localtime(due_at) + (light.day - ahead[0].day))


# --- A backlog ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rescue:
    """Who gets which new time, how many come to each day, and how many found no room."""

    planned: list[tuple[FollowUp, datetime]]
    days: list[DayLoad]
    left: int

    @property
    def most(self) -> int:
        return max((load.count for load in self.days), default=0) or 1


def rescue(viewer: User, owner: User, *, days: int, per_day: int, now: datetime, rules: CallingRules) -> Rescue:
    """Spread what is overdue evenly over the `days` after today: who is furthest on first, then the oldest promise.

    No day gets more than `per_day`, what is planned on it already included.
    """
    overdue = FollowUp.objects.visible_to(viewer).open().filter(owner=owner, due_at__lt=now - DUE_FOR)
    overdue = overdue.filter(customer__do_not_call=False).select_related("customer__status")
    ranked = overdue.order_by(
        F("customer__status__rung").desc(nulls_last=True), F("promised_at").asc(nulls_last=True), "due_at", "pk"
    )
    waiting = list(ranked[:RESCUED_AT_MOST])
    total, planned, filled = len(waiting), [], []
    ahead = loads(viewer, owner, start=localdate(now) + timedelta(days=1), days=days, rules=rules)
    level = _level([load.count for load in ahead], total, per_day)
    for load in ahead:
        room = max(0, level - load.count)
        chosen, waiting = waiting[:room], waiting[room:]
        planned += zip(chosen, spread(load.day, len(chosen), rules.hours), strict=True)
        filled.append(DayLoad(load.day, load.count + len(chosen), rules.day_limit))
    return Rescue(planned, filled, total - len(planned))


def _level(counts: list[int], total: int, most: int) -> int:
    """How far every day has to be filled for `total` more to fit, at most `most`."""
    return next((level for level in range(most) if sum(max(0, level - count) for count in counts) >= total), most)


def spread(day: date, count: int, hours: Hours) -> Sequence[datetime]:
    """`count` moments of that day, evenly over the calling hours."""
    opens = hours.on(make_aware(datetime.combine(day, time())))
    minutes = (hours.closes.hour - hours.opens.hour) * 60 + hours.closes.minute - hours.opens.minute
    return [opens + timedelta(minutes=int(minutes * (n + 0.5) / count)) for n in range(count)]
