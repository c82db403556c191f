"""The search for likely duplicates, as the worker does it: now and then, a little at a time."""

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from customers.actions.duplicates import begin_search, search_slice
from customers.models import DuplicateSearch

EVERY = timedelta(hours=6)
SLICES_A_TURN = 20


@task(queue_name="default")
def look_for_duplicates() -> None:
    """Look at some slices, then let whatever else waits have its turn."""
    for _ in range(SLICES_A_TURN):
        if not search_slice(now=timezone.now()):
            return
    look_for_duplicates.enqueue()


def look_when_due(now: datetime) -> None:
    """Have the search begun, or gone on with, if it is time and nobody is at it."""
    at_it = DBTaskResult.objects.filter(task_path=look_for_duplicates.module_path, status__in=("READY", "RUNNING"))
    if DuplicateSearch.objects.filter(ended_at__gt=now - EVERY).exists() or at_it.exists():
        return
    begin_search(now=now)
    look_for_duplicates.enqueue()
