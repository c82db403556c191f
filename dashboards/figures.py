"""The numbers on the dashboards: each one named, each one query, each equal to the list it opens."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, Min, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from customers.lists import CONTACTED, FOLLOW_UPS
from customers.models import Customer, Stage, Status, StatusChange
from customers.models.vocabulary import CLOSED_STAGES
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


def status_distribution(viewer: User) -> list[StatusCount]:
    """Every active status, and each retired one that is still somebody's, in order; counts of what `viewer` sees."""
    customers = Customer.objects.visible_to(viewer).order_by()
    counts = dict(customers.values_list("status").annotate(n=Count("pk")))
    total = sum(counts.values()) or 1
    statuses = Status.objects.in_order()
    return [
        StatusCount(
            status=status, count=counts.get(status.pk, 0), percent=round(100 * counts.get(status.pk, 0) / total)
        )
        for status in statuses
        if status.is_active or status.pk in counts
    ]


def totals(viewer: User, now: datetime) -> dict:
    """customers, assigned, unassigned, contacted_today, due, overdue, admissions, new_in_7_days (counts) and
    oldest_unassigned (a moment or None): everything that one pass over what `viewer` sees can count."""
    return Customer.objects.visible_to(viewer).aggregate(
        customers=Count("pk"),
        assigned=Count("pk", filter=Q(assigned_to__isnull=False)),
        unassigned=Count("pk", filter=Q(assigned_to__isnull=True)),
        contacted_today=Count("pk", filter=CONTACTED["today"](now)),
        due=Count("pk", filter=FOLLOW_UPS["due"](now)),
        overdue=Count("pk", filter=FOLLOW_UPS["overdue"](now)),
        admissions=Count("pk", filter=Q(status__stage=Stage.WON)),
        new_in_7_days=Count("pk", filter=Q(created_at__gte=now - timedelta(days=7), created_at__lte=now)),
        oldest_unassigned=Min(Coalesce("assigned_at", "created_at"), filter=Q(assigned_to__isnull=True)),
    )


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


def sales_performance(viewer: User, now: datetime) -> list[Performance]:
    """A row for each sales user, and for each person who has customers all the same (left, other role)."""
    rows = (
        Customer.objects.visible_to(viewer)
        .filter(assigned_to__isnull=False)
        .order_by()
        .values("assigned_to")
        .annotate(
            assigned=Count("pk"),
            open=Count("pk", filter=~Q(status__stage__in=CLOSED_STAGES)),
            contacted_today=Count("pk", filter=CONTACTED["today"](now)),
            overdue=Count("pk", filter=FOLLOW_UPS["overdue"](now)),
            interested=Count("pk", filter=Q(status__stage=Stage.INTEREST)),
            admissions=Count("pk", filter=Q(status__stage=Stage.WON)),
            last_contact_at=Max("last_contact_at"),
        )
    )
    by_owner = {row.pop("assigned_to"): row for row in rows}
    people = User.objects.filter(Q(pk__in=by_owner) | Q(pk__in=User.objects.sales_users()))
    return sorted(
        (Performance(user=user, **by_owner.get(user.pk, {})) for user in people),
        key=lambda row: (-row.assigned, str(row.user).casefold()),
    )


def recent_imports() -> QuerySet[Import]:
    return Import.objects.select_related("uploaded_by").order_by("-id")[:RECENT_IMPORTS]


def recent_activity(viewer: User) -> QuerySet[StatusChange]:
    """What happened last with the customers `viewer` sees."""
    changes = StatusChange.objects.visible_to(viewer).standing().newest_first()
    return changes.select_related("customer", "new_status", "previous_status", "changed_by")[:RECENT_ACTIVITY]


def customers_to_call(viewer: User) -> QuerySet[Customer]:
    """The first of hers: those with the earliest follow-up on top."""
    customers = Customer.objects.visible_to(viewer).open().with_people()
    return customers.order_by(F("next_follow_up_at").asc(nulls_last=True), "-id")[:CUSTOMERS_SHOWN]


EVER = ("INTERESTED", "ADMISSION")


@dataclass
class SourceRow:
    """One source's row in the report: how many enquired, what became of them, and where they stand now."""

    source_id: int | None
    name: str
    customers: int
    again: int  # were known already when they enquired once more
    contacted: int
    reached: dict[str, int]  # a code of EVER -> how many ever came as far
    stages: dict[str, int]


def by_source(viewer: User, *, date_from: date | None, date_to: date | None) -> list[SourceRow]:
    """Customers by source and stage, of those who first enquired in that span of days (both ends included)."""
    customers = Customer.objects.visible_to(viewer)
    if date_from:
        customers = customers.filter(date__gte=date_from)
    if date_to:
        customers = customers.filter(date__lte=date_to)
    per_stage = {stage: Count("pk", filter=Q(status__stage=stage)) for stage in Stage.values}
    ever = {code: Count("pk", filter=_ever(viewer, code)) for code in EVER}
    rows = (
        customers.order_by()
        .values("source", "source__name")
        .annotate(
            customers=Count("pk"),
            again=Count("pk", filter=Q(enquiry_count__gt=1)),
            contacted=Count("pk", filter=CONTACTED["ever"](None)),
            **ever,
            **per_stage,
        )
    )
    return [
        SourceRow(
            source_id=row["source"],
            name=row["source__name"] or "No source given",
            customers=row["customers"],
            again=row["again"],
            contacted=row["contacted"],
            reached={code: row[code] for code in EVER},
            stages={stage: row[stage] for stage in Stage.values},
        )
        for row in sorted(rows, key=lambda row: (-row["customers"], row["source__name"] or ""))
    ]


def _ever(viewer: User, code: str) -> Q:
    """As `lists.ever_reached`, for a whole table: who got there is looked up once, not once for each customer."""
    rung = Subquery(Status.objects.filter(pk=code).values("rung"))
    changes = StatusChange.objects.visible_to(viewer).standing().filter(new_status__rung__gte=rung)
    return Q(status__rung__gte=rung) | Q(pk__in=changes.order_by().values("customer"))
