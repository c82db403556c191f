"""Who would get how many, before anything is given: the same deal as the real one, over numbers, not customers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max, Q

from accounts.models import User
from customers import actions
from customers.dealing import LOAD, RULES, WEIGHTS, Player, Scheme, deal, evened_out
from customers.lists import Filters
from customers.models import CustomerQuerySet, SharingRule
from customers.tasks import matching

MOST = 100_000  # cards dealt in a request; a million is the worker's business
AREAS = 3  # named in the sum of those chosen
TOO_MANY = f"More than {MOST:,} are dealt by the worker: who got how many is said when it is done."


@dataclass
class Share:
    """One who would get some: what she has open now, how many of these are dealt anew, and how many she would get."""

    user: User
    load: int
    more: int
    dealt_anew: int = 0
    closed: int = 0  # of those she would get: no load

    @property
    def then(self) -> int:
        return self.load - self.dealt_anew + self.more - self.closed


@dataclass
class Foreseen:
    """What an act of sharing out would do; `left`: reason -> how many stay where they are (as in a receipt)."""

    shares: list[Share] = field(default_factory=list)
    left: Counter = field(default_factory=Counter)
    chosen: str = ""  # who it is about, in sum
    closed: Counter = field(default_factory=Counter)  # User -> how many of those she would get are won or lost
    anew: Counter = field(default_factory=Counter)  # user id -> how many of her open ones are among them

    @property
    def given(self) -> int:
        return sum(share.more for share in self.shares)

    @property
    def most(self) -> int:
        """The highest load that there would be."""
        return max((share.then for share in self.shares), default=0)


def chosen_matching(
    *, filters: Filters, by: User, as_of: datetime | None, limit: int | None, now: datetime
) -> CustomerQuerySet:
    """The customers that sharing out all that match would be about, the oldest first up to `limit`.

    Raises ActionError for a limit beyond what is previewed.
    """
    customers = matching(filters=filters, by=by, as_of=as_of, now=now)
    if limit is None:
        return customers
    if limit > actions.REQUEST_LIMIT:
        raise actions.ActionError(TOO_MANY)
    oldest = list(customers.order_by("pk").values_list("pk", flat=True)[:limit])
    return customers.filter(pk__in=oldest)


def foresee(
    *,
    customers: CustomerQuerySet,
    among: Iterable[User] | None,
    as_of: datetime | None,
    scheme: Scheme,
    now: datetime,
    unknown: int = 0,
) -> Foreseen:
    """What sharing `customers` out among the eligible ones of `among` (None: all) as `scheme` says would come to.

    Raises ActionError when nobody is eligible, there is no rule, or there are too many to look ahead.
    """
    if customers.order_by()[: MOST + 1].count() > MOST:
        raise actions.ActionError(TOO_MANY)
    if scheme.how == RULES:
        foreseen, got = _by_rules(customers, as_of, now)
    else:
        foreseen, got = _dealt(customers, among, as_of, scheme, now)
    foreseen.left += Counter(unknown=unknown)
    loads = actions.loads(got)
    shares = [
        Share(user, loads[user.pk], more, foreseen.anew[user.pk], foreseen.closed[user])
        for user, more in got.items()
        if more
    ]
    foreseen.chosen = in_sum(customers)
    foreseen.shares = sorted(shares, key=lambda share: (-share.more, str(share.user).casefold()))
    return foreseen


def in_sum(customers: CustomerQuerySet) -> str:
    """ "214 customers: 120 Kochi, 60 Aluva, 30 from elsewhere, 4 without an area". One query."""
    rows = customers.order_by().values_list("area_key").annotate(name=Max("area"), n=Count("pk"))
    counts = sorted(rows, key=lambda row: (-row[2], row[1].casefold()))
    total, none = sum(n for *_, n in counts), sum(n for key, _, n in counts if not key)
    named = [(name, n) for key, name, n in counts if key][:AREAS]
    parts = [f"{n:,} {name}" for name, n in named]
    if elsewhere := total - none - sum(n for _, n in named):
        parts.append(f"{elsewhere:,} from elsewhere")
    if none and parts:
        parts.append(f"{none:,} without an area")
    said = f"{total:,} {'customer' if total == 1 else 'customers'}"
    comma = "; " if any("," in name for name, _ in named) else ", "  # "80 Jayanagar, Bengaluru; 79 Kochi"
    return f"{said}: {comma.join(parts)}" if parts else said


Got = Counter[User]


def _dealt(customers, among, as_of, scheme, now) -> tuple[Foreseen, Got]:
    among = None if among is None else list(among)
    rooms = actions.capacities(now=now, among=None if among is None else [user.pk for user in among])
    if scheme.how == WEIGHTS:
        rooms = {user: room for user, room in rooms.items() if user.pk in scheme.weights}
    if not rooms:
        raise actions.ActionError(actions.cannot_take(among[0]) if among and len(among) == 1 else actions.NOBODY)
    free, left = _free(customers, as_of)
    if len(rooms) == 1:
        left["hers"] = free.filter(assigned_to=next(iter(rooms))).order_by().count()
        free = free.exclude(assigned_to=next(iter(rooms)))
    count = free.order_by().count()
    anew = _anew(free, rooms, as_of)
    if scheme.how == LOAD:
        got, closed = _evened_out(count, free.open().order_by().count(), rooms, actions.loads(rooms) - anew)
    else:
        got, closed = _cards(count, rooms, scheme, Counter()), Counter()
    left["full"] = count - sum(got.values())
    return Foreseen(left=left, closed=closed, anew=anew), got


def _evened_out(count: int, open_ones: int, rooms: Mapping[User, int | None], beside: Counter) -> tuple[Got, Got]:
    """How many each would get, and how many of these are closed (`customers.dealing.evened_out`)."""
    players = [Player(user, beside[user.pk], user.dealt_ahead, 1, room) for user, room in rooms.items()]
    dealt = evened_out(range(open_ones), range(open_ones, count), players, seed=0)
    return Counter(user for _, user in dealt), Counter(user for card, user in dealt if card >= open_ones)


def _by_rules(customers, as_of, now) -> tuple[Foreseen, Got]:
    """Each rule in its order among its own people, with what the rules before it gave them."""
    rules = list(SharingRule.objects.in_order().prefetch_related("people"))
    if not rules:
        raise actions.ActionError(actions.NO_RULES)
    free, left = _free(customers, as_of)
    everybody, got, earlier = actions.capacities(now=now), Counter(), Q(pk__in=[])
    for rule in rules:
        count = free.filter(rule.clause()).exclude(earlier).order_by().count()
        earlier |= rule.clause()
        rooms = {user: everybody[user] for user in rule.people.all() if user in everybody}
        more = _cards(count, rooms, Scheme(), got)
        left["full"] += count - sum(more.values())
        got += more
    left["no_rule"] = free.exclude(earlier).order_by().count()
    return Foreseen(left=left, anew=_anew(free.filter(earlier), got, as_of)), got


def _free(customers: CustomerQuerySet, as_of: datetime | None) -> tuple[CustomerQuerySet, Counter]:
    """Those who may be given out, and how many of the others are left for which reason."""
    free = actions.may_be_given(customers, as_of)
    muted = customers.filter(do_not_call=True).order_by().count()
    taken = customers.order_by().count() - muted - free.order_by().count()
    return free, Counter(do_not_call=muted, taken=taken)


def _anew(free: CustomerQuerySet, users: Iterable[User], as_of: datetime | None) -> Counter:
    """How many of the open ones of each are dealt anew: none where only those without a counsellor are given out."""
    return actions.in_play(free, users) if as_of else Counter()


def _cards(count: int, rooms: Mapping[User, int | None], scheme: Scheme, had: Got) -> Got:
    """How many of `count` each would get who has room, on from what she `had` of this act."""
    players = []
    for user, room in rooms.items():
        left = None if room is None else max(0, room - had[user])
        players.append(Player(user, had[user], user.dealt_ahead, scheme.weights.get(user.pk, 1), left))
    return Counter(user for _, user in deal(range(count), players, seed=0))
