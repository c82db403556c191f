"""The numbers of the team page, and whom to call: each one query, each number equal to the list it opens."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate, make_aware

from accounts.models import Role, User, UserQuerySet
from crm.lib.pagination import capped_count
from customers.lists import ASSIGNED, CONTACTED, FOLLOW_UPS
from customers.models import Customer, CustomerQuerySet, Stage
from customers.models.vocabulary import CLOSED_STAGES

SHOWN, SHOWN_OF_A_DAY = 25, 200


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
    """Every counsellor with what she has, by name; those who left last. Two queries, however many they are."""
    rows = (
        Customer.objects.visible_to(viewer)
        .filter(assigned_to__isnull=False)
        .order_by()
        .values("assigned_to")
        .annotate(
            open=Count("pk", filter=~Q(status__stage__in=CLOSED_STAGES)),
            new=Count("pk", filter=Q(status__stage=Stage.NEW)),
            given_today=Count("pk", filter=ASSIGNED["today"](now)),
            contacted_today=Count("pk", filter=CONTACTED["today"](now)),
            overdue=Count("pk", filter=FOLLOW_UPS["overdue"](now)),
            won=Count("pk", filter=Q(status__stage=Stage.WON)),
            oldest_untouched=Min(Coalesce("assigned_at", "created_at"), filter=Q(status__stage=Stage.NEW)),
        )
    )
    figures = {row.pop("assigned_to"): row for row in rows}
    today = localdate(now)
    found = [Member(user=user, away=user.is_away(today), **figures.get(user.pk, {})) for user in counsellors()]
    return sorted(found, key=lambda member: (not member.user.is_active, str(member.user).casefold()))


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


def unplanned(user: User) -> int:
    """How many open customers of hers have no next step (the number is capped like every count)."""
    return capped_count(Customer.objects.visible_to(user).open().filter(FOLLOW_UPS["none"](None)))[0]


@dataclass
class Section:
    """One part of the follow-ups page: `key` is also the list's `follow_up` parameter."""

    key: str
    title: str
    rows: list[Customer]
    count: int
    exact: bool


SECTIONS = {"overdue": "Overdue", "now": "Due now", "rest": "Later today", "later": "After today"}


def follow_up_sections(customers: CustomerQuerySet, *, now: datetime) -> list[Section]:
    """The follow-ups of `customers` by when they are due, the earliest first, the first SHOWN of each."""
    return [_section(key, title, customers.filter(FOLLOW_UPS[key](now)), SHOWN) for key, title in SECTIONS.items()]


def day_section(customers: CustomerQuerySet, day: date) -> Section:
    """The follow-ups of one day at home, the first SHOWN_OF_A_DAY."""
    begins = make_aware(datetime.combine(day, time()))
    found = customers.filter(next_follow_up_at__gte=begins, next_follow_up_at__lt=begins + timedelta(days=1))
    return _section("day", f"{day:%A} {day.day} {day:%B}", found, SHOWN_OF_A_DAY)


def _section(key: str, title: str, found: CustomerQuerySet, shown: int) -> Section:
    rows = list(found.with_people().prefetch_related("numbers").order_by("next_follow_up_at", "pk")[: shown + 1])
    count, exact = (len(rows), True) if len(rows) <= shown else capped_count(found)
    return Section(key, title, rows[:shown], count, exact)
