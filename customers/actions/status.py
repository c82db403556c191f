"""What came of a call."""

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localtime

from customers import milestones
from customers.actions.errors import USED_TOKEN, ActionError, Conflict
from customers.actions.follow_ups import (
    PAST,
    close_by_contact,
    close_follow_up,
    hang_on,
    move_follow_up,
    open_follow_up,
    set_follow_up,
)
from customers.actions.held import held
from customers.actions.retries import plan_next_try
from customers.models import Customer, Event, FollowUp, LostReason, Status, StatusChange
from customers.models.timeline import BELIEVED


class _Keep:
    """The follow-up was not mentioned: the status alone decides what becomes of it."""


KEEP: Final = _Keep()
WRITTEN = ["status", "last_contact_at", "attempts", "next_follow_up_at", "exhausted_at", "version", "updated_at"]


def record_status(
    *,
    customer: Customer,
    status: Status,
    by,
    now: datetime,
    notes: str = "",
    follow_up_at: datetime | None | _Keep = KEEP,
    event: Event | None = None,
    client_token: str | None = None,
    lost_reason: LostReason | None = None,
    seen: datetime | None = None,
    waited: timedelta = timedelta(),
) -> StatusChange:
    """Record the outcome of a contact: status, note and next follow-up in one.

    `follow_up_at`: KEEP lets the status decide (talked to, won, lost: the open one is closed; not reached: the next
    try is planned); None closes it; a time opens one; an `event` opens one that waits for its day. The same status
    again is a contact like any other. The same `client_token` again changes nothing and returns what was recorded the
    first time. `seen` is the moment that the form was drawn: Conflict when somebody else recorded an outcome since.
    `waited` is how long the save lay on her device: the call was so long ago, unless that is beyond BELIEVED,
    and is dated so, but never before what was recorded of her since.
    Raises ActionError for a retired status, a time in the past, or a token used for something else.
    """
    try:
        with transaction.atomic():
            customer = held(customer.pk)
            if client_token and (recorded := _recorded(client_token, customer, by)):
                return recorded
            if seen is not None and (other := by_others_since(customer, by, seen)):
                raise Conflict(_told(other))
            before = state_before(customer)
            made = now - waited if waited <= BELIEVED else now
            at = made if made == now else _not_behind_her_history(customer, made)
            change = _record(customer, status, by, now, notes, client_token, lost_reason, before, at)
            _follow_up_after(customer, status, event or follow_up_at, by, now, made)
            _write(customer, status, now, at)
            return change
    except IntegrityError as error:  # the token was used for another customer in this very moment
        raise ActionError(USED_TOKEN) from error


def _not_behind_her_history(customer: Customer, made: datetime) -> datetime:
    """`made`, or the last moment of her history if that is later: what is recorded last stays her status."""
    last = StatusChange.objects.filter(customer=customer).standing().aggregate(at=Max("happened_at"))["at"]
    return max(filter(None, [made, customer.last_contact_at, last]))


def _record(customer: Customer, status: Status, by, now: datetime, notes: str, client_token, lost_reason, before, at):
    if not status.is_active and status.pk != customer.status_id:
        raise ActionError(f"“{status.label}” is no longer in use. Choose another status.")
    return StatusChange.objects.create(
        customer=customer,
        previous_status_id=customer.status_id,
        new_status=status,
        changed_by=by,
        happened_at=at,
        changed_at=now,
        notes=notes,
        client_token=client_token or None,
        lost_reason=lost_reason,
        before=before,
    )


def _write(customer: Customer, status: Status, now: datetime, at: datetime) -> None:
    customer.status = status
    milestones.add(customer, status, called_at=at)
    customer.last_contact_at = at
    customer.attempts += 1
    customer.version += 1
    customer.updated_at = now
    customer.save(update_fields=[*WRITTEN, *milestones.KEPT])


def by_others_since(customer: Customer, by, seen: datetime) -> StatusChange | None:
    """The last outcome that somebody else than `by` recorded since that moment."""
    changes = StatusChange.objects.filter(customer=customer, changed_at__gt=seen).standing().contacts()
    return changes.exclude(changed_by=by).select_related("changed_by", "new_status").newest_first().first()


def _told(other: StatusChange) -> str:
    words = f"{other.changed_by} recorded “{other.new_status.label}” at {localtime(other.changed_at):%H:%M}"
    words += f": “{other.notes}”." if other.notes else "."
    return f"{words} Yours is not saved yet. Save once more to record it as well."


def state_before(customer: Customer) -> dict:
    """What `take_back` needs, besides the status, to put `customer` back to where she is."""
    follow_up = open_follow_up(customer)
    return {
        "follow_up": follow_up and [follow_up.pk, follow_up.due_at and follow_up.due_at.isoformat()],
        "last_contact_at": customer.last_contact_at and customer.last_contact_at.isoformat(),
        "exhausted_at": customer.exhausted_at and customer.exhausted_at.isoformat(),
    }


def _recorded(client_token: str, customer: Customer, by) -> StatusChange | None:
    recorded = StatusChange.objects.select_related("new_status").filter(client_token=client_token).first()
    if recorded and (recorded.customer_id != customer.pk or recorded.changed_by_id != by.pk):
        raise ActionError(USED_TOKEN)
    return recorded


def _follow_up_after(customer: Customer, status: Status, follow_up_at, by, now: datetime, at: datetime) -> None:
    """What becomes of the open follow-up, and the next one: at a time, or after an event."""
    if isinstance(follow_up_at, datetime) and follow_up_at <= now:
        raise ActionError(PAST)
    if status.reached:
        close_by_contact(customer=customer, by=by, now=now, at=at)
    elif status.closes:  # nobody was talked to, so no promise was kept: a wrong number
        close_follow_up(customer=customer, by=by, now=now, state=FollowUp.State.CANCELLED)
    if status.reached or status.closes or follow_up_at not in (None, KEEP):
        customer.exhausted_at = None
    if follow_up_at is None:
        close_follow_up(customer=customer, by=by, now=now, state=FollowUp.State.CANCELLED)
    elif follow_up_at is KEEP:
        if status.is_unanswered:
            plan_next_try(customer=customer, by=by, now=now)
    elif isinstance(follow_up_at, Event):
        hang_on(customer=customer, event=follow_up_at, by=by, now=now)
    elif status.is_unanswered and open_follow_up(customer):
        move_follow_up(customer=customer, due_at=follow_up_at)
    else:
        set_follow_up(customer=customer, due_at=follow_up_at, by=by, now=now)
