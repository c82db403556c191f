"""What people do with imports: send a file, say what its columns are, start again, decide about names.

Functions are keyword-only; `by` is the person who acts, `now` the moment. What cannot be done raises ActionError (text
for that person) or, for a file whose first bytes show that it cannot be read, `Refused` (code and detail).
"""

import hashlib
import logging
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, OperationalError, transaction

from accounts.models import User
from crm.lib.text import clean_line
from customers.actions import ActionError
from customers.models import Origin
from imports import tasks
from imports.cancel import cancel
from imports.checks import discard, go_ahead, recount
from imports.models import IMPORTING_STATES, Import, ImportRow, State, upload_to
from imports.options import KNOWN_POLICIES, OVERWRITABLE, checked_options, refuse_nonsense
from imports.pipeline.named import Decided, decide
from imports.purging import delete_at_once
from imports.queue import queue
from imports.reading import Refused, look_closely
from imports.undo import undo
from imports.wording import purged_in_words

NAME_LENGTH = 255
TOKEN_LENGTH = 64
_CHUNK = 1024 * 1024
logger = logging.getLogger(__name__)

__all__ = [
    "KNOWN_POLICIES",
    "OVERWRITABLE",
    "ActionError",
    "Decided",
    "NoRoom",
    "Refused",
    "cancel",
    "choose_mapping",
    "decide_names",
    "delete_file",
    "discard",
    "go_ahead",
    "recount",
    "retry",
    "undo",
    "upload",
]


class NoRoom(Exception):
    """The server could not keep the file: its fault, not the file's."""


def upload(
    *,
    file: BinaryIO | File,
    original_name: str,
    by: User,
    now: datetime,
    token: str = "",
    options: dict | None = None,
    enqueue: bool = True,
) -> Import:
    """Keep an uploaded file and hand it to the worker. Returns its Import.

    `token` is the form's: a second post with it gives back the first import. A file that is being imported at this
    moment is not taken twice either. `repeated` of the result is then "token" or "same_file", otherwise "".
    `options`: see `checked_options`. `enqueue` False leaves the work to the caller.
    Raises Refused when the first bytes show that it cannot be read, NoRoom when the disk is full, and ActionError when
    it is too large or the options are nonsense; nothing is kept then.
    """
    options = checked_options(options or {})
    token = token[:TOKEN_LENGTH] or uuid.uuid4().hex
    if found := _repeat(token=token):
        return found
    size = file.seek(0, 2)
    if size > settings.MAX_UPLOAD_BYTES:
        raise ActionError(f"This file is larger than {settings.MAX_UPLOAD_BYTES // 2**20} MB. Split it in parts.")
    file.seek(0)
    look_closely(file)
    digest = _sha256(file)
    if found := _repeat(sha256=digest):
        return found
    import_ = Import(
        original_name=plain_name(original_name),
        size=size,
        sha256=digest,
        token=token,
        uploaded_by=by,
        created_at=now,
        options=options,
    )
    try:
        _store(import_, file)
    except OSError as error:
        logger.exception("An upload could not be kept")
        raise NoRoom from error
    except OperationalError as error:
        if "full" not in str(error).lower() and "space" not in str(error).lower():
            raise
        logger.exception("An upload could not be kept")
        raise NoRoom from error
    except IntegrityError:  # the same form, or the same file, arrived a moment before
        if found := _repeat(token=token) or _repeat(sha256=digest):
            return found
        raise
    if enqueue:
        tasks.start(import_)
    import_.repeated = ""
    return import_


def _repeat(**of) -> Import | None:
    """The import that the same form made, or that is at work on the same bytes."""
    known = Import.objects.filter(**of)
    if "sha256" in of:
        known = known.filter(state__in=IMPORTING_STATES)
    found = known.select_related("uploaded_by").order_by("id").first()
    if found:
        found.repeated = "token" if "token" in of else "same_file"
    return found


def _store(import_: Import, file: BinaryIO) -> None:
    """Write the row, then the file; neither stays without the other."""
    try:
        with transaction.atomic():
            import_.origin = Origin.objects.create(
                kind=Origin.Kind.IMPORT,
                label=import_.original_name,
                created_by=import_.uploaded_by,
                created_at=import_.created_at,
            )
            import_.save(force_insert=True)
            file.seek(0)
            import_.file.save(str(import_.pk), File(file), save=False)
            import_.save(update_fields=["file"])
    except BaseException:  # whatever ended it, a stopped process too: no file without its row; raised again below
        with suppress(OSError):  # half of it may be there
            import_.file.storage.delete(upload_to(import_, ""))
        raise


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def plain_name(name: str) -> str:
    """A file's name as it may be shown: no folders, one line, no longer than the column."""
    last = PureWindowsPath(PurePosixPath(name or "").name).name
    return clean_line(last)[:NAME_LENGTH].strip() or "Unnamed file"


def choose_mapping(*, import_: Import, mapping: dict[str, dict[str, str]], by: User, now: datetime) -> Import:
    """Say what the columns of a waiting import are, and have it read again.

    `mapping`: {sheet name: {label: field value, '' for "keep with the customer"}}.
    Raises ActionError when the import does not wait, no column holds the phone, or a field is given twice.
    """
    chosen = {sheet: {label: field for label, field in columns.items()} for sheet, columns in mapping.items()}
    refuse_nonsense(chosen)
    with transaction.atomic():
        stored = Import.objects.select_for_update().get(pk=import_.pk)
        if stored.state != State.NEEDS_MAPPING:
            raise ActionError("This import does not wait for its columns any more.")
        stored.options = {**stored.options, "mapping": {**stored.options.get("mapping", {}), **chosen}}
        return queue(stored)


def retry(*, import_: Import, by: User, now: datetime) -> Import:
    """Start a failed import again where it stopped: what it wrote stays, nothing is written twice."""
    with transaction.atomic():
        stored = Import.objects.select_for_update(of=("self",)).get(pk=import_.pk)
        if stored.state != State.FAILED:
            raise ActionError("Only an import that failed can be started again.")
        if stored.purged_at:
            raise ActionError(purged_in_words(stored))
        if stored.undo_started_at:
            return undo(import_=stored, by=by, now=now)
        return queue(stored)


def delete_file(*, import_: Import, by: User, now: datetime) -> None:
    """Delete an upload before its time, and with it the rows as they came: the import cannot be undone then.

    Raises ActionError while the import is at work.
    """
    if not delete_at_once(import_=import_, by=by, now=now):
        raise ActionError(f"{import_.original_name} is being worked on. Stop it, or wait until it is done.")


def decide_names(*, import_: Import, rows: Iterable[int], same: bool, by: User, now: datetime) -> Decided:
    """Say of rows whose name differs from the customer's at that number: the same person, or another one there.

    `rows` are ids of ImportRows. Rows that were decided in the meantime are left. Returns what was done.
    """
    chosen = list(dict.fromkeys(rows))
    if ImportRow.objects.filter(import_id=import_.pk, pk__in=chosen).count() < len(chosen):
        raise ActionError("One of these rows does not belong to this import. Load the page again.")
    return decide(import_=import_, rows=chosen, same=same, by=by, now=now)
