"""Who can be given customers now, and how many more: the one answer for every way of sharing out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef
from django.utils.timezone import localdate, localtime

from accounts.models import User, UserQuerySet, called
from customers.models import AssignmentChange, Customer, CustomerQuerySet, Status
from customers.models.vocabulary import CLOSED_STAGES

UNDONE = AssignmentChange.UNDONE


def loads(users: Iterable[User | int]) -> Counter:
    """user id -> number of her open customers."""
    # By their codes, not by way of their stages: so it is counted from an index alone.
    codes = list(Status.objects.exclude(stage__in=CLOSED_STAGES).values_list("code", flat=True))
    open_customers = Customer.objects.filter(merged_into=None, assigned_to__in=users, status__in=codes).order_by()
    return Counter(dict(open_customers.values_list("assigned_to").annotate(n=Count("pk"))))


def in_play(customers: CustomerQuerySet, users: Iterable[User]) -> Counter:
    """user id -> how many of her open ones are among `customers`: dealt anew, they are no load of hers meanwhile."""
    hers = customers.filter(assigned_to__in=users).open().order_by()
    return Counter(dict(hers.values_list("assigned_to").annotate(n=Count("pk"))))


def _given_today(users: Iterable[int], now: datetime) -> Counter:
    """user id -> how many came to her today, but for those whose sharing out was undone."""
    midnight = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    # Looked up by the customer, who has a few rows, and not by her owner of then, who has thousands: hence the sum.
    later = AssignmentChange.objects.filter(customer=OuterRef("customer"), at__gte=OuterRef("at"), why=UNDONE)
    undone = later.alias(was_with=F("previous_owner") + 0).filter(was_with=OuterRef("new_owner"))
    given = AssignmentChange.objects.filter(new_owner__in=users, at__gte=midnight).order_by()
    given = given.exclude(why=UNDONE).exclude(Exists(undone))
    return Counter(dict(given.values_list("new_owner").annotate(n=Count("pk"))))


def capacities(*, now: datetime, among: Iterable[int] | None = None, lock: bool = False) -> dict[User, int | None]:
    """The eligible sales users (optionally only those with an id in `among`) and how many more each may get.

    None is "as many as there are". This is the one eligible set of every way of sharing out: active sales users who
    take new customers, are not on leave and are under their caps. With `lock` (inside a transaction) they stay what
    they are until it ends: nobody is deactivated, or filled up by another manager, between the count and the deal.
    """
    users = _taking(now).order_by("id")
    if among is not None:
        users = users.filter(pk__in=among)
    if lock:
        # no_key: rows that only point at these people (a status recorded meanwhile) need not wait.
        users = users.select_for_update(no_key=True)
    users = list(users)
    rooms = _rooms([(user.pk, user.open_cap, user.daily_cap) for user in users], now)
    return {user: rooms[user.pk] for user in users if user.pk in rooms}


def _taking(now: datetime) -> UserQuerySet:
    return User.objects.sales_users().available(localdate(now))


def _rooms(caps: Iterable[tuple[int, int | None, int | None]], now: datetime) -> dict[int, int | None]:
    """user id -> how many more she may get, of those who are under their caps; `caps`: id, open and daily cap."""
    capped = [pk for pk, *limits in caps if limits != [None, None]]
    load, today = (loads(capped), _given_today(capped, now)) if capped else (Counter(), Counter())

    def room(pk: int, open_cap: int | None, daily_cap: int | None) -> int | None:
        left = [open_cap - load[pk]] if open_cap is not None else []
        left += [daily_cap - today[pk]] if daily_cap is not None else []
        return min(left, default=None)

    rooms = {pk: room(pk, *limits) for pk, *limits in caps}
    return {pk: left for pk, left in rooms.items() if left is None or left > 0}


def eligible(*, now: datetime) -> list[User]:
    """Those who can be given customers now, in the order of their names."""
    return sorted(capacities(now=now), key=lambda user: str(user).casefold())


@dataclass
class Seat:
    """One who can be given customers: how many open ones she has (None: not counted), and how many more she may get
    (None: any)."""

    pk: int
    name: str
    load: int | None
    room: int | None

    @property
    def label(self) -> str:
        return self.name if self.load is None else f"{self.name} ({self.load:,} open)"


def seats(*, now: datetime, counted: bool = True) -> list[Seat]:
    """Everybody who can be given customers now, in the order of their names; `counted`: with their loads."""
    # As plain rows: building a person of each of hundreds takes longer than asking for them.
    columns = ("pk", "open_cap", "daily_cap", "first_name", "last_name", "username")
    people = list(_taking(now).order_by("id").values_list(*columns))
    rooms = _rooms([(pk, *caps) for pk, *caps, _, _, _ in people], now)
    load = loads(rooms) if counted else dict.fromkeys(rooms)
    found = [Seat(pk, called(*names), load[pk], rooms[pk]) for pk, _, _, *names in people if pk in rooms]
    return sorted(found, key=lambda seat: seat.name.casefold())
