"""manage.py worker: does what is queued, and takes up what a killed worker left."""

import logging
import threading

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from imports import pipeline, recovery

INTERVAL = 0.5
RECOVER_EVERY = 20
logger = logging.getLogger(__name__)


class Worker(db_worker.Worker):
    """Asked to end, it stops a running import between two slices."""

    def shutdown(self, signum, frame) -> None:
        pipeline.stopping.set()
        super().shutdown(signum, frame)


class Command(BaseCommand):
    help = "Run tasks; take up again what a killed worker left. One on SQLite, as many as you like on PostgreSQL."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do what is queued now, then end")

    def handle(self, *, once: bool, **options):
        try:
            life = recovery.Life()
        except recovery.AnotherWorker as error:
            raise CommandError("Another worker is at work on this database. One is enough.") from error
        try:
            recovery.recover(now=timezone.now())
            worker = Worker(
                queue_names=["*"],
                excluded_queue_names=[],
                interval=INTERVAL,
                batch=once,
                backend_name="default",
                startup_delay=False,
                max_tasks=None,
                worker_id=life.worker_id,
            )
            worker.configure_signals()
            if not once:
                threading.Thread(target=_keep_recovering, daemon=True, name="recovery").start()
            worker.run()
        finally:
            life.end()


def _keep_recovering() -> None:
    """A worker on another machine may die while this one lives."""
    pause = threading.Event()
    while not pause.wait(RECOVER_EVERY):
        try:
            recovery.recover(now=timezone.now())
        except DatabaseError:
            logger.warning("Could not look for work that was left", exc_info=True)
        finally:
            connection.close()
