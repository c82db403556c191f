"""Check first: a file is counted with nothing written, counted anew with other choices, and then imported, or not."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from customers.actions import ActionError
from imports.cancel import cancel
from imports.models import Import, Outcome, State
from imports.options import READING, checked_options, refuse_nonsense
from imports.queue import queue

NOT_CHECKED = "{name} does not wait to be looked at any more."
COUNTED_ANEW = "Somebody has counted {name} again with other choices. Look at the new numbers, then import it."
NO_FILE = "The file of {name} has been deleted, as uploads are after a while. Upload it again."
_COUNTS = dict.fromkeys(("done_rows", "warned", *Outcome.values), 0)


def recount(*, import_: Import, options: dict, by: User, now: datetime) -> Import:
    """Count a checked import again with other `options` (see `checked_options`).

    Raises ActionError when it does not wait any more, or when the options mean nothing.
    """
    if mapping := options.get("mapping"):
        refuse_nonsense(mapping)
    chosen = checked_options({**options, "dry_run": True})
    with transaction.atomic():
        stored = _held(import_)
        if not stored.can_be_counted:
            raise ActionError(NOT_CHECKED.format(name=stored.original_name))
        read_again = any(stored.options.get(key) != chosen.get(key) for key in READING)
        if read_again and not stored.file:
            raise ActionError(NO_FILE.format(name=stored.original_name))
        stored.options = chosen
        result = {"round": stored.check_result.get("round", 0) + 1}
        return queue(stored, read_again=read_again, **_anew(stored, now), check_result=result)


def go_ahead(*, import_: Import, counted: int, by: User, now: datetime) -> Import:
    """Import what was checked. `counted` is the round whose numbers the person saw.

    Raises ActionError when it does not wait any more or was counted anew in the meantime.
    """
    with transaction.atomic():
        stored = _held(import_)
        if stored.state != State.CHECKED:
            raise ActionError(NOT_CHECKED.format(name=stored.original_name))
        result = stored.check_result
        if result.get("round", 0) != counted:
            raise ActionError(COUNTED_ANEW.format(name=stored.original_name))
        stored.options = {key: value for key, value in stored.options.items() if key != "dry_run"}
        result |= {
            "shown": {outcome: getattr(stored, outcome) for outcome in Outcome.values},
            "by": by.pk,
            "at": now.isoformat(timespec="seconds"),
            "otherwise": {},
        }
        return queue(stored, **_anew(stored, now), check_result=result)


def discard(*, import_: Import, by: User, now: datetime) -> Import:
    """Put a checked file aside. Raises ActionError when it does not wait any more."""
    if import_.state != State.CHECKED:
        raise ActionError(NOT_CHECKED.format(name=import_.original_name))
    return cancel(import_=import_, by=by, now=now)


def _held(import_: Import) -> Import:
    return Import.objects.select_for_update(of=("self",)).get(pk=import_.pk)


def _anew(stored: Import, now: datetime) -> dict:
    """From the first row: the words that the last count would have added are to be added again."""
    mapping = {key: value for key, value in stored.mapping.items() if key not in ("new_words", "pretended")}
    return {**_COUNTS, "mapping": mapping, "started_at": None, "heartbeat": now}
