"""Whose an import is while it is being worked on: one worker's, until its heart has not beaten for a minute."""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from imports.models import WORKING_STATES, Import, State

STALE_AFTER = timedelta(seconds=60)
BEAT_SECONDS = 15
BEGUN = (State.CHECKING, State.RUNNING, State.UNDOING)
logger = logging.getLogger(__name__)


class Lost(Exception):
    """The import is no longer ours: cancelled, or taken over after our heart had stopped."""


def stale(now: datetime) -> QuerySet[Import]:
    """Imports that somebody began and nobody works on any more."""
    return Import.objects.filter(state__in=BEGUN).exclude(heartbeat__gt=now - STALE_AFTER)


def release_claims(import_ids: list[str]) -> None:
    """Let others take these imports up at once: whoever had them is known to be dead."""
    Import.objects.filter(pk__in=import_ids, state__in=WORKING_STATES).update(worker="", heartbeat=None)


class Claim:
    """One worker's hold on one import."""

    def __init__(self, import_id: uuid.UUID | str):
        self.import_id = import_id
        self.worker = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex}"

    def take(self) -> bool:
        """Whether it is ours now. It is not when another worker has it, or when there is nothing left to do."""
        now = timezone.now()
        free = Q(worker="") | Q(heartbeat=None) | Q(heartbeat__lte=now - STALE_AFTER)
        mine = Import.objects.filter(free, pk=self.import_id, state__in=WORKING_STATES)
        return bool(mine.update(worker=self.worker, heartbeat=now, started_at=Coalesce("started_at", now)))

    def hold(self, **values) -> None:
        """Beat, and set `values`. The first statement of every transaction: it keeps a second worker waiting.

        Raises Lost when the import is not ours any more; the transaction must not go on then.
        """
        mine = Import.objects.filter(pk=self.import_id, worker=self.worker, state__in=WORKING_STATES)
        if not mine.update(heartbeat=timezone.now(), **values):
            raise Lost(self.import_id)

    def let_go(self, **values) -> None:
        """Set `values` and be done with it."""
        self.hold(worker="", **values)

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Beats by itself while a single step takes long (a child that reads a large file)."""
        stop = threading.Event()
        heart = threading.Thread(target=self._beat_until, args=[stop], daemon=True, name="import heartbeat")
        heart.start()
        try:
            yield
        finally:
            stop.set()
            heart.join()

    def _beat_until(self, stop: threading.Event) -> None:
        try:
            while not stop.wait(BEAT_SECONDS):
                Import.objects.filter(pk=self.import_id, worker=self.worker).update(heartbeat=timezone.now())
        except DatabaseError:
            logger.warning("Import %s: the heartbeat could not be written", self.import_id, exc_info=True)
        finally:
            connection.close()
