"""Customers who have just come in with a file, shared out slice by slice like any others: the same eligible set, the
same deal, one receipt for them all."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import User
from customers.actions.assignment import Shared, record, share_out
from customers.actions.capacity import capacities
from customers.actions.errors import ActionError
from customers.dealing import EVENLY, Player, more_ahead
from customers.dealing import deal as dealt_to
from customers.models import Batch, Customer


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
