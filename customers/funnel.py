"""How far customers came: the one rule for the funnel, the report cards and the list that each of their numbers opens.

A customer *ever reached* a status when she stands on its rung of the funnel or a higher one, or once stood there;
what was taken back never happened. Where she was is kept with her (`milestones`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.db.models.lookups import GreaterThan

from customers.models import CustomerQuerySet, Status


def top_rung(statuses: Iterable[Status]) -> Case:
    """The highest rung of a customer's history, as a column; null for none above the first."""
    downwards = [When(_was_at(marks), then=Value(rung)) for rung, marks in _marks(statuses)]
    return Case(*downwards, default=None, output_field=IntegerField())


def _marks(statuses: Iterable[Status]) -> list[tuple[int, int]]:
    """(rung, the marks of the statuses that stand on it) from the top down; none stands on the first."""
    marks: defaultdict[int, int] = defaultdict(int)
    for status in statuses:
        if status.rung:
            marks[status.rung] |= status.mark
    return sorted(marks.items(), reverse=True)


def _top(been_at: int, marks: Iterable[tuple[int, int]]) -> int:
    """The same as `top_rung` of one who was at the statuses with these marks, or 0."""
    return next((rung for rung, marked in marks if been_at & marked), 0)


def _was_at(marks: int) -> GreaterThan:
    """Those who ever were at one of the statuses with these marks."""
    return GreaterThan(F("been_at").bitand(marks), 0)


class HowFar:
    """How many of some customers stand at each status, and how many of them ever came how far. One query.

    `statuses`: all there are.
    """

    def __init__(self, customers: CustomerQuerySet, statuses: Iterable[Status]):
        ladder, marks = _ladder(statuses), _marks(statuses)
        # Not of their ids: the index holds them, but looking at each takes a fifth of the time.
        rows = customers.order_by().values_list("status", "been_at").annotate(n=Count("*"))
        self._at, self._reached = Counter(), Counter()  # status -> how many stand there; rung -> how many got no higher
        for status, been_at, n in rows:
            self._at[status] += n
            self._reached[max(ladder[status] or 0, _top(been_at, marks))] += n
        self.total = self._at.total()

    def now(self, code: str) -> int:
        """How many stand at that status."""
        return self._at[code]

    def ever(self, rung: int) -> int:
        """How many ever came as far as that rung."""
        return sum(n for top, n in self._reached.items() if top >= rung)

    @property
    def statuses(self) -> set[str]:
        return set(self._at)


def steps(statuses: Iterable[Status]) -> list[Status]:
    """The active ones that are a step of the funnel, from the bottom up."""
    found = [status for status in statuses if status.is_active and status.rung is not None]
    return sorted(found, key=lambda status: (status.rung, status.order))


def _ladder(statuses: Iterable[Status]) -> dict[str, int | None]:
    return {status.pk: status.rung for status in statuses}


def ever_reached(code: str) -> Q:
    """Those who stand, or once stood, on the rung of that status or a higher one. Asks for the statuses."""
    statuses = {status.pk: status for status in Status.objects.filter(rung__isnull=False)}
    if code not in statuses:
        return Q(pk__in=())
    rung = statuses[code].rung
    if rung == 0:
        return Q()  # where everybody began, whatever the first record of her says
    above = [status for status in statuses.values() if status.rung >= rung]
    return Q(status__in=[status.pk for status in above]) | Q(_was_at(sum(status.mark for status in above)))
