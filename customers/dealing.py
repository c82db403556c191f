"""Who gets which customers: arithmetic alone, no database."""

import heapq
import random
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from accounts.models import User
from customers.models import Customer

EVEN, LOAD, WEIGHTS, RULES = "even", "load", "weights", "rules"
Deal = list[tuple[Customer, User]]


@dataclass(frozen=True)
class Scheme:
    """How customers are dealt.

    EVEN: equal shares of the batch; the odd ones go to whoever has had fewer of them in earlier deals.
    LOAD: always to whoever has the fewest open customers, so that the loads become even.
    WEIGHTS: in proportion to `weights` (user id -> 1 and up; who is not named gets none).
    RULES: evenly among the people of the first sharing rule that fits each (`customers.actions.sharing_rules`).
    """

    how: str = EVEN
    weights: Mapping[int, int] = field(default_factory=dict)

    def as_dict(self) -> dict:
        """Plain values for JSON: a batch remembers them, `from_dict` brings them back."""
        return {"how": self.how, **({"weights": dict(self.weights)} if self.weights else {})}

    @classmethod
    def from_dict(cls, values: Mapping) -> "Scheme":
        weights = {int(user_id): weight for user_id, weight in values.get("weights", {}).items()}
        return cls(values.get("how", EVEN), weights)


EVENLY = Scheme()


@dataclass
class Player:
    """One who is dealt to. `had`: what counts as hers already; `ahead`: how many odd ones she has had beyond her even
    share in earlier deals; `room`: how many more she may get (None: any)."""

    user: User
    had: int = 0
    ahead: float = 0.0
    weight: int = 1
    room: int | None = None


def deal(
    customers: Sequence[Customer], players: Sequence[Player], seed: int, first: Collection[uuid.UUID] = ()
) -> Deal:
    """A shuffled deal: each card goes to whoever has had the fewest for her weight and is not full.

    `first`: ids of those that are dealt before the others, so that they find room when not all do.

    With equal weights shares differ by at most one. Among equals the one who is least ahead comes first, then the lot.
    Weights are kept as Sainte-Laguë's method keeps them: the next card goes to the smallest (2 had + 1) / weight.
    """
    draw = random.Random(seed)  # noqa: S311 - fairness, not secrecy
    cards, seats = list(customers), list(players)
    draw.shuffle(cards)
    draw.shuffle(seats)
    if first:
        cards.sort(key=lambda card: card.pk in first)  # the last one is dealt first
    had = [player.had for player in seats]
    room = [player.room for player in seats]

    def place(turn: int) -> tuple[float, float, int]:
        return (2 * had[turn] + 1) / seats[turn].weight, seats[turn].ahead, turn

    table = [place(turn) for turn in range(len(seats)) if room[turn] != 0]
    heapq.heapify(table)
    dealt: Deal = []
    while cards and table:
        turn = heapq.heappop(table)[-1]
        dealt.append((cards.pop(), seats[turn].user))
        had[turn] += 1
        room[turn] = None if room[turn] is None else room[turn] - 1
        if room[turn] != 0:
            heapq.heappush(table, place(turn))
    return dealt


def evened_out(open_ones: Sequence[Customer], closed: Sequence[Customer], players: Sequence[Player], seed: int) -> Deal:
    """A deal that makes loads even: the open ones to whoever has the fewest; the closed ones, no load to anybody, in
    equal shares."""
    dealt = deal(open_ones, players, seed)
    got = Counter(user.pk for _, user in dealt)
    again = [
        replace(player, had=0, room=None if player.room is None else player.room - got[player.user.pk])
        for player in players
    ]
    return dealt + deal(closed, again, seed)


def more_ahead(players: Sequence[Player], dealt: Counter) -> dict[int, float]:
    """user id -> by how much an even deal put each ahead of (below nought: behind) the others; the sum is nought.

    Whoever became full got all she could take: the others share what was left of the deal.
    """
    free = [player for player in players if player.room is None or dealt[player.user.pk] < player.room]
    if len(free) < 2:
        return {}
    share = sum(dealt[player.user.pk] for player in free) / len(free)
    moves = {player.user.pk: round(dealt[player.user.pk] - share, 9) for player in free}
    return {user_id: move for user_id, move in moves.items() if move}
