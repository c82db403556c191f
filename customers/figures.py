"""The numbers of the team page, and whom to call: each one query, each number equal to the list it opens."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate, make_aware

from accounts.models import Role, User, UserQuerySet
from crm.lib.pagination import capped_count
from customers.lists import ASSIGNED, CONTACTED, FOLLOW_UPS, with_event
from customers.models import Customer, CustomerQuerySet, Event, FollowUp, Stage, Status
from customers.models.vocabulary import OPEN_STAGES

SHOWN, SHOWN_OF_A_DAY = 25, 200


# --- Where everybody stands ---------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How many customers each counsellor (None: nobody) has at each status.

    `statuses`: all there are, in order; whoever draws a figure of a status need not ask for them again.
    """

    counts: dict[tuple[int | None, str], int]
    statuses: list[Status]

    def total(self) -> int:
        return sum(self.counts.values())

    def by_status(self) -> Counter:
        found = Counter()
        for (_, status), n in self.counts.items():
            found[status] += n
        return found

    @cached_property
    def _of_stages(self) -> defaultdict[str, Counter]:
        """stage -> user id or None -> how many; gone through once for all that ask."""
        stages, found = {status.pk: status.stage for status in self.statuses}, defaultdict(Counter)
        for (owner, status), n in self.counts.items():
            found[stages[status]][owner] += n
        return found

    def by_owner(self, *stages: str) -> Counter:
        """user id or None -> how many, at all stages or at these."""
        found = Counter()
        for stage in stages or self._of_stages:
            found.update(self._of_stages.get(stage, ()))
        return found


def standing(viewer: User) -> Standing:
    """Counted in one pass over an index, without a look at the rows themselves. Two queries."""
    rows = Customer.objects.visible_to(viewer).order_by().values_list("assigned_to", "status").annotate(n=Count("*"))
    counts = {(owner, status): n for owner, status, n in rows}
    return Standing(counts, list(Status.objects.in_order()))


def due_by_owner(viewer: User, *, now: datetime) -> dict[int | None, tuple[int, int]]:
    """user id or None -> (due, overdue); from an index alone, as far as it is due."""
    due = Customer.objects.visible_to(viewer).filter(FOLLOW_UPS["due"](now)).order_by().values_list("assigned_to")
    # Not of their ids, which are not in the index.
    rows = due.annotate(due=Count("*"), overdue=Count("next_follow_up_at", filter=FOLLOW_UPS["overdue"](now)))
    return {owner: (n, overdue) for owner, n, overdue in rows}


def contacted_today(viewer: User, *, now: datetime) -> Counter:
    """user id or None -> how many of her customers were talked to or tried today."""
    return _by_owner(Customer.objects.visible_to(viewer).filter(CONTACTED["today"](now)))


def _by_owner(customers: CustomerQuerySet) -> Counter:
    """user id or None -> how many of `customers`.

    Grouped by what no index is ordered by: SQLite would else read everybody, in that order, to spare itself a sort.
    """
    rows = customers.order_by().values_list(Coalesce("assigned_to", 0)).annotate(n=Count("*"))
    return Counter({owner or None: n for owner, n in rows})


def waiting_longest(customers: CustomerQuerySet) -> datetime | None:
    """Since when the one of `customers` has waited who has waited longest; they are nobody's."""
    waiting = customers.order_by().annotate(since=Coalesce("assigned_at", "created_at"))
    # By the owner too, whom none of them has: in that order an index holds them.
    return waiting.order_by("assigned_to_id", "since").values_list("since", flat=True).first()


# --- The team -----------------------------------------------------------------------------------


@dataclass
class Member:
    """A counsellor, as the team page shows her."""

    user: User
    open: int = 0
    new: int = 0
    given_today: int = 0
    contacted_today: int = 0
    overdue: int = 0
    won: int = 0
    oldest_untouched: datetime | None = None  # since when she has had the one nobody has called
    away: bool = False


def counsellors() -> UserQuerySet:
    """Everybody with the role, those who left included."""
    return User.objects.filter(role=Role.SALES, is_staff=False, is_superuser=False)


def counsellors_for(viewer: User) -> UserQuerySet:
    """Those whose customers `viewer` may ask for."""
    people = counsellors() if viewer.is_manager else User.objects.filter(pk=viewer.pk)
    return people.filter(is_active=True).order_by("first_name", "username")


def members(viewer: User, *, now: datetime) -> list[Member]:
    """Every counsellor with what she has, by name; last those who left, and whoever else has open ones, as when a lost
    one of somebody who is a manager now comes back. Six queries, however many they are."""
    stand, due, contacted = standing(viewer), due_by_owner(viewer, now=now), contacted_today(viewer, now=now)
    open_ones, new, won = stand.by_owner(*OPEN_STAGES), stand.by_owner(Stage.NEW), stand.by_owner(Stage.WON)
    hers = Customer.objects.visible_to(viewer).filter(assigned_to__isnull=False).order_by()
    given = _by_owner(hers.filter(ASSIGNED["today"](now)))
    untouched = hers.filter(assigned_to=OuterRef("pk"), status=Status.NEW)
    oldest = untouched.annotate(since=Coalesce("assigned_at", "created_at")).order_by("since").values("since")[:1]
    today = localdate(now)
    people = counsellors() | User.objects.filter(pk__in=[user_id for user_id in open_ones if user_id])
    found = [
        Member(
            user=user,
            open=open_ones[user.pk],
            new=new[user.pk],
            given_today=given[user.pk],
            contacted_today=contacted[user.pk],
            overdue=due.get(user.pk, (0, 0))[1],
            won=won[user.pk],
            oldest_untouched=user.oldest_untouched,
            away=user.is_away(today),
        )
        for user in people.annotate(oldest_untouched=Subquery(oldest))
    ]
    return sorted(found, key=lambda member: (not member.user.is_sales, str(member.user).casefold()))


@dataclass
class Work:
    """What has to be handed over when somebody leaves, and what stays with her name."""

    open: int
    interested: int
    follow_ups: int
    due: int
    closed: int


def work_of(viewer: User, user: User, *, now: datetime) -> Work:
    hers = Customer.objects.visible_to(viewer).filter(assigned_to=user)
    counts = hers.needing_work().aggregate(
        open=Count("pk"),
        interested=Count("pk", filter=Q(status__stage=Stage.INTEREST)),
        follow_ups=Count("pk", filter=Q(next_follow_up_at__isnull=False)),
        due=Count("pk", filter=FOLLOW_UPS["due"](now)),
    )
    return Work(**counts, closed=hers.count() - counts["open"])


# --- The day ------------------------------------------------------------------------------------


@dataclass
class Section:
    """One part of the follow-ups page: `key` is also the list's `follow_up` parameter."""

    key: str
    title: str
    rows: list[Customer]
    count: int
    exact: bool


SECTIONS = {
    "overdue": "Overdue",
    "now": "Due now",
    "rest": "Later today",
    "later": "After today",
    "event": "Waiting for an event",
}


def follow_up_sections(customers: CustomerQuerySet, *, now: datetime) -> list[Section]:
    """The follow-ups of `customers` by when they are due, the earliest first, the first SHOWN of each.

    What is read along with each customer is said by `customers`.
    """
    found = {key: customers.filter(FOLLOW_UPS[key](now)) for key in SECTIONS}
    found["event"] = with_event(found["event"])
    return [_section(key, title, found[key], SHOWN) for key, title in SECTIONS.items()]


def day_section(customers: CustomerQuerySet, day: date) -> Section:
    """The follow-ups of one day at home, the first SHOWN_OF_A_DAY."""
    begins = make_aware(datetime.combine(day, time()))
    found = customers.filter(next_follow_up_at__gte=begins, next_follow_up_at__lt=begins + timedelta(days=1))
    return _section("day", f"{day:%A} {day.day} {day:%B}", found, SHOWN_OF_A_DAY)


def _section(key: str, title: str, found: CustomerQuerySet, shown: int) -> Section:
    rows = list(found.order_by("next_follow_up_at", "pk")[: shown + 1])
    count, exact = (len(rows), True) if len(rows) <= shown else capped_count(found)
    return Section(key, title, rows[:shown], count, exact)


MOST_DUE = 100


def due_now(user: User, *, now: datetime) -> list[Customer]:
    """Those of `user` that are due and not overdue, the newest last, at most MOST_DUE. One query."""
    hers = Customer.objects.visible_to(user).callable().filter(FOLLOW_UPS["now"](now), assigned_to=user)
    return list(hers.only("name", "erased_at", "next_follow_up_at").order_by("next_follow_up_at", "pk")[:MOST_DUE])


# --- Events -------------------------------------------------------------------------------------

EVENTS_SHOWN = 100


@dataclass(frozen=True)
class Hanging:
    """An event, how many open follow-ups hang on it, and how many of them have no time."""

    event: Event
    hanging: int
    waiting: int


def events(viewer: User) -> list[Hanging]:
    """The events, the next day first, with what `viewer` may see of who waits for them. Two queries."""
    visible = Customer.objects.visible_to(viewer).order_by()
    of_events = visible.filter(follow_ups__state=FollowUp.State.OPEN, follow_ups__event__isnull=False)
    rows = of_events.values_list("follow_ups__event").annotate(
        n=Count("pk"), waiting=Count("pk", filter=Q(follow_ups__due_at=None))
    )
    counts = {event: (n, waiting) for event, n, waiting in rows}
    found = Event.objects.in_order()[:EVENTS_SHOWN]
    return [Hanging(event, *counts.get(event.pk, (0, 0))) for event in found]


def event_section(viewer: User, event: Event) -> Section:
    """Those who wait for `event`, as far as `viewer` may see them: the first SHOWN_OF_A_DAY."""
    visible = Customer.objects.visible_to(viewer).with_people().prefetch_related("numbers")
    found = visible.filter(follow_ups__state=FollowUp.State.OPEN, follow_ups__event=event)
    return _section("event", str(event), found, SHOWN_OF_A_DAY)
