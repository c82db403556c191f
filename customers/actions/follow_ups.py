"""The next step with a customer: at most one open, and it is hers whoever looks after her."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localtime

from customers import planning
from customers.actions.errors import ActionError
from customers.actions.held import held
from customers.models import Batch, Customer, Event, FieldChange, FollowUp

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


def hang_on(*, customer: Customer, event: Event, by, now: datetime) -> FollowUp:
    """Have the follow-up wait for `event`, in place of any open one; on a day that is known it gets its time at once.

    The caller saves `customer.next_follow_up_at`. Raises ActionError when `customer` must not be called.
    """
    if customer.do_not_call:
        raise ActionError(DO_NOT_CALL)
    close_follow_up(customer=customer, by=by, now=now, state=FollowUp.State.CANCELLED)
    due_at = planning.time_after(event, customer, by, now=now) if event.happens_on else None
    customer.next_follow_up_at = due_at
    return FollowUp.objects.create(
        customer=customer,
        owner=customer.assigned_to,
        due_at=due_at,
        kind=FollowUp.Kind.EVENT,
        event=event,
        created_by=by,
        created_at=now,
    )


def close_follow_up(*, customer: Customer, by, now: datetime, state: str) -> None:
    """Close the open follow-up, if there is one. The caller saves `customer.next_follow_up_at`."""
    FollowUp.objects.filter(customer=customer).open().update(state=state, closed_by=by, closed_at=now)
    customer.next_follow_up_at = None


def close_by_contact(*, customer: Customer, by, now: datetime, at: datetime) -> None:
    """Somebody talked to her, `at` that moment: the open follow-up was kept, or came too late."""
    follow_up = open_follow_up(customer)
    if follow_up is None:
        return
    promise = follow_up.promised_at
    late = promise is not None and at > promise + KEPT_WITHIN
    state = FollowUp.State.MISSED if late else FollowUp.State.DONE
    close_follow_up(customer=customer, by=by, now=now, state=state)


def move_follow_up(*, customer: Customer, due_at: datetime) -> None:
    """An unanswered call: the open follow-up is tried again at `due_at`, the promise stays what it was."""
    if FollowUp.objects.filter(customer=customer).open().update(due_at=due_at):
        customer.next_follow_up_at = due_at


def put_off(*, customer: Customer, due_at: datetime, by, now: datetime) -> FollowUp:
    """Move the open follow-up to `due_at`; what was promised stays on the record.

    Raises ActionError when none is open, when `due_at` is not in the future, or `customer` must not be called.
    """
    if due_at <= now:
        raise ActionError(PAST)
    with transaction.atomic():
        customer = held(customer.pk)
        follow_up = open_follow_up(customer)
        if follow_up is None:
            raise ActionError("No follow-up is open. Record an outcome with a time instead.")
        if customer.do_not_call:
            raise ActionError(DO_NOT_CALL)
        write_moves([(follow_up, due_at)], {customer.pk: customer}, by, now)
        return follow_up


def replan(*, planned: list[tuple[FollowUp, datetime]], by, now: datetime) -> Batch:
    """Give many open follow-ups new times at once. Those closed or moved in the meantime are left."""
    times = {follow_up.pk: (follow_up.due_at, due_at) for follow_up, due_at in planned}
    with transaction.atomic():
        people = [follow_up.customer_id for follow_up, _ in planned]
        locked = {row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=people).order_by("pk")}
        still_open = FollowUp.objects.open().filter(pk__in=times)
        moved = [(row, times[row.pk][1]) for row in still_open if row.due_at == times[row.pk][0]]
        write_moves(
            [(row, due_at) for row, due_at in moved if not locked[row.customer_id].do_not_call], locked, by, now
        )
        counts = {"assigned": len(moved), "left": len(planned) - len(moved)}
        return Batch.objects.create(kind=Batch.Kind.FOLLOW_UP, by=by, at=now, counts=counts)


def write_moves(moved: list[tuple[FollowUp, datetime]], customers: dict, by, now: datetime) -> None:
    """Write the new times with their history. The caller holds the lock on the `customers`."""
    FieldChange.objects.bulk_create(
        FieldChange(customer_id=row.customer_id, field="follow_up", old=_shown(row), new=_at(due_at), by=by, at=now)
        for row, due_at in moved
    )
    for row, due_at in moved:
        customer = customers[row.customer_id]
        row.due_at = customer.next_follow_up_at = due_at
        customer.version += 1
        customer.updated_at = now
    FollowUp.objects.bulk_update([row for row, _ in moved], ["due_at"], batch_size=500)
    written = [customers[row.customer_id] for row, _ in moved]
    Customer.objects.bulk_update(written, ["next_follow_up_at", "version", "updated_at"], batch_size=500)


def _shown(row: FollowUp) -> str:
    return _at(row.due_at) if row.due_at else str(row.event)


def _at(moment: datetime) -> str:
    return f"{localtime(moment):%d/%m/%Y %H:%M}"
