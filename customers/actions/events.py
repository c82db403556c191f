"""Events that follow-ups wait for: named, given a day, moved; all that hang on one are planned at once."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.timezone import localdate
from django_tasks import task

from accounts.models import User
from crm.lib.text import fold
from customers import planning
from customers.actions.assignment import REQUEST_LIMIT, SLICE
from customers.actions.errors import ActionError
from customers.actions.follow_ups import write_moves
from customers.models import Batch, CallingRules, Customer, Event, FollowUp

KNOWN = "There is an event of this name already."
BUSY = "The follow-ups are still being planned for the day before. Wait a moment and try again."
SET_FIRST = "Set its day first, or record an outcome with a time."
PAST_DAY = "This day is over. Choose today or a later one."


def create_event(*, name: str, happens_on: date | None, by: User, now: datetime) -> Event:
    """A new event, with or without a day. Raises ActionError for a known name or a day that is over."""
    _refuse_past(happens_on, now)
    try:
        with transaction.atomic():
            return Event.objects.create(name=name, key=fold(name), happens_on=happens_on, created_by=by, created_at=now)
    except IntegrityError as error:
        raise ActionError(KNOWN) from error


def change_event(*, event: Event, name: str, happens_on: date | None, by: User, now: datetime) -> Batch | None:
    """Rename an event, set or move its day, and plan whoever hangs on it: at once, or by the worker when they are many.

    A new day plans anew all that are still open; the same day only those who still wait. Without a day nothing is
    planned. Returns the batch, or None when nobody was to be planned.
    Raises ActionError for a known name, a day that is over, a day taken away, or while the last planning goes on.
    """
    try:
        with transaction.atomic():
            event = Event.objects.select_for_update(of=("self",)).select_related("planned").get(pk=event.pk)
            moved = happens_on != event.happens_on
            if event.planned and event.planned.is_under_way:
                raise ActionError(BUSY)
            if moved and happens_on is None:
                raise ActionError("A day can be moved, not taken away.")
            if moved:
                _refuse_past(happens_on, now)
            event.name, event.key, event.happens_on = name, fold(name), happens_on
            batch = _begin(event, by, now, only_waiting=not moved)
            event.planned = batch or event.planned
            event.save(update_fields=["name", "key", "happens_on", "planned"])
    except IntegrityError as error:
        raise ActionError(KNOWN) from error
    return batch


def is_past(day: date | None, *, now: datetime) -> bool:
    """Whether nobody can be called from `day` on any more."""
    return day is not None and day < localdate(now)


def _refuse_past(day: date | None, now: datetime) -> None:
    if is_past(day, now=now):
        raise ActionError(PAST_DAY)


@transaction.atomic
def close_event(*, event: Event, by: User, now: datetime) -> Event:
    """It is over: no follow-up can wait for it any more. Closing it again changes nothing.

    Those that have their times by it keep them. Raises ActionError while any still waits without one.
    """
    event = Event.objects.select_for_update(of=("self",)).select_related("planned").get(pk=event.pk)
    if event.planned and event.planned.is_under_way:
        raise ActionError(BUSY)
    waiting = event.follow_ups.waiting().count()
    if waiting:
        raise ActionError(f"{waiting:,} still wait{'s' if waiting == 1 else ''} for it without a time. {SET_FIRST}")
    if event.closed_at is None:
        event.closed_at, event.closed_by = now, by
        event.save(update_fields=["closed_at", "closed_by"])
    return event


def reopen_event(*, event: Event) -> Event:
    """Follow-ups can wait for it again: it was closed too early, or comes again."""
    event.closed_at = event.closed_by = None
    event.save(update_fields=["closed_at", "closed_by"])
    return event


def _begin(event: Event, by: User, now: datetime, *, only_waiting: bool) -> Batch | None:
    if event.happens_on is None:
        return None
    hanging = planning.hanging_on(by, event)
    total = (hanging.waiting() if only_waiting else hanging).count()
    if not total:
        return None
    options = {
        "event": event.pk,
        "day": event.happens_on.isoformat(),
        "only_waiting": only_waiting,
        "total": total,
        "seen": 0,
        "after": 0,
    }
    batch = Batch.objects.create(kind=Batch.Kind.EVENT, by=by, at=now, options=options, state=Batch.State.QUEUED)
    if total > REQUEST_LIMIT:
        transaction.on_commit(lambda: plan_event_batch.enqueue(str(batch.pk)))
        return batch
    while plan_slice(batch_id=batch.pk, now=now):
        pass
    batch.refresh_from_db()
    return batch


@task(queue_name="default")
def plan_event_batch(batch_id: str) -> None:
    """Plan what is left of the batch, slice by slice, each in a transaction of its own."""
    while plan_slice(batch_id=UUID(batch_id), now=timezone.now()):
        pass


@transaction.atomic
def plan_slice(*, batch_id: UUID, now: datetime) -> bool:
    """Give the next SLICE of those who hang on the event their times. Returns whether there may be more."""
    # The lock keeps a task that was taken up twice from doing one slice twice.
    batch = Batch.objects.select_for_update(of=("self",)).select_related("by").get(pk=batch_id)
    if not batch.is_under_way:
        return False
    options = batch.options
    event = Event.objects.get(pk=options["event"])
    rest = planning.hanging_on(batch.by, event).filter(pk__gt=options["after"])
    rest = rest.waiting() if options["only_waiting"] else rest
    ids = list(rest.order_by("pk").values_list("pk", flat=True)[:SLICE])
    moved = _plan(event, ids, batch, now) if ids else 0
    more = len(ids) == SLICE
    batch.options = {**options, "after": ids[-1] if ids else options["after"], "seen": options["seen"] + len(ids)}
    batch.counts = {
        "done": batch.counts.get("done", 0) + moved,
        "left": batch.counts.get("left", 0) + len(ids) - moved,
    }
    batch.state = Batch.State.RUNNING if more else Batch.State.DONE
    batch.save(update_fields=["options", "counts", "state"])
    return more


def _plan(event: Event, ids: list[int], batch: Batch, now: datetime) -> int:
    """Write the times of these follow-ups: who is furthest on first, then who has waited longest. Returns how many."""
    people = FollowUp.objects.filter(pk__in=ids).values("customer")
    locked = {row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=people).order_by("pk")}
    # Read once more under the lock: whoever was called in between is not planned.
    rows = planning.hanging_on(batch.by, event).filter(pk__in=ids).select_related("event")
    rows = list(rows.order_by(F("customer__status__rung").desc(nulls_last=True), "created_at", "pk"))
    calendar = planning.Calendar(date.fromisoformat(batch.options["day"]), now=now, rules=CallingRules.current())
    others = FollowUp.objects.filter(owner__in={row.owner_id for row in rows}).open()
    if batch.options["only_waiting"]:
        busy = calendar.busy(others)
    else:  # those of this event that come later are planned anew, those before have their new times
        busy = calendar.busy(others.exclude(event=event, pk__gt=batch.options["after"]))
    moved = planning.placed(rows, busy, calendar)
    write_moves(moved, locked, batch.by, now)
    return len(moved)
