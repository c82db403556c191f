"""Which workers are alive.

A worker holds a lock on a file named after it for as long as it lives, so another on the same machine can tell at once;
of all others a row in the database tells, which grows old when they fall silent.
"""

import fcntl
import os
import signal
import socket
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
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
        self._seat, self._sleeper = None, 0
        if connection.vendor == "sqlite":
            self._seat, self._sleeper = _take_seat(folder / "worker.lock", now)
        self._file = open(self._path, "w")  # noqa: SIM115 - held open for life
        _lock(self._file)

    def beat(self, now: datetime) -> None:
        """Be seen to live, and forget those that ended without a word."""
        Worker.objects.update_or_create(pk=self.worker_id, defaults={"seen_at": now})
        silent = Worker.objects.filter(seen_at__lte=now - SILENT_AFTER).values_list("pk", "seen_at")
        gone = [pk for pk, seen_at in silent if is_dead(pk) or seen_at < now - timedelta(days=1)]
        for pk in gone:
            (lock_folder() / f"{pk}.lock").unlink(missing_ok=True)
        Worker.objects.filter(pk__in=gone).delete()

    def end_the_sleeper(self) -> None:
        """End the worker whose seat this one took, if it was stopped (SIGSTOP) rather than slow.

        For when it sleeps in the middle of a transaction: SQLite would wait for it, and so would every page.
        """
        if self._sleeper and _is_stopped(self._sleeper):
            os.kill(self._sleeper, signal.SIGKILL)

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


def _take_seat(path: Path, now: datetime) -> tuple[TextIOWrapper, int]:
    """The locked file, and the process that had it before if that has fallen silent: it finds out when it wakes."""
    seat = open(path, "a+")  # noqa: SIM115 - held open for life
    if not _lock(seat):
        taken_at = datetime.fromtimestamp(os.fstat(seat.fileno()).st_mtime, UTC)
        seat.seek(0)
        sleeper = seat.read()
        seat.close()
        if taken_at > now - SILENT_AFTER or is_anybody_alive(now):  # the newest has not yet had time to be seen
            raise AnotherWorker
        with suppress(FileNotFoundError):
            path.unlink()
        seat, _ = _take_seat(path, now)
        return seat, int(sleeper or 0)
    seat.truncate(0)
    seat.write(str(os.getpid()))
    seat.flush()
    os.utime(path)
    return seat, 0


def _is_stopped(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T" and b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


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
