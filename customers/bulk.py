"""Acts on all customers that were chosen: at once, or by the worker in slices when they are many."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django_tasks import task

from accounts.models import User
from customers import actions
from customers.lists import Filters, narrowed
from customers.models import Batch, Customer, CustomerQuerySet


def chosen(*, user: User, ids: Collection[uuid.UUID], filters: Filters, now: datetime) -> CustomerQuerySet:
    """The customers that were ticked, or, with no `ids`, all that match."""
    visible = Customer.objects.visible_to(user)
    return visible.filter(pk__one_of=ids) if ids else narrowed(visible, filters, now=now)


def act_on(
    *,
    act: actions.Act,
    by: User,
    now: datetime,
    as_of: datetime | None,
    ids: Collection[uuid.UUID],
    filters: Filters,
) -> Batch:
    """Do `act` to them; the batch tells how it went, or how it will go. Raises ActionError when it cannot be done."""
    customers = chosen(user=by, ids=ids, filters=filters, now=now)
    total = len(ids) or customers.order_by().count()
    with transaction.atomic():
        batch = actions.begin_bulk(
            act=act, by=by, now=now, filters=filters.as_dict(), as_of=min(as_of or now, now), total=total
        )
        if not ids and total > actions.REQUEST_LIMIT:
            transaction.on_commit(lambda: act_on_batch.enqueue(str(batch.pk)))
            return batch
        found = ids or list(customers.values_list("pk", flat=True))
        there = Customer.objects.visible_to(by).filter(pk__one_of=found)
        for start in range(0, len(found), actions.SLICE):
            part = found[start : start + actions.SLICE]
            known = there.filter(pk__one_of=part)
            actions.bulk_slice(batch=batch, customers=known, unknown=len(part) - known.order_by().count())
        _done(batch, seen=total)
    return batch


def undo(*, batch: Batch, by: User, now: datetime) -> Batch:
    """Take it back where nobody changed anything since: at once, or by the worker when they are many."""
    with transaction.atomic():
        batch = actions.begin_undoing(batch=batch, by=by, now=now)
        if batch.counts["done"] > actions.REQUEST_LIMIT:
            transaction.on_commit(lambda: undo_bulk_batch.enqueue(str(batch.pk)))
            return batch
        while actions.undo_bulk_slice(batch=batch, size=actions.SLICE):
            pass
    batch.refresh_from_db()
    return batch


@task(queue_name="default")
def act_on_batch(batch_id: str) -> None:
    """Do what the batch says, slice by slice; each slice and its place in the list are one transaction."""
    while _next_slice(batch_id):
        pass


@task(queue_name="default")
def undo_bulk_batch(batch_id: str) -> None:
    """Take back what is left of the batch, slice by slice, each in a transaction of its own."""
    batch = Batch.objects.get(pk=batch_id)
    while actions.undo_bulk_slice(batch=batch, size=actions.SLICE):
        pass


@transaction.atomic
def _next_slice(batch_id: str) -> bool:
    """The next slice. Returns whether there may be more."""
    # The lock keeps a task that was taken up twice from doing one slice twice.
    batch = Batch.objects.select_for_update(of=("self",)).select_related("by").get(pk=batch_id)
    if not batch.is_under_way or batch.undone_at:
        return False
    filters = Filters.from_dict(batch.filter)
    visible = Customer.objects.visible_to(batch.by)
    customers = narrowed(visible, filters, now=batch.at)
    if after := batch.options.get("after"):
        customers = customers.filter(pk__gt=uuid.UUID(after))
    # Who came after the batch was begun is not what was looked at.
    ids = list(customers.filter(created_at__lte=batch.at).order_by("pk").values_list("pk", flat=True)[: actions.SLICE])
    actions.bulk_slice(batch=batch, customers=visible.filter(pk__one_of=ids))
    if len(ids) < actions.SLICE:
        _done(batch, seen=batch.options["seen"] + len(ids))
        return False
    batch.options = {**batch.options, "after": str(ids[-1]), "seen": batch.options["seen"] + len(ids)}
    batch.state = Batch.State.RUNNING
    batch.save(update_fields=["options", "state"])
    return True


def _done(batch: Batch, *, seen: int) -> None:
    batch.options = {**batch.options, "seen": seen}
    batch.state = Batch.State.DONE
    batch.save(update_fields=["options", "state"])
