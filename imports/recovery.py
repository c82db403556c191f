"""Takes up again what a killed worker left: the task queue itself neither retries nor notices.

A worker holds a lock on a file named after it for as long as it lives, so another on the same machine can tell; of
workers on other machines only the heartbeat of the import tells.
"""

import fcntl
import logging
import socket
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django_tasks_db.models import DBTaskResult

from imports import pipeline, tasks
from imports.models import Import, State

ATTEMPTS = 3
HOST = socket.gethostname()[:30]
LOST_IN_THE_QUEUE = timedelta(minutes=1)  # an upload whose task never reached the queue
FAR_AWAY = timedelta(hours=1)  # a task of another machine without a heartbeat of its own
logger = logging.getLogger(__name__)


# -- who is alive -----------------------------------------------------------------------------------------------------


def lock_folder() -> Path:
    """Beside the database file on SQLite, so that two databases have nothing to do with one another."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and "memory" not in name:
        return Path(name).resolve().parent / f"{Path(name).name}.workers"
    return Path(settings.VAR_DIR) / "workers"


class AnotherWorker(Exception):
    """On SQLite there is one worker at a time."""


class Life:
    """This worker's sign of life. On SQLite also the one seat there is: AnotherWorker is raised when it is taken."""

    def __init__(self):
        self.worker_id = f"{HOST}_{uuid.uuid4().hex}"
        folder = lock_folder()
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{self.worker_id}.lock"
        self._seat = None
        if connection.vendor == "sqlite":
            self._seat = open(folder / "worker.lock", "w")  # noqa: SIM115 - held open for life
            if not _lock(self._seat):
                self._seat.close()
                raise AnotherWorker
        self._file = open(self._path, "w")  # noqa: SIM115 - held open for life
        _lock(self._file)

    def end(self) -> None:
        with suppress(OSError):
            self._path.unlink()
        self._file.close()
        if self._seat:
            self._seat.close()


def _lock(file) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_dead(worker_id: str) -> bool:
    """Whether a worker of this machine is gone for certain. False for those of other machines."""
    host, _, _ = worker_id.rpartition("_")
    if host != HOST:
        return False
    try:
        with open(lock_folder() / f"{worker_id}.lock", "r+") as file:
            return _lock(file)
    except FileNotFoundError:
        return True


# -- what they left ---------------------------------------------------------------------------------------------------


def recover(*, now: datetime) -> int:
    """Put back what nobody works on any more. Returns how many tasks; changes nothing when all is well."""
    stale = {str(pk) for pk in pipeline.stale(now).values_list("pk", flat=True)}
    left = [task for task in DBTaskResult.objects.running() if _is_left(task, stale, now)]
    for task in left:
        _take_up(task, now)
    return len(left) + _enqueue_orphans(stale, now)


def _is_left(task: DBTaskResult, stale: set[str], now: datetime) -> bool:
    if is_dead(task.worker_ids[-1] if task.worker_ids else ""):
        return True
    began = task.started_at or task.enqueued_at
    if import_id := _import_of(task):
        return import_id in stale and began < now - pipeline.STALE_AFTER
    return began < now - FAR_AWAY and not _is_here(task)


def _is_here(task: DBTaskResult) -> bool:
    return bool(task.worker_ids) and task.worker_ids[-1].rpartition("_")[0] == HOST


def _import_of(task: DBTaskResult) -> str | None:
    if task.task_path != tasks.run_import.module_path:
        return None
    arguments = task.args_kwargs.get("args") or [None]
    return arguments[0]


def _take_up(task: DBTaskResult, now: datetime) -> None:
    """Back into the queue, or given up after so many attempts that it must be the task itself that kills."""
    import_id = _import_of(task)
    give_up = len(task.worker_ids) >= ATTEMPTS
    values = {"status": "FAILED", "finished_at": now, "traceback": f"Given up: {ATTEMPTS} workers died with it."}
    mine = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
    if not mine.update(**(values if give_up else {"status": "READY"})):
        return  # another worker was quicker
    logger.warning("Task %s was left by a worker: %s", task.pk, "given up" if give_up else "taken up again")
    if import_id:
        pipeline.release_claims([import_id])
        if give_up:
            pipeline.give_up(import_id)


def _enqueue_orphans(stale: set[str], now: datetime) -> int:
    """Imports without a task: left by a command, or by a web process that died right after the upload."""
    waiting = Import.objects.filter(state=State.QUEUED, created_at__lt=now - LOST_IN_THE_QUEUE)
    orphans = stale | {str(pk) for pk in waiting.values_list("pk", flat=True)}
    count = 0
    for import_id in orphans:
        arguments = {"args": [import_id], "kwargs": {}}
        path = tasks.run_import.module_path
        if not DBTaskResult.objects.filter(
            task_path=path, status__in=("READY", "RUNNING"), args_kwargs=arguments
        ).exists():
            tasks.run_import.enqueue(import_id)
            count += 1
    return count
