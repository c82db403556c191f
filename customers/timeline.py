"""What happened with a customer, put together from the histories, newest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from accounts.models import User
from customers.models import AssignmentChange, Customer, Enquiry, FieldChange, FollowUp, Note, StatusChange

SHOWN, SHOWN_AT_MOST = 30, 2_000
HISTORY_LENGTH = 200


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: the history row of that `kind`, or the several that one act wrote."""

    kind: str
    at: datetime
    rows: list

    @property
    def row(self) -> Any:
        return self.rows[0]


@dataclass(frozen=True)
class Kind:
    """Where one kind of entry is read from: its rows as a person may see them, and the field of their moment."""

    name: str
    rows: Callable[[User], Any]
    moment: str

    def entries(self, customer: Customer, user: User, limit: int) -> Iterable[Entry]:
        rows = self.rows(user).filter(customer=customer).order_by(f"-{self.moment}", "-pk")[:limit]
        at = attrgetter(self.moment.replace("__", "."))
        return (Entry(self.name, at(row), [row]) for row in rows)


KINDS = (
    Kind(
        "status",
        lambda user: StatusChange.objects.visible_to(user).select_related(
            "previous_status", "new_status", "changed_by", "lost_reason"
        ),
        "happened_at",
    ),
    Kind("note", lambda user: Note.objects.visible_to(user).select_related("by"), "at"),
    Kind(
        "follow_up",
        lambda user: FollowUp.objects.visible_to(user).select_related("created_by", "closed_by"),
        "created_at",
    ),
    Kind(
        "assignment",
        lambda user: AssignmentChange.objects.visible_to(user).select_related("previous_owner", "new_owner", "by"),
        "at",
    ),
    Kind("field", lambda user: FieldChange.objects.visible_to(user).select_related("by", "origin"), "at"),
    Kind(
        "enquiry",
        lambda user: Enquiry.objects.visible_to(user).select_related("source", "course", "origin__created_by"),
        "origin__created_at",
    ),
)


def timeline(customer: Customer, user: User, *, everything: bool = False) -> tuple[list[Entry], bool]:
    """The newest entries as `user` may see them, and whether older ones were left out. One query a kind."""
    limit = SHOWN_AT_MOST if everything else SHOWN
    entries = [entry for kind in KINDS for entry in kind.entries(customer, user, limit + 1)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    more = len(entries) > limit
    return _together(entries[:limit]), more


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
    changes = StatusChange.objects.visible_to(user).filter(customer=customer).standing().newest_first()
    found = list(changes.select_related("changed_by")[: HISTORY_LENGTH + 1])
    return found[:HISTORY_LENGTH], len(found) <= HISTORY_LENGTH
