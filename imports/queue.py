"""An import back in the hands of the worker."""

from django.db import IntegrityError, transaction

from customers.actions import ActionError
from imports import tasks
from imports.models import Import, StagedSlice, State

AT_WORK = "The same file is being imported at this moment. Wait until that is done."


def queue(stored: Import, *, read_again: bool = False, **values) -> Import:
    """Set `values` and hand the import over. One whose rows are all staged goes on with them, unless `read_again`.

    The caller holds the row. Raises ActionError while the same file is being imported.
    """
    is_staged = not read_again and stored.rows > 0 and StagedSlice.objects.filter(import_id=stored.pk).exists()
    stored.state = State.RUNNING if is_staged else State.QUEUED
    values = {"file_error": "", "file_error_detail": {}, "worker": "", "deaths": 0, "finished_at": None, **values}
    for name, value in values.items():
        setattr(stored, name, value)
    try:
        with transaction.atomic():
            stored.save(update_fields=["state", "options", *values])
    except IntegrityError as error:
        raise ActionError(AT_WORK) from error
    tasks.start(stored)
    return stored
