"""Two rows that were merged are two customers again, as far as nobody has changed what the merge had brought."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from accounts.models import User
from customers.actions.assignment import put_in_hands
from customers.actions.duplicates import pairs_apart
from customers.actions.errors import ActionError
from customers.actions.held import ERASED
from customers.actions.merging import (
    change_fields,
    correct_status,
    further_numbers,
    people_held,
    record_columns,
    record_numbers,
    stored,
)
from customers.actions.profile import refresh_search
from customers.models import (
    AssignmentChange,
    ContactNumber,
    Customer,
    Enquiry,
    FieldChange,
    FollowUp,
    Merge,
    Status,
    StatusChange,
)

REVERSIBLE_FOR = timedelta(days=30)
TOO_OLD = "These two were merged more than 30 days ago. That stays."
FIRST_THE_OTHER = "She was merged with another since. Take that apart first."
WHY = "Taken apart"
WORDS = {"source", "course"}  # fields that point at a row


def why_not_unmerged(merge: Merge, *, now: datetime) -> str:
    """Why a merge stays, or ""."""
    if merge.winner.erased_at:
        return ERASED
    if merge.winner.merged_into_id:
        return FIRST_THE_OTHER
    return TOO_OLD if now - merge.at > REVERSIBLE_FOR else ""


@dataclass
class Parting:
    """What taking a merge apart brings back and what stays, as it stands at this moment."""

    winner: Customer
    loser: Customer
    fields: dict[str, object] = field(default_factory=dict)  # the survivor's values as they were
    columns: dict[str, object] = field(default_factory=dict)  # the same of `extra`; None: was not there
    numbers: list[str] = field(default_factory=list)  # further numbers that go
    status: Status | None = None
    owner_back: bool = False
    owner: User | None = None  # the survivor's, if `owner_back`
    loser_owner: User | None = None
    kept: list[str] = field(default_factory=list)  # fields, columns, status, owner that were changed since
    follow_up: datetime | None = None  # the time of the open one that was the loser's
    recorded: int = 0  # what was recorded since and stays with the survivor


def parting(merge: Merge, winner: Customer, loser: Customer) -> Parting:
    """What taking `merge` apart would do. Reads only."""
    before, found = merge.before, Parting(winner, loser)
    for name, (old, new) in before["fields"].items():
        changed = FieldChange.objects.filter(customer=winner, field=name, at__gt=merge.at).exists()
        if changed or stored(getattr(winner, name)) != new:
            found.kept.append(name)
        else:
            found.fields[name] = _restored(winner, name, old)
    for column, (old, new) in before["extra"].items():
        if winner.extra.get(column) == new:
            found.columns[column] = old
        else:
            found.kept.append(column)
    found.numbers = [number for number in further_numbers(winner) if number in before["numbers"]]
    calls = StatusChange.objects.filter(customer=winner, changed_at__gt=merge.at).standing()
    if before["status"]:
        old, new = before["status"]
        if winner.status_id == new and not calls.exists():
            found.status = Status.objects.get(pk=old)
        else:
            found.kept.append("status")
    _owners(merge, found)
    moved = FollowUp.objects.open().filter(pk=before["follow_up"]["moved"], customer=winner)
    found.follow_up = moved.values_list("due_at", flat=True).first()
    found.recorded = calls.contacts().count() + winner.notes.filter(at__gt=merge.at).count()
    return found


def _restored(customer: Customer, name: str, old: object) -> object:
    """A field's value out of what `Merge.before` keeps of it."""
    model_field = Customer._meta.get_field(name)
    if name in WORDS:
        return model_field.related_model.objects.filter(pk=old).first() if old else None
    return model_field.to_python(old)


def _owners(merge: Merge, found: Parting) -> None:
    """Whose they are afterwards: as before, but nobody's where her counsellor has left."""
    old, new = merge.before["owner"]
    people = User.objects.in_bulk([pk for pk in (old, merge.before["loser_owner"]) if pk])
    people = {pk: user for pk, user in people.items() if user.is_sales}
    found.loser_owner = people.get(merge.before["loser_owner"])
    if old == new:
        return
    moved = AssignmentChange.objects.filter(customer=found.winner, at__gt=merge.at).exists()
    if moved or found.winner.assigned_to_id != new:
        found.kept.append("owner")
    else:
        found.owner_back, found.owner = True, people.get(old)


@transaction.atomic
def unmerge(*, merge: Merge, by: User, now: datetime) -> Merge:
    """Take `merge` apart: the loser is a customer of her own again with her history, numbers and counsellor.

    The survivor's values are as they were, but for those somebody changed since; what was recorded since stays with
    her. Once more changes nothing. Raises ActionError when it is too old, or another merge stands on it.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at:
        return merge
    pointed = [UUID(pk) for pk in merge.before.get("pointed", ())]
    rows = people_held([merge.winner_id, merge.loser_id, *pointed])
    merge.winner, loser = rows[merge.winner_id], rows[merge.loser_id]
    if why := why_not_unmerged(merge, now=now):
        raise ActionError(why)
    parts = parting(merge, merge.winner, loser)
    _free(parts, pointed, by, now)
    _put_back(merge, parts, by, now)
    pairs_apart(merge.winner, loser, merge.at, by, now)
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    return merge


def _free(parts: Parting, pointed: list[UUID], by: User, now: datetime) -> None:
    """The loser stands for herself and for those who were merged into her before."""
    loser = parts.loser
    loser.merged_into, loser.version, loser.updated_at = None, F("version") + 1, now
    loser.save(update_fields=["merged_into", "version", "updated_at"])
    behind = Customer.objects.filter(pk__in=pointed, merged_into=parts.winner)
    behind.update(merged_into=loser, version=F("version") + 1, updated_at=now)
    if loser.assigned_to != parts.loser_owner:
        put_in_hands([(loser, parts.loser_owner)], by=by, now=now, batch=None, why=WHY)
        loser.assigned_to = parts.loser_owner


def _put_back(merge: Merge, parts: Parting, by: User, now: datetime) -> None:
    winner, loser = parts.winner, parts.loser
    if parts.owner_back:
        put_in_hands([(winner, parts.owner)], by=by, now=now, batch=None, why=WHY)
        winner.assigned_to = parts.owner
    bits = winner.hand_edited
    change_fields(winner, parts.fields, by, now)
    winner.hand_edited = bits  # what comes back was not typed in
    _restore_columns(winner, parts.columns, by, now)
    if parts.numbers:
        _drop_numbers(winner, parts.numbers, by, now)
    if parts.status:
        correct_status(winner, parts.status, by, now)
    _restore_follow_ups(merge, winner, loser)
    _count_again(merge, winner, loser)
    refresh_search(winner)
    winner.version, winner.updated_at = F("version") + 1, now
    winner.save(
        update_fields=[
            *parts.fields, "extra", "status", "been_at", "hand_edited", "area_key", "search_text", "attempts",
            "enquiry_count", "last_contact_at", "last_enquired_at", "next_follow_up_at", "exhausted_at", "version",
            "updated_at",
        ]
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _restore_columns(winner: Customer, columns: dict, by: User, now: datetime) -> None:
    record_columns(winner, {column: [winner.extra[column], old] for column, old in columns.items()}, by, now)
    now_there = {**winner.extra, **columns}
    winner.extra = {column: value for column, value in now_there.items() if value is not None}


def _drop_numbers(winner: Customer, numbers: list[str], by: User, now: datetime) -> None:
    had = further_numbers(winner)
    ContactNumber.objects.filter(customer=winner, number__in=numbers).delete()
    record_numbers(winner, had, [number for number in had if number not in numbers], by, now)


def _restore_follow_ups(merge: Merge, winner: Customer, loser: Customer) -> None:
    """What was the loser's goes back if it is still open; what the merge had closed is open again, unless it was
    answered since."""
    kept = merge.before["follow_up"]
    if kept["moved"]:
        theirs = FollowUp.objects.open().filter(pk=kept["moved"], customer=winner)
        theirs.update(customer=loser, owner=loser.assigned_to)
    called = StatusChange.objects.filter(customer=winner, changed_at__gt=merge.at).standing().contacts().exists()
    for whose, row in (("winner", winner), ("loser", loser)):
        answered = called and row is winner
        hers = FollowUp.objects.filter(customer=row)
        if not (answered or row.do_not_call or hers.open().exists()):
            closed = hers.filter(pk=kept["closed"].get(whose), closed_at=merge.at, state=FollowUp.State.CANCELLED)
            closed.update(state=FollowUp.State.OPEN, closed_by=None, closed_at=None, owner=row.assigned_to)
        row.next_follow_up_at = hers.open().values_list("due_at", flat=True).first()
    loser.save(update_fields=["next_follow_up_at"])


def _count_again(merge: Merge, winner: Customer, loser: Customer) -> None:
    """The figures of the survivor and of those who are still merged into her."""
    before = merge.before
    winner.attempts = max(0, winner.attempts - loser.attempts)
    winner.enquiry_count = max(0, winner.enquiry_count - loser.enquiry_count)
    contacts = StatusChange.objects.filter(customer__in=winner.row_ids).standing().contacts()
    winner.last_contact_at = contacts.aggregate(last=Max("happened_at"))["last"]
    asked = Enquiry.objects.filter(customer__in=winner.row_ids).aggregate(last=Max("enquired_on"))["last"]
    winner.last_enquired_at = asked or _day(before["last_enquired_at"])
    old, new = (Customer._meta.get_field("exhausted_at").to_python(value) for value in before["exhausted_at"])
    if winner.exhausted_at == new and winner.next_follow_up_at is None:
        winner.exhausted_at = old
