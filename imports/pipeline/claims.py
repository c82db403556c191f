"""Whose an import is while it is being worked on: one worker's, until its heart has not beaten for a minute."""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from imports.models import WORKING_STATES, Import, State

STALE_AFTER = timedelta(seconds=60)
BEAT_SECONDS = 15
BEGUN = (State.CHECKING, State.RUNNING, State.UNDOING)
# PostgreSQL ends the transaction of a worker that has been put to sleep in the middle of it: others could neither take
# its import over nor touch the customers in its hand for as long as that lasts. In the middle of a COPY it does not;
# the name says whose session somebody else may end then, provided that it only waits for its client.
_WAKEFUL = "SET LOCAL idle_in_transaction_session_timeout = '30s'; SET LOCAL application_name = '{}'"
_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = %s AND wait_event_type = 'Client' AND state_change < clock_timestamp() - interval '20 s'
    """
logger = logging.getLogger(__name__)


class Lost(Exception):
    """The import is no longer ours: cancelled, or taken over after our heart had stopped."""


def stale(now: datetime) -> QuerySet[Import]:
    """Imports that somebody began and nobody works on any more."""
    return Import.objects.filter(state__in=BEGUN).exclude(heartbeat__gt=now - STALE_AFTER)


@transaction.atomic
def release_claim(import_id: str, *, silent_since: datetime | None = None) -> bool:
    """Let others take an import up at once: whoever had it is known to be dead, or was silent at `silent_since`.

    False when a transaction holds it still: its worker sleeps in the middle of it, or has come back to life.
    """
    held = Import.objects.filter(pk=import_id).select_for_update(of=("self",), skip_locked=True).first()
    if held is None:
        if silent_since:
            _wake(import_id, silent_since)
        return not Import.objects.filter(pk=import_id).exists()
    if silent_since and held.heartbeat and held.heartbeat > silent_since:
        return False
    if held.state in WORKING_STATES:
        Import.objects.filter(pk=import_id).update(worker="", heartbeat=None)
    return True


def _wake(import_id: str, silent_since: datetime) -> None:
    """End the session whose transaction holds an import of which nothing has been heard; it is free a moment later."""
    if connection.vendor == "postgresql" and Import.objects.filter(pk=import_id, heartbeat__lte=silent_since).exists():
        with connection.cursor() as cursor:
            cursor.execute(_END, [_session_name(import_id)])


def _session_name(import_id: uuid.UUID | str) -> str:
    return f"import {import_id}"


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
        if connection.vendor == "postgresql" and connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute(_WAKEFUL.format(_session_name(self.import_id)))
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
        while not stop.wait(BEAT_SECONDS):
            try:
                Import.objects.filter(pk=self.import_id, worker=self.worker).update(heartbeat=timezone.now())
            except (DatabaseError, InterfaceError):
                logger.warning("Import %s: the heartbeat could not be written", self.import_id, exc_info=True)
                connection.close()
        connection.close()
