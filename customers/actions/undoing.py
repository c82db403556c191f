"""Where every undoing of a batch begins: whether it can be taken back, and the mark that it is.

What then goes back, and whom it leaves, is `undo_sharing`'s and `bulk`'s business, slice by slice.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from customers.actions.assignment import put_ahead
from customers.actions.bulk import BULK_KINDS
from customers.actions.errors import ActionError
from customers.models import Batch

UNDOABLE = (Batch.Kind.ASSIGN, Batch.Kind.DISTRIBUTE, Batch.Kind.UNASSIGN, *BULK_KINDS)


def why_not_undone(batch: Batch) -> str:
    """Why `batch` cannot be taken back; "" when it can."""
    if batch.kind not in UNDOABLE:
        return "This cannot be undone."
    if batch.undone_at:
        return "This has been undone already."
    if batch.is_under_way:
        return "It is still under way. Undo it when it has come to its end."
    did = batch.counts.get("assigned") or batch.counts.get("done")
    return "" if did else "Nothing was changed, so there is nothing to undo."


@transaction.atomic
def begin_undoing(*, batch: Batch, by: User, now: datetime) -> Batch:
    """Mark `batch` as being taken back by `by`; `undo_slice` or `undo_bulk_slice` does it.

    Raises ActionError when it cannot be.
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if reason := why_not_undone(batch):
        raise ActionError(reason)
    put_ahead({int(user_id): -move for user_id, move in batch.options.get("ahead", {}).items()})
    batch.undone_at, batch.state = now, Batch.State.QUEUED
    batch.options = {**batch.options, "undo": {"by": by.pk, "after": 0, "back": 0, "stays": 0}}
    batch.save(update_fields=["undone_at", "state", "options"])
    return batch
