"""manage.py worker: does what is queued, takes up what a lost worker left, and deletes uploads that are too old."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from customers import duplicates
from imports import pipeline, profiles, recovery, tasks
from imports.lives import AnotherWorker, Life

INTERVAL = 0.5
BEAT_EVERY = 15
STAND_BY = 5
BEHIND_PAGES = 10  # how much nicer than the web server, where they share processors: pages first, then imports
LONGEST_WAIT = 15
LOOK_FOR_OLD_FILES_EVERY = timedelta(hours=1)
logger = logging.getLogger(__name__)


class Worker(db_worker.Worker):
    """Asked to end, it stops a running import between two slices."""

    def shutdown(self, signum, frame) -> None:
        pipeline.stopping.set()
        super().shutdown(signum, frame)


class Command(BaseCommand):
    help = (
        "Run tasks; take up again what a lost worker left. As many as you like; on SQLite one works, others stand by."
    )

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do what is queued now, then end")

    def handle(self, *, once: bool, **options):
        if once:
            self._work(once=True)
            return
        os.nice(BEHIND_PAGES)
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                return self._work(once=False)
            except (OperationalError, InterfaceError):
                # Nothing can be recorded while the database is away. What this worker had in hand it leaves behind
                # together with its name, and takes it up under the next one.
                connection.close()
                attempt = 0 if time.monotonic() - began > LONGEST_WAIT else attempt + 1
                logger.warning("The database does not answer; the worker waits for it", exc_info=not attempt)
                time.sleep(min(2**attempt, LONGEST_WAIT))

    def _work(self, *, once: bool) -> None:
        life = self._life(once=once)
        try:
            self._begin(life)
            if not once:
                profiles.warm_up()
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
            with _beating(life):
                worker.run()
        finally:
            life.end()

    @staticmethod
    def _begin(life: Life) -> None:
        try:
            life.beat(timezone.now())
        except OperationalError:
            life.end_the_sleeper()
            raise
        recovery.recover(now=timezone.now())

    def _life(self, *, once: bool) -> Life:
        told = False
        while True:
            try:
                return Life(timezone.now())
            except AnotherWorker as error:
                if once:
                    raise CommandError("Another worker is at work on this database. One is enough.") from error
                if not told:
                    self.stdout.write("Another worker is at work on this database; this one stands by.")
                told = True
            connection.close()
            time.sleep(STAND_BY)


@contextmanager
def _beating(life: Life) -> Iterator[None]:
    """Be seen to live, and look for work that was left: a worker on another machine may die while this one lives."""
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=[life, stop], daemon=True, name="worker heartbeat")
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()


def _beat(life: Life, stop: threading.Event) -> None:
    look_next = timezone.now()
    while not stop.wait(BEAT_EVERY):
        if life.has_lost_its_seat:
            logger.warning("Another worker took over while this one was asleep; it ends here")
            os.kill(os.getpid(), signal.SIGTERM)
            return
        try:
            life.beat(timezone.now())
            recovery.recover(now=timezone.now())
            if timezone.now() >= look_next:
                tasks.purge_when_due(timezone.now())
                duplicates.look_when_due(timezone.now())
                look_next = timezone.now() + LOOK_FOR_OLD_FILES_EVERY
        except (DatabaseError, InterfaceError):
            logger.warning("Could not look for work that was left", exc_info=True)
        finally:
            connection.close()
