"""Takes up again what a lost worker left: the task queue itself neither retries nor notices.

Lost is a worker that was killed, that has been silent for a minute, or whose database went away for a while.
"""

import logging
from datetime import datetime, timedelta

from django_tasks_db.models import DBTaskResult

from imports import pipeline, tasks
from imports.lives import HOST, is_dead
from imports.models import Import, State

ATTEMPTS = 3  # of a task that says nothing of how far it came
# An import says so. With more workers lost at one and the same place it must be the import itself that kills them; the
# later ones have a pause between them, so that others get their turn.
DEATHS = 25
AT_ONCE, LONGEST_PAUSE = 5, 30
LOST_IN_THE_QUEUE = timedelta(minutes=1)  # an upload whose task never reached the queue
FAR_AWAY = timedelta(hours=1)  # a task of another machine without a heartbeat of its own
logger = logging.getLogger(__name__)


def recover(*, now: datetime) -> int:
    """Put back what nobody works on any more. Returns how many tasks; changes nothing when all is well."""
    stale = {str(pk) for pk in pipeline.stale(now).values_list("pk", flat=True)}
    left = [task for task in DBTaskResult.objects.running() if _is_left(task, stale, now)]
    taken_up = sum(_take_up(task, now) for task in left)
    return taken_up + _enqueue_orphans(stale, now)


def _is_left(task: DBTaskResult, stale: set[str], now: datetime) -> bool:
    if is_dead(_worker_of(task)):
        return True
    began = task.started_at or task.enqueued_at
    if import_id := _import_of(task):
        return import_id in stale and began < now - pipeline.STALE_AFTER
    return began < now - FAR_AWAY and not _is_here(task)


def _is_here(task: DBTaskResult) -> bool:
    return _worker_of(task).rpartition("_")[0] == HOST


def _worker_of(task: DBTaskResult) -> str:
    return task.worker_ids[-1] if task.worker_ids else ""


def _import_of(task: DBTaskResult) -> str | None:
    if task.task_path != tasks.run_import.module_path:
        return None
    arguments = task.args_kwargs.get("args") or [None]
    return arguments[0]


def _take_up(task: DBTaskResult, now: datetime) -> bool:
    """Back into the queue, or given up after so many attempts that it must be the task itself that kills."""
    import_id = _import_of(task)
    silent_since = None if is_dead(_worker_of(task)) else now - pipeline.STALE_AFTER
    if import_id and not pipeline.release_claim(import_id, silent_since=silent_since):
        return False
    lost = _lost_with(import_id) + 1 if import_id else len(task.worker_ids)
    give_up = lost >= (DEATHS if import_id else ATTEMPTS)
    if give_up:
        values = {"status": "FAILED", "finished_at": now, "traceback": f"Given up: {lost} workers were lost with it."}
    else:
        values = {"status": "READY", **({"run_after": now + _pause_after(lost)} if import_id else {})}
    mine = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
    if not mine.update(**values):
        return False  # another worker was quicker
    logger.warning("Task %s was left by a worker: %s", task.pk, "given up" if give_up else "taken up again")
    if import_id:
        Import.objects.filter(pk=import_id).update(deaths=lost)
        if give_up:
            pipeline.give_up(import_id)
    return True


def _lost_with(import_id: str) -> int:
    return Import.objects.filter(pk=import_id).values_list("deaths", flat=True).first() or 0


def _pause_after(deaths: int) -> timedelta:
    return timedelta(seconds=min(5 * max(0, deaths - AT_ONCE), LONGEST_PAUSE))


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
