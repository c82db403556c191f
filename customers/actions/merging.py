"""Two rows that are one person: one stays and takes over what the other has; the other stays behind it, out of sight.

The histories stay on their own rows (the timeline reads both). What the survivor was before is kept in `Merge.before`,
from which `unmerging` puts it back.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localtime

from accounts.models import User
from customers import milestones
from customers.actions.assignment import put_in_hands
from customers.actions.duplicates import pairs_merged
from customers.actions.errors import ActionError, Conflict
from customers.actions.held import refuse_erased
from customers.actions.profile import refresh_search
from customers.models import ContactNumber, Customer, FieldChange, FollowUp, Merge, StatusChange
from customers.models.customer import FIELDS, edit_bit
from customers.values import shown

WHY = "Merged"
COLUMN_LENGTH = 120  # of FieldChange.field
DOUBLE_SUBMIT = timedelta(minutes=2)
SAME = "This is one and the same entry."
MERGED_SINCE = "One of these two was merged in the meantime. Open her page and look again."
GONE = "One of these two does not exist any more: the file it came from was undone."
CHANGED_SINCE = "Somebody changed one of these two since you opened this page. Look at the values again."


@transaction.atomic
def merge(
    *,
    survivor: Customer,
    loser: Customer,
    by: User,
    now: datetime,
    take: Collection[str] = (),
    join_remarks: bool = False,
    seen: tuple[int, int] | None = None,
) -> Merge:
    """Make `loser` a part of `survivor`, whose values stay but for those of CHOICES in `take`.

    `join_remarks` keeps both remarks. Whoever was merged into the loser belongs to the survivor then. Not to be called
    stays so if either was. `seen`: the versions of the two (survivor, loser) that the choice was made on. The same
    merge by the same person again at once returns the first. Raises Conflict when one of them was changed since, and
    ActionError when one was merged already.
    """
    if survivor.pk == loser.pk:
        raise ActionError(SAME)
    rows = people_held([survivor.pk, loser.pk])
    if len(rows) < 2:
        raise ActionError(GONE)
    winner, loser = rows[survivor.pk], rows[loser.pk]
    refuse_erased(winner)
    refuse_erased(loser)
    if done := _done_already(winner, loser, by, now):
        return done
    if seen is not None and seen != (winner.version, loser.version):
        raise Conflict(CHANGED_SINCE)
    merged = Merge(winner=winner, loser=loser, by=by, at=now)
    merged.before = _write(winner, loser, set(take), join_remarks, by, now)
    # Asked only now: whoever was being merged into the loser while we waited for her is found as well.
    below = list(Customer.objects.filter(merged_into=loser).order_by("pk").values_list("pk", flat=True))
    merged.before["pointed"] = [str(pk) for pk in below]
    _put_behind(winner, loser, below, by, now)
    merged.save(force_insert=True)
    pairs_merged(loser, by, now)
    return merged


def people_held(ids: Collection[UUID]) -> dict[UUID, Customer]:
    """These customers, locked in the order of their ids until the transaction ends."""
    rows = Customer.objects.filter(pk__in=ids).order_by("pk")
    # First locked and then read with their words: joined in one query, PostgreSQL drops a row whose status was changed
    # while it waited for the lock.
    list(rows.select_for_update(no_key=True).only("pk"))
    return {row.pk: row for row in rows.select_related("source", "course", "status", "assigned_to")}


def _done_already(winner: Customer, loser: Customer, by: User, now: datetime) -> Merge | None:
    if not (winner.merged_into_id or loser.merged_into_id):
        return None
    done = Merge.objects.filter(loser=loser, winner=winner, undone_at=None).select_related("by").first()
    if done is None:
        raise ActionError(MERGED_SINCE)
    if done.by_id == by.pk and now - done.at < DOUBLE_SUBMIT:
        return done
    raise ActionError(f"{done.by} merged these two at {localtime(done.at):%H:%M}. Nothing was changed now.")


def _write(winner: Customer, loser: Customer, take: set[str], join_remarks: bool, by: User, now: datetime) -> dict:
    """Write what the survivor takes over. Returns what undoing it takes."""
    before = {
        "fields": _take_fields(winner, loser, take, join_remarks, by, now),
        "extra": _join_extra(winner, loser, by, now, loser_first="extra" in take),
        "numbers": _take_numbers(winner, loser, by, now),
        "status": _take_status(winner, loser, by, now) if "status" in take else None,
        "owner": [winner.assigned_to_id, winner.assigned_to_id],
        "loser_owner": loser.assigned_to_id,
        "exhausted_at": [_text(winner.exhausted_at)],
        "last_enquired_at": _text(winner.last_enquired_at),
    }
    if "owner" in take and winner.assigned_to_id != loser.assigned_to_id:
        owner = loser.assigned_to
        before["owner"][1] = owner.pk if owner else None
        put_in_hands([(winner, owner)], by=by, now=now, batch=None, why=WHY)
        winner.assigned_to = owner
    before["follow_up"] = one_follow_up(winner, loser, by, now, status_taken=bool(before["status"]))
    _add_up(winner, loser)
    before["exhausted_at"].append(_text(winner.exhausted_at))
    refresh_search(winner)
    winner.version, winner.updated_at = F("version") + 1, now
    winner.save(
        update_fields=[
            *FIELDS, "extra", "status", "been_at", "do_not_call", "hand_edited", "area_key", "search_text", "attempts",
            "enquiry_count", "last_contact_at", "last_enquired_at", "next_follow_up_at", "exhausted_at", "version",
            "updated_at",
        ]
    )  # fmt: skip
    return before


def _take_fields(
    winner: Customer, loser: Customer, take: set[str], join_remarks: bool, by: User, now: datetime
) -> dict[str, list]:
    """field -> [before, now] of what the survivor takes over."""
    new = {field: getattr(loser, field) for field in FIELDS if field in take}
    if join_remarks:
        new["remark"] = "\n".join(dict.fromkeys(filter(None, [winner.remark, loser.remark])))
    if loser.do_not_call:
        new["do_not_call"] = True
    return change_fields(winner, new, by, now)


def change_fields(customer: Customer, new: dict, by: User, now: datetime) -> dict[str, list]:
    """Set those of the `new` values that differ, each on the record. Returns field -> [before, now], as JSON knows it.

    The caller saves the customer.
    """
    new = {field: value for field, value in new.items() if getattr(customer, field) != value}
    FieldChange.objects.bulk_create(
        FieldChange(
            customer=customer, field=field, old=shown(getattr(customer, field)), new=shown(value), by=by, at=now
        )
        for field, value in new.items()
    )
    changed = {}
    for field, value in new.items():
        changed[field] = [stored(getattr(customer, field)), stored(value)]
        setattr(customer, field, value)
        customer.hand_edited |= edit_bit(field)
    return changed


def stored(value: object) -> object:
    """A field's value as `Merge.before` keeps it: a word by its id, a day as text."""
    return value.isoformat() if isinstance(value, date) else getattr(value, "pk", value)


def _join_extra(winner: Customer, loser: Customer, by: User, now: datetime, *, loser_first: bool) -> dict[str, list]:
    """column -> [before, now]: the columns of both files; where both say something, one of them stays."""
    first, second = (loser.extra, winner.extra) if loser_first else (winner.extra, loser.extra)
    joined = {**winner.extra, **loser.extra}
    joined = {column: first.get(column) or second.get(column, "") for column in joined}
    changed = {
        column: [winner.extra.get(column), value]
        for column, value in joined.items()
        if winner.extra.get(column) != value
    }
    record_columns(winner, changed, by, now)
    winner.extra = joined
    return changed


def record_columns(customer: Customer, changed: dict[str, list], by: User, now: datetime) -> None:
    """One history row for each changed column of `extra`."""
    FieldChange.objects.bulk_create(
        FieldChange(customer=customer, field=column[:COLUMN_LENGTH], old=shown(old), new=shown(new), by=by, at=now)
        for column, (old, new) in changed.items()
    )


def _take_numbers(winner: Customer, loser: Customer, by: User, now: datetime) -> list[str]:
    """The loser's numbers become further numbers. Returns those that the survivor did not have."""
    had = further_numbers(winner)
    theirs = [loser.phone_number, *further_numbers(loser)]
    new = [number for number in dict.fromkeys(theirs) if number and number not in {winner.phone_number, *had}]
    ContactNumber.objects.bulk_create(ContactNumber(customer=winner, number=number) for number in new)
    if new:
        record_numbers(winner, had, [*had, *new], by, now)
    return new


def further_numbers(customer: Customer) -> list[str]:
    numbers = ContactNumber.objects.filter(customer=customer)
    return list(numbers.order_by("pk").values_list("number", flat=True))


def record_numbers(customer: Customer, old: Sequence[str], new: Sequence[str], by: User, now: datetime) -> None:
    told = [", ".join(map(shown, numbers)) for numbers in (old, new)]
    FieldChange.objects.create(customer=customer, field="extra_phones", old=told[0], new=told[1], by=by, at=now)


def _take_status(winner: Customer, loser: Customer, by: User, now: datetime) -> list[str] | None:
    """[before, now], or None when both had the same."""
    if winner.status_id == loser.status_id:
        return None
    before = winner.status_id
    correct_status(winner, loser.status, by, now)
    return [before, winner.status_id]


def correct_status(customer: Customer, status, by: User, now: datetime) -> None:
    """Another status without a contact, on the record. The caller saves the customer."""
    StatusChange.objects.create(
        customer=customer,
        previous_status_id=customer.status_id,
        new_status=status,
        changed_by=by,
        happened_at=now,
        changed_at=now,
        kind=StatusChange.Kind.CORRECTION,
    )
    customer.status = status
    milestones.add(customer, status)


def one_follow_up(winner: Customer, loser: Customer, by: User, now: datetime, *, status_taken: bool) -> dict:
    """Of two open follow-ups the earlier promise stays, and is the survivor's. Returns what became of which.

    A promise goes before a next try. Won and lost leave only the one that stood beside that status, not to be called
    leaves none.
    """
    open_ones = list(FollowUp.objects.open().filter(customer__in=[winner, loser]))
    may_stay = [] if winner.do_not_call else open_ones
    if winner.status.closes:
        whose = loser.pk if status_taken else winner.pk
        may_stay = [row for row in may_stay if row.customer_id == whose]
    stays = min(may_stay, key=_promise, default=None)
    closed = [row for row in open_ones if row is not stays]
    FollowUp.objects.filter(pk__in=[row.pk for row in closed]).update(
        state=FollowUp.State.CANCELLED, closed_by=by, closed_at=now
    )
    moved = stays is not None and stays.customer_id == loser.pk
    if stays:
        FollowUp.objects.filter(pk=stays.pk).update(customer=winner, owner=winner.assigned_to)
    winner.next_follow_up_at = stays.due_at if stays else None
    closed_of = {("winner" if row.customer_id == winner.pk else "loser"): row.pk for row in closed}
    return {"moved": stays.pk if moved else None, "closed": closed_of}


def _promise(row: FollowUp) -> tuple[bool, bool, datetime]:
    return row.promised_at is None, row.due_at is None, row.promised_at or row.due_at or row.created_at


def _add_up(winner: Customer, loser: Customer) -> None:
    """The figures of both. Tried in vain is who was so at each number and has no next step."""
    vain = [winner.exhausted_at, loser.exhausted_at]
    winner.exhausted_at = max(vain) if all(vain) and winner.next_follow_up_at is None else None
    winner.attempts += loser.attempts
    winner.enquiry_count += loser.enquiry_count
    winner.last_contact_at = latest(winner.last_contact_at, loser.last_contact_at)
    winner.last_enquired_at = latest(winner.last_enquired_at, loser.last_enquired_at)


def latest(*moments):
    """The latest of those that are known, or None."""
    return max(filter(None, moments), default=None)


def _put_behind(winner: Customer, loser: Customer, below: Collection, by: User, now: datetime) -> None:
    """The loser and whoever was merged into it point at the survivor; the loser's counsellor is hers."""
    loser.merged_into, loser.next_follow_up_at = winner, None
    loser.version, loser.updated_at = F("version") + 1, now
    loser.save(update_fields=["merged_into", "next_follow_up_at", "version", "updated_at"])
    Customer.objects.filter(pk__in=below).update(merged_into=winner, version=F("version") + 1, updated_at=now)
    if loser.assigned_to_id and loser.assigned_to_id != winner.assigned_to_id:
        put_in_hands([(loser, winner.assigned_to)], by=by, now=now, batch=None, why=WHY)


def _text(value) -> str | None:
    return value.isoformat() if value else None
