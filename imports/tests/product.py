"""The product in processes of its own, for tests that kill them."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PREPARE = """
import io, sys
from django.utils import timezone
from accounts.models import User
from imports import actions
by = User.objects.create_user("meena", password="-", role="manager")
actions.upload(file=io.BytesIO(sys.stdin.buffer.read()), original_name="leads.csv", by=by, now=timezone.now())
"""
FORGET = """
from django_tasks_db.models import DBTaskResult
from accounts.models import User
from customers.models import Customer, Origin, Source
from imports.models import Import, SheetRead, Worker
for model in (DBTaskResult, Worker, SheetRead, Customer, Import, Origin, Source, User):
    model.objects.all().delete()
"""
# A worker that kills itself when a function is called for the n-th time: before what that does, or after.
KILLED_AT = """
import importlib, os, signal
from django.core.management import call_command
module, name, count, after = {place!r}
*owners, function = name.split(".")
owner = importlib.import_module(module)
for part in owners:
    owner = getattr(owner, part)
real, calls = getattr(owner, function), []
def killed(*args, **more):
    calls.append(1)
    if len(calls) == count and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    answer = real(*args, **more)
    if len(calls) == count:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
setattr(owner, function, killed)
call_command("worker", "--once")
"""


class Product:
    """The product in processes of its own: on PostgreSQL on the tests' database, on SQLite on a file."""

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self.file = folder / "crm.sqlite3"
        self.env = {
            **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
            "SECRET_KEY": "tests-only-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz",
            "HTTPS": "0",
            "DEBUG": "0",
            "MEDIA_ROOT": str(folder / "media"),
            "DATABASE_URL": self._url(),
        }
        if connection.vendor == "sqlite":
            self.manage("migrate", "--verbosity", "0")

    def _url(self) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{self.file}"
        own = connection.settings_dict
        return f"postgres://{own['USER']}:{own['PASSWORD']}@{quote(own['HOST'], safe='')}:{own['PORT']}/{own['NAME']}"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    def manage(self, *arguments: str, stdin: bytes = b"") -> str:
        done = subprocess.run(
            self.command(*arguments), cwd=settings.BASE_DIR, env=self.env, input=stdin, capture_output=True, timeout=90
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def python(self, code: str, stdin: bytes = b"") -> str:
        return self.manage("shell", "--verbosity", "0", "--command", code, stdin=stdin)

    def kill_worker_at(self, place: tuple[str, str, int, bool]) -> int:
        """Run a worker that is killed at `place`: module, function, at which call, and whether after it."""
        code = KILLED_AT.format(place=place)
        command = self.command("shell", "--verbosity", "0", "--command", code)
        return subprocess.run(command, cwd=settings.BASE_DIR, env=self.env, capture_output=True, timeout=90).returncode

    def start_worker(self) -> subprocess.Popen:
        return subprocess.Popen(
            self.command("worker"),
            cwd=settings.BASE_DIR,
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def forget(self) -> None:
        """Leave nothing of the import behind: on PostgreSQL the next product has the same database."""
        self.python(FORGET)

    def done_rows(self) -> int:
        query = "SELECT done_rows FROM imports_import"
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(self.file, timeout=20)) as database:
                return database.execute(query).fetchone()[0]
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]
