"""What the worker does for imports."""

from uuid import UUID

from django.db import transaction
from django_tasks import task

from imports import pipeline
from imports.models import Import
from imports.pipeline.clearing import clear_receipts, clear_staged


@task(queue_name="imports")
def run_import(import_id: str) -> None:
    """Take an import as far as it goes. Called twice, or again after a crash, it ends in the same customers."""
    if not pipeline.run(import_id) and pipeline.stopping.is_set():
        run_import.enqueue(import_id)  # for the next worker


@task(queue_name="imports")
def clear_up(import_id: str) -> None:
    """Delete what a stopped import had put aside."""
    clear_staged(UUID(import_id))
    clear_receipts(UUID(import_id), after=Import.objects.get(pk=import_id).written)


def start(import_: Import) -> None:
    """Hand an import to the worker once the transaction is through."""
    import_id = str(import_.pk)
    transaction.on_commit(lambda: run_import.enqueue(import_id))
