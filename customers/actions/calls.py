"""Around a call: it was tapped, put off, or taken back."""

from datetime import datetime, timedelta

from django.db import transaction

from customers import milestones
from customers.actions.errors import ActionError
from customers.actions.held import held, refuse_erased
from customers.actions.status import WRITTEN
from customers.models import CallingRules, CallTap, Customer, FollowUp, Skip, StatusChange

UNDO_WITHIN = timedelta(minutes=10)
LATER = timedelta(hours=2)
# A second tap on Call within this time is the same attempt.
SAME_TAP = timedelta(seconds=20)
TOO_LATE = "This was recorded more than ten minutes ago. Record what is right now instead."
NOT_LAST = "Something else was recorded since. Record what is right now instead."


def record_tap(*, customer: Customer, kind: str, by, now: datetime) -> CallTap:
    """She tapped Call or WhatsApp. A tap right after another of the kind is the same one."""
    with transaction.atomic():
        held(customer.pk)
        same = CallTap.objects.filter(customer=customer, by=by, kind=kind, at__gt=now - SAME_TAP).first()
        return same or CallTap.objects.create(customer=customer, by=by, kind=kind, at=now)


def skip(*, customer: Customer, reason: str, by, now: datetime) -> Skip:
    """Offer `customer` later and not now."""
    refuse_erased(customer)
    hours = CallingRules.current().hours
    until = hours.fitted(now + LATER) if reason == Skip.Reason.LATER else hours.on(now + timedelta(days=1))
    return Skip.objects.create(customer=customer, by=by, at=now, until=until, reason=reason)


def take_back(*, change: StatusChange, by, now: datetime) -> StatusChange:
    """Take back the outcome that `by` recorded last: status and follow-up are what they were. Once more does nothing.

    Raises ActionError when it is somebody else's, older than ten minutes, or not the last one any more.
    """
    with transaction.atomic():
        customer = held(change.customer_id)
        change = StatusChange.objects.get(pk=change.pk)
        if change.undone_at and change.changed_by_id == by.pk:
            return change
        _refuse(change, by, now)
        change.undone_at = now
        change.save(update_fields=["undone_at"])
        _restore(customer, change, by, now)
        return change


def _refuse(change: StatusChange, by, now: datetime) -> None:
    if change.changed_by_id != by.pk or change.before is None:
        raise ActionError("Only what you recorded yourself can be taken back.")
    if now - change.changed_at > UNDO_WITHIN:
        raise ActionError(TOO_LATE)
    last = StatusChange.objects.filter(customer=change.customer_id).standing().order_by("-changed_at", "-id").first()
    if last != change:
        raise ActionError(NOT_LAST)


def _restore(customer: Customer, change: StatusChange, by, now: datetime) -> None:
    before = change.before
    customer.status_id = change.previous_status_id
    customer.last_contact_at = _moment(before["last_contact_at"])
    customer.exhausted_at = _moment(before["exhausted_at"])
    customer.attempts -= 1
    _restore_follow_up(customer, change, by, now)
    customer.version += 1
    customer.updated_at = now
    customer.save(update_fields=WRITTEN)
    milestones.recount([customer.pk])


def _restore_follow_up(customer: Customer, change: StatusChange, by, now: datetime) -> None:
    """The follow-up that the outcome opened goes, the one that it closed or moved is as it was."""
    hers = FollowUp.objects.filter(customer=customer)
    opened = hers.open().filter(created_at=change.changed_at, created_by=change.changed_by)
    opened.update(state=FollowUp.State.CANCELLED, closed_by=by, closed_at=now)
    if before := change.before["follow_up"]:
        pk, due_at = before
        if not hers.open().exclude(pk=pk).exists():
            hers.filter(pk=pk).update(
                state=FollowUp.State.OPEN, due_at=due_at, closed_by=None, closed_at=None, owner=customer.assigned_to
            )
    customer.next_follow_up_at = hers.open().values_list("due_at", flat=True).first()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def set_message(*, text: str) -> CallingRules:
    """What the WhatsApp message to a customer says from now on."""
    rules = CallingRules.current()
    rules.whatsapp_text = text
    rules.save()
    return rules
