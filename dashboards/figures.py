"""The numbers on the dashboards: each one named, each one query, each equal to the list it opens."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from customers.figures import Standing, contacted_today, due_by_owner, standing, waiting_longest
from customers.lists import added_between
from customers.models import Customer, Stage, Status, StatusChange
from customers.models.vocabulary import OPEN_STAGES
from imports.models import Import

RECENT_ACTIVITY = 12
RECENT_IMPORTS = 5
CUSTOMERS_SHOWN = 25


@dataclass
class StatusCount:
    """How many customers stand at a status, and which part of all of them that is (0 to 100)."""

    status: Status
    count: int
    percent: int


def status_distribution(stand: Standing) -> list[StatusCount]:
    """Every active status, and each retired one that is still somebody's, in order."""
    counts, total = stand.by_status(), stand.total() or 1
    return [
        StatusCount(status=status, count=counts[status.pk], percent=round(100 * counts[status.pk] / total))
        for status in stand.statuses
        if status.is_active or status.pk in counts
    ]


@dataclass(frozen=True)
class Seen:
    """What a viewer sees, counted once for all figures that need it; by user id, None for nobody's."""

    stand: Standing
    due: dict[int | None, tuple[int, int]]  # due, overdue
    contacted: Counter  # today

    @classmethod
    def by(cls, viewer: User, now: datetime) -> "Seen":
        """Four queries, each answered by an index."""
        return cls(standing(viewer), due_by_owner(viewer, now=now), contacted_today(viewer, now=now))


def totals(viewer: User, now: datetime, seen: Seen) -> dict:
    """customers, assigned, unassigned, contacted_today, due, overdue, admissions, new_in_7_days (counts) and
    oldest_unassigned (a moment or None). Two queries beside what was `seen`."""
    unassigned = seen.stand.by_owner()[None]
    customers = Customer.objects.visible_to(viewer)
    return {
        "customers": seen.stand.total(),
        "assigned": seen.stand.total() - unassigned,
        "unassigned": unassigned,
        "contacted_today": sum(seen.contacted.values()),
        "due": sum(due for due, _ in seen.due.values()),
        "overdue": sum(overdue for _, overdue in seen.due.values()),
        "admissions": sum(seen.stand.by_owner(Stage.WON).values()),
        "new_in_7_days": customers.filter(added_between(now - timedelta(days=7), now)).count(),
        "oldest_unassigned": waiting_longest(customers.unassigned()) if unassigned else None,
    }


@dataclass
class Performance:
    """One counsellor's row in the team table."""

    user: User
    assigned: int = 0
    open: int = 0
    contacted_today: int = 0
    overdue: int = 0
    interested: int = 0
    admissions: int = 0
    last_contact_at: datetime | None = None


def sales_performance(viewer: User, seen: Seen) -> list[Performance]:
    """A row for each sales user, and for each person who has customers all the same (left, other role)."""
    of_all, open_ones = seen.stand.by_owner(), seen.stand.by_owner(*OPEN_STAGES)
    interested, won = seen.stand.by_owner(Stage.INTEREST), seen.stand.by_owner(Stage.WON)
    hers = Customer.objects.visible_to(viewer).filter(assigned_to=OuterRef("pk"), last_contact_at__isnull=False)
    last = hers.order_by("-last_contact_at", "-pk").values("last_contact_at")[:1]
    people = User.objects.filter(Q(pk__in=[pk for pk in of_all if pk]) | Q(pk__in=User.objects.sales_users()))
    rows = [
        Performance(
            user=user,
            assigned=of_all[user.pk],
            open=open_ones[user.pk],
            contacted_today=seen.contacted[user.pk],
            overdue=seen.due.get(user.pk, (0, 0))[1],
            interested=interested[user.pk],
            admissions=won[user.pk],
            last_contact_at=user.last_contact_at,
        )
        for user in people.annotate(last_contact_at=Subquery(last))
    ]
    return sorted(rows, key=lambda row: (-row.assigned, str(row.user).casefold()))


def recent_imports() -> QuerySet[Import]:
    return Import.objects.select_related("uploaded_by").order_by("-id")[:RECENT_IMPORTS]


def recent_activity(viewer: User) -> QuerySet[StatusChange]:
    """What happened last with the customers `viewer` sees."""
    changes = StatusChange.objects.visible_to(viewer).standing().newest_first()
    return changes.select_related("customer", "new_status", "changed_by")[:RECENT_ACTIVITY]


def customers_to_call(viewer: User) -> QuerySet[Customer]:
    """The first of hers: those with the earliest follow-up on top."""
    customers = Customer.objects.visible_to(viewer).open().filter(erased_at=None).select_related("status")
    return customers.order_by(F("next_follow_up_at").asc(nulls_last=True), "-id")[:CUSTOMERS_SHOWN]
