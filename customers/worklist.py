"""Whom to call next, and why: the order of a counsellor's day."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, F, Q

from accounts.access import Anybody
from accounts.models import User
from crm.lib import phones
from crm.lib.pagination import column_up_to, count_up_to
from crm.lib.prepared import Gap, Prepared
from customers.erased import erased_among
from customers.lists import DUE_FOR, FOLLOW_UPS, midnight
from customers.models import Customer, CustomerQuerySet, Event, FollowUp, Stage, Status, StatusChange
from customers.models.timeline import BELIEVED

FOUND_AT_MOST = 10
COUNTED_TO = 500


@dataclass(frozen=True)
class Next:
    """A customer to call, and why she is the next one."""

    customer: Customer
    why: str


WHY = {
    "due": "Due now",
    "overdue": "Overdue",
    "again": "Enquired again",
    "new": "New",
    "retry": "Next try",
    "unplanned": "No next step",
    "chosen": "",
}


def next_call(user: User, *, now: datetime) -> Next | None:
    """Due now, overdue (the oldest promise first), enquired again, new (the newest enquiry first), next tries that are
    due, and last whoever has no next step at all (the longest untouched first).

    Never one who must not be called or was put off. Each step is one look-up in the order of an index, made only when
    the one before it found nobody.
    """
    values = {"user": user.pk, "now": now, "midnight": midnight(now)}
    for why, step in _steps(user.is_manager, user.is_sales):
        if found := step.row(**values):
            return Next(Customer.objects.visible_to(user).with_people().get(pk=found[0]), why)
    return None


# The queries of a call's page are the same for each counsellor, every time: these are put together once.
NOW, MIDNIGHT = Gap("now", DateTimeField()), Gap("midnight", DateTimeField())


@cache
def _steps(is_manager: bool, is_sales: bool) -> list[tuple[str, Prepared]]:
    """The steps of `next_call` for whoever has this role, with their reasons: each the first customer in its order."""
    user = Anybody(is_manager, is_sales)
    hers = Customer.objects.visible_to(user).filter(assigned_to=user).callable().exclude(skips__until__gt=NOW)
    unplanned = hers.filter(FOLLOW_UPS["none"](NOW))  # whoever waits for an event has a next step
    open_ones, loose = hers.open(), unplanned.open().filter(exhausted_at=None)
    promises = [FollowUp.Kind.PROMISE, FollowUp.Kind.EVENT]
    new = unplanned.filter(status=Status.NEW)
    not_new = loose.exclude(status=Status.NEW)
    steps = [
        ("due", _planned(open_ones, "now", user, "due_at", kind__in=promises, due_at__range=(NOW - DUE_FOR, NOW))),
        ("overdue", _planned(open_ones, "overdue", user, "promised_at", kind__in=promises, due_at__lt=NOW - DUE_FOR)),
        ("again", _enquired_again(hers)),
        ("new", new.filter(last_enquired_at__isnull=False).order_by("-last_enquired_at", "-pk")),
        ("new", new.filter(last_enquired_at=None).order_by("-pk")),
        ("retry", _planned(open_ones, "due", user, "due_at", kind=FollowUp.Kind.RETRY, due_at__lte=NOW)),
        ("unplanned", not_new.filter(last_contact_at=None).order_by("last_contact_at", "pk")),
        ("unplanned", not_new.filter(last_contact_at__lt=MIDNIGHT).order_by("last_contact_at", "pk")),
    ]
    return [(why, Prepared(found.values_list("pk")[:1])) for why, found in steps]


def _planned(customers: CustomerQuerySet, key: str, user: Anybody, order: str, **which) -> CustomerQuerySet:
    """Those with an open follow-up like `which`, in the order of one of its moments.

    PostgreSQL reads her follow-ups in that order and soon meets the first. SQLite would begin with all her customers,
    and is told that they are on the list `key` of FOLLOW_UPS.
    """
    if connection.vendor == "sqlite":
        customers = customers.filter(FOLLOW_UPS[key](NOW))
    which = {f"follow_ups__{name}": value for name, value in which.items()}
    found = customers.filter(follow_ups__state=FollowUp.State.OPEN, follow_ups__owner=user, **which)
    return found.order_by(f"follow_ups__{order}", "follow_ups__pk")


def _enquired_again(customers: CustomerQuerySet) -> CustomerQuerySet:
    """Whoever asked once more since she was last talked to, those given up included."""
    since = Q(last_contact_at__date__lt=F("last_enquired_at"))
    found = customers.exclude(status__stage=Stage.WON).filter(since, enquiry_count__gt=1)
    return found.order_by("-last_enquired_at", "-pk")


def coming_next(user: User, *, now: datetime) -> Customer | None:
    """Her next follow-up that is still to come."""
    hers = Customer.objects.visible_to(user).callable().filter(next_follow_up_at__gt=now)
    return hers.order_by("next_follow_up_at", "pk").first()


@dataclass(frozen=True)
class Count:
    """A number as a heading shows it: past COUNTED_TO it only says that there are more."""

    number: int
    label: str
    url: str = ""  # parameters of the customers list that makes it up

    def __str__(self) -> str:
        return f"{COUNTED_TO:,}+" if self.number > COUNTED_TO else f"{self.number:,}"


def day_so_far(user: User, *, now: datetime) -> list[Count]:
    """ "12 called · 7 due · 3 overdue · 214 new": what is done, and what waits. One query."""
    counts = _counts(user.is_manager, user.is_sales).row(user=user.pk, now=now, midnight=midnight(now))
    return [Count(count, *said) for count, said in zip(counts, DAY, strict=True)]


def unplanned(user: User, *, now: datetime) -> Count:
    """How many open customers of hers have no next step."""
    hers = Customer.objects.visible_to(user).open().filter(FOLLOW_UPS["none"](now))
    number = count_up_to(hers, COUNTED_TO + 1)
    return Count(number, "open customer has no next step" if number == 1 else "open customers have no next step")


DAY = [
    ("called", "contacted=today"),
    ("due", "follow_up=now"),
    ("overdue", "follow_up=overdue&sort=follow_up"),
    ("new", "status=NEW&follow_up=none"),
]


@cache
def _counts(is_manager: bool, is_sales: bool) -> Prepared:
    """The counts of DAY for whoever has this role."""
    user = Anybody(is_manager, is_sales)
    hers = Customer.objects.visible_to(user).filter(assigned_to=user).callable()
    calls = StatusChange.objects.visible_to(user, few=True).standing().contacts()
    counted = [
        calls.filter(changed_by=user, happened_at__gte=MIDNIGHT),
        hers.filter(FOLLOW_UPS["now"](NOW)),
        hers.filter(FOLLOW_UPS["overdue"](NOW)),
        hers.filter(FOLLOW_UPS["none"](NOW), status=Status.NEW),
    ]
    columns = [column_up_to(found, COUNTED_TO + 1) for found in counted]
    return Prepared(User.objects.filter(pk=user).values_list(*columns))


def with_number(user: User, text: str) -> list[Customer]:
    """Whose number a caller's is, among those `user` may see: several when a family shares it."""
    terms = phones.search_terms(text, settings.HOME_COUNTRY)
    if not (terms.exact or terms.digits):
        return []
    return list(Customer.objects.visible_to(user).search(text).with_people().order_by("person", "pk")[:FOUND_AT_MOST])


def is_kept_out(text: str) -> bool:
    """Whether a caller's number belonged to somebody whose data was erased."""
    return bool(erased_among(phones.search_terms(text, settings.HOME_COUNTRY).exact))


def last_recorded(user: User, *, since: datetime) -> StatusChange | None:
    """The outcome that `user` recorded last, if since then and still standing."""
    mine = StatusChange.objects.visible_to(user, few=True).contacts().filter(changed_by=user, changed_at__gte=since)
    recent = mine.filter(happened_at__gte=since - BELIEVED).order_by("-changed_at", "-id")  # one may have waited
    change = recent.select_related("customer__assigned_to", "new_status").first()
    return change if change and change.undone_at is None and change.before is not None else None


def awaited(customer: Customer) -> Event | None:
    """The event without a day that her follow-up waits for. One query, and none where it has a time."""
    if customer.next_follow_up_at:
        return None
    waiting = customer.follow_ups.waiting().select_related("event").first()
    return waiting and waiting.event


def open_promise(user: User, customer: Customer) -> FollowUp | None:
    """What was promised to `customer`, with the words it was promised with as `words`."""
    follow_up = FollowUp.objects.visible_to(user, few=True).filter(customer=customer).open()
    follow_up = follow_up.select_related("event").first()
    if follow_up and follow_up.promised_at:
        told = customer.status_changes.standing().filter(changed_at__lte=follow_up.created_at)
        follow_up.words = told.newest_first().values_list("notes", flat=True).first() or ""
    return follow_up
