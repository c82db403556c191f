"""How far customers came: the one rule for the funnel, the report cards and the list that each of their numbers opens.

A customer *ever reached* a status when she stands on its rung of the funnel or a higher one, or once stood there;
what was taken back never happened.
"""

from collections.abc import Iterable

from django.db.models import Case, Count, Exists, IntegerField, Max, OuterRef, Q, Subquery, Value, When

from customers.models import CustomerQuerySet, Status, StatusChange


def top_rung(statuses: Iterable[Status]) -> Subquery:
    """The highest rung of a customer's history, as a column. The rungs stand in the query: no row looks them up."""
    rising = [When(new_status=code, then=Value(rung)) for code, rung in _ladder(statuses).items() if rung]
    top = Max(Case(*rising, default=None, output_field=IntegerField()))
    changes = StatusChange.objects.filter(customer=OuterRef("pk")).standing().order_by().values("customer")
    return Subquery(changes.annotate(top=top).values("top"))


class HowFar:
    """How many of some customers stand at each status, and how many of them ever came how far. One query.

    `statuses`: all there are.
    """

    def __init__(self, customers: CustomerQuerySet, statuses: Iterable[Status]):
        ladder = _ladder(statuses)
        far = customers.annotate(top=top_rung(statuses)).order_by()
        rows = far.values_list("status", "top").annotate(n=Count("pk"))
        self._counted = [(status, max(ladder[status] or 0, top or 0), n) for status, top, n in rows]
        self.total = sum(n for *_, n in self._counted)

    def now(self, code: str) -> int:
        """How many stand at that status."""
        return sum(n for status, _, n in self._counted if status == code)

    def ever(self, rung: int) -> int:
        """How many ever came as far as that rung."""
        return sum(n for _, top, n in self._counted if top >= rung)

    @property
    def statuses(self) -> set[str]:
        return {status for status, *_ in self._counted}


def steps(statuses: Iterable[Status]) -> list[Status]:
    """The active ones that are a step of the funnel, from the bottom up."""
    found = [status for status in statuses if status.is_active and status.rung is not None]
    return sorted(found, key=lambda status: (status.rung, status.order))


def _ladder(statuses: Iterable[Status]) -> dict[str, int | None]:
    return {status.pk: status.rung for status in statuses}


def ever_reached(code: str) -> Q:
    """Those who stand, or once stood, on the rung of that status or a higher one."""
    rung = Subquery(Status.objects.filter(pk=code).values("rung"))
    changes = StatusChange.objects.filter(customer=OuterRef("pk"), undone_at=None, new_status__rung__gte=rung)
    begins = Status.objects.filter(pk=code, rung=0)  # where everybody began, whatever the first record of her says
    return Q(status__rung__gte=rung) | Q(Exists(changes)) | Q(Exists(begins))
