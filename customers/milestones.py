"""A customer's history in short, kept on her row: at which statuses she ever was, and when she was first called.

Both follow from the changes of her own row that stand; those of rows that were merged into her do not count, as in the
funnel. What is recorded is added, what is taken back is counted anew, and `check_figures` counts all of it again. A
status stands in `been_at` by its mark, which never changes: its rung is looked up when it is read, so that an admin
may put it elsewhere on the funnel at any time.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Min, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from customers.models import Customer, Status, StatusChange

KEPT = ("been_at", "first_contact_at")


def add(customer: Customer, status: Status, *, called_at: datetime | None = None) -> None:
    """She was put to `status`, by a call at `called_at` if it was one. The caller holds her row, and saves KEPT."""
    customer.been_at |= status.mark
    if called_at:
        customer.first_contact_at = min(filter(None, [customer.first_contact_at, called_at]))


def recount(ids: Collection[UUID]) -> None:
    """Write anew what the histories of these say, some of which was taken back. The caller holds their rows."""
    changes = StatusChange.objects.filter(customer=OuterRef("pk")).standing().order_by().values("customer")
    # No two marks have a bit in common: the sum of different ones is what they have together.
    been_at = changes.annotate(marks=Sum("new_status__mark", distinct=True)).values("marks")
    first = changes.contacts().annotate(first=Min("happened_at")).values("first")
    Customer.objects.filter(pk__in=ids).update(been_at=Coalesce(Subquery(been_at), 0), first_contact_at=Subquery(first))
