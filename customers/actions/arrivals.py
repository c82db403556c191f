"""Customers who have just come in with a file, shared out slice by slice like any others: the same eligible set, the
same deal, one receipt for them all."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import User
from customers.actions.assignment import Shared, record, share_out
from customers.actions.capacity import capacities
from customers.actions.errors import ActionError
from customers.actions.sharing_rules import share_by_rules
from customers.dealing import EVENLY, RULES, Player, Scheme, more_ahead
from customers.dealing import deal as dealt_to
from customers.models import Batch, Customer, SharingRule


def hold(*, among: Collection[int] | None, now: datetime) -> None:
    """Lock those who can take customers (of `among`; None: all); the caller holds the transaction."""
    capacities(now=now, among=among, lock=True)


def deal(
    *,
    ids: Sequence[UUID | str],
    among: Collection[int] | None,
    by: User,
    now: datetime,
    seed: int,
    batch: Batch,
    why: str,
) -> Shared:
    """Deal the customers with `ids`, on from what `batch` says of earlier slices.

    Nobody with room is no error here: they stay without a counsellor, and the batch says so.
    """
    users = None if among is None else User.objects.filter(pk__in=among)
    try:
        return share_out(
            customers=Customer.objects.filter(pk__in=ids),
            among=users,
            by=by,
            now=now,
            kind=batch.kind,
            seed=seed,
            batch=batch,
            why=why,
        )
    except ActionError:
        left = Shared(left=len(ids), batch=batch.pk, why=Counter(full=len(ids)))
        record(batch, left, seed=seed, scheme=EVENLY, ahead={})
        return left


def deal_by_rules(*, ids: Sequence[UUID | str], by: User, now: datetime, seed: int, batch: Batch) -> None:
    """The same by the rules as they are now. Where all of them are gone, everybody stays, and the batch says so."""
    try:
        share_by_rules(customers=Customer.objects.filter(pk__in=ids), by=by, now=now, batch=batch, seed=seed)
    except ActionError:
        left = Shared(left=len(ids), batch=batch.pk, why=Counter(no_rule=len(ids)))
        record(batch, left, seed=seed, scheme=Scheme(RULES))


def plan(before: dict | None, *, count: int, among: Collection[int] | None, seed: int, now: datetime) -> dict:
    """Who would get how many if `count` more were dealt now, on from the plan `before`. Writes nothing.

    {"dealt": {user id: customers}, "ahead": {user id: odd ones}, "left": how many find nobody with room}.
    """
    before = before or {}
    had, ahead = Counter(before.get("dealt", {})), before.get("ahead", {})
    players = []
    for user, room in capacities(now=now, among=among).items():
        mine = had[str(user.pk)]
        room = None if room is None else max(0, room - mine)
        players.append(Player(user, mine, user.dealt_ahead + ahead.get(str(user.pk), 0), 1, room))
    shares = Counter(user.pk for _, user in dealt_to(range(count), players, seed))
    moves = more_ahead([player for player in players if player.room != 0], shares)
    return {
        "dealt": dict(had + Counter({str(pk): n for pk, n in shares.items()})),
        "ahead": {str(pk): ahead.get(str(pk), 0) + move for pk, move in moves.items()}
        | {pk: move for pk, move in ahead.items() if int(pk) not in moves},
        "left": before.get("left", 0) + count - sum(shares.values()),
    }


def plan_by_rules(
    before: dict | None, *, about: Iterable[tuple[str, int | None, int | None]], seed: int, now: datetime
) -> dict:
    """`plan` for more who are dealt by the rules; `about`: the area's key, the source's and the course's id of each.

    Those whom no rule fits are among the `left`, and counted as `no_rule` too.
    """
    rules = list(SharingRule.objects.in_order().prefetch_related("people"))
    fitting = Counter(next((rule for rule in rules if rule.is_about(*one)), None) for one in about)
    unmatched = fitting.pop(None, 0)
    found = before or {"dealt": {}, "ahead": {}, "left": 0}
    for rule in (rule for rule in rules if fitting[rule]):
        among = [user.pk for user in rule.people.all()]
        unruled = found.get("no_rule", 0)
        found = {**plan(found, count=fitting[rule], among=among, seed=seed, now=now), "no_rule": unruled}
    return {**found, "left": found["left"] + unmatched, "no_rule": found.get("no_rule", 0) + unmatched}
