"""One change to many customers: a status, a follow-up, a source. Whoever changed since is left; it can be undone.

Everything that one batch writes bears the batch's own moment, so that undoing it can tell its rows from anybody else's.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from customers import milestones
from customers.actions.errors import ActionError
from customers.actions.follow_ups import PAST
from customers.models import (
    Batch,
    Customer,
    CustomerQuerySet,
    FieldChange,
    FollowUp,
    Origin,
    Source,
    Status,
    StatusChange,
)
from customers.models.customer import edit_bit

ROWS_AN_INSERT = 2_000
MOST_NAMED = 20
SOURCE_BIT = edit_bit("source")
BULK_KINDS = (Batch.Kind.STATUS, Batch.Kind.FOLLOW_UP, Batch.Kind.SOURCE)
_READ = (
    "name", "status", "assigned_to", "source", "next_follow_up_at", "exhausted_at", "do_not_call", "updated_at",
    "hand_edited", "version", "erased_at",
)  # fmt: skip


@dataclass(frozen=True)
class Act:
    """What is done to each of them; one of these, by the batch's kind."""

    kind: str
    status: Status | None = None
    note: str = ""
    due_at: datetime | None = None  # None with kind FOLLOW_UP: the open one is closed
    source: Source | None = None

    def as_dict(self) -> dict:
        """Plain values, for the batch to remember."""
        return {
            "status": self.status.pk if self.status else None,
            "note": self.note,
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "source": self.source.pk if self.source else None,
        }

    @classmethod
    def of(cls, batch: Batch) -> "Act":
        """The act that a batch remembers."""
        said = batch.options["act"]
        return cls(
            kind=batch.kind,
            status=Status.objects.get(pk=said["status"]) if said["status"] else None,
            note=said["note"],
            due_at=datetime.fromisoformat(said["due_at"]) if said["due_at"] else None,
            source=Source.objects.get(pk=said["source"]) if said["source"] else None,
        )


def begin_bulk(*, act: Act, by: User, now: datetime, filters: dict, as_of: datetime, total: int) -> Batch:
    """Record what is to be done to `total` customers; `bulk_slice` does it.

    Raises ActionError for a retired status or a follow-up in the past.
    """
    if act.status and not act.status.is_active:
        raise ActionError(f"“{act.status.label}” is no longer in use. Choose another status.")
    if act.due_at and act.due_at <= now:
        raise ActionError(PAST)
    options = {"act": act.as_dict(), "as_of": as_of.isoformat(), "total": total, "seen": 0}
    return Batch.objects.create(kind=act.kind, by=by, at=now, filter=filters, options=options, state=Batch.State.QUEUED)


@transaction.atomic
def bulk_slice(*, batch: Batch, customers: CustomerQuerySet, unknown: int = 0) -> None:
    """Do it to `customers` and add to the batch's counts. Those who changed after its `as_of` are left, and counted."""
    act, as_of = Act.of(batch), datetime.fromisoformat(batch.options["as_of"])
    rows = _locked(customers)
    why, chosen = Counter(unknown=unknown), []
    named = list(batch.counts.get("named", []))
    for row in rows:
        reason = _why_left(row, act, as_of)
        if reason == "changed" and len(named) < MOST_NAMED:
            named.append(str(row.pk))
        if reason:
            why[reason] += 1
        else:
            chosen.append(row)
    _DO[act.kind](chosen, act, batch)
    counts = batch.counts
    batch.counts = {
        "done": counts.get("done", 0) + len(chosen),
        "why": dict(Counter(counts.get("why", {})) + why),
        "named": named,
    }
    batch.save(update_fields=["counts"])


def _locked(customers: CustomerQuerySet) -> list[Customer]:
    """The rows, held until the transaction ends, always in the same order."""
    rows = customers.select_related(None).only(*_READ)
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))


def _why_left(row: Customer, act: Act, as_of: datetime) -> str:
    """Why nothing is done to her; "" when it is."""
    if row.erased_at:
        return "erased"
    if row.updated_at > as_of:
        return "changed"
    if act.kind == Batch.Kind.STATUS:
        return "same" if row.status_id == act.status.pk else ""
    if act.kind == Batch.Kind.SOURCE:
        return "same" if row.source_id == act.source.pk else ""
    if act.due_at is None:
        return "same" if row.next_follow_up_at is None else ""
    return "do_not_call" if row.do_not_call else ""


def _set_status(rows: Sequence[Customer], act: Act, batch: Batch) -> None:
    """The new status with its note. Nobody was talked to, so it is no contact; won and lost need no next step."""
    open_ones = _close_follow_ups(rows, batch) if act.status.closes else {}
    StatusChange.objects.bulk_create(
        (
            StatusChange(
                customer=row,
                previous_status_id=row.status_id,
                new_status=act.status,
                changed_by_id=batch.by_id,
                happened_at=batch.at,
                changed_at=batch.at,
                notes=act.note,
                kind=StatusChange.Kind.BULK,
                batch=batch,
                before={"exhausted_at": row.exhausted_at.isoformat()} if row.exhausted_at else None,
            )
            for row in rows
        ),
        batch_size=ROWS_AN_INSERT,
    )
    been_at = F("been_at").bitor(act.status.mark)
    _write(rows, batch.at, status=act.status, been_at=been_at, **({"exhausted_at": None} if act.status.closes else {}))
    if open_ones:
        Customer.objects.filter(pk__in=list(open_ones)).update(next_follow_up_at=None)


def _set_follow_up(rows: Sequence[Customer], act: Act, batch: Batch) -> None:
    _close_follow_ups(rows, batch)
    if act.due_at:
        FollowUp.objects.bulk_create(
            (
                FollowUp(
                    customer=row,
                    owner_id=row.assigned_to_id,
                    due_at=act.due_at,
                    promised_at=act.due_at,
                    created_by_id=batch.by_id,
                    created_at=batch.at,
                )
                for row in rows
            ),
            batch_size=ROWS_AN_INSERT,
        )
    _write(rows, batch.at, next_follow_up_at=act.due_at, **({"exhausted_at": None} if act.due_at else {}))


def _set_source(rows: Sequence[Customer], act: Act, batch: Batch) -> None:
    names = dict(Source.objects.filter(pk__in={row.source_id for row in rows}).values_list("pk", "name"))
    _change_sources([(row, names.get(row.source_id, ""), act.source.name) for row in rows], batch.by_id, batch.at)
    _write(rows, batch.at, source=act.source, hand_edited=F("hand_edited").bitor(SOURCE_BIT))


def _change_sources(changes: Sequence[tuple[Customer, str, str]], by_id: int, at: datetime) -> None:
    FieldChange.objects.bulk_create(
        (FieldChange(customer=row, field="source", old=old, new=new, by_id=by_id, at=at) for row, old, new in changes),
        batch_size=ROWS_AN_INSERT,
    )


_DO = {
    Batch.Kind.STATUS: _set_status,
    Batch.Kind.FOLLOW_UP: _set_follow_up,
    Batch.Kind.SOURCE: _set_source,
}


def _close_follow_ups(rows: Sequence[Customer], batch: Batch) -> dict[uuid.UUID, datetime]:
    """Close the open follow-ups of `rows`; whose they were, and when they were due."""
    open_ones = FollowUp.objects.open().filter(customer__in=[row.pk for row in rows])
    due = dict(open_ones.values_list("customer", "due_at"))
    open_ones.update(state=FollowUp.State.CANCELLED, closed_by=batch.by_id, closed_at=batch.at)
    return due


def _write(rows: Sequence[Customer], now: datetime, **columns) -> None:
    Customer.objects.filter(pk__in=[row.pk for row in rows]).update(updated_at=now, version=F("version") + 1, **columns)


# -- undo -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def undo_bulk_slice(*, batch: Batch, size: int) -> bool:
    """Take the next customers back to what they were before. Returns whether there may be more.

    Only those whom nobody changed since: their row still bears the batch's moment.
    """
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state == Batch.State.DONE:
        return False
    act = Act.of(batch)
    touched = _touched(batch).filter(customer__updated_at=batch.at, customer__merged_into=None).order_by("customer")
    ids = list(touched.values_list("customer", flat=True)[:size])
    rows = [row for row in _locked(Customer.objects.filter(pk__in=ids)) if row.updated_at == batch.at]
    _UNDO[act.kind](rows, batch)
    undo = {**batch.options["undo"], "back": batch.options["undo"]["back"] + len(rows)}
    batch.options = {**batch.options, "undo": undo}
    batch.state = Batch.State.RUNNING if len(ids) == size else Batch.State.DONE
    batch.save(update_fields=["options", "state"])
    return len(ids) == size


def _touched(batch: Batch):
    """The history rows that the batch wrote, one a customer."""
    if batch.kind == Batch.Kind.STATUS:
        return StatusChange.objects.filter(batch=batch, undone_at=None)
    if batch.kind == Batch.Kind.SOURCE:
        return FieldChange.objects.filter(by=batch.by_id, at=batch.at, field="source", origin=None)
    if batch.options["act"]["due_at"]:
        return FollowUp.objects.filter(created_by=batch.by_id, created_at=batch.at)
    return FollowUp.objects.filter(closed_by=batch.by_id, closed_at=batch.at)


def _undo_status(rows: Sequence[Customer], batch: Batch) -> None:
    ids = [row.pk for row in rows]
    changes = StatusChange.objects.filter(batch=batch, undone_at=None, customer__in=ids)
    before: dict[str, list[uuid.UUID]] = {}
    tried_in_vain = []
    for pk, status, state in changes.values_list("customer", "previous_status", "before"):
        before.setdefault(status, []).append(pk)
        if state:
            tried_in_vain.append(Customer(pk=pk, exhausted_at=datetime.fromisoformat(state["exhausted_at"])))
    changes.update(undone_at=batch.undone_at)
    by_id = {row.pk: row for row in rows}
    for status, whose in before.items():
        _write([by_id[pk] for pk in whose], batch.undone_at, status=status)
    milestones.recount(ids)
    Customer.objects.bulk_update(tried_in_vain, ["exhausted_at"], batch_size=500)
    _reopen_follow_ups(rows, batch)


def _undo_follow_up(rows: Sequence[Customer], batch: Batch) -> None:
    made = FollowUp.objects.open().filter(created_at=batch.at, created_by=batch.by_id, customer__in=rows)
    made.update(state=FollowUp.State.CANCELLED, closed_by=batch.options["undo"]["by"], closed_at=batch.undone_at)
    _write(rows, batch.undone_at, next_follow_up_at=None)
    _reopen_follow_ups(rows, batch)


def _reopen_follow_ups(rows: Sequence[Customer], batch: Batch) -> None:
    """Open again what the batch closed."""
    closed = FollowUp.objects.filter(
        closed_at=batch.at, closed_by=batch.by_id, state=FollowUp.State.CANCELLED, customer__in=rows
    )
    due = dict(closed.values_list("customer", "due_at"))
    closed.update(state=FollowUp.State.OPEN, closed_by=None, closed_at=None)
    again = [Customer(pk=pk, next_follow_up_at=due_at) for pk, due_at in due.items()]
    Customer.objects.bulk_update(again, ["next_follow_up_at"], batch_size=500)


def _undo_source(rows: Sequence[Customer], batch: Batch) -> None:
    """The sources of before, and the mark of a person's hand only where another hand had set it."""
    ids = [row.pk for row in rows]
    written = FieldChange.objects.filter(by=batch.by_id, at=batch.at, field="source", origin=None, customer__in=ids)
    old_of = dict(written.values_list("customer", "old"))
    sources = {source.name: source for source in Source.objects.filter(name__in=set(old_of.values()))}
    by_hand = set(
        FieldChange.objects.filter(customer__in=ids, field="source", origin=None, at__lt=batch.at)
        .order_by()
        .values_list("customer", flat=True)
    ) | set(Customer.objects.filter(pk__in=ids, origin__kind=Origin.Kind.MANUAL).values_list("pk", flat=True))
    new = batch.options["act"]["source"]
    name = Source.objects.values_list("name", flat=True).get(pk=new)
    _change_sources([(row, name, old_of[row.pk]) for row in rows], batch.options["undo"]["by"], batch.undone_at)
    groups: dict[tuple, list[Customer]] = {}
    for row in rows:
        groups.setdefault((old_of[row.pk], row.pk in by_hand), []).append(row)
    for (old, is_by_hand), whose in groups.items():
        marks = {} if is_by_hand else {"hand_edited": F("hand_edited").bitand(~SOURCE_BIT)}
        _write(whose, batch.undone_at, source=sources.get(old), **marks)


_UNDO = {
    Batch.Kind.STATUS: _undo_status,
    Batch.Kind.FOLLOW_UP: _undo_follow_up,
    Batch.Kind.SOURCE: _undo_source,
}
