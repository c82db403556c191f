"""Uploads and raw rows go after KEEP_UPLOADS_DAYS: by the worker, by the command, and the pages say so."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from imports import actions, purging, tasks
from imports.models import Import, ImportRow, State
from imports.pipeline import patience
from imports.tests.factories import ASHA, csv_bytes, imported, upload

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def aged(import_: Import, days: int) -> Import:
    """As if it had come, and ended, so long ago."""
    moment = timezone.now() - timedelta(days=days)
    Import.objects.filter(pk=import_.pk).update(created_at=moment, finished_at=moment)
    import_.refresh_from_db()
    return import_


def purged(import_: Import) -> Import:
    while purging.purge_next(now=timezone.now()):
        pass
    import_.refresh_from_db()
    return import_


@pytest.fixture
def mixed(manager) -> Import:
    """One of each outcome."""
    CustomerFactory(name="Ravi Kumar", phone_number="+919876543219")
    CustomerFactory(name="Meera", phone_number="+919876543218", area="")
    rows = [ASHA, ASHA, "Nobody,12,,,", "Zoya,9876543219,,,", "Meera,9876543218,Kochi,99/99/2026,"]
    return imported(manager, csv_bytes(*rows))


class TestWhatGoes:
    def test_the_file_and_every_raw_cell_go_and_the_outcomes_stay(self, manager, mixed):
        aged(mixed, 181)
        name, before = mixed.file.name, list(mixed.import_rows.order_by("number").values_list("outcome", "reason"))
        import_ = purged(mixed)

        assert (import_.purged_at is not None, bool(import_.file)) == (True, False)
        assert not mixed.file.storage.exists(name)
        assert not import_.import_rows.filter(raw__isnull=False).exists()
        assert not import_.import_rows.filter(before__isnull=False).exists()
        assert list(import_.import_rows.order_by("number").values_list("outcome", "reason")) == before
        assert Customer.objects.count() == 3

    def test_nothing_that_a_row_said_is_left(self, mixed):
        aged(mixed, 181)
        import_ = purged(mixed)
        kept = str(list(import_.import_rows.values("raw", "before", "detail", "warnings"))) + str(import_.mapping)
        for said in ("Nobody", "Zoya", "98765", "99/99/2026", "Kochi"):
            assert said not in kept

    @pytest.mark.parametrize("days", [0, 29, 179])
    def test_what_is_young_enough_stays(self, mixed, days):
        aged(mixed, days)
        import_ = purged(mixed)
        assert import_.purged_at is None
        assert import_.import_rows.filter(raw__isnull=False).exists()

    def test_one_that_ended_late_keeps_what_its_undo_takes(self, mixed):
        # Given a file that waited half a year before somebody imported it yesterday
        aged(mixed, 181)
        Import.objects.filter(pk=mixed.pk).update(finished_at=timezone.now() - timedelta(days=1))
        assert purged(mixed).purged_at is None

    def test_one_at_work_is_left_alone(self, manager):
        import_ = aged(upload(manager, csv_bytes(ASHA)), 181)
        assert purged(import_).purged_at is None


class TestWaitingOnes:
    def test_a_file_nobody_went_on_with_ends_and_says_so(self, manager, as_user):
        import_ = aged(imported(manager, b"Kandidat,Kod\nAsha,red\n"), 181)
        assert import_.state == State.NEEDS_MAPPING
        import_ = purged(import_)

        assert (import_.state, import_.file_error) == (State.CANCELLED, "expired")
        page = as_user(manager).get(reverse("imports:detail", args=[import_.pk])).content.decode()
        assert "Nobody went on with it" in page
        with pytest.raises(actions.ActionError):
            actions.choose_mapping(import_=import_, mapping={"x": {"Kod": "phone"}}, by=manager, now=timezone.now())

    def test_what_was_staged_for_a_check_goes_too(self, manager):
        import_ = aged(imported(manager, csv_bytes(ASHA), dry_run=True), 181)
        import_ = purged(import_)
        assert (import_.state, import_.staged.count(), import_.import_rows.count()) == (State.CANCELLED, 0, 0)

    def test_a_failed_one_cannot_be_started_again_without_its_file(self, manager, mixed):
        Import.objects.filter(pk=mixed.pk).update(state=State.FAILED)
        import_ = purged(aged(mixed, 181))
        with pytest.raises(actions.ActionError, match="The file was deleted on"):
            actions.retry(import_=import_, by=manager, now=timezone.now())


class TestPages:
    def test_they_say_when_and_why(self, as_user, manager, mixed):
        import_ = purged(aged(mixed, 181))
        day = timezone.localtime(import_.purged_at)
        sentence = f"The file was deleted on {day:%a} {day.day} {day:%b %Y}, as uploads are after 180 days"
        client = as_user(manager)
        for name, status in (("detail", 200), ("problems", 200), ("file", 404)):
            response = client.get(reverse(f"imports:{name}", args=[import_.pk]))
            assert (response.status_code, sentence in response.content.decode()) == (status, True), name
        detail = client.get(reverse("imports:detail", args=[import_.pk])).content.decode()
        assert "Problem rows" not in detail
        assert reverse("imports:problems", args=[import_.pk]) not in detail
        assert sentence in client.get(reverse("imports:file", args=[import_.pk]), headers=JSON).json()["error"]

    def test_the_rows_are_still_listed_by_what_became_of_them(self, as_user, manager, mixed):
        import_ = purged(aged(mixed, 181))
        page = as_user(manager).get(reverse("imports:detail", args=[import_.pk]), {"outcome": "rejected"})
        assert [row.outcome for row in page.context["rows"]] == ["rejected"]


class TestWorkerAndCommand:
    @pytest.fixture(autouse=True)
    def queue(self, mixed, settings):
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "imports"]}}

    def test_the_worker_is_told_once_while_there_is_something_to_do(self, mixed):
        tasks.purge_when_due(timezone.now())
        assert not DBTaskResult.objects.filter(task_path=tasks.purge_uploads.module_path).exists()
        aged(mixed, 181)
        tasks.purge_when_due(timezone.now())
        tasks.purge_when_due(timezone.now())
        assert DBTaskResult.objects.filter(task_path=tasks.purge_uploads.module_path).count() == 1

    def test_one_file_a_task_then_the_next(self, manager, mixed):
        aged(mixed, 181)
        aged(imported(manager, csv_bytes("Bala,9876500000,,,"), "other.csv"), 181)
        tasks.purge_uploads.call()
        assert Import.objects.filter(purged_at__isnull=False).count() == 1
        assert DBTaskResult.objects.filter(task_path=tasks.purge_uploads.module_path).count() == 1

    def test_a_purge_that_was_stopped_goes_on_where_it_stood(self, mixed, monkeypatch):
        monkeypatch.setattr(purging, "BATCH", 1)
        aged(mixed, 181)
        patience.stopping.set()
        try:
            tasks.purge_uploads.call()
        finally:
            patience.stopping.clear()
        mixed.refresh_from_db()
        assert (mixed.purged_at is not None, bool(mixed.file)) == (True, True)
        assert ImportRow.objects.filter(raw__isnull=False).exists()

        import_ = purged(mixed)
        assert not import_.file
        assert not ImportRow.objects.filter(raw__isnull=False).exists()

    def test_the_command_says_what_it_did(self, mixed):
        aged(mixed, 181)
        said = StringIO()
        call_command("purge_uploads", dry_run=True, stdout=said)
        assert "1 file would be deleted: older than 180 days." in said.getvalue()
        assert Import.objects.get(pk=mixed.pk).purged_at is None
        call_command("purge_uploads", stdout=said)
        assert "1 file deleted: older than 180 days." in said.getvalue()
        assert Import.objects.get(pk=mixed.pk).purged_at is not None
