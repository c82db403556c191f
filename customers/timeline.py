"""What happened with a customer, put together from the histories, newest first."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils.functional import cached_property

from accounts.models import User
from crm.lib.attaching import attach
from customers.models import (
    AssignmentChange,
    CallTap,
    Customer,
    Enquiry,
    Erasure,
    FieldChange,
    FollowUp,
    LikelyDuplicate,
    LostReason,
    Merge,
    Note,
    Skip,
    Status,
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
    """Where one kind of entry is read from, the field of its moment, and what is read along with it.

    The people, statuses and reasons that its rows name come by themselves.
    """

    name: str
    model: type[Model]
    moment: str
    along: tuple[str, ...] = ()
    whose: tuple[str, ...] = ("customer",)  # where it says whose row it is

    def entries(self, rows: list) -> list[Entry]:
        at = attrgetter(self.moment.replace("__", "."))
        return [Entry(self.name, at(row), [row]) for row in rows]


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

KINDS = (
    Kind("status", StatusChange, "happened_at"),
    Kind("tap", CallTap, "at"),
    Kind("skip", Skip, "at"),
    Kind("note", Note, "at"),
    Kind("follow_up", FollowUp, "created_at", along=("event",)),
    Kind("assignment", AssignmentChange, "at"),
    Kind("erasure", Erasure, "at"),
    Kind("field", FieldChange, "at", along=("origin",)),
    Kind("enquiry", Enquiry, "origin__created_at", along=("source", "course", "origin")),
    Kind("merge", Merge, "at", along=("winner", "loser"), whose=("winner", "loser")),
)
LIKELY = "likely duplicate"
TRACES = [
    *((kind.name, kind.model, column) for kind in KINDS for column in kind.whose),
    *((LIKELY, LikelyDuplicate, column) for column in ("one", "other")),
]


def worth_a_call(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Those of `entries`, the newest first, that say something to whoever calls: no outcome that was taken back, and of
    all the hands she went through only the last."""
    handed = False
    for entry in entries:
        if entry.kind == "assignment":
            if handed:
                continue
            handed = True
        if not getattr(entry.row, "undone_at", None):
            yield entry


class Story:
    """What happened with `customer` as `user` may see it: nothing, if she may not see her.

    Those of the rows merged into her are part of it.
    """

    def __init__(self, customer: Customer, user: User) -> None:
        self.customer, self.user = customer, user

    @cached_property
    def row_ids(self) -> list[UUID]:
        """Her own row and those merged into her; none when `user` may not see her. The lock of all below. One query."""
        hers = Customer.objects.visible_to(self.user).filter(pk=self.customer.pk)
        found = list(hers.order_by("merged__pk").values_list("pk", "merged__pk"))
        return [*{pk for pk, _ in found}, *(merged for _, merged in found if merged)]

    @cached_property
    def has(self) -> set[str]:
        """Of which kinds there is anything, so that only those are read. One query, which asks the indexes alone."""
        if not self.row_ids:
            return set()
        quote = connection.ops.quote_name
        marks = ", ".join(["%s"] * len(self.row_ids))
        one = f"SELECT '{{}}' WHERE EXISTS (SELECT 1 FROM {{}} WHERE {{}} IN ({marks}))"
        steps = [
            one.format(name, quote(model._meta.db_table), quote(model._meta.get_field(column).column))
            for name, model, column in TRACES
        ]
        ids = [Customer._meta.pk.get_db_prep_value(pk, connection) for pk in self.row_ids]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(steps), ids * len(steps))
            return {name for (name,) in cursor.fetchall()}

    def entries(
        self, *, now: datetime, everything: bool = False, kinds: Collection[str] = ()
    ) -> tuple[list[Entry], bool]:
        """The newest entries of these `kinds` or of all, and whether older ones were left out.

        One query for each kind that there is, and one each for the people, statuses and reasons that they name.
        """
        limit = SHOWN_AT_MOST if everything else SHOWN
        wanted = [kind for kind in KINDS if kind.name in self.has and (not kinds or kind.name in kinds)]
        entries = [entry for kind in wanted for entry in kind.entries(self._newest(kind, limit + 1))]
        entries.sort(key=lambda entry: entry.at, reverse=True)
        shown, more = entries[:limit], len(entries) > limit
        rows = [entry.row for entry in shown]
        for model in (User, Status, LostReason):
            attach(rows, model)
        return _together(_with_spans(shown, now)), more

    def pinned(self) -> list[Note]:
        """The notes that were pinned, the newest first."""
        if "note" not in self.has:
            return []
        notes = self._of(Note).filter(pinned=True).select_related("by")
        return list(notes.order_by("-at", "-pk")[:PINNED])

    def status_history(self) -> tuple[list[StatusChange], bool]:
        """Her newest status changes that stand, and whether these are all."""
        changes = self._of(StatusChange).standing().newest_first().select_related("changed_by")
        found = list(changes[: HISTORY_LENGTH + 1])
        return found[:HISTORY_LENGTH], len(found) <= HISTORY_LENGTH

    def _of(self, model: type[Model], whose: Collection[str] = ("customer",)) -> QuerySet:
        """The rows of this history that are hers: behind the lock of `row_ids`."""
        hers = Q()
        for column in whose:
            hers |= Q(**{f"{column}__in": self.row_ids})
        return model._default_manager.filter(hers)

    def _newest(self, kind: Kind, limit: int) -> list:
        rows = self._of(kind.model, kind.whose).order_by(f"-{kind.moment}", "-pk")
        return list((rows.select_related(*kind.along) if kind.along else rows)[:limit])


def _with_spans(entries: list[Entry], now: datetime) -> list[Entry]:
    """Each standing status with how long it lasted: `entries` are the newest first."""
    until, found = now, []
    for entry in entries:
        if entry.kind == "status" and entry.row.undone_at is None:
            entry, until = replace(entry, lasted=until - entry.at), entry.at
        found.append(entry)
    return found


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
