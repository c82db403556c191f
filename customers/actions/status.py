"""What came of a call."""

from datetime import datetime
from typing import Final

from django.db import transaction

from customers.actions.errors import ActionError
from customers.actions.follow_ups import (
    RETRY_AFTER,
    close_by_contact,
    close_follow_up,
    move_follow_up,
    open_follow_up,
    set_follow_up,
)
from customers.models import Customer, FollowUp, LostReason, Status, StatusChange


class _Keep:
    """The follow-up was not mentioned: the status alone decides what becomes of it."""


KEEP: Final = _Keep()


@transaction.atomic
def record_status(
    *,
    customer: Customer,
    status: Status,
    by,
    now: datetime,
    notes: str = "",
    follow_up_at: datetime | None | _Keep = KEEP,
    client_token: str | None = None,
    lost_reason: LostReason | None = None,
) -> StatusChange:
    """Record the outcome of a contact: status, note and next follow-up in one.

    `follow_up_at`: KEEP lets the status decide (talked to, won, lost: the open one is closed; not reached: it is
    tried again later); None closes it; a time opens one. The same status again is a contact like any other. The same
    `client_token` again changes nothing and returns what was recorded the first time.
    Raises ActionError for a retired status, a time in the past, or a token used for something else.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if client_token and (recorded := _recorded(client_token, customer, by)):
        return recorded
    if not status.is_active and status.pk != customer.status_id:
        raise ActionError(f"“{status.label}” is no longer in use. Choose another status.")
    change = StatusChange.objects.create(
        customer=customer,
        previous_status_id=customer.status_id,
        new_status=status,
        changed_by=by,
        happened_at=now,
        changed_at=now,
        notes=notes,
        client_token=client_token or None,
        lost_reason=lost_reason,
    )
    _follow_up_after(customer, status, follow_up_at, by, now)
    customer.status = status
    customer.last_contact_at = now
    customer.attempts += 1
    customer.version += 1
    customer.updated_at = now
    customer.save(update_fields=["status", "last_contact_at", "attempts", "next_follow_up_at", "version", "updated_at"])
    return change


def _recorded(client_token: str, customer: Customer, by) -> StatusChange | None:
    recorded = StatusChange.objects.select_related("new_status").filter(client_token=client_token).first()
    if recorded and (recorded.customer_id != customer.pk or recorded.changed_by_id != by.pk):
        raise ActionError("This form was already used for something else. Open the page again.")
    return recorded


def _follow_up_after(customer: Customer, status: Status, follow_up_at, by, now: datetime) -> None:
    """What becomes of the open follow-up, and the next one."""
    closes = status.reached or status.closes
    if closes:
        close_by_contact(customer=customer, by=by, now=now)
    if follow_up_at is None:
        close_follow_up(customer=customer, by=by, now=now, state=FollowUp.State.CANCELLED)
    elif follow_up_at is KEEP:
        if not closes:
            move_follow_up(customer=customer, due_at=now + RETRY_AFTER)
    elif not closes and open_follow_up(customer):
        if follow_up_at <= now:
            raise ActionError("The follow-up lies in the past. Choose a later time.")
        move_follow_up(customer=customer, due_at=follow_up_at)
    else:
        set_follow_up(customer=customer, due_at=follow_up_at, by=by, now=now)
