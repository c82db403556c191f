"""How the manager's figures moved, and how far people come: each function one query. `statuses`: all there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from accounts.models import User
from customers.funnel import HowFar, steps
from customers.lists import DUE_FOR, midnight
from customers.models import AssignmentChange, Customer, FollowUp, Stage, Status, StatusChange
from imports.models import Import, State

WEEK = timedelta(days=7)
SPARK_DAYS = 7
NO_CALLS = [0] * SPARK_DAYS
COHORT = timedelta(days=90)
NEEDY_IMPORTS = 8


@dataclass(frozen=True)
class Trends:
    """How the figures in the first row compare: `unassigned_net` is a growth, the others are counts of their own."""

    unassigned_net: int
    contacted_then: int
    overdue_then: int
    admissions_this_month: int
    admissions_last_month: int


def trends(viewer: User, now: datetime, came: int, statuses: Iterable[Status]) -> Trends:
    """Every comparison of the first row; `came`: how many customers are new in the last seven days."""
    return Trends(
        unassigned_net(viewer, now, came),
        contacted_a_week_ago(viewer, now),
        overdue_a_week_ago(viewer, now),
        *admissions(viewer, now, statuses),
    )


def month_start(now: datetime) -> datetime:
    """The first moment of the month of `now` at home."""
    return midnight(now).replace(day=1)


def same_moment_last_month(now: datetime) -> datetime:
    """As far into the month before as `now` is into its own; its end, when it is shorter."""
    start = month_start(now)
    return min(month_start(start - timedelta(days=1)) + (now - start), start)


def unassigned_net(viewer: User, now: datetime, came: int) -> int:
    """By how many the unassigned grew in the last seven days: those who `came`, less the taken, plus the given back."""
    changes = AssignmentChange.objects.visible_to(viewer).filter(at__gte=now - WEEK, at__lte=now)
    moved = changes.filter(Q(previous_owner=None) | Q(new_owner=None))
    counts = moved.aggregate(
        taken=Count("pk", filter=Q(previous_owner=None, new_owner__isnull=False)),
        given_back=Count("pk", filter=Q(previous_owner__isnull=False, new_owner=None)),
    )
    return came - counts["taken"] + counts["given_back"]


def contacted_a_week_ago(viewer: User, now: datetime) -> int:
    """How many customers had been contacted on the same weekday a week ago, by the same time of day."""
    then = now - WEEK
    changes = StatusChange.objects.visible_to(viewer).standing().contacts()
    days_own = changes.filter(happened_at__gte=midnight(then), happened_at__lte=then)
    return days_own.aggregate(n=Count("customer", distinct=True))["n"]


def overdue_a_week_ago(viewer: User, now: datetime) -> int:
    """How many promises were open and overdue a week ago. An unanswered call moves the time but keeps the promise."""
    then = now - WEEK
    follow_ups = FollowUp.objects.visible_to(viewer).filter(created_at__lte=then)
    promised = follow_ups.annotate(promise=Coalesce("promised_at", "due_at")).filter(promise__lt=then - DUE_FOR)
    # One after the other, each from an index of its own: those that are open still, and those closed since.
    return promised.open().count() + promised.exclude(state=FollowUp.State.OPEN).filter(closed_at__gt=then).count()


def admissions(viewer: User, now: datetime, statuses: Iterable[Status]) -> tuple[int, int]:
    """(this month, last month by the same moment): customers who were won then and still are."""
    last_start, last_end = month_start(month_start(now) - timedelta(days=1)), same_moment_last_month(now)
    won = [status.pk for status in statuses if status.stage == Stage.WON]
    changes = StatusChange.objects.visible_to(viewer).standing().filter(new_status__in=won, customer__status__in=won)
    first = changes.exclude(kind=StatusChange.Kind.IMPORT).exclude(previous_status__in=won)
    counts = first.filter(happened_at__gte=last_start).aggregate(
        this_month=Count("customer", distinct=True, filter=Q(happened_at__gte=month_start(now))),
        last_month=Count("customer", distinct=True, filter=Q(happened_at__lt=last_end)),
    )
    return counts["this_month"], counts["last_month"]


def sparks(viewer: User, now: datetime) -> dict[int, list[int]]:
    """By user id: how many calls each recorded on each of the last seven days, today last."""
    first = midnight(now) - timedelta(days=SPARK_DAYS - 1)
    calls = StatusChange.objects.visible_to(viewer).standing().contacts().filter(happened_at__gte=first)
    rows = calls.order_by().values_list("changed_by", TruncDate("happened_at")).annotate(n=Count("*"))
    days, first_day = defaultdict(lambda: [0] * SPARK_DAYS), timezone.localdate(first)
    for user_id, day, count in rows:
        if (place := (day - first_day).days) < SPARK_DAYS:
            days[user_id][place] = count
    return dict(days)


@dataclass(frozen=True)
class Step:
    """One rung of the funnel: `now` stand on it, `ever` came as far or farther, which is `percent` of all."""

    status: Status
    now: int
    ever: int
    percent: int


@dataclass(frozen=True)
class Funnel:
    """Those who first enquired since a day, and how far they came."""

    since: date
    total: int
    steps: list[Step]


def funnel(viewer: User, now: datetime, statuses: Collection[Status]) -> Funnel:
    """The customers of the last 90 days on the rungs of the active statuses."""
    since = timezone.localdate(now) - COHORT
    standing = HowFar(Customer.objects.visible_to(viewer).filter(date__gte=since), statuses)
    total = standing.total
    found = []
    for status in steps(statuses):
        ever = standing.ever(status.rung)
        found.append(Step(status, standing.now(status.pk), ever, round(100 * ever / total) if total else 0))
    return Funnel(since, total, found)


def imports_that_need_someone(now: datetime) -> QuerySet[Import]:
    """Those that wait for an answer or stopped by a fault, and this week's whose rows were not all taken."""
    recent = now - WEEK
    waiting = Q(state__in=(State.NEEDS_MAPPING, State.CHECKED, State.FAILED))
    unfinished = Q(state=State.DONE, rejected__gt=0, created_at__gte=recent)
    return Import.objects.select_related("uploaded_by").filter(waiting | unfinished).order_by("-id")[:NEEDY_IMPORTS]
