"""An upload is kept once, or not at all."""

import pytest

from customers.models import Customer
from imports import actions, tasks
from imports.models import Import, State
from imports.tests.factories import ASHA, csv_bytes, imported, upload


class TestUpload:
    def test_name_is_made_plain(self, manager):
        import_ = upload(manager, csv_bytes(ASHA), "C:\\Users\\meena\\..\\le\u202eads\n.csv" + "x" * 300)
        assert import_.original_name.startswith("leads")
        assert "\\" not in import_.original_name
        assert len(import_.original_name) == 255

    def test_same_form_twice_is_one_import(self, manager):
        first = upload(manager, csv_bytes(ASHA), token="form-1")
        second = upload(manager, csv_bytes("Other,9876543211,,,"), token="form-1")
        assert (second.pk, second.repeated, first.repeated) == (first.pk, "token", "")

    def test_same_bytes_while_at_work_are_one_import(self, manager):
        first = upload(manager, csv_bytes(ASHA))
        assert upload(manager, csv_bytes(ASHA), "copy.csv").repeated == "same_file"
        tasks.run_import.call(str(first.pk))
        assert upload(manager, csv_bytes(ASHA)).repeated == ""

    def test_what_cannot_be_read_leaves_nothing(self, manager):
        with pytest.raises(actions.Refused):
            upload(manager, b"%PDF-1.7 ...")
        assert not Import.objects.exists()

    def test_too_large(self, manager, settings):
        settings.MAX_UPLOAD_BYTES = 10
        with pytest.raises(actions.ActionError):
            upload(manager, csv_bytes(ASHA))
        assert not Import.objects.exists()

    def test_worker_is_told_after_the_commit(self, manager, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            upload(manager, csv_bytes(ASHA))
        assert len(callbacks) == 1
        assert Customer.objects.count() == 1

    def test_file_without_rows(self, manager):
        import_ = imported(manager, csv_bytes())
        assert (import_.state, import_.file_error) == (State.REFUSED, "file_empty")
