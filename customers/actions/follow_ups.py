"""The next step with a customer: at most one open, and it is hers whoever looks after her."""

from datetime import datetime, timedelta

from customers.actions.errors import ActionError
from customers.models import Customer, FollowUp

KEPT_WITHIN = timedelta(minutes=30)
PAST = "The follow-up lies in the past. Choose a later time."
DO_NOT_CALL = "Not to be called: no follow-up can be planned."


def open_follow_up(customer: Customer) -> FollowUp | None:
    """The one open follow-up of `customer`, or None."""
    return FollowUp.objects.filter(customer=customer).open().first()


def set_follow_up(
    *, customer: Customer, due_at: datetime, by, now: datetime, kind: str = FollowUp.Kind.PROMISE
) -> FollowUp:
    """Open a follow-up at `due_at` in place of any open one. The caller saves `customer.next_follow_up_at`.

    Raises ActionError when `due_at` is not in the future, or `customer` must not be called.
    """
    if due_at <= now:
        raise ActionError(PAST)
    if customer.do_not_call:
        raise ActionError(DO_NOT_CALL)
    close_follow_up(customer=customer, by=by, now=now, state=FollowUp.State.CANCELLED)
    customer.next_follow_up_at = due_at
    return FollowUp.objects.create(
        customer=customer,
        owner=customer.assigned_to,
        due_at=due_at,
        promised_at=due_at if kind == FollowUp.Kind.PROMISE else None,
        kind=kind,
        created_by=by,
        created_at=now,
    )


def close_follow_up(*, customer: Customer, by, now: datetime, state: str) -> None:
    """Close the open follow-up, if there is one. The caller saves `customer.next_follow_up_at`."""
    FollowUp.objects.filter(customer=customer).open().update(state=state, closed_by=by, closed_at=now)
    customer.next_follow_up_at = None


def close_by_contact(*, customer: Customer, by, now: datetime) -> None:
    """Somebody talked to her: the open follow-up was kept, or came too late."""
    follow_up = open_follow_up(customer)
    if follow_up is None:
        return
    promise = follow_up.promised_at
    late = promise is not None and now > promise + KEPT_WITHIN
    state = FollowUp.State.MISSED if late else FollowUp.State.DONE
    close_follow_up(customer=customer, by=by, now=now, state=state)


def move_follow_up(*, customer: Customer, due_at: datetime) -> None:
    """An unanswered call: the open follow-up is tried again at `due_at`, the promise stays what it was."""
    if FollowUp.objects.filter(customer=customer).open().update(due_at=due_at):
        customer.next_follow_up_at = due_at
