"""The days ahead: how many follow-ups each one holds, and how a backlog is spread over them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F
from django.db.models.functions import TruncDate
from django.utils.timezone import localdate, localtime, make_aware

from accounts.models import User
from crm.lib.hours import Hours
from customers.lists import DUE_FOR
from customers.models import CallingRules, Customer, Event, FollowUp
from customers.models.timeline import FollowUpQuerySet
from customers.models.vocabulary import OPEN_STAGES

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
    planned = Customer.objects.visible_to(viewer)  # her open follow-up's time stands with her, in an index of its own
    found = planned.filter(next_follow_up_at__gte=beginning, next_follow_up_at__lt=beginning + timedelta(days=days))
    if owner:
        found = found.filter(assigned_to=owner)
    counts = dict(found.order_by().values_list(TruncDate("next_follow_up_at")).annotate(n=Count("*")))
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


# --- The day of an event ------------------------------------------------------------------------

PLANNED_AHEAD = 366
# Consecutive calls of one day lie this part of it apart: whoever comes one by one is spread as evenly as many at once.
GOLDEN = 0.618034


@dataclass(frozen=True)
class Share:
    """What one counsellor gets of those who wait: how many on each day, and how many found no room in a year."""

    owner: int
    days: list[tuple[date, int]]
    left: int


class Calendar:
    """The days from an event's on, with the room that each counsellor has on them."""

    def __init__(self, first: date, *, now: datetime, rules: CallingRules) -> None:
        self.now, self.rules = now, rules
        self.first = max(first, localdate(now))
        self.days = [self.first + timedelta(days=n) for n in range(PLANNED_AHEAD)]
        self.begins = make_aware(datetime.combine(self.first, time()))
        self.ends = self.begins + timedelta(days=PLANNED_AHEAD)

    def busy(self, others: FollowUpQuerySet) -> Counter:
        """(owner, day) -> how many of `others`, who keep their times, are due then. One query."""
        found = others.filter(due_at__gte=self.begins, due_at__lt=self.ends).order_by()
        rows = found.values_list("owner", TruncDate("due_at")).annotate(Count("pk"))
        return Counter({(owner, day): n for owner, day, n in rows})

    def share(self, owner: int, count: int, busy: Counter) -> Share:
        """Fill the days of `owner` one after the other with `count` calls, none beyond its limit."""
        chosen = []
        for day in self.days:
            if not count:
                break
            limit = self.rules.day_limit
            room = min(limit - busy[owner, day], int(limit * self._part_left(day)), count)
            if room > 0:
                chosen.append((day, room))
                count -= room
        return Share(owner, chosen, count)

    def moments(self, day: date, count: int) -> Sequence[datetime]:
        """`count` moments of that day that are still to come, evenly over the calling hours."""
        opens, closes = self._hours(day)
        return [opens + (closes - opens) * ((n + 0.5) / count) for n in range(count)]

    def one_more(self, day: date, before: int) -> datetime:
        """A moment of that day for one who comes after `before` others."""
        opens, closes = self._hours(day)
        return opens + (closes - opens) * ((before + 1) * GOLDEN % 1)

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        hours, midnight = self.rules.hours, make_aware(datetime.combine(day, time()))
        opens, closes = (
            hours.on(midnight),
            localtime(midnight).replace(hour=hours.closes.hour, minute=hours.closes.minute),
        )
        return min(max(opens, self.now), closes), closes

    def _part_left(self, day: date) -> float:
        """How much of the day's calling hours is still to come."""
        opens, closes = self._hours(day)
        whole = closes - self.rules.hours.on(closes)
        return (closes - opens) / whole


def hanging_on(viewer: User, event: Event) -> FollowUpQuerySet:
    """The open follow-ups that wait for `event`, or were planned by it, and can be given times: each with a counsellor
    who may call her."""
    found = FollowUp.objects.visible_to(viewer).open().filter(event=event, owner__isnull=False)
    return found.filter(customer__do_not_call=False, customer__erased_at=None, customer__status__stage__in=OPEN_STAGES)


@dataclass(frozen=True)
class EventPlan:
    """What a day would mean for everybody who hangs on an event."""

    days: list[DayLoad]  # the calls that come to each day, of all counsellors
    shares: list[Share]
    planned: int
    left: int
    unowned: int  # with nobody, or not to be called: they go on waiting

    @property
    def most(self) -> int:
        return max((load.count for load in self.days), default=0) or 1


def event_plan(
    viewer: User, event: Event, day: date, *, now: datetime, rules: CallingRules, only_waiting: bool = False
) -> EventPlan:
    """Count, and write nothing. Three queries, however many they are."""
    hanging = hanging_on(viewer, event)
    hanging = hanging.waiting() if only_waiting else hanging
    calendar = Calendar(day, now=now, rules=rules)
    others = FollowUp.objects.visible_to(viewer).open()
    busy = calendar.busy(others if only_waiting else others.exclude(event=event))
    counts = hanging.order_by("owner").values_list("owner").annotate(Count("pk"))
    shares = [calendar.share(owner, count, busy) for owner, count in counts]
    total = Counter()
    for share in shares:
        total.update(dict(share.days))
    planned = sum(total.values())
    everybody = FollowUp.objects.visible_to(viewer).open().filter(event=event)
    everybody = everybody.waiting() if only_waiting else everybody
    left = sum(share.left for share in shares)
    return EventPlan(
        days=[DayLoad(day, count, 10**9) for day, count in sorted(total.items())],
        shares=shares,
        planned=planned,
        left=left,
        unowned=everybody.count() - planned - left,
    )


def placed(rows: Sequence[FollowUp], busy: Counter, calendar: Calendar) -> list[tuple[FollowUp, datetime]]:
    """Each of `rows`, in their order, with its time; those for whom there is no room are not among them."""
    found = []
    by_owner: dict[int, list[FollowUp]] = {}
    for row in rows:
        by_owner.setdefault(row.owner_id, []).append(row)
    for owner, waiting in by_owner.items():
        for day, count in calendar.share(owner, len(waiting), busy).days:
            chosen, waiting = waiting[:count], waiting[count:]
            found += zip(chosen, calendar.moments(day, count), strict=True)
    return found


def time_after(event: Event, customer: Customer, by: User, *, now: datetime) -> datetime | None:
    """When to call `customer` after an event whose day is known: on the first day with room. None: it has none."""
    calendar = Calendar(event.happens_on, now=now, rules=CallingRules.current())
    owner = customer.assigned_to_id
    hers = FollowUp.objects.visible_to(by).open().filter(owner=owner)
    busy = calendar.busy(hers)
    share = calendar.share(owner, 1, busy)
    return calendar.one_more(day := share.days[0][0], busy[owner, day]) if share.days else None
