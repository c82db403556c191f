"""Who looks after whom: given to one, shared out, taken back; always with a history row, never twice at once."""

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Max, Q

from accounts.models import User
from crm.lib import bulk
from customers.actions.capacity import capacities, in_play, loads
from customers.actions.errors import ActionError
from customers.actions.held import held
from customers.dealing import EVEN, EVENLY, LOAD, WEIGHTS, Deal, Player, Scheme, deal, evened_out, more_ahead
from customers.models import AssignmentChange, Batch, Customer, CustomerQuerySet, FollowUp, Stage

REQUEST_LIMIT = 20_000
SLICE = 5_000
HISTORY = ("customer", "previous_owner", "new_owner", "by", "at", "batch", "why")
NOBODY = "Nobody can take new customers now: everybody is on leave, switched off or at the limit."


@dataclass
class Shared:
    """How an act of sharing out went."""

    assigned: int = 0  # how many changed hands
    left: int = 0
    batch: uuid.UUID | None = None
    shares: Counter = field(default_factory=Counter)  # user id -> how many came to her
    dealt: Counter = field(default_factory=Counter)  # the same, with those she had already
    why: Counter = field(default_factory=Counter)  # why the others were left: do_not_call, taken, full, hers, unknown
    takers: dict = field(default_factory=dict)  # user id -> (how many of the taken ones, when)


# --- One customer -------------------------------------------------------------------------------


@transaction.atomic
def assign_one(*, customer: Customer, to: User | None, by: User, now: datetime, why: str = "") -> Customer:
    """Give one customer to `to` (None: to nobody). Giving her to whom she has already changes nothing.

    Raises ActionError when `to` cannot take customers now, or when her data was erased.
    """
    # People are locked before customers, here and in `share_out`, so that no two acts wait for each other.
    can_take = to is None or to in capacities(now=now, among=[to.pk], lock=True)
    customer = held(customer.pk)
    if customer.assigned_to_id == (to.pk if to else None):
        return customer
    if not can_take:
        raise ActionError(cannot_take(to))
    put_in_hands([(customer, to)], by=by, now=now, batch=None, why=why)
    customer.assigned_to, customer.assigned_at = to, now
    return customer


def cannot_take(user: User) -> str:
    return f"{user} cannot take new customers now: on leave, switched off or at the limit."


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
    scheme: Scheme = EVENLY,
) -> Shared:
    """Share `customers` out at random but fairly: shares differ by at most one (unless a cap is reached), or as
    `scheme` says."""
    return share_out(
        customers=customers,
        among=among,
        by=by,
        now=now,
        as_of=as_of,
        seed=seed,
        scheme=scheme,
        kind=Batch.Kind.DISTRIBUTE,
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
    scheme: Scheme = EVENLY,
    batch: Batch | None = None,
    unknown: int = 0,
    why: str = "",
    hot_first: bool = False,
) -> Shared:
    """Deal `customers` among the eligible ones of `among` (None: all) as `scheme` says, in one transaction.

    Left where they are, and counted: do-not-call ones; without `as_of` those who have an owner; with it those who
    changed hands after it; what exceeds the caps; and the `unknown` ones, which the caller could not find.
    `hot_first` gives the interested ones and those with a follow-up by tomorrow out before the others, so that they
    find room. `batch` continues an act begun earlier. Raises ActionError when nobody is eligible.
    """
    among = None if among is None else list(among)
    rooms = capacities(now=now, among=None if among is None else [user.pk for user in among], lock=True)
    if scheme.how == WEIGHTS:
        rooms = {user: room for user, room in rooms.items() if user.pk in scheme.weights}
    if not rooms:
        raise ActionError(cannot_take(among[0]) if among and len(among) == 1 else NOBODY)
    wanted = customers.order_by().count()
    free = locked(may_be_given(customers, as_of))
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    batch = batch or Batch.objects.create(kind=kind, by=by, at=now)
    to_one = next(iter(rooms)).pk if len(rooms) == 1 else None
    scheme = _of_those_who_play(scheme, rooms, batch)
    players = _players(rooms, scheme, batch, may_be_given(customers, as_of))
    first = _hot(customers, now) if hot_first else ()
    cards = [c for c in free if to_one is None or c.assigned_to_id != to_one]
    if scheme.how == LOAD:
        dealt = _evened_out(cards, may_be_given(customers, as_of), players, seed)
    else:
        dealt = deal(cards, players, seed, first)
    moves = [(customer, user) for customer, user in dealt if customer.assigned_to_id != user.pk]
    result = Shared(assigned=len(moves), left=wanted + unknown - len(moves), batch=batch.pk)
    result.shares = Counter(user.pk for _, user in moves)
    result.dealt = Counter(user.pk for _, user in dealt)
    result.why = _reasons(customers, as_of, wanted, len(free))
    result.why["hers"] = sum(1 for c in free if c.assigned_to_id == to_one) if to_one else len(dealt) - len(moves)
    result.why["full"] = len(free) - len(moves) - result.why["hers"]
    result.why["unknown"] = unknown
    result.takers = _takers(customers, as_of) if as_of and result.why["taken"] else {}
    put_in_hands(moves, by=by, now=now, batch=batch, why=why)
    ahead = more_ahead(players, result.dealt) if scheme.how == EVEN else {}
    put_ahead(ahead)
    record(batch, result, seed=seed, scheme=scheme, ahead=ahead)
    return result


def _of_those_who_play(scheme: Scheme, rooms: Mapping[User, int | None], batch: Batch) -> Scheme:
    """`scheme` as the receipt tells it: without the weights of people on leave, switched off or full from the start."""
    playing = {user.pk for user in rooms} | {int(user_id) for user_id in batch.counts.get("dealt", {})}
    return replace(scheme, weights={user_id: n for user_id, n in scheme.weights.items() if user_id in playing})


def _players(rooms: Mapping[User, int | None], scheme: Scheme, batch: Batch, free: CustomerQuerySet) -> list[Player]:
    """Who is dealt to: with what earlier slices of the batch gave her, or, when loads are to be evened, with whom she
    has beside those who are dealt now."""
    if scheme.how == LOAD:
        had = loads(rooms) - in_play(free, rooms)
    else:
        had = Counter({int(user_id): n for user_id, n in batch.counts.get("dealt", {}).items()})
    return [
        Player(user, had[user.pk], user.dealt_ahead, scheme.weights.get(user.pk, 1), room)
        for user, room in rooms.items()
    ]


def _evened_out(cards: Sequence[Customer], free: CustomerQuerySet, players: Sequence[Player], seed: int) -> Deal:
    """Won and lost ones are nobody's load, and dealt apart."""
    open_ones = set(free.open().order_by().values_list("pk", flat=True))
    closed = [card for card in cards if card.pk not in open_ones]
    return evened_out([card for card in cards if card.pk in open_ones], closed, players, seed)


def put_ahead(moves: Mapping[int, float]) -> None:
    """Remember who got an odd one more, so that an even deal stays even over many small ones."""
    for user_id, move in moves.items():
        User.objects.filter(pk=user_id).update(dealt_ahead=F("dealt_ahead") + move)


def may_be_given(customers: CustomerQuerySet, as_of: datetime | None) -> CustomerQuerySet:
    """Those who may be given out. The conditions look at the row alone, so that on PostgreSQL they are judged again
    once another manager's transaction lets go of it."""
    if as_of is None:
        return customers.callable().unassigned()
    return customers.callable().exclude(assigned_at__gt=as_of)


def locked(customers: CustomerQuerySet) -> list[Customer]:
    """The rows, held until the transaction ends, always in the same order; only what handing over needs."""
    rows = customers.select_related(None).only("assigned_to", "assigned_at")
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))


def _hot(customers: CustomerQuerySet, now: datetime) -> set[uuid.UUID]:
    """Those who must not wait: interested, or with a follow-up within a day."""
    soon = Q(status__stage=Stage.INTEREST) | Q(next_follow_up_at__lte=now + timedelta(days=1))
    return set(customers.filter(soon).order_by().values_list("pk", flat=True))


def preview(count: int, among: Iterable[User] | None, *, now: datetime) -> list[tuple[User, int]]:
    """Who would get how many of `count` customers in an even deal, the most first; whom nobody is given is left out."""
    rooms = capacities(now=now, among=None if among is None else [user.pk for user in among])
    players = [Player(user, ahead=user.dealt_ahead, room=room) for user, room in rooms.items()]
    shares = Counter(user for _, user in deal([Customer() for _ in range(count)], players, seed=0))
    return sorted(shares.items(), key=lambda share: (-share[1], str(share[0]).casefold()))


def _reasons(customers: CustomerQuerySet, as_of: datetime | None, wanted: int, free: int) -> Counter:
    """Why those who are not free are not. Whoever is not among `customers` any more was taken while we waited."""
    muted = customers.filter(do_not_call=True).order_by().count() if wanted > free else 0
    return Counter(do_not_call=muted, taken=wanted - free - muted)


def _takers(customers: CustomerQuerySet, as_of: datetime) -> dict[int, tuple[int, datetime]]:
    """user id -> how many of `customers` she gave somewhere else since `as_of`, and when last."""
    taken = customers.callable().filter(assigned_at__gt=as_of).order_by().values("pk")
    changes = AssignmentChange.objects.filter(customer__in=taken, at=F("customer__assigned_at")).order_by()
    rows = changes.values_list("by").annotate(n=Count("customer", distinct=True), last=Max("at"))
    return {user_id: (n, last) for user_id, n, last in rows}


@transaction.atomic
def unassign(
    *, customers: CustomerQuerySet, by: User, now: datetime, why: str = "", batch: Batch | None = None
) -> Shared:
    """Take `customers` back to the pool, as an act of its own or as part of `batch`."""
    owned = locked(customers.filter(assigned_to__isnull=False))
    if not owned:
        return Shared()
    batch = batch or Batch.objects.create(kind=Batch.Kind.UNASSIGN, by=by, at=now, options={"why": why})
    put_in_hands([(customer, None) for customer in owned], by=by, now=now, batch=batch, why=why)
    result = Shared(assigned=len(owned), batch=batch.pk)
    record(batch, result)
    return result


def put_in_hands(
    moves: Sequence[tuple[Customer, User | None]], *, by: User, now: datetime, batch, why: str = ""
) -> None:
    """Write the new owners: the rows, their open follow-ups and one history row each, in bulk."""
    same = (by.pk, now, batch.pk if batch else None, why)
    history = [(customer.pk, customer.assigned_to_id, to.pk if to else None, *same) for customer, to in moves]
    bulk.insert(AssignmentChange, HISTORY, history)
    by_owner: dict[User | None, list[uuid.UUID]] = {}
    for customer, to in moves:
        by_owner.setdefault(to, []).append(customer.pk)
    for owner, ids in by_owner.items():
        for start in range(0, len(ids), SLICE):
            chunk = ids[start : start + SLICE]
            Customer.objects.filter(pk__one_of=chunk).update(
                assigned_to=owner, assigned_at=now, updated_at=now, version=F("version") + 1
            )
            FollowUp.objects.open().filter(customer__one_of=chunk).update(owner=owner)


def record(
    batch: Batch,
    result: Shared,
    *,
    seed: int | None = None,
    scheme: Scheme | None = None,
    ahead: Mapping[int, float] | None = None,
) -> None:
    """Add what was done to the batch's receipt (`customers.receipts` reads it), and what undoing it takes."""
    before = batch.counts
    takers = {user_id: tuple(taken) for user_id, taken in before.get("takers", {}).items()}
    for user_id, (n, at) in result.takers.items():
        had, last = takers.get(str(user_id), (0, ""))
        takers[str(user_id)] = (had + n, max(last, at.isoformat()))
    batch.counts = {
        "assigned": before.get("assigned", 0) + result.assigned,
        "left": before.get("left", 0) + result.left,
        "shares": _sum(before.get("shares", {}), result.shares),
        "dealt": _sum(before.get("dealt", {}), result.dealt),
        "why": dict(Counter(before.get("why", {})) + result.why),
        "takers": takers,
    }
    options = {**batch.options}
    if seed is not None:
        options["seed"] = seed
    if scheme is not None:
        options |= scheme.as_dict()
    if ahead:
        options["ahead"] = _sum(options.get("ahead", {}), ahead)
    batch.options = options
    batch.save(update_fields=["counts", "options"])


def _sum(before: Mapping[str, float], more: Mapping[int, float]) -> dict[str, float]:
    """Two counts by user id; JSON knows text keys only."""
    total = Counter(before)
    total.update({str(user_id): n for user_id, n in more.items()})
    return dict(total)
