"""What to do when the database is away, full, or locked by somebody: wait for it, and go on where the work stands."""

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from customers.actions import Conflict

ATTEMPTS = 6  # of one transaction, before what was read in vain is read again: half a minute in all
LONGEST_PAUSE = 10  # seconds
GIVE_UP_AFTER = timedelta(minutes=15)  # at one spot of a database that answers, and refuses all the same
logger = logging.getLogger(__name__)
# Set while the worker is asked to end: the import stops between two transactions, and goes on at the next start.
stopping = threading.Event()


class Stopped(Exception):
    """The worker is asked to end."""


def stop_if_asked() -> None:
    """Between two transactions. Raises Stopped when the worker is asked to end."""
    if stopping.is_set():
        raise Stopped


@contextmanager
def one_of_many() -> Iterator[None]:
    """One transaction of a long piece of work: whole or not at all, but nobody waits until the disk has it.

    A server that crashes may lose the last few, never one before another that it keeps, and the work goes on from what
    is stored. The transaction that ends the work is a usual one, and with it all before are on the disk.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = off")
        yield


@contextmanager
def without_collector() -> Iterator[None]:
    """Rows make no cycles, and looking for some among thousands of them takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def pause() -> None:
    """Between two long transactions: end if asked to; on SQLite let the waiting web writers in."""
    stop_if_asked()
    if connection.vendor == "sqlite":
        time.sleep(0.005)


def patiently(step: Callable[[], bool | None]) -> bool | None:
    """Repeat a step whose transaction did not come through: somebody was quicker, or the database was away."""
    for attempt in range(ATTEMPTS):
        try:
            return step()
        except (IntegrityError, Conflict):  # a person was quicker: look again at what there is now
            if attempt == ATTEMPTS - 1:
                raise
        except (OperationalError, InterfaceError):
            if attempt == ATTEMPTS - 1 or connection.in_atomic_block:
                raise
            logger.warning("The database did not answer; trying again", exc_info=True)
            connection.close()
            wait(attempt)
    return None


def wait(attempt: int) -> None:
    """Longer from time to time. Raises Stopped when the worker is asked to end."""
    if stopping.wait(min(0.5 * 2**attempt, LONGEST_PAUSE)):
        raise Stopped


class Outage:
    """Keeps an eye on failures of the database, so that none is waited for in vain for ever."""

    def __init__(self, place: Callable[[], object]):
        """`place` asks the database how far the work is."""
        self._place = place
        self._at: object = None
        self._since: datetime | None = None

    def sit_out(self) -> bool:
        """Wait until the database answers. False: it does, and has refused the same step for too long."""
        if connection.in_atomic_block:
            return False  # the transaction is not ours to begin anew
        place, now = self._answer(), timezone.now()
        if place != self._at or self._since is None:
            self._at, self._since = place, now
        return now - self._since < GIVE_UP_AFTER

    def _answer(self) -> object:
        attempt = 3
        while True:
            connection.close()
            wait(attempt)
            try:
                return self._place()
            except (OperationalError, InterfaceError):
                attempt += 1
