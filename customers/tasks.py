"""Acts on so many customers that the worker does them, in slices it can resume after being killed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.models import User
from customers import actions
from customers.lists import Filters, narrowed
from customers.models import Batch, Customer


def start_sharing(*, filters: Filters, among: list[int], by: User, now: datetime, as_of, limit, kind: str) -> Batch:
    """Record what is to be shared out and hand it to the worker."""
    options = {"among": among, "as_of": as_of.isoformat() if as_of else None, "limit": limit}
    batch = Batch.objects.create(
        kind=kind, by=by, at=now, filter=filters.as_dict(), options=options, state=Batch.State.QUEUED
    )
    transaction.on_commit(lambda: share_out_batch.enqueue(str(batch.pk)))
    return batch


@task(queue_name="default")
def share_out_batch(batch_id: str) -> None:
    """Share out what the batch says, slice by slice; each slice and its receipt are one transaction."""
    batch = Batch.objects.select_related("by").get(pk=batch_id)
    if batch.state in (Batch.State.DONE, Batch.State.FAILED):
        return
    try:
        while _next_slice(batch):
            pass
    except actions.ActionError as error:
        batch.counts = {**batch.counts, "error": str(error)}
        batch.state = Batch.State.FAILED
    else:
        batch.state = Batch.State.DONE
    batch.save(update_fields=["counts", "state"])


@transaction.atomic
def _next_slice(batch: Batch) -> bool:
    """Share out the next slice. Returns whether there may be more."""
    options = batch.options
    customers = narrowed(Customer.objects.visible_to(batch.by), Filters.from_dict(batch.filter), now=batch.at)
    if after := options.get("after"):
        customers = customers.filter(pk__gt=UUID(after))
    left = None if options["limit"] is None else options["limit"] - options.get("seen", 0)
    size = actions.SLICE if left is None else min(actions.SLICE, left)
    ids = list(customers.order_by("pk").values_list("pk", flat=True)[:size]) if size else []
    if not ids:
        return False
    actions.share_out(
        customers=Customer.objects.filter(pk__in=ids),
        among=User.objects.filter(pk__in=options["among"]),
        by=batch.by,
        now=timezone.now(),
        as_of=datetime.fromisoformat(options["as_of"]) if options["as_of"] else None,
        kind=batch.kind,
        batch=batch,
    )
    batch.options = {**batch.options, "after": str(ids[-1]), "seen": options.get("seen", 0) + len(ids)}
    batch.state = Batch.State.RUNNING
    batch.save(update_fields=["options", "state"])
    return len(ids) == size
