"""What the worker does for imports."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from imports import pipeline, purging
from imports.models import Import
from imports.pipeline.clearing import clear_receipts, clear_staged
from imports.pipeline.patience import Stopped
from imports.report.overlap import note_overlap


@task(queue_name="imports")
def run_import(import_id: str) -> None:
    """Take an import as far as it goes. Called twice, or again after a crash, it ends in the same customers."""
    if not pipeline.run(import_id) and pipeline.stopping.is_set():
        run_import.enqueue(import_id)  # for the next worker
        return
    note_overlap(import_id)


@task(queue_name="imports")
def clear_up(import_id: str) -> None:
    """Delete what a stopped import had put aside."""
    clear_staged(UUID(import_id))
    clear_receipts(UUID(import_id), after=Import.objects.get(pk=import_id).written)


@task(queue_name="imports")
def purge_uploads() -> None:
    """Delete one file that is too old, then see whether there are more: whatever else waits has its turn between."""
    try:
        more = purging.purge_next(now=timezone.now())
    except Stopped:
        more = True
    if more:
        purge_uploads.enqueue()


def purge_when_due(now: datetime) -> None:
    """Have old files deleted, if there are any and nobody is at it."""
    at_it = DBTaskResult.objects.filter(task_path=purge_uploads.module_path, status__in=("READY", "RUNNING"))
    if purging.due(now).exists() and not at_it.exists():
        purge_uploads.enqueue()


def start(import_: Import) -> None:
    """Hand an import to the worker once the transaction is through."""
    import_id = str(import_.pk)
    transaction.on_commit(lambda: run_import.enqueue(import_id))
