"""Which customer, and is she yours: the only way from an id in a request to a row."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404

from accounts.models import User
from customers.models import AssignmentChange, Customer, CustomerQuerySet

NOT_YOURS = "This customer is looked after by somebody else."
NOT_THERE = "This customer does not exist."


def customer_for(user: User, customer_id: uuid.UUID, queryset: CustomerQuerySet | None = None) -> Customer:
    """The customer as `user` may see her, with the people and words on her row; for a merged-away one her survivor.

    Raises PermissionDenied when she exists but is not visible to `user`, Http404 when she does not exist.
    """
    customers = Customer.objects.all() if queryset is None else queryset
    visible = customers.visible_to(user).with_people()
    if (customer := visible.filter(pk=customer_id).first()) is not None:
        return customer
    hidden = Customer.objects.filter(pk=customer_id).values_list("merged_into_id", flat=True)
    if not hidden:
        raise Http404(NOT_THERE)
    if hidden[0] and (survivor := visible.filter(pk=hidden[0]).first()):
        return survivor
    raise PermissionDenied(NOT_YOURS)


def once_hers(user: User, customer_id: uuid.UUID, *, at: datetime) -> Customer:
    """The customer (or her survivor) if `user` looked after her at that moment and no longer does.

    Raises PermissionDenied when the history says otherwise.
    """
    since = AssignmentChange.objects.filter(customer=customer_id, at__gt=at).order_by("at", "pk")
    first = since.select_related("customer__merged_into").first()
    if not user.is_sales or first is None or first.previous_owner_id != user.pk:
        raise PermissionDenied(NOT_YOURS)
    return first.customer.merged_into or first.customer


def came_to(user: User) -> QuerySet[AssignmentChange]:
    """How `user` came by the customers she has now: whatever others put into her hands."""
    # Joined, not `visible_to`: as a list of ids SQLite would read all she has to find the few that came of late.
    hers = AssignmentChange.objects.filter(customer__assigned_to=user, customer__merged_into=None)
    return hers.filter(new_owner=user, at=F("customer__assigned_at")).exclude(by=user)


def went_from(user: User) -> QuerySet[AssignmentChange]:
    """What others took out of the hands of `user` and she has not back. To be counted for her, not to be shown.

    A sharing out that was undone is none of it: nobody had worked on them, it is as if they had never come.
    """
    gone = AssignmentChange.objects.filter(previous_owner=user, customer__merged_into=None)
    return gone.exclude(by=user).exclude(customer__assigned_to=user).exclude(why=AssignmentChange.UNDONE)


def customers_for(user: User, ids: Iterable[uuid.UUID]) -> tuple[CustomerQuerySet, int]:
    """The visible customers among `ids`, and how many of the ids were not among them."""
    wanted = set(ids)
    queryset = Customer.objects.visible_to(user).filter(pk__one_of=wanted)
    return queryset, len(wanted) - queryset.count()
