"""Which workers are alive.

A worker holds a lock on a file named after it for as long as it lives, so another on the same machine can tell at once;
of all others a row in the database tells, which grows old when they fall silent.
"""

import fcntl
import os
import socket
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from imports.models import Worker

HOST = socket.gethostname()[:30]
SILENT_AFTER = timedelta(seconds=60)


def lock_folder() -> Path:
    """Beside the database file on SQLite, so that two databases have nothing to do with one another."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and "memory" not in name:
        return Path(name).resolve().parent / f"{Path(name).name}.workers"
    return Path(settings.VAR_DIR) / "workers"


class AnotherWorker(Exception):
    """On SQLite there is one worker at a time."""


class Life:
    """This worker's sign of life. On SQLite also the one seat there is.

    AnotherWorker is raised when the seat is taken by one that has not fallen silent.
    """

    def __init__(self, now: datetime):
        self.worker_id = f"{HOST}_{uuid.uuid4().hex}"
        folder = lock_folder()
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{self.worker_id}.lock"
        self._seat = _take_seat(folder / "worker.lock", now) if connection.vendor == "sqlite" else None
        self._file = open(self._path, "w")  # noqa: SIM115 - held open for life
        _lock(self._file)

    def beat(self, now: datetime) -> None:
        """Be seen to live, and forget those that ended without a word."""
        Worker.objects.update_or_create(pk=self.worker_id, defaults={"seen_at": now})
        silent = Worker.objects.filter(seen_at__lte=now - SILENT_AFTER).values_list("pk", "seen_at")
        gone = [pk for pk, seen_at in silent if is_dead(pk) or seen_at < now - timedelta(days=1)]
        Worker.objects.filter(pk__in=gone).delete()

    @property
    def has_lost_its_seat(self) -> bool:
        """Whether another worker took the seat while this one was asleep."""
        if self._seat is None:
            return False
        try:
            return not os.path.samestat(os.fstat(self._seat.fileno()), os.stat(self._seat.name))
        except FileNotFoundError:
            return True

    def end(self) -> None:
        with suppress(DatabaseError, InterfaceError):
            Worker.objects.filter(pk=self.worker_id).delete()
        with suppress(OSError):
            self._path.unlink()
        self._file.close()
        if self._seat:
            self._seat.close()


def _take_seat(path: Path, now: datetime):
    """The locked file. That of a worker which has fallen silent is put aside: it finds that out when it wakes."""
    seat = open(path, "a")  # noqa: SIM115 - held open for life
    if _lock(seat):
        os.utime(path)
        return seat
    taken_at = datetime.fromtimestamp(os.fstat(seat.fileno()).st_mtime, UTC)
    seat.close()
    if taken_at > now - SILENT_AFTER or is_anybody_alive(now):  # the newest has not yet had time to be seen
        raise AnotherWorker
    with suppress(FileNotFoundError):
        path.unlink()
    seat = open(path, "a")  # noqa: SIM115
    if not _lock(seat):
        seat.close()
        raise AnotherWorker
    return seat


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


def is_anybody_alive(now: datetime) -> bool:
    """Whether a worker, wherever it runs, has been seen within a minute."""
    return Worker.objects.filter(seen_at__gt=now - SILENT_AFTER).exists()
