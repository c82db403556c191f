"""A sharing out taken back, as far as nobody has worked on it since."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from customers.actions.assignment import SLICE, locked, put_in_hands
from customers.models import AssignmentChange, Batch, CallTap, Customer, FieldChange, FollowUp, Note


@transaction.atomic
def undo_slice(*, batch_id: uuid.UUID | str, now: datetime) -> bool:
    """Take the next slice back. Returns whether there may be more.

    Back to whoever had them before (to the pool, when she cannot look after customers any more) go those who are
    still where the batch put them and whom nobody has worked on since: no contact, note, edit or follow-up.
    """
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    undo = batch.options["undo"]
    if batch.state == Batch.State.DONE:
        return False
    changes = list(AssignmentChange.objects.filter(batch=batch, pk__gt=undo["after"]).order_by("pk")[:SLICE])
    moves = _untouched(changes)
    put_in_hands(moves, by=User.objects.get(pk=undo["by"]), now=now, batch=None, why=AssignmentChange.UNDONE)
    more = len(changes) == SLICE
    undo = {
        **undo,
        "after": changes[-1].pk if changes else undo["after"],
        "back": undo["back"] + len(moves),
        "stays": undo["stays"] + len(changes) - len(moves),
    }
    batch.options = {**batch.options, "undo": undo}
    batch.state = Batch.State.RUNNING if more else Batch.State.DONE
    batch.save(update_fields=["options", "state"])
    return more


def _untouched(changes: list[AssignmentChange]) -> list[tuple[Customer, User | None]]:
    """Whom to give back, and to whom."""
    if not changes:
        return []
    change_of = {change.customer_id: change for change in changes}
    since = changes[0].at  # a slice was written in one moment, or in moments one after the other
    still = Q(last_contact_at=None) | Q(last_contact_at__lte=F("assigned_at"))
    rows = locked(Customer.objects.filter(still, pk__in=change_of, merged_into=None, assigned_at__gte=since))
    worked_on = _worked_on(list(change_of), since)
    before = {change.previous_owner_id for change in changes}
    able = User.objects.sales_users().in_bulk([user_id for user_id in before if user_id])
    moves = []
    for customer in rows:
        change = change_of[customer.pk]
        if customer.pk not in worked_on and _is_where_it_was_put(customer, change):
            moves.append((customer, able.get(change.previous_owner_id)))
    return [(customer, to) for customer, to in moves if customer.assigned_to_id != (to.pk if to else None)]


def _is_where_it_was_put(customer: Customer, change: AssignmentChange) -> bool:
    return customer.assigned_to_id == change.new_owner_id and customer.assigned_at == change.at


def _worked_on(ids: list[uuid.UUID], since: datetime) -> set[uuid.UUID]:
    """Those of `ids` with a note, an edit by a person, a follow-up or a tap on Call since then."""
    notes = Note.objects.filter(customer__in=ids, at__gt=since)
    edits = FieldChange.objects.filter(customer__in=ids, at__gt=since, origin=None)
    follow_ups = FollowUp.objects.filter(customer__in=ids, created_at__gt=since)
    taps = CallTap.objects.filter(customer__in=ids, at__gt=since)
    traces = (notes, edits, follow_ups, taps)
    return {pk for rows in traces for pk in rows.order_by().values_list("customer", flat=True)}
