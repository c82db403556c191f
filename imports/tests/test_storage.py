"""Uploads in a storage that no path leads to, such as an object store: everything goes the same way."""

import io

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from customers.models import Customer
from imports import actions, purging, tasks
from imports.models import Import, State
from imports.tests.factories import ASHA, counts, csv_bytes, imported

pytestmark = pytest.mark.django_db


class Objects(Storage):
    """Names and bytes, and no `path`."""

    def __init__(self):
        self.kept: dict[str, bytes] = {}

    def _open(self, name: str, mode: str = "rb") -> File:
        if name not in self.kept:
            raise FileNotFoundError(name)
        return ContentFile(self.kept[name], name)

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        self.kept[name] = content.read()
        return name

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    def exists(self, name: str) -> bool:
        return name in self.kept


@pytest.fixture(
    autouse=True, params=["imports.tests.test_storage.Objects", "django.core.files.storage.InMemoryStorage"]
)
def without_files_on_disk(request, settings):
    """The second has paths, to which no file leads."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": request.param}}


def test_text_and_workbooks_are_read_from_it(manager):
    assert counts(imported(manager, csv_bytes(ASHA))) == {"created": 1}
    book, content = Workbook(), io.BytesIO()
    book.active.append(["Name", "Phone"])
    book.active.append(["Ravi Menon", "98111 22233"])
    book.save(content)
    assert counts(imported(manager, content.getvalue(), "ravi.xlsx")) == {"created": 1}
    assert set(Customer.objects.values_list("name", flat=True)) == {"Asha Nair", "Ravi Menon"}


def test_a_file_is_read_once_more_when_its_columns_were_chosen(manager):
    import_ = imported(manager, b"Who,What\nAsha Nair,soon\nRavi,later\n")
    assert import_.state == State.NEEDS_MAPPING
    columns = {import_.sheets[0]["name"]: {"Who": "name", "What": "phone"}}
    actions.choose_mapping(import_=import_, mapping=columns, by=manager, now=timezone.now())
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    assert (import_.state, counts(import_)) == (State.DONE, {"rejected": 2})


def test_the_file_is_had_again_as_it_came(manager, as_user):
    import_ = imported(manager, csv_bytes(ASHA))
    response = as_user(manager).get(reverse("imports:file", args=[import_.pk]))
    assert b"".join(response) == csv_bytes(ASHA)


def test_a_file_that_the_storage_lost_is_said_to_be_gone(manager, as_user):
    import_ = imported(manager, csv_bytes(ASHA))
    import_.file.storage.delete(import_.file.name)
    assert as_user(manager).get(reverse("imports:file", args=[import_.pk])).status_code == 404


def test_it_is_deleted_there_at_once_or_in_its_time(manager, django_capture_on_commit_callbacks):
    first = imported(manager, csv_bytes(ASHA))
    with django_capture_on_commit_callbacks(execute=True):
        actions.delete_file(import_=first, by=manager, now=timezone.now())
    second = imported(manager, csv_bytes("Ravi,98111 22233,,,"), "second.csv")
    Import.objects.filter(pk=second.pk).update(purged_at=timezone.now())
    while purging.purge_next(now=timezone.now()):
        pass
    assert not default_storage.exists(first.file.name)
    assert not default_storage.exists(second.file.name)
