"""A counsellor leaves or comes back: nobody's customers are left without somebody to call them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from customers.actions.assignment import Shared, share_out, unassign
from customers.actions.errors import ActionError
from customers.models import Batch, Customer


@transaction.atomic
def deactivate(*, user: User, by: User, now: datetime, to: Sequence[User] = ()) -> Shared:
    """End the access of `user`, sessions included, and hand her customers over.

    `to` names who gets them (one, or several by an even deal); without it they go back to the pool. What cannot be
    given (do not call, caps) goes to the pool as well. Raises ActionError for oneself, or when none of `to` can take.
    """
    if user == by:
        raise ActionError("You cannot deactivate yourself.")
    user.is_active = False
    user.save(update_fields=["is_active"])
    hers = Customer.objects.filter(assigned_to=user, merged_into=None)
    result = Shared()
    if to and hers.exists():
        result = share_out(customers=hers, among=to, by=by, now=now, as_of=now, kind=Batch.Kind.TRANSFER)
    unassign(customers=hers.all(), by=by, now=now, why=f"{user} was deactivated")
    return result


def reactivate(*, user: User) -> None:
    """Let `user` sign in again. Her former customers stay where they are."""
    user.is_active = True
    user.save(update_fields=["is_active"])
