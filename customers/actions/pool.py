"""A counsellor takes the next one nobody looks after."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from customers.actions.assignment import cannot_take, put_in_hands
from customers.actions.capacity import capacities
from customers.actions.errors import ActionError
from customers.lists import midnight
from customers.models import AssignmentChange, Customer, SharingSettings

WHY = "Taken from the unassigned"
NOT_HERE = "Only managers share customers out here."
EMPTY = "Nobody is waiting just now."


def left_today(user: User, *, now: datetime) -> int:
    """How many more `user` may take by herself today."""
    taken = AssignmentChange.objects.filter(new_owner=user, by=user, why=WHY, at__gte=midnight(now)).count()
    return max(0, SharingSettings.current().pool_a_day - taken)


@transaction.atomic
def take_from_pool(*, by: User, now: datetime) -> Customer:
    """Give `by` the newest enquiry that nobody looks after and nobody else is taking at this moment.

    Raises ActionError when that is switched off, her cap of today or of open customers is reached, or nobody waits.
    """
    if not SharingSettings.current().pool_a_day:
        raise ActionError(NOT_HERE)
    # Her row is locked first, so that two taps of hers are counted one after the other.
    if by not in capacities(now=now, among=[by.pk], lock=True):
        raise ActionError(cannot_take(by))
    if not left_today(by, now=now):
        raise ActionError("You have taken as many as you may today. More come when your manager shares them out.")
    waiting = Customer.objects.filter(merged_into=None).unassigned().callable().open().only("assigned_to")
    # PostgreSQL passes over what a colleague is taking right now; SQLite lets one act at a time.
    found = waiting.select_for_update(of=("self",), skip_locked=True).order_by("-id").first()
    if found is None:
        raise ActionError(EMPTY)
    put_in_hands([(found, by)], by=by, now=now, batch=None, why=WHY)
    return found
