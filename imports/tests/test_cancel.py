"""Stopping an import: it ends at the next slice, what came in stays, and a dead worker's undo is taken over."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from imports import actions, recovery, tasks
from imports.models import Import, StagedSlice, State
from imports.pipeline.clearing import clear_staged
from imports.pipeline.writing import Writer
from imports.tests.factories import csv_bytes, imported, upload
from imports.tests.taking_back import many, undone

pytestmark = pytest.mark.django_db


def cancel(import_: Import, by) -> Import:
    return actions.cancel(import_=import_, by=by, now=timezone.now())


def test_one_that_waits_never_begins(manager):
    import_ = upload(manager, many(3))
    cancel(import_, manager)
    tasks.run_import.call(str(import_.pk))

    import_.refresh_from_db()
    assert (import_.state, Customer.objects.count()) == (State.CANCELLED, 0)


def test_one_at_work_stops_at_the_next_slice_and_says_what_was_done(manager, as_user, small_slices, monkeypatch):
    import_ = upload(manager, many(20))
    real = Writer.next_slice

    def stopped_after_two(self):
        if Import.objects.get(pk=import_.pk).created == 14:
            cancel(import_, manager)
        return real(self)

    monkeypatch.setattr(Writer, "next_slice", stopped_after_two)
    tasks.run_import.call(str(import_.pk))

    import_.refresh_from_db()
    assert (import_.state, import_.created, Customer.objects.count()) == (State.CANCELLED, 14, 14)
    assert not StagedSlice.objects.filter(import_id=import_.pk).exists()
    page = as_user(manager).get(reverse("imports:detail", args=[import_.pk])).content.decode()
    assert f"14 of 20 rows were imported before {manager} stopped it." in page
    assert undone(import_, manager).state == State.UNDONE
    assert not Customer.objects.exists()


def test_one_that_came_to_its_end_first_is_not_stopped(manager):
    import_ = imported(manager, many(3))
    with pytest.raises(actions.ActionError, match="nothing to stop"):
        cancel(import_, manager)
    import_.refresh_from_db()
    assert import_.state == State.DONE


def test_what_was_put_aside_goes_in_batches(manager, monkeypatch, small_slices):
    import_ = imported(manager, many(30), dry_run=True)  # a check keeps its rows
    assert StagedSlice.objects.filter(import_id=import_.pk).count() == 5
    monkeypatch.setattr("imports.pipeline.clearing.BATCH", 14)

    assert clear_staged(import_.pk, at_most=1) is False
    assert StagedSlice.objects.filter(import_id=import_.pk).count() == 3
    assert clear_staged(import_.pk) is True


def test_an_undo_whose_worker_went_silent_is_found_and_taken_over(manager):
    import_ = imported(manager, many(3))
    actions.undo(import_=import_, by=manager, now=timezone.now())
    silent = timezone.now() - timedelta(minutes=2)
    Import.objects.filter(pk=import_.pk).update(worker="elsewhere:1:x", heartbeat=timezone.now())
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    assert import_.state == State.UNDOING  # the other one is alive
    assert recovery.recover(now=timezone.now()) == 0

    Import.objects.filter(pk=import_.pk).update(heartbeat=silent)
    assert recovery.recover(now=timezone.now()) == 1
    tasks.run_import.call(str(import_.pk))

    import_.refresh_from_db()
    assert (import_.state, Customer.objects.count()) == (State.UNDONE, 0)
    assert import_.created == 3


def test_it_is_stopped_once(manager):
    import_ = upload(manager, csv_bytes("Farah,9876543210,,,"))
    cancel(import_, manager)
    with pytest.raises(actions.ActionError):
        cancel(import_, manager)
