"""A killed worker's work is taken up: by the record in the queue, and with a real kill -9."""

import json
import os
import signal
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from customers.models import Customer
from imports import recovery, tasks
from imports.lives import HOST, AnotherWorker, Life, is_anybody_alive
from imports.models import Import, State, Worker
from imports.tests.factories import ASHA, csv_bytes, imported, leads, upload
from imports.tests.product import PREPARE, Product


@pytest.fixture
def left_task(manager, settings):
    """`left_task(deaths=0)`: an import, and its task as a dead worker of this machine left it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "imports"]}}

    def make(*, deaths: int = 0, worker: str = "", heartbeat=None) -> tuple[Import, DBTaskResult]:
        import_ = upload(manager, csv_bytes(ASHA))
        task = DBTaskResult.objects.get(pk=tasks.run_import.enqueue(str(import_.pk)).id)
        task.worker_ids = [worker or f"{HOST}_gone"] * (deaths + 1)
        task.status, task.started_at = "RUNNING", timezone.now() - timedelta(seconds=90)
        task.save()
        Import.objects.filter(pk=import_.pk).update(
            state=State.RUNNING, worker="gone", deaths=deaths, heartbeat=heartbeat or timezone.now()
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

    def test_import_that_kills_every_worker_at_one_place_is_given_up(self, left_task):
        import_, task = left_task(deaths=recovery.DEATHS - 1)
        recovery.recover(now=timezone.now())
        task.refresh_from_db()
        import_.refresh_from_db()
        assert (task.status, import_.state, import_.file_error) == ("FAILED", State.FAILED, "failed")

    def test_twenty_workers_killed_at_one_place_are_survived_the_later_ones_after_a_pause(self, left_task):
        now = timezone.now()
        for deaths, pause in ((0, 0), (4, 0), (5, 5), (20, 30)):
            _, task = left_task(deaths=deaths)
            recovery.recover(now=now)
            task.refresh_from_db()
            assert (task.status, task.run_after - now) == ("READY", timedelta(seconds=pause))
            Import.objects.all().delete()

    def test_a_worker_that_came_on_takes_the_count_back_to_nought(self, left_task, settings):
        import_, task = left_task(deaths=20)
        recovery.recover(now=timezone.now())
        Import.objects.filter(pk=import_.pk).update(state=State.QUEUED)
        tasks.run_import.call(str(import_.pk))
        import_.refresh_from_db()
        assert (import_.state, import_.deaths) == (State.DONE, 0)

    def test_any_other_task_is_given_up_after_three_workers(self, left_task):
        _, task = left_task()
        DBTaskResult.objects.filter(pk=task.pk).update(
            task_path="customers.tasks.share_out_batch", worker_ids=[f"{HOST}_gone"] * 3
        )
        recovery.recover(now=timezone.now())
        task.refresh_from_db()
        assert task.status == "FAILED"

    def test_worker_that_lives_keeps_its_task(self, left_task):
        life = Life(timezone.now())
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

RESULT = """
import json
from customers.models import Customer, Enquiry
from django_tasks_db.models import DBTaskResult
from imports.models import Import, ImportRow, StagedSlice
import_ = Import.objects.get()
print(json.dumps({
    "state": import_.state, "created": import_.created, "rows": import_.rows,
    "customers": Customer.objects.count(), "numbers": Customer.objects.values("phone_number").distinct().count(),
    "enquiries": Enquiry.objects.count(), "receipts": ImportRow.objects.count(), "staged": StagedSlice.objects.count(),
    "attempts": [len(task.worker_ids) for task in DBTaskResult.objects.all()],
}))
"""


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
class TestTheSeatOnSqlite:
    @pytest.fixture(autouse=True)
    def folder(self, monkeypatch, tmp_path):
        monkeypatch.setattr("imports.lives.lock_folder", lambda: tmp_path)

    def test_second_worker_is_sent_away(self):
        now = timezone.now()
        life = Life(now)
        try:
            with pytest.raises(AnotherWorker):
                Life(now)
            life.beat(now + timedelta(minutes=5))
            with pytest.raises(AnotherWorker):
                Life(now + timedelta(minutes=5, seconds=59))
        finally:
            life.end()
        Life(now).end()

    def test_seat_of_a_worker_that_fell_silent_is_taken_and_it_finds_out(self):
        now = timezone.now()
        asleep = Life(now)
        asleep.beat(now)
        awake = Life(now + timedelta(seconds=61))
        try:
            assert (asleep.has_lost_its_seat, awake.has_lost_its_seat) == (True, False)
            asleep.end()
            assert not awake.has_lost_its_seat
        finally:
            awake.end()


@pytest.mark.django_db
def test_worker_is_seen_for_a_minute_and_forgotten_when_it_is_gone(monkeypatch, tmp_path):
    monkeypatch.setattr("imports.lives.lock_folder", lambda: tmp_path)
    now = timezone.now()
    Worker.objects.create(pk=f"{HOST}_killed", seen_at=now - timedelta(seconds=61))
    Worker.objects.create(pk="elsewhere_1", seen_at=now - timedelta(seconds=61))
    assert not is_anybody_alive(now)
    life = Life(now)
    life.beat(now)
    assert is_anybody_alive(now + timedelta(seconds=59))
    assert set(Worker.objects.values_list("pk", flat=True)) == {"elsewhere_1", life.worker_id}
    life.end()
    assert not is_anybody_alive(now)
