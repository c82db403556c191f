"""When an import may be undone, and how the worker does it: in slices, once, whatever happens on the way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Customer
from imports import actions, tasks
from imports.models import Import, ImportRow, Outcome, State
from imports.pipeline.undoing import Undoing
from imports.tests.factories import csv_bytes, imported, upload
from imports.tests.taking_back import at, many, note, undone

pytestmark = pytest.mark.django_db


# -- when it may be asked for ------------------------------------------------------------------------------------------


def test_two_at_once_are_one(manager):
    import_ = imported(manager, csv_bytes("Farah,9876543210,,,"))
    actions.undo(import_=import_, by=manager, now=timezone.now())

    with pytest.raises(actions.ActionError, match="being undone already"):
        actions.undo(import_=import_, by=manager, now=timezone.now())
    tasks.run_import.call(str(import_.pk))
    tasks.run_import.call(str(import_.pk))  # the task came twice
    with pytest.raises(actions.ActionError, match="has been undone already"):
        actions.undo(import_=import_, by=manager, now=timezone.now())
    import_.refresh_from_db()
    assert import_.undo_counts["gone"] == 1


def test_not_while_it_is_still_coming_in(manager):
    import_ = upload(manager, csv_bytes("Farah,9876543210,,,"))
    with pytest.raises(actions.ActionError, match="still being imported"):
        actions.undo(import_=import_, by=manager, now=timezone.now())


def test_for_thirty_days(manager):
    import_ = imported(manager, csv_bytes("Farah,9876543210,,,"))
    last = import_.finished_at + timedelta(days=30)
    with pytest.raises(actions.ActionError, match="more than 30 days ago"):
        actions.undo(import_=import_, by=manager, now=last + timedelta(seconds=1))
    assert undone(import_, manager, now=last).state == State.UNDONE


@pytest.mark.parametrize("content", [csv_bytes("Farah,12,,,"), b"Name,Area\nFarah,Kochi\n"])
def test_not_where_nothing_was_written(content, manager):
    import_ = imported(manager, content)
    with pytest.raises(actions.ActionError, match="changed nothing"):
        actions.undo(import_=import_, by=manager, now=timezone.now())


def test_not_of_a_check(manager):
    import_ = imported(manager, csv_bytes("Farah,9876543210,,,"), dry_run=True)
    with pytest.raises(actions.ActionError, match="changed nothing"):
        actions.undo(import_=import_, by=manager, now=timezone.now())


# -- slices, kills, many rows ------------------------------------------------------------------------------------------


def test_killed_between_two_slices_it_goes_on_with_the_next(manager, asha, two_a_slice, monkeypatch):
    imported(manager, many(3, area=""))
    import_ = imported(manager, many(9))
    note(at("+919876500008"), asha)
    actions.undo(import_=import_, by=manager, now=timezone.now())
    real, calls = Undoing.next_slice, []

    def dies(self):
        calls.append(1)
        if len(calls) == 3:
            raise SystemExit  # as a kill would: nothing is tidied up
        return real(self)

    monkeypatch.setattr(Undoing, "next_slice", dies)
    with pytest.raises(SystemExit):
        tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    assert (import_.state, import_.done_rows, import_.undo_counts["gone"]) == (State.UNDOING, 4, 3)

    monkeypatch.setattr(Undoing, "next_slice", real)
    Import.objects.filter(pk=import_.pk).update(heartbeat=timezone.now() - timedelta(minutes=2))
    tasks.run_import.call(str(import_.pk))

    import_.refresh_from_db()
    assert import_.state == State.UNDONE
    counts = {name: import_.undo_counts[name] for name in ("gone", "stay", "back", "values")}
    assert counts == {"gone": 5, "stay": 1, "back": 3, "values": 3}
    assert Customer.objects.count() == 4


def test_a_slice_that_fails_leaves_nothing_half_done_and_can_be_started_again(manager, two_a_slice, monkeypatch):
    import_ = imported(manager, many(5))
    monkeypatch.setattr("imports.pipeline.undoing.Part._tell", lambda *args: 1 / 0)
    undone(import_, manager)
    assert (import_.state, import_.done_rows, Customer.objects.count()) == (State.FAILED, 0, 5)
    monkeypatch.undo()

    actions.retry(import_=import_, by=manager, now=timezone.now() + timedelta(days=90))
    tasks.run_import.call(str(import_.pk))

    import_.refresh_from_db()
    assert (import_.state, Customer.objects.count()) == (State.UNDONE, 0)


def test_a_slice_takes_the_same_number_of_queries_for_three_rows_and_for_thirty(manager, asha):
    def queries(count: int, start: int) -> int:
        rows = [f"Person {n},98765{n:05d},," for n in range(start, start + count)]
        imported(manager, csv_bytes(*rows[: count // 3], header="Name,Phone,Area,Fees"))
        import_ = imported(
            manager, csv_bytes(*[row.replace(",,", ",Kochi,500") for row in rows], header="Name,Phone,Area,Fees")
        )
        note(at(f"+9198765{start + count - 1:05d}"), asha)
        actions.undo(import_=import_, by=manager, now=timezone.now())
        before = len(connection.queries_log)
        tasks.run_import.call(str(import_.pk))
        return len(connection.queries_log) - before

    connection.force_debug_cursor = True
    try:
        assert queries(3, 0) == queries(30, 100)
    finally:
        connection.force_debug_cursor = False


def test_a_cancelled_import_is_undone_as_far_as_it_came(manager):
    import_ = imported(manager, many(4))
    Import.objects.filter(pk=import_.pk).update(state=State.CANCELLED, rows=20, read_rows=20)

    undone(import_, manager)

    assert (import_.state, Customer.objects.count(), import_.done_rows) == (State.UNDONE, 0, 4)
    assert not ImportRow.objects.filter(import_id=import_.pk, outcome=Outcome.CREATED, undo="").exists()


def test_slices_become_smaller_where_they_take_long_and_nothing_else_changes(manager, monkeypatch):
    import_ = imported(manager, many(250))
    sizes, real, clock = [], Undoing._next_slice, iter(range(1_000))
    monkeypatch.setattr("imports.pipeline.undoing.time.monotonic", lambda: next(clock))

    def noting(self):
        sizes.append(self.size)
        return real(self)

    monkeypatch.setattr(Undoing, "_next_slice", noting)
    before = Undoing.__init__
    monkeypatch.setattr(Undoing, "__init__", lambda self, *args: before(self, *args) or setattr(self, "size", 150))
    assert undone(import_, manager).undo_counts["gone"] == 250
    assert sizes[:2] == [150, 100]
