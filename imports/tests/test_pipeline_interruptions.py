"""Once, whatever happens on the way: faults, kills, colleagues at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from customers.models import Customer, Enquiry, FieldChange
from customers.tests.factories import CustomerFactory
from imports import actions, pipeline, tasks
from imports.models import Import, StagedSlice, State
from imports.pipeline import checking, running, slices, undoing
from imports.pipeline.patience import ATTEMPTS
from imports.pipeline.writing import Writer
from imports.reading import Refused
from imports.tests.factories import ASHA, counts, csv_bytes, imported, leads, upload
from imports.tests.taking_back import undone


class TestInterruptions:
    def test_fault_leaves_what_is_reported_and_again_doubles_nothing(self, manager, monkeypatch, small_slices):
        # Given 300 good rows and a database that fails once in row 151
        real = slices.add_imported
        failures = []

        def fail_once(*, customers, **act):
            if any(c.name == "Person 10000151" for c in customers) and not failures:
                failures.append(1)
                raise RuntimeError("the database failed")
            real(customers=customers, **act)

        monkeypatch.setattr(slices, "add_imported", fail_once)
        # When it is imported
        import_ = imported(manager, leads(300))
        # Then exactly the reported rows are stored
        assert (import_.state, import_.file_error) == (State.FAILED, "failed")
        assert import_.created == Customer.objects.count() == import_.import_rows.count() == 147
        # And sending the file again ends with 300 customers, none doubled
        again = imported(manager, leads(300))
        assert counts(again) == {"created": 153, "unchanged": 147}
        assert Customer.objects.count() == Enquiry.objects.count() == 300
        # And so does starting the failed one again
        with_retry = actions.retry(import_=import_, by=manager, now=timezone.now())
        tasks.run_import.call(str(with_retry.pk))
        import_.refresh_from_db()
        assert (import_.state, import_.rows, import_.created, import_.unchanged) == (State.DONE, 300, 147, 153)
        assert Customer.objects.count() == 300

    def test_somebody_adds_the_same_person_at_the_same_moment(self, manager, monkeypatch):
        # Given a person who is typed in between the import's look and its writing
        real = slices.add_imported
        typed = []

        def typed_in_between(*, customers, **act):
            if not typed:
                typed.append(CustomerFactory(name="Asha Nair", phone_number="+919876543210", area=""))
                raise IntegrityError("customer_once_per_number")
            real(customers=customers, **act)

        monkeypatch.setattr(slices, "add_imported", typed_in_between)
        import_ = imported(manager, csv_bytes(ASHA))
        assert counts(import_) in ({"updated": 1}, {"created": 1})
        assert Customer.objects.filter(phone_number="+919876543210").count() == 1

    def test_edit_in_between_is_not_overwritten(self, manager, monkeypatch):
        imported(manager, csv_bytes(ASHA))
        asha = Customer.objects.get()
        real = slices.change_imported
        edits = []

        def edited_in_between(*, customers, **act):
            if not edits:
                edits.append(1)
                Customer.objects.filter(pk=asha.pk).update(version=99)
            real(customers=customers, **act)

        monkeypatch.setattr(slices, "change_imported", edited_in_between)
        import_ = imported(manager, csv_bytes("Asha Nair,9876543210,Aluva,,"))
        assert counts(import_) == {"updated": 1}
        assert len(FieldChange.objects.all()) == 1

    def test_import_that_another_worker_has_is_left_alone(self, manager):
        import_ = upload(manager, csv_bytes(ASHA))
        Import.objects.filter(pk=import_.pk).update(worker="other", heartbeat=timezone.now(), state=State.CHECKING)
        assert pipeline.run(import_.pk) is False
        assert not Customer.objects.exists()

    def test_import_whose_worker_is_silent_is_taken_over(self, manager):
        import_ = upload(manager, csv_bytes(ASHA))
        silent = timezone.now() - pipeline.STALE_AFTER
        Import.objects.filter(pk=import_.pk).update(worker="other", heartbeat=silent, state=State.CHECKING)
        assert pipeline.run(import_.pk) is True
        assert Customer.objects.count() == 1

    def test_worker_that_lost_its_import_writes_nothing_more(self, manager, monkeypatch, small_slices):
        # Given an import that is cancelled after the first slice
        real = Writer.next_slice
        import_ = upload(manager, leads(30))

        def cancelled_after(self):
            more = real(self)
            Import.objects.filter(pk=import_.pk).update(state=State.CANCELLED)
            return more

        monkeypatch.setattr(Writer, "next_slice", cancelled_after)
        pipeline.run(import_.pk)
        import_.refresh_from_db()
        assert (import_.state, import_.created, Customer.objects.count()) == (State.CANCELLED, 7, 7)

    def test_worker_asked_to_end_stops_between_slices_and_the_next_goes_on(self, manager, monkeypatch, small_slices):
        real = Writer.next_slice
        import_ = upload(manager, leads(30))

        def asked_to_end(self):
            more = real(self)
            pipeline.stopping.set()
            return more

        monkeypatch.setattr(Writer, "next_slice", asked_to_end)
        try:
            assert pipeline.run(import_.pk) is False
        finally:
            pipeline.stopping.clear()
        import_.refresh_from_db()
        assert (import_.state, import_.done_rows, import_.worker) == (State.RUNNING, 7, "")
        monkeypatch.setattr(Writer, "next_slice", real)
        pipeline.run(import_.pk)
        import_.refresh_from_db()
        assert (import_.state, counts(import_), Customer.objects.count()) == (State.DONE, {"created": 30}, 30)

    def test_check_that_is_gone_on_with_counts_no_new_source_twice(self, manager, monkeypatch, small_slices):
        rows = [f"Person {n},98765{n:05d},Fair {n % 3}" for n in range(20)]
        import_ = upload(manager, csv_bytes(*rows, header="Name,Phone,Source"), dry_run=True)
        real = Writer.next_slice

        def asked_to_end(self):
            more = real(self)
            pipeline.stopping.set()
            return more

        monkeypatch.setattr(Writer, "next_slice", asked_to_end)
        for _ in range(4):
            pipeline.run(import_.pk)
            pipeline.stopping.clear()
        import_.refresh_from_db()
        assert (import_.state, counts(import_)) == (State.CHECKED, {"created": 20})
        assert import_.mapping["new_words"] == {"source": 3, "course": 0}

    def test_sums_that_do_not_add_up_are_a_failure(self, manager, monkeypatch):
        monkeypatch.setattr(slices.Slice, "_keep_receipts", lambda self: None)
        assert imported(manager, csv_bytes(ASHA)).state == State.FAILED


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestAtTheSameMoment:
    def test_double_click(self, manager):
        # Given one form that is sent from two threads at once, and the same file from two forms
        for tokens in (("one", "one"), ("this", "that")):
            Import.objects.all().delete()
            start = threading.Barrier(2)
            with ThreadPoolExecutor(2) as threads:
                found = list(threads.map(lambda token, start=start: self.click(manager, token, start), tokens))
            # Then there is one import, and both are shown it
            assert Import.objects.count() == 1
            assert found[0].pk == found[1].pk
            assert sorted(bool(import_.repeated) for import_ in found) == [False, True]

    @staticmethod
    def click(manager, token: str, start: threading.Barrier) -> Import:
        try:
            start.wait()
            return upload(manager, csv_bytes(ASHA), token=token)
        finally:
            connection.close()


class TestAReadingChildThatIsKilled:
    @pytest.fixture(autouse=True)
    def no_waiting(self, monkeypatch):
        monkeypatch.setattr("imports.pipeline.patience.stopping.wait", lambda seconds: False)

    def kill(self, monkeypatch, times: int) -> None:
        """Kill so many children at their third batch of rows."""
        real, seen = checking.Book._messages, []

        def messages(self):
            for number, message in enumerate(real(self)):
                if number == 2 and len(seen) < times:
                    seen.append(1)
                    self._child._process.kill()
                    self._child._process.wait()
                yield message

        monkeypatch.setattr(checking.Book, "_messages", messages)

    def test_the_file_is_read_again(self, manager, monkeypatch):
        self.kill(monkeypatch, 2)
        import_ = imported(manager, leads(20_000))
        assert (import_.state, import_.file_error, counts(import_)) == (State.DONE, "", {"created": 20_000})

    def test_again_and_again_it_is_a_fault_of_ours_not_the_files(self, manager, monkeypatch):
        self.kill(monkeypatch, 100)
        import_ = imported(manager, leads(20_000))
        assert (import_.state, import_.file_error) == (State.FAILED, "failed")
        assert not Customer.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestADatabaseThatFails:
    """`patience` waits between its attempts; here it does not."""

    @pytest.fixture
    def failing(self, monkeypatch):
        """`failing("module.name", times)`: that function fails so often as a lost connection does."""
        waited = []
        monkeypatch.setattr("imports.pipeline.patience.stopping.wait", lambda seconds: waited.append(seconds))

        def failing(where, name: str, times: int) -> list:
            real, failures = getattr(where, name), []

            def fails(*args, **act):
                if len(failures) < times:
                    failures.append(1)
                    raise OperationalError("server closed the connection unexpectedly")
                return real(*args, **act)

            monkeypatch.setattr(where, name, fails)
            return waited

        return failing

    @pytest.mark.parametrize("times", [1, 20])
    def test_while_it_writes_the_import_goes_on(self, manager, failing, times):
        waited = failing(slices, "add_imported", times)
        import_ = imported(manager, leads(20))
        assert (import_.state, counts(import_), Customer.objects.count()) == (State.DONE, {"created": 20}, 20)
        assert len(waited) == times

    @pytest.mark.parametrize("times", [1, 20])
    def test_while_it_reads_the_file_is_read_again(self, manager, failing, times):
        failing(checking, "put_aside", times)
        import_ = imported(manager, leads(20))
        assert (import_.state, counts(import_), Customer.objects.count()) == (State.DONE, {"created": 20}, 20)

    def test_while_it_finishes(self, manager, failing):
        failing(running, "_finish", 1)
        import_ = imported(manager, csv_bytes(ASHA, ASHA))
        assert (import_.state, counts(import_)) == (State.DONE, {"created": 1, "duplicate_in_file": 1})

    def test_after_the_last_statement_of_a_slice_no_source_is_counted_twice(self, manager, monkeypatch):
        # Given the connection that goes when the slice is to be committed
        monkeypatch.setattr("imports.pipeline.patience.stopping.wait", lambda seconds: False)
        real, failures = Writer._account, []

        def at_the_commit(writer, *args, **more):
            real(writer, *args, **more)
            if not failures:
                failures.append(1)
                raise OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(Writer, "_account", at_the_commit)
        import_ = imported(manager, csv_bytes("Asha,9876543210,Fair", header="Name,Phone,Source"))
        assert (import_.state, import_.mapping["new_words"]) == (State.DONE, {"source": 1, "course": 0})

    def test_while_it_undoes(self, manager, failing):
        import_ = imported(manager, leads(20))
        failing(undoing.Part, "write", 20)
        assert undone(import_, manager).state == State.UNDONE
        assert not Customer.objects.exists()

    def test_that_answers_and_refuses_for_a_quarter_of_an_hour_is_a_failure(self, manager, failing, monkeypatch):
        monkeypatch.setattr("imports.pipeline.patience.GIVE_UP_AFTER", timedelta(0))
        failing(slices, "add_imported", ATTEMPTS)
        import_ = imported(manager, leads(20))
        assert (import_.state, Customer.objects.count()) == (State.FAILED, 0)
        actions.retry(import_=import_, by=manager, now=timezone.now())
        tasks.run_import.call(str(import_.pk))
        import_.refresh_from_db()
        assert (import_.state, Customer.objects.count()) == (State.DONE, 20)


def test_worker_that_lost_its_import_takes_nothing_from_the_one_that_has_it(manager, monkeypatch):
    # Given a worker that sleeps while it reads, and another that took over and has staged the rows
    import_ = upload(manager, leads(3))

    def sleeps(claim, import_):
        Import.objects.filter(pk=import_.pk).update(worker="other", state=State.RUNNING, rows=3)
        StagedSlice.objects.create(import_id=import_.pk, number=1, data="{}")
        raise Refused("timed_out")  # its child had to wait for too long

    monkeypatch.setattr(running, "check", sleeps)
    pipeline.run(import_.pk)
    # Then the first leaves all as it is
    import_.refresh_from_db()
    assert (import_.state, import_.worker, import_.file_error) == (State.RUNNING, "other", "")
    assert StagedSlice.objects.filter(import_id=import_.pk).count() == 1
