"""Who looks after whom: given to one, shared out, taken back; always with a history row, never twice at once."""

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F
from django.utils.timezone import localdate, localtime

from accounts.models import User
from customers.actions.errors import ActionError
from customers.models import AssignmentChange, Batch, Customer, CustomerQuerySet, FollowUp

REQUEST_LIMIT = 20_000
SLICE = 5_000


@dataclass
class Shared:
    """How an act of sharing out went."""

    assigned: int = 0
    left: int = 0
    batch: uuid.UUID | None = None
    shares: Counter = field(default_factory=Counter)  # user id -> how many

    def add(self, other: "Shared") -> None:
        self.assigned += other.assigned
        self.left += other.left
        self.shares.update(other.shares)


# --- Who can be given customers -----------------------------------------------------------------


def loads(users: Iterable[User]) -> Counter:
    """user id -> number of her open customers."""
    open_customers = Customer.objects.filter(merged_into=None, assigned_to__in=users).open().order_by()
    return Counter(dict(open_customers.values_list("assigned_to").annotate(n=Count("pk"))))


def _given_today(users: Iterable[User], now: datetime) -> Counter:
    midnight = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    given = AssignmentChange.objects.filter(new_owner__in=users, at__gte=midnight).order_by()
    return Counter(dict(given.values_list("new_owner").annotate(n=Count("pk"))))


def capacities(*, now: datetime, among: Iterable[int] | None = None) -> dict[User, int | None]:
    """The eligible sales users (optionally only those with an id in `among`) and how many more each may get.

    None is "as many as there are". This is the one eligible set of every way of sharing out: active sales users who
    take new customers, are not on leave and are under their caps.
    """
    users = User.objects.sales_users().available(localdate(now)).order_by("id")
    users = list(users if among is None else users.filter(pk__in=among))
    capped = [user for user in users if user.open_cap is not None or user.daily_cap is not None]
    load, today = (loads(capped), _given_today(capped, now)) if capped else (Counter(), Counter())

    def room(user: User) -> int | None:
        left = [user.open_cap - load[user.pk]] if user.open_cap is not None else []
        left += [user.daily_cap - today[user.pk]] if user.daily_cap is not None else []
        return min(left, default=None)

    rooms = {user: room(user) for user in users}
    return {user: left for user, left in rooms.items() if left is None or left > 0}


def eligible(*, now: datetime) -> list[User]:
    """Those who can be given customers now, in the order of their names."""
    return sorted(capacities(now=now), key=lambda user: str(user).casefold())


def _refuse_ineligible(sales_user: User, now: datetime) -> None:
    if sales_user not in capacities(now=now, among=[sales_user.pk]):
        raise ActionError(f"{sales_user} cannot take new customers now (on leave, switched off or at the limit).")


# --- One customer -------------------------------------------------------------------------------


@transaction.atomic
def assign_one(*, customer: Customer, to: User | None, by: User, now: datetime, why: str = "") -> Customer:
    """Give one customer to `to` (None: to nobody). Giving her to whom she has already changes nothing.

    Raises ActionError when `to` cannot take customers now.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if customer.assigned_to_id == (to.pk if to else None):
        return customer
    if to is not None:
        _refuse_ineligible(to, now)
    _hand_over([(customer, to)], by=by, now=now, batch=None, why=why)
    customer.assigned_to, customer.assigned_at = to, now
    return customer


# --- Many ---------------------------------------------------------------------------------------


def assign(*, customers: CustomerQuerySet, to: User, by: User, now: datetime, as_of: datetime | None = None) -> Shared:
    """Give all of `customers` to one; see `share_out` for who is left out."""
    return share_out(customers=customers, among=[to], by=by, now=now, as_of=as_of, kind=Batch.Kind.ASSIGN)


def distribute(
    *,
    customers: CustomerQuerySet,
    by: User,
    now: datetime,
    among: Iterable[User] | None = None,
    as_of: datetime | None = None,
    seed: int | None = None,
) -> Shared:
    """Share `customers` out at random but fairly: shares differ by at most one (unless a cap is reached)."""
    return share_out(
        customers=customers, among=among, by=by, now=now, as_of=as_of, seed=seed, kind=Batch.Kind.DISTRIBUTE
    )


@transaction.atomic
def share_out(
    *,
    customers: CustomerQuerySet,
    by: User,
    now: datetime,
    among: Iterable[User] | None = None,
    as_of: datetime | None = None,
    kind: str = Batch.Kind.DISTRIBUTE,
    seed: int | None = None,
    batch: Batch | None = None,
) -> Shared:
    """Deal `customers` among the eligible ones of `among` (None: all), in one transaction.

    Left where they are, and counted: do-not-call ones; without `as_of` those who have an owner; with it those who
    changed hands after it; and what exceeds the caps. Raises ActionError when nobody is eligible.
    """
    rooms = capacities(now=now, among=None if among is None else [user.pk for user in among])
    if not rooms:
        raise ActionError(NOBODY)
    wanted = customers.order_by().count()
    free = list(_free(customers, as_of).select_for_update(of=("self",)).order_by("id"))
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    batch = batch or Batch.objects.create(kind=kind, by=by, at=now)
    given = Counter({int(user_id): n for user_id, n in batch.counts.get("shares", {}).items()})
    deal = _deal(free, rooms, seed, given)
    moves = [(customer, user) for customer, user in deal if customer.assigned_to_id != user.pk]
    _hand_over(moves, by=by, now=now, batch=batch)
    shares = Counter(user.pk for _, user in deal)
    result = Shared(assigned=len(deal), left=wanted - len(deal), batch=batch.pk, shares=shares)
    _record(batch, result, seed)
    return result


NOBODY = "Nobody can take new customers now: everybody is on leave, switched off or at the limit."


def _free(customers: CustomerQuerySet, as_of: datetime | None) -> CustomerQuerySet:
    """Those who may be given out. The conditions look at the row alone, so that on PostgreSQL they are judged again
    once another manager's transaction lets go of it."""
    if as_of is None:
        return customers.callable().unassigned()
    return customers.callable().exclude(assigned_at__gt=as_of)


def _deal(
    customers: Sequence[Customer], rooms: dict[User, int | None], seed: int, given: Counter
) -> list[tuple[Customer, User]]:
    """A shuffled deal, round by round; whoever is full drops out.

    Who begins is drawn as well, but whoever got less in earlier slices of the same batch (`given`, by user id) comes
    first: so shares differ by at most one over the whole batch.
    """
    draw = random.Random(seed)  # noqa: S311 - fairness, not secrecy
    cards, players = list(customers), list(rooms)
    draw.shuffle(cards)
    draw.shuffle(players)
    players.sort(key=lambda user: given[user.pk])
    left = dict(rooms)
    dealt: list[tuple[Customer, User]] = []
    while cards and players:
        for player in list(players):
            if not cards:
                break
            dealt.append((cards.pop(), player))
            if left[player] is not None:
                left[player] -= 1
                if left[player] == 0:
                    players.remove(player)
    return dealt


@transaction.atomic
def unassign(*, customers: CustomerQuerySet, by: User, now: datetime, why: str = "") -> Shared:
    """Take `customers` back to the pool."""
    owned = list(customers.filter(assigned_to__isnull=False).select_for_update(of=("self",)).order_by("id"))
    batch = Batch.objects.create(kind=Batch.Kind.UNASSIGN, by=by, at=now, options={"why": why})
    _hand_over([(customer, None) for customer in owned], by=by, now=now, batch=batch, why=why)
    result = Shared(assigned=len(owned), batch=batch.pk)
    _record(batch, result, None)
    return result


def _hand_over(moves: Sequence[tuple[Customer, User | None]], *, by: User, now: datetime, batch, why: str = "") -> None:
    """Write the new owners: the rows, their open follow-ups and one history row each, in bulk."""
    AssignmentChange.objects.bulk_create(
        (
            AssignmentChange(
                customer=customer,
                previous_owner_id=customer.assigned_to_id,
                new_owner=to,
                by=by,
                at=now,
                batch=batch,
                why=why,
            )
            for customer, to in moves
        ),
        batch_size=2_000,
    )
    by_owner: dict[User | None, list[uuid.UUID]] = {}
    for customer, to in moves:
        by_owner.setdefault(to, []).append(customer.pk)
    for owner, ids in by_owner.items():
        for start in range(0, len(ids), SLICE):
            chunk = ids[start : start + SLICE]
            Customer.objects.filter(pk__in=chunk).update(
                assigned_to=owner, assigned_at=now, updated_at=now, version=F("version") + 1
            )
            FollowUp.objects.open().filter(customer__in=chunk).update(owner=owner)


def _record(batch: Batch, result: Shared, seed: int | None) -> None:
    """Add what was done to the batch's receipt."""
    counts = Counter(batch.counts.get("shares", {}))
    counts.update({str(user_id): n for user_id, n in result.shares.items()})
    batch.counts = {
        "assigned": batch.counts.get("assigned", 0) + result.assigned,
        "left": batch.counts.get("left", 0) + result.left,
        "shares": dict(counts),
    }
    batch.options = {**batch.options, **({"seed": seed} if seed is not None else {})}
    batch.save(update_fields=["counts", "options"])
