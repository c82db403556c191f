"""What happened to customers in a span of days, as a filter of their list and as what the reports count.

As a text it is the list's parameter `happened`: what, from, until, by whom, with dots between: "called.2026-11-01..7".
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import Exact, IsNull

from customers.days import DUE_FOR, beginning
from customers.models import FollowUp, Stage, Status, StatusChange

CONTACT = StatusChange.Kind.CONTACT
WON = Stage.WON
CHANGES = ("called", "talked", "won")
PROMISES = {
    "kept": lambda now: Q(state=FollowUp.State.DONE),
    "late": lambda now: Q(state=FollowUp.State.MISSED),
    "dropped": lambda now: Q(state=FollowUp.State.CANCELLED),
    "overdue": lambda now: Q(state=FollowUp.State.OPEN, promised_at__lt=now - DUE_FOR),
    "ahead": lambda now: Q(state=FollowUp.State.OPEN, promised_at__gte=now - DUE_FOR),
    "promised": lambda now: Q(),
}
WORDS = {
    "called": "Called",
    "talked": "Talked to",
    "won": "Became won",
    "kept": "Promise kept",
    "late": "Promise kept late",
    "dropped": "Promise dropped",
    "overdue": "Promise overdue",
    "ahead": "Promise ahead",
    "promised": "Promised a call",
}
NO_REASON = "none"


def changes_that_are() -> dict[str, Q]:
    """What makes a change each of CHANGES: by codes, so that no row of history looks its statuses up. One query."""
    statuses = list(Status.objects.values_list("code", "reached", "stage"))
    reached = [code for code, is_reached, _ in statuses if is_reached]
    won = [code for code, _, stage in statuses if stage == WON]
    return {
        "called": Q(kind=CONTACT),
        "talked": Q(kind=CONTACT, new_status__in=reached),
        "won": Q(new_status__in=won) & ~Q(previous_status__in=won),
    }


def changes_between(first: date | None, last: date | None) -> QuerySet[StatusChange]:
    """Those recorded here for those days that were not taken back; what a file brought along is older than it."""
    changes = StatusChange.objects.standing().exclude(kind=StatusChange.Kind.IMPORT)
    return _between(changes, "happened_at", first, last)


def promises_between(first: date | None, last: date | None) -> QuerySet[FollowUp]:
    """The calls that were promised for those days."""
    return _between(FollowUp.objects.filter(promised_at__isnull=False), "promised_at", first, last)


def _between(rows: QuerySet, column: str, first: date | None, last: date | None) -> QuerySet:
    if first:
        rows = rows.filter(**{f"{column}__gte": beginning(first)})
    return rows.filter(**{f"{column}__lt": beginning(last + timedelta(days=1))}) if last else rows


@dataclass(frozen=True)
class Happening:
    """`by`: who recorded it, or to whom the promise belongs. `read` raises ValueError for what is none."""

    kind: str
    first: date | None = None
    last: date | None = None
    by: int | None = None

    def __str__(self) -> str:
        days = (day.isoformat() if day else "" for day in (self.first, self.last))
        return ".".join([self.kind, *days, str(self.by or "")])

    @classmethod
    def read(cls, text: str) -> "Happening":
        kind, first, last, by = text.split(".")
        if kind not in WORDS or (by and not (by.isdecimal() and len(by) < 10)):
            raise ValueError(text)
        days = (date.fromisoformat(day) if day else None for day in (first, last))
        return cls(kind, *days, int(by) if by else None)

    def clause(self, now: datetime) -> Q:
        """Those to whom it happened."""
        if self.kind in CHANGES:
            rows, who = changes_between(self.first, self.last).filter(changes_that_are()[self.kind]), "changed_by"
        else:
            rows, who = promises_between(self.first, self.last).filter(PROMISES[self.kind](now)), "owner"
        return Q(pk__in=(rows.filter(**{who: self.by}) if self.by else rows).values("customer"))

    @property
    def in_words(self) -> str:
        days = [f"{word} {day:%d/%m/%Y}" for word, day in (("from", self.first), ("until", self.last)) if day]
        return " ".join([WORDS[self.kind], *days])


def last_reason() -> Subquery:
    """Why a customer was lost the last time that an outcome of hers was recorded, as a column: the reason's id."""
    changes = StatusChange.objects.filter(customer=OuterRef("pk")).standing().newest_first()
    return Subquery(changes.values("lost_reason")[:1])


def lost_for(reason: str) -> Q:
    """Those who are lost for that reason; NO_REASON: for none that was given."""
    found = IsNull(last_reason(), True) if reason == NO_REASON else Exact(last_reason(), int(reason))
    return Q(found, status__stage=Stage.LOST)
