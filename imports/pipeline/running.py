"""One import from where it stands to its end, whatever happens on the way."""

import logging
import threading
import time
import uuid
from collections.abc import Callable

from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.db.models import Count
from django.utils import timezone

from customers.actions import Conflict
from imports.models import Import, ImportRow, Outcome, StagedRow, State
from imports.pipeline.checking import NeedsMapping, check
from imports.pipeline.claims import Claim, Lost
from imports.pipeline.undoing import undo
from imports.pipeline.writing import Writer
from imports.reading import Refused

FAILED = "failed"
ATTEMPTS = 6  # of one slice, while the database is away: half a minute in all
logger = logging.getLogger(__name__)
# Set while the worker is asked to end: the import stops between two slices, and goes on at the next start.
stopping = threading.Event()


class Stopped(Exception):
    """The worker is asked to end."""


def run(import_id: uuid.UUID | str) -> bool:
    """Work on an import until it is done, undone, refused, waiting or failed. False: it was not ours to work on."""
    claim = Claim(import_id)
    if not claim.take():
        return False
    with claim.alive():
        try:
            _go_on(claim)
        except Lost:
            logger.info("Import %s: taken over or cancelled", import_id)
        except Stopped:
            claim.let_go()
            logger.info("Import %s: stops here and goes on at the next start", import_id)
            return False
        except NeedsMapping as question:
            _end(claim, State.NEEDS_MAPPING, question.code, question.detail)
        except Refused as refusal:
            _end(claim, State.REFUSED, refusal.code, refusal.detail)
        except Exception:
            logger.exception("Import %s failed", import_id)
            _end(claim, State.FAILED, FAILED, {})
    return True


def _go_on(claim: Claim) -> None:
    import_ = Import.objects.select_related("origin", "uploaded_by").get(pk=claim.import_id)
    if import_.state == State.UNDOING:
        undo(claim, import_, _do_all)
        return
    if import_.state != State.RUNNING:
        check(claim, import_, _pause)
        import_.refresh_from_db()
    _do_all(Writer(claim, import_).next_slice)
    _finish(claim, import_)


def _do_all(next_slice: Callable[[], bool]) -> None:
    while _patiently(next_slice):
        _pause()


def _pause() -> None:
    """Between two transactions: end if asked to; on SQLite let the waiting web writers in."""
    if stopping.is_set():
        raise Stopped
    if connection.vendor == "sqlite":
        time.sleep(0.02)


def _patiently(step: Callable[[], bool]) -> bool:
    """Repeat a step whose transaction did not come through: somebody was quicker, or the database was away."""
    for attempt in range(ATTEMPTS):
        try:
            return step()
        except (IntegrityError, Conflict):  # a person was quicker: look again at what there is now
            if attempt == ATTEMPTS - 1:
                raise
        except (OperationalError, InterfaceError):
            if attempt == ATTEMPTS - 1 or connection.in_atomic_block:
                raise
            logger.warning("The database did not answer; trying again", exc_info=True)
            connection.close()
            time.sleep(min(0.5 * 2**attempt, 8))
    return False


def _finish(claim: Claim, import_: Import) -> None:
    """Count what there is, not what was meant to be; sums that do not add up are a failure."""
    written = ImportRow.objects.filter(import_id=import_.pk)
    counts = dict(written.order_by().values_list("outcome").annotate(Count("id")))
    total = sum(counts.values())
    if total != import_.rows:
        raise ArithmeticError(f"{import_.rows} rows were read, {total} have an outcome")
    claim.let_go(
        state=State.CHECKED if import_.options.get("dry_run") else State.DONE,
        warned=written.exclude(warnings=[]).count(),
        finished_at=timezone.now(),
        done_rows=total,
        **{outcome: counts.get(outcome, 0) for outcome in Outcome.values},
    )


def _end(claim: Claim, state: State, code: str, detail: dict) -> None:
    """Close an import that did not come through. What was staged goes, unless it can be taken up again."""
    if state != State.FAILED:
        StagedRow.objects.filter(import_id=claim.import_id).delete()
    try:
        claim.let_go(state=state, file_error=code, file_error_detail=detail, finished_at=timezone.now())
    except Lost:
        logger.info("Import %s: taken over or cancelled", claim.import_id)


def give_up(import_id: uuid.UUID | str) -> None:
    """Close an import with which one worker after the other died; a person may start it again."""
    claim = Claim(import_id)
    if claim.take():
        _end(claim, State.FAILED, FAILED, {})
