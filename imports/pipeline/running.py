"""One import from where it stands to its end, whatever happens on the way."""

import logging
import uuid
from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError, InterfaceError, OperationalError, models, transaction
from django.db.models import Count
from django.utils import timezone

from crm.lib import bulk
from customers.models import Customer, Enquiry, FieldChange
from imports.models import Import, ImportRow, Outcome, StagedSlice, State
from imports.pipeline.checking import NeedsMapping, check
from imports.pipeline.claims import Claim, Lost
from imports.pipeline.clearing import clear_receipts
from imports.pipeline.patience import Outage, Stopped, patiently, pause, wait
from imports.pipeline.undoing import undo
from imports.pipeline.writing import Writer
from imports.reading import Killed, Refused

FAILED = "failed"
MANY = 1_000  # rows of a table after which the database had better look at it again
CHILDREN = 5  # that may be killed while they read one file
logger = logging.getLogger(__name__)


def run(import_id: uuid.UUID | str) -> bool:
    """Work on an import until it is done, undone, refused, waiting or failed. False: it was not ours to work on."""
    claim = Claim(import_id)
    if not claim.take():
        return False
    with claim.alive():
        try:
            _go_on_through_outages(claim)
        except Lost:
            logger.info("Import %s: taken over or cancelled", import_id)
        except Stopped:
            with suppress(Lost, DatabaseError, InterfaceError):  # a claim that is not given up grows stale
                claim.let_go()
            logger.info("Import %s: stops here and goes on at the next start", import_id)
            return False
        except NeedsMapping as question:
            _end(claim, State.NEEDS_MAPPING, question.code, question.detail)
        except Refused as refusal:
            _end(claim, State.REFUSED, refusal.code, refusal.detail)
        except Exception:  # a fault of ours: kept in the log with its trace, and told on the page, not left to hang
            logger.exception("Import %s failed", import_id)
            _end(claim, State.FAILED, FAILED, {})
    return True


def _go_on_through_outages(claim: Claim) -> None:
    """Go on; after a failure of the database, or of the reading child, again from what is stored by then."""
    killed = 0
    outage = Outage(lambda: Import.objects.values_list("state", "done_rows").get(pk=claim.import_id))
    while True:
        try:
            return _go_on(claim)
        except (OperationalError, InterfaceError):
            logger.warning(
                "Import %s: the database failed; it goes on when that answers", claim.import_id, exc_info=True
            )
            if not outage.sit_out():
                raise
        except Killed:
            killed += 1
            if killed > CHILDREN:
                raise
            wait(killed)


def _go_on(claim: Claim) -> None:
    import_ = Import.objects.select_related("origin", "uploaded_by").get(pk=claim.import_id)
    if import_.state == State.UNDOING:
        undo(claim, import_, _do_all)
        return
    if import_.state != State.RUNNING:
        check(claim, import_)
        import_.refresh_from_db()
    writer = Writer(claim, import_)
    with writer.ahead.at_work():
        _do_all(writer.next_slice)
    counts = _finish(claim, import_)
    if tables := _grown(counts):
        bulk.take_statistics(*tables)


def _grown(counts: dict[str, int]) -> list[type[models.Model]]:
    """The tables to which an import with these outcomes brought so much that the database had better look at them."""
    created, updated = counts.get(Outcome.CREATED, 0), counts.get(Outcome.UPDATED, 0)
    brought = {ImportRow: sum(counts.values()), Customer: created, Enquiry: created + updated, FieldChange: updated}
    return [table for table, rows in brought.items() if rows >= MANY]


def _do_all(next_slice: Callable[[], bool]) -> None:
    while patiently(next_slice):
        pause()


def _finish(claim: Claim, import_: Import) -> dict[str, int]:
    """Count what there is, not what was meant to be; sums that do not add up are a failure. Returns the counts."""
    if import_.check_result:
        clear_receipts(import_.pk, after=import_.rows)  # an earlier count had more rows
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
    return counts


def _end(claim: Claim, state: State, code: str, detail: dict) -> None:
    """Close an import that did not come through. What was staged goes, unless it can be taken up again."""
    try:
        with transaction.atomic():
            claim.let_go(state=state, file_error=code, file_error_detail=detail, finished_at=timezone.now())
            if state != State.FAILED:
                StagedSlice.objects.filter(import_id=claim.import_id).delete()
    except Lost:
        logger.info("Import %s: taken over or cancelled", claim.import_id)


def give_up(import_id: uuid.UUID | str) -> None:
    """Close an import with which one worker after the other died; a person may start it again."""
    claim = Claim(import_id)
    if claim.take():
        _end(claim, State.FAILED, FAILED, {})
