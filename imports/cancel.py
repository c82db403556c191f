"""Stopping an import that waits or is at work, or that was checked and is not wanted."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from customers.actions import ActionError
from imports import tasks
from imports.models import IMPORTING_STATES, Import, State
from imports.pipeline.clearing import clear_receipts, clear_staged

NOT_AT_WORK = "{name} is not being imported any more, so there is nothing to stop."
STOPPABLE = (*IMPORTING_STATES, State.CHECKED)


def cancel(*, import_: Import, by: User, now: datetime) -> Import:
    """Stop an import where it stands: what is written stays, the slice that is being written at this moment too.

    The worker finds out at its next step, which then does not come through. Raises ActionError when the import came to
    its end before.
    """
    with transaction.atomic():
        stored = Import.objects.select_for_update(of=("self",)).get(pk=import_.pk)  # waits for the slice in hand
        if stored.state not in STOPPABLE:
            raise ActionError(NOT_AT_WORK.format(name=stored.original_name))
        stored.file_error_detail = {"stopped_by": str(by), "was": stored.state}
        stored.state, stored.worker, stored.heartbeat, stored.finished_at = State.CANCELLED, "", None, now
        stored.done_rows = stored.written
        stored.save(update_fields=["state", "worker", "heartbeat", "finished_at", "done_rows", "file_error_detail"])
    if not (clear_staged(stored.pk, at_most=1) and clear_receipts(stored.pk, after=stored.written, at_most=1)):
        tasks.clear_up.enqueue(str(stored.pk))
    return stored
