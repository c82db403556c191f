"""Acts on so many customers that the worker does them, in slices it can resume after being killed."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from accounts.models import User
from customers import actions
from customers.dealing import EVENLY, RULES, Scheme
from customers.lists import Filters, narrowed, pointing_at
from customers.models import AssignmentChange, Batch, Customer, CustomerQuerySet


def matching(*, filters: Filters, by: User, as_of: datetime | None, now: datetime) -> CustomerQuerySet:
    """The customers a list shows `by`; with `as_of` also those who left it since because they changed hands.

    The latter are not given out either, but whoever took them is told.
    """
    customers = Customer.objects.visible_to(by)
    if as_of is None or not filters.owner:
        return narrowed(customers, filters, now=now)
    came_from, owned_by = pointing_at("previous_owner"), pointing_at("assigned_to")
    moved = AssignmentChange.objects.filter(came_from(filters.owner, now), at__gt=as_of)
    was_listed = owned_by(filters.owner, now) | Q(assigned_at__gt=as_of, pk__in=moved.values("customer"))
    return narrowed(customers, replace(filters, owner=()), now=now).filter(was_listed)


def share_matching(
    *,
    filters: Filters,
    by: User,
    now: datetime,
    kind: str,
    among: list[User] | None = None,
    as_of: datetime | None = None,
    limit: int | None = None,
    scheme: Scheme = EVENLY,
) -> Batch:
    """Share out all customers that match, the oldest first up to `limit`: at once, or by the worker when they are many.

    Raises ActionError when nobody can take customers.
    """
    most = actions.REQUEST_LIMIT + 1 if limit is None else min(limit, actions.REQUEST_LIMIT + 1)
    ids = list(
        matching(filters=filters, by=by, as_of=as_of, now=now).order_by("pk").values_list("pk", flat=True)[:most]
    )
    if len(ids) > actions.REQUEST_LIMIT:
        return start_sharing(
            filters=filters, among=among, by=by, now=now, as_of=as_of, limit=limit, kind=kind, scheme=scheme
        )
    chosen = Customer.objects.filter(pk__in=ids)
    with transaction.atomic():
        batch = Batch.objects.create(kind=kind, by=by, at=now, filter=filters.as_dict())
        _share(chosen, batch, scheme, among=among, by=by, now=now, as_of=as_of)
    return batch


def undo_sharing(*, batch: Batch, by: User, now: datetime) -> Batch:
    """Take `batch` back as far as it is untouched: at once, or by the worker when it is large.

    Raises ActionError when it cannot be undone.
    """
    with transaction.atomic():
        batch = actions.begin_undoing(batch=batch, by=by, now=now)
        if batch.counts["assigned"] > actions.REQUEST_LIMIT:
            transaction.on_commit(lambda: undo_batch.enqueue(str(batch.pk)))
            return batch
        while actions.undo_slice(batch_id=batch.pk, now=now):
            pass
    batch.refresh_from_db()
    return batch


@task(queue_name="default")
def undo_batch(batch_id: str) -> None:
    """Take back what is left of the batch, slice by slice, each in a transaction of its own."""
    while actions.undo_slice(batch_id=batch_id, now=timezone.now()):
        pass


def start_sharing(
    *,
    filters: Filters,
    among: list[User] | None,
    by: User,
    now: datetime,
    as_of: datetime | None,
    limit: int | None,
    kind: str,
    scheme: Scheme,
) -> Batch:
    """Record what is to be shared out and hand it to the worker. Raises ActionError when nobody can take any."""
    ids = None if among is None else [user.pk for user in among]
    if not actions.capacities(now=now, among=ids):
        raise actions.ActionError(actions.NOBODY)
    total = matching(filters=filters, by=by, as_of=as_of, now=now).order_by().count()
    options = {
        "among": ids,
        "as_of": as_of.isoformat() if as_of else None,
        "limit": limit,
        "total": total if limit is None else min(total, limit),
        "seen": 0,
        **scheme.as_dict(),
    }
    batch = Batch.objects.create(
        kind=kind, by=by, at=now, filter=filters.as_dict(), options=options, state=Batch.State.QUEUED
    )
    transaction.on_commit(lambda: share_out_batch.enqueue(str(batch.pk)))
    return batch


@task(queue_name="default")
def share_out_batch(batch_id: str) -> None:
    """Share out what the batch says, slice by slice; each slice and its receipt are one transaction."""
    try:
        while _next_slice(batch_id):
            pass
    except actions.ActionError as error:
        batch = Batch.objects.get(pk=batch_id)
        batch.counts = {**batch.counts, "error": str(error)}
        batch.state = Batch.State.FAILED
        batch.save(update_fields=["counts", "state"])


@transaction.atomic
def _next_slice(batch_id: str) -> bool:
    """Share out the next slice. Returns whether there may be more."""
    # The lock keeps a task that was taken up twice from doing one slice twice.
    batch = Batch.objects.select_for_update(of=("self",)).select_related("by").get(pk=batch_id)
    if batch.state in (Batch.State.DONE, Batch.State.FAILED):
        return False
    options = batch.options
    as_of = datetime.fromisoformat(options["as_of"]) if options["as_of"] else None
    filters = Filters.from_dict(batch.filter)
    customers = matching(filters=filters, by=batch.by, as_of=as_of, now=batch.at)
    if after := options.get("after"):
        customers = customers.filter(pk__gt=UUID(after))
    size = min(actions.SLICE, options["total"] - options["seen"])
    ids = list(customers.order_by("pk").values_list("pk", flat=True)[:size]) if size > 0 else []
    if ids:
        _share_slice(batch, ids, as_of)
        options = {**batch.options, "after": str(ids[-1]), "seen": options["seen"] + len(ids)}
    more = len(ids) == actions.SLICE
    batch.options = options
    batch.state = Batch.State.RUNNING if more else Batch.State.DONE
    batch.save(update_fields=["options", "state"])
    return more


def _share(customers: CustomerQuerySet, batch: Batch, scheme: Scheme, *, among, **act) -> None:
    """Share out as part of `batch`: by the rules, or among those named."""
    if scheme.how == RULES:
        actions.share_by_rules(customers=customers, batch=batch, **act)
        return
    actions.share_out(customers=customers, among=among, kind=batch.kind, batch=batch, scheme=scheme, **act)


def _share_slice(batch: Batch, ids: list[UUID], as_of: datetime | None) -> None:
    among = batch.options["among"]
    _share(
        Customer.objects.filter(pk__in=ids),
        batch,
        Scheme.from_dict(batch.options),
        among=None if among is None else User.objects.filter(pk__in=among),
        by=batch.by,
        now=timezone.now(),
        as_of=as_of,
        seed=batch.options.get("seed"),  # one for all slices: it is what the receipt tells
    )
