"""A counsellor leaves, goes on leave or comes back: nobody's customers are left without somebody to call them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from customers.actions.assignment import locked, put_in_hands, share_out, unassign
from customers.actions.errors import ActionError
from customers.models import AssignmentChange, Batch, Customer, CustomerQuerySet

ONESELF = "You cannot deactivate yourself. Ask another manager."
ADMINS_ONLY = "Only an admin can do this with an admin."


@dataclass
class Handover:
    """What became of the customers of somebody who left."""

    given: int = 0
    to_pool: int = 0


@transaction.atomic
def deactivate(*, user: User, by: User, now: datetime, to: Sequence[User] = ()) -> Handover:
    """End the access of `user`, sessions included, and hand her work over.

    `to` names who gets it (one, or several by an even deal); without it it goes back to the pool. What cannot be
    given (do not call, caps) goes to the pool as well. Raises ActionError for oneself, for an admin when `by` is
    none, or when none of `to` can take.
    """
    _refuse(user, by)
    # Waits for whoever is sharing out to her right now; whoever comes later finds her gone. All in one order, so that
    # two managers who deactivate each other's heirs do not wait for ever.
    involved = User.objects.filter(pk__in=[user.pk, *(heir.pk for heir in to)])
    user = {u.pk: u for u in involved.order_by("id").select_for_update(no_key=True)}[user.pk]
    user.is_active = False
    user.save(update_fields=["is_active"])
    return _pass_on(user, to=to, by=by, now=now, why=f"{user} was deactivated")


@transaction.atomic
def hand_over(*, user: User, by: User, now: datetime, to: Sequence[User] = ()) -> Handover:
    """Give the open customers of `user`, who stays, to others for a while: `bring_back` returns them.

    `to` and what becomes of the rest as in `deactivate`. Raises ActionError when none of `to` can take.
    """
    involved = User.objects.filter(pk__in=[user.pk, *(heir.pk for heir in to)])
    list(involved.order_by("id").select_for_update(no_key=True))
    return _pass_on(user, to=to, by=by, now=now, why=f"{user} is away")


def _pass_on(user: User, *, to: Sequence[User], by: User, now: datetime, why: str) -> Handover:
    """The work of `user` to `to`, hot ones first; what finds no room there goes to the pool."""
    work = Customer.objects.filter(assigned_to=user, merged_into=None).needing_work()
    why, result = why[:200], Handover()
    if not work.exists():
        return result
    batch = Batch.objects.create(kind=Batch.Kind.TRANSFER, by=by, at=now, options={"from": user.pk, "why": why})
    if to:
        given = share_out(
            customers=work.all(), among=to, by=by, now=now, as_of=now, batch=batch, why=why, hot_first=True
        )
        result.given = given.assigned
    result.to_pool = unassign(customers=work.all(), by=by, now=now, why=why, batch=batch).assigned
    return result


def handed_over(user: User) -> CustomerQuerySet:
    """The customers that were handed over from `user` and are still where they came to then."""
    moves = AssignmentChange.objects.filter(previous_owner=user, batch__options__from=user.pk)
    still = moves.filter(at=F("customer__assigned_at")).filter(
        Q(new_owner=F("customer__assigned_to")) | Q(new_owner=None, customer__assigned_to=None)
    )
    return Customer.objects.filter(pk__in=still.values("customer"), merged_into=None)


@transaction.atomic
def bring_back(*, user: User, by: User, now: datetime) -> int:
    """Return to `user` whom others looked after for her, also those they have worked on. Returns how many.

    Raises ActionError when she looks after nobody: she left, or is no counsellor any more.
    """
    if not user.is_sales:
        raise ActionError(f"{user} looks after nobody any more, so nobody can be brought back.")
    returned = locked(handed_over(user))
    if returned:
        batch = Batch.objects.create(kind=Batch.Kind.TRANSFER, by=by, at=now, options={"back_to": user.pk})
        moves = [(customer, user) for customer in returned]
        put_in_hands(moves, by=by, now=now, batch=batch, why=f"{user} is back"[:200])
    return len(returned)


def reactivate(*, user: User, by: User) -> None:
    """Let `user` sign in again. Her former customers stay where they are. Raises ActionError as `deactivate` does."""
    _refuse(user, by)
    user.is_active = True
    user.save(update_fields=["is_active"])


def why_not(*, user: User, by: User) -> str:
    """Why `by` may not deactivate or reactivate `user`; "" when she may."""
    if user == by:
        return ONESELF
    above = (user.is_staff or user.is_superuser) and not by.is_superuser
    return ADMINS_ONLY if above else ""


def _refuse(user: User, by: User) -> None:
    if reason := why_not(user=user, by=by):
        raise ActionError(reason)


@transaction.atomic
def set_availability(
    *,
    user: User,
    takes_new: bool,
    away_from: date | None,
    away_until: date | None,
    daily_cap: int | None,
    open_cap: int | None,
) -> None:
    """Say whether and how many new customers `user` takes. What she has already stays hers."""
    user.takes_new, user.away_from, user.away_until = takes_new, away_from, away_until
    user.daily_cap, user.open_cap = daily_cap, open_cap
    user.save(update_fields=["takes_new", "away_from", "away_until", "daily_cap", "open_cap"])
