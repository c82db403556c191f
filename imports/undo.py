"""Whether an import can be undone, and the act of asking for it. The worker does it: `pipeline.undoing`."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from customers.actions import ActionError
from imports import tasks
from imports.models import IMPORTING_STATES, Import, State

UNDO_FOR = timedelta(days=30)
UNDOABLE = (State.DONE, State.CANCELLED, State.FAILED)

NOTHING = "{name} changed nothing, so there is nothing to undo."
UNDER_WAY = "{name} is still being imported. Wait for its end, or stop it; then it can be undone."
ALREADY = "{name} is being undone already."
UNDONE = "{name} has been undone already."
TOO_LATE = (
    "{name} came in more than 30 days ago and can no longer be undone as a whole. Its customers can be looked through "
    "and edited in the list."
)


def until(import_: Import) -> datetime | None:
    """Until when it may be undone; None while it is not finished."""
    return import_.finished_at + UNDO_FOR if import_.finished_at else None


def why_not(import_: Import, now: datetime) -> str:
    """Why it cannot be undone, in a sentence; "" when it can."""
    if sentence := _by_state(import_):
        return sentence.format(name=import_.original_name)
    # One that failed on the way back goes on, whenever that was: half undone is no state to leave it in.
    if import_.undo_started_at is None and (until(import_) or now) < now:
        return TOO_LATE.format(name=import_.original_name)
    return ""


def _by_state(import_: Import) -> str:
    if import_.state in IMPORTING_STATES:
        return UNDER_WAY
    if import_.state == State.UNDOING:
        return ALREADY
    if import_.state == State.UNDONE:
        return UNDONE
    wrote = import_.created or import_.updated
    return "" if import_.state in UNDOABLE and wrote and not import_.is_dry else NOTHING


def undo(*, import_: Import, by: User, now: datetime) -> Import:
    """Hand an import to the worker to be taken back; one that failed at it goes on where it stopped.

    Raises ActionError when it cannot be undone, or is being undone already.
    """
    with transaction.atomic():
        stored = Import.objects.select_for_update(of=("self",)).get(pk=import_.pk)
        if refused := why_not(stored, now):
            raise ActionError(refused)
        if stored.undo_started_at is None:
            stored.undone_by, stored.undo_started_at, stored.done_rows, stored.undo_counts = by, now, 0, {}
        stored.state, stored.worker, stored.heartbeat = State.UNDOING, "", now
        stored.file_error, stored.file_error_detail = "", {}
        stored.save()
        tasks.start(stored)
    return stored
