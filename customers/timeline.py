"""What happened with a customer, put together from the histories, newest first."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from customers.models import (
    AssignmentChange,
    CallTap,
    Customer,
    Enquiry,
    Erasure,
    FieldChange,
    FollowUp,
    Merge,
    Note,
    Skip,
    StatusChange,
)

SHOWN, SHOWN_AT_MOST = 30, 2_000
PINNED = 10
HISTORY_LENGTH = 200


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: the history row of that `kind`, or the several that one act wrote."""

    kind: str
    at: datetime
    rows: list
    lasted: timedelta | None = None  # of a status: until the next one, or until now

    @property
    def row(self) -> Any:
        return self.rows[0]


@dataclass(frozen=True)
class Kind:
    """Where one kind of entry is read from: its rows as a person may see them, and the field of their moment."""

    name: str
    rows: Callable[[User], Any]
    moment: str
    whose: tuple[str, ...] = ("customer",)  # where it says whose row it is

    def of(self, row_ids: Collection[UUID], user: User) -> QuerySet:
        """Those of the customer with these rows that `user` may see."""
        hers = Q()
        for column in self.whose:
            hers |= Q(**{f"{column}__in": row_ids})
        return self.rows(user).filter(hers)

    def entries(self, customer: Customer, user: User, limit: int) -> Iterable[Entry]:
        rows = self.of(customer.row_ids, user).order_by(f"-{self.moment}", "-pk")[:limit]
        at = attrgetter(self.moment.replace("__", "."))
        return (Entry(self.name, at(row), [row]) for row in rows)


# What the page can be narrowed to: the word in its address, its label, and the kinds that belong to it.
SHOWS = {
    "calls": ("Calls", {"status", "tap", "skip"}),
    "notes": ("Notes", {"note"}),
    "follow-ups": ("Follow-ups", {"follow_up"}),
    "hands": ("Counsellors", {"assignment"}),
    "changes": ("Changes", {"field", "merge", "erasure"}),
    "enquiries": ("Enquiries", {"enquiry"}),
}

# What helps in the next call.
FOR_A_CALL = {"status", "note", "follow_up", "assignment", "field", "enquiry"}

BOTH = ("winner", "loser")
KINDS = (
    Kind(
        "status",
        lambda user: StatusChange.objects.visible_to(user, merged=True).select_related(
            "previous_status", "new_status", "changed_by", "lost_reason"
        ),
        "happened_at",
    ),
    Kind("tap", lambda user: CallTap.objects.visible_to(user, merged=True).select_related("by"), "at"),
    Kind("skip", lambda user: Skip.objects.visible_to(user, merged=True).select_related("by"), "at"),
    Kind("note", lambda user: Note.objects.visible_to(user, merged=True).select_related("by"), "at"),
    Kind(
        "follow_up",
        lambda user: FollowUp.objects.visible_to(user, merged=True).select_related("created_by", "closed_by", "event"),
        "created_at",
    ),
    Kind(
        "assignment",
        lambda user: AssignmentChange.objects.visible_to(user, merged=True).select_related(
            "previous_owner", "new_owner", "by"
        ),
        "at",
    ),
    Kind("erasure", lambda user: Erasure.objects.visible_to(user, merged=True).select_related("by"), "at"),
    Kind("field", lambda user: FieldChange.objects.visible_to(user, merged=True).select_related("by", "origin"), "at"),
    Kind(
        "enquiry",
        lambda user: Enquiry.objects.visible_to(user, merged=True).select_related(
            "source", "course", "origin__created_by"
        ),
        "origin__created_at",
    ),
    Kind("merge", lambda user: Merge.objects.visible_to(user).select_related("winner", "loser", "by"), "at", BOTH),
)


def timeline(
    customer: Customer, user: User, *, now: datetime, everything: bool = False, kinds: Collection[str] = ()
) -> tuple[list[Entry], bool]:
    """The newest entries as `user` may see them, of these `kinds` or of all, and whether older ones were left out.

    Those of the rows merged into her are among them. One query a kind, and one for these rows.
    """
    limit = SHOWN_AT_MOST if everything else SHOWN
    wanted = [kind for kind in KINDS if not kinds or kind.name in kinds]
    if not customer.erased_at:  # nearly everybody: saves a query
        wanted = [kind for kind in wanted if kind.name != "erasure"]
    entries = [entry for kind in wanted for entry in kind.entries(customer, user, limit + 1)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    more = len(entries) > limit
    return _together(_with_spans(entries[:limit], now)), more


def _with_spans(entries: list[Entry], now: datetime) -> list[Entry]:
    """Each standing status with how long it lasted: `entries` are the newest first."""
    until, found = now, []
    for entry in entries:
        if entry.kind == "status" and entry.row.undone_at is None:
            entry, until = replace(entry, lasted=until - entry.at), entry.at
        found.append(entry)
    return found


def pinned(customer: Customer, user: User) -> list[Note]:
    """The notes that were pinned, the newest first."""
    notes = (
        Note.objects.visible_to(user, merged=True)
        .filter(customer__in=customer.row_ids, pinned=True)
        .select_related("by")
    )
    return list(notes.order_by("-at", "-pk")[:PINNED])


def _together(entries: list[Entry]) -> list[Entry]:
    """The changed fields of one edit as one entry."""
    found: list[Entry] = []
    for entry in entries:
        if found and (act := _act(entry)) and act == _act(found[-1]):
            found[-1].rows.extend(entry.rows)
        else:
            found.append(entry)
    return found


def _act(entry: Entry) -> tuple | None:
    """What the changed fields of one edit have in common; None for everything else."""
    return (entry.at, entry.row.by_id, entry.row.origin_id, entry.row.row) if entry.kind == "field" else None


def status_history(customer: Customer, user: User) -> tuple[list[StatusChange], bool]:
    """Her newest status changes that stand, and whether these are all."""
    changes = StatusChange.objects.visible_to(user, merged=True).filter(customer__in=customer.row_ids)
    changes = changes.standing().newest_first()
    found = list(changes.select_related("changed_by")[: HISTORY_LENGTH + 1])
    return found[:HISTORY_LENGTH], len(found) <= HISTORY_LENGTH
