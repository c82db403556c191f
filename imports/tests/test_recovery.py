"""A killed worker's work is taken up: by the record in the queue, and with a real kill -9."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from customers.models import Customer
from imports import recovery, tasks
from imports.models import Import, State
from imports.tests.factories import ASHA, csv_bytes, imported, leads, upload


@pytest.fixture
def left_task(manager, settings):
    """`left_task(attempts=1)`: an import, and its task as a dead worker of this machine left it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "imports"]}}

    def make(*, attempts: int = 1, worker: str = "", heartbeat=None) -> tuple[Import, DBTaskResult]:
        import_ = upload(manager, csv_bytes(ASHA))
        task = DBTaskResult.objects.get(pk=tasks.run_import.enqueue(str(import_.pk)).id)
        task.worker_ids = [worker or f"{recovery.HOST}_gone"] * attempts
        task.status, task.started_at = "RUNNING", timezone.now() - timedelta(seconds=90)
        task.save()
        Import.objects.filter(pk=import_.pk).update(
            state=State.RUNNING, worker="gone", heartbeat=heartbeat or timezone.now()
        )
        return import_, task

    return make


class TestWhatWasLeft:
    def test_task_of_a_dead_worker_of_this_machine_is_ready_again_at_once(self, left_task):
        import_, task = left_task()
        assert recovery.recover(now=timezone.now()) == 1
        task.refresh_from_db()
        import_.refresh_from_db()
        assert (task.status, import_.worker) == ("READY", "")

    def test_task_that_kills_every_worker_is_given_up(self, left_task):
        import_, task = left_task(attempts=3)
        recovery.recover(now=timezone.now())
        task.refresh_from_db()
        import_.refresh_from_db()
        assert (task.status, import_.state, import_.file_error) == ("FAILED", State.FAILED, "failed")

    def test_worker_that_lives_keeps_its_task(self, left_task):
        life = recovery.Life()
        try:
            _, task = left_task(worker=life.worker_id)
            assert recovery.recover(now=timezone.now()) == 0
        finally:
            life.end()
        task.refresh_from_db()
        assert task.status == "RUNNING"

    @pytest.mark.parametrize(("silent_for", "status"), [(10, "RUNNING"), (61, "READY")])
    def test_task_of_another_machine_is_taken_over_when_its_heart_has_stopped(self, left_task, silent_for, status):
        heartbeat = timezone.now() - timedelta(seconds=silent_for)
        _, task = left_task(worker="elsewhere_1", heartbeat=heartbeat)
        recovery.recover(now=timezone.now())
        task.refresh_from_db()
        assert task.status == status

    def test_import_whose_task_never_reached_the_queue_gets_one(self, left_task, manager):
        import_ = upload(manager, csv_bytes(ASHA))
        assert recovery.recover(now=timezone.now()) == 0
        assert recovery.recover(now=timezone.now() + timedelta(minutes=2)) == 1
        assert recovery.recover(now=timezone.now() + timedelta(minutes=2)) == 0
        task = DBTaskResult.objects.get()
        assert task.args_kwargs == {"args": [str(import_.pk)], "kwargs": {}}

    def test_task_run_twice_ends_in_the_same_customers(self, manager):
        import_ = imported(manager, csv_bytes(ASHA))
        tasks.run_import.call(str(import_.pk))
        assert Customer.objects.count() == 1


# --- with real processes ----------------------------------------------------------------------------------------------

PREPARE = """
import io, sys
from django.utils import timezone
from accounts.models import User
from imports import actions
by = User.objects.create_user("meena", password="-", role="manager")
actions.upload(file=io.BytesIO(sys.stdin.buffer.read()), original_name="leads.csv", by=by, now=timezone.now())
"""
RESULT = """
import json
from customers.models import Customer, Enquiry
from django_tasks_db.models import DBTaskResult
from imports.models import Import, ImportRow, StagedRow
import_ = Import.objects.get()
print(json.dumps({
    "state": import_.state, "created": import_.created, "rows": import_.rows,
    "customers": Customer.objects.count(), "numbers": Customer.objects.values("phone_number").distinct().count(),
    "enquiries": Enquiry.objects.count(), "receipts": ImportRow.objects.count(), "staged": StagedRow.objects.count(),
    "attempts": [len(task.worker_ids) for task in DBTaskResult.objects.all()],
}))
"""


class Product:
    """The product in processes of its own: on PostgreSQL on the tests' database, on SQLite on a file."""

    def __init__(self, folder):
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

    def start_worker(self) -> subprocess.Popen:
        return subprocess.Popen(
            self.command("worker"),
            cwd=settings.BASE_DIR,
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def done_rows(self) -> int:
        query = "SELECT done_rows FROM imports_import"
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(self.file, timeout=20)) as database:
                return database.execute(query).fetchone()[0]
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_import_survives_a_worker_that_is_killed_in_the_middle(tmp_path):
    # Given an import of 12,000 rows whose worker is killed when some of them are in
    product = Product(tmp_path)
    product.python(PREPARE, stdin=leads(8_000))
    worker = product.start_worker()
    try:
        deadline = time.monotonic() + 60
        while not product.done_rows() and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert 0 < product.done_rows() < 8_000
    # When the next worker starts
    product.manage("worker", "--once")
    # Then everything is as if nothing had happened
    assert json.loads(product.python(RESULT)) == {
        "state": "done",
        "rows": 8_000,
        "created": 8_000,
        "customers": 8_000,
        "numbers": 8_000,
        "enquiries": 8_000,
        "receipts": 8_000,
        "staged": 0,
        "attempts": [2],
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="On PostgreSQL any number of workers is welcome.")
@pytest.mark.django_db
def test_second_worker_on_sqlite_is_sent_away():
    life = recovery.Life()
    try:
        with pytest.raises(recovery.AnotherWorker):
            recovery.Life()
    finally:
        life.end()
    recovery.Life().end()
