"""GET and POST /import/."""

import io
import resource
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse
from django.utils.html import escape

from accounts.tests.factories import PASSWORD
from customers.models import Customer, Origin
from imports.models import Import, State
from imports.reasons import Reason, message
from imports.tests.factories import csv_bytes, imported, leads, upload

URL = reverse("imports:upload")
JSON = {"Accept": "application/json"}
GOOD = csv_bytes("Asha Nair,9876543210,Kochi,05/03/2026,fees?")


def file(content: bytes = GOOD, name: str = "leads.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_the_form_has_a_token_of_its_own_each_time_it_is_drawn(as_user, manager):
    client = as_user(manager)
    pages = [client.get(URL) for _ in range(2)]
    tokens = [str(page.context["form"]["token"].value()) for page in pages]
    assert tokens[0] != tokens[1]
    assert f'name="token" value="{tokens[0]}"' in pages[0].content.decode()


def test_a_file_goes_to_the_history_and_its_customers_arrive(as_user, manager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = as_user(manager).post(URL, {"file": file(), "token": uuid.uuid4()})
    assert (response.status_code, response["Location"]) == (302, reverse("imports:history"))
    import_ = Import.objects.get()
    assert (import_.state, import_.created, import_.original_name) == (State.DONE, 1, "leads.csv")
    assert import_.uploaded_by == manager
    assert Customer.objects.visible_to(manager).get().name == "Asha Nair"


def test_json_says_what_was_taken(as_user, manager):
    response = as_user(manager).post(URL, {"file": file()}, headers=JSON)
    import_ = Import.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "success": True,
        "import": str(import_.pk),
        "state": "queued",
        "message": "",
        "url": reverse("imports:history"),
    }


@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_double_click_is_one_import(as_user, manager, headers):
    client, token = as_user(manager), str(uuid.uuid4())
    first = client.post(URL, {"file": file(), "token": token}, headers=headers)
    second = client.post(URL, {"file": file(), "token": token}, headers=headers)
    assert Import.objects.count() == 1
    assert second.status_code == (200 if headers else 302)
    assert first.status_code == (201 if headers else 302)


def test_the_same_file_while_it_is_under_way_shows_the_first(as_user, manager):
    client = as_user(manager)
    client.post(URL, {"file": file(name="first.csv"), "token": "one"})
    response = client.post(URL, {"file": file(name="second.csv"), "token": "two"}, follow=True)
    assert Import.objects.get().original_name == "first.csv"
    assert "first.csv is already on its way" in response.content.decode()


CYRILLIC = "Name,Phone\nИван Петров,9876543210\nОльга Смирнова,9876543211\n".encode("cp1251")


def test_letters_that_cannot_be_told_are_asked_for_and_can_be_chosen(
    as_user, manager, django_capture_on_commit_callbacks
):
    client = as_user(manager)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, {"file": file(CYRILLIC), "token": "one"})
    refused = Import.objects.get()
    assert (refused.state, refused.file_error) == (State.REFUSED, "encoding_unknown")
    assert "More choices" in client.get(URL).content.decode()
    assert "under “More choices”" in client.get(reverse("imports:history")).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL, {"file": file(CYRILLIC), "token": "two", "encoding": "cp1251"})
    names = Customer.objects.visible_to(manager).order_by("phone_number").values_list("name", flat=True)
    assert list(names) == ["Иван Петров", "Ольга Смирнова"]


@pytest.mark.parametrize(
    ("known", "area", "outcome"),
    [("", "Aluva", "updated"), ("fill", "Kochi", "unchanged"), ("skip", "Kochi", "unchanged")],
)
def test_what_happens_to_customers_we_know_can_be_chosen(
    as_user, manager, known, area, outcome, django_capture_on_commit_callbacks
):
    imported(manager, GOOD)
    again = csv_bytes("Asha Nair,9876543210,Aluva,05/03/2026,fees?")
    with django_capture_on_commit_callbacks(execute=True):
        as_user(manager).post(URL, {"file": file(again), "known": known})
    assert getattr(Import.objects.latest("id"), outcome) == 1
    assert Customer.objects.visible_to(manager).get().area == area


def test_a_choice_that_there_is_not_is_refused_and_a_refused_file_keeps_the_choices(as_user, manager):
    client = as_user(manager)
    assert client.post(URL, {"file": file(), "known": "burn"}).status_code == 400
    assert client.post(URL, {"file": file(), "encoding": "klingon"}).status_code == 400
    assert not Import.objects.exists()
    page = client.post(URL, {"file": file(b"%PDF-1.4"), "known": "skip", "encoding": "cp1251"})
    assert page.status_code == 400
    for chosen in ("skip", "cp1251"):
        assert f'<option value="{chosen}" selected>' in page.content.decode()


def encrypted_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue().replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", message(Reason.FILE_EMPTY)),
        (b" \r\n", message(Reason.FILE_EMPTY)),
        (b"%PDF-1.4 not a spreadsheet", "a PDF document"),
        (b"PK\x03\x04 and then nothing of a zip", "This file is damaged"),
        (encrypted_zip(), message(Reason.PASSWORD_PROTECTED)),
    ],
)
def test_what_the_first_bytes_show_is_said_at_once(as_user, manager, content, said):
    page = as_user(manager).post(URL, {"file": file(content, "list.xlsx"), "token": "one"})
    answer = as_user(manager).post(URL, {"file": file(content, "list.xlsx"), "token": "two"}, headers=JSON)
    assert (page.status_code, answer.status_code) == (400, 400)
    assert escape(said) in page.content.decode()
    assert said in answer.json()["error"]
    assert set(answer.json()) == {"error"}
    assert not Import.objects.exists()
    assert page.context["form"]["token"].value() != "one"


@pytest.mark.parametrize("data", [{}, {"file": "a text and no file"}])
def test_no_file_is_said(as_user, manager, data):
    client = as_user(manager)
    page, answer = client.post(URL, data), client.post(URL, data, headers=JSON)
    assert (page.status_code, answer.status_code) == (400, 400)
    assert "Choose the spreadsheet first" in page.content.decode()
    assert "Choose the spreadsheet first" in answer.json()["error"]


def test_a_json_body_holds_no_file(as_user, manager):
    response = as_user(manager).post(URL, {"file": "x"}, content_type="application/json")
    assert response.status_code == 400


def test_a_file_that_is_too_large_is_dropped_and_said(as_user, manager, settings):
    settings.MAX_UPLOAD_BYTES = 100_000
    response = as_user(manager).post(URL, {"file": file(b"Name,Phone\n" * 30_000), "token": "one"})
    assert response.status_code == 400
    assert "larger than 97.7" in response.content.decode()
    assert response.wsgi_request.FILES == {}
    assert not Import.objects.exists()


def test_a_file_of_the_very_limit_is_taken(as_user, manager, settings):
    settings.MAX_UPLOAD_BYTES = len(GOOD)
    assert as_user(manager).post(URL, {"file": file()}).status_code == 302


def test_a_name_with_folders_and_tags_is_only_a_name(as_user, manager):
    client = as_user(manager)
    client.post(URL, {"file": file(name="C:\\fakepath\\<b>leads</b>.csv")})
    page = client.get(URL).content.decode()
    assert "<b>leads" not in page
    assert "fakepath" not in Import.objects.get().original_name


def test_the_session_ended_and_the_page_says_that_the_file_is_lost(as_user, client, manager):
    form = as_user(manager).get(URL).context
    response = client.post(URL, {"file": file(), "token": "one", "draft": form["draft"]})
    assert response["Location"] == f"{reverse('accounts:login')}?next={URL}"
    assert not Import.objects.exists()
    client.post(response["Location"], {"username": "meena", "password": PASSWORD})
    assert "Your file did not arrive" in client.get(URL).content.decode()
    assert "Your file did not arrive" not in client.get(URL).content.decode()


def test_a_stale_form_says_that_the_file_is_lost(manager):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    draft = client.get(URL).context["draft"]
    response = client.post(URL, {"file": file(), "draft": draft}, follow=True)
    assert "Your file did not arrive" in response.content.decode()
    assert "What you typed is here" not in response.content.decode()
    answer = client.post(URL, {"file": file(), "draft": draft}, headers=JSON)
    assert (answer.status_code, set(answer.json())) == (403, {"error"})


def test_the_latest_imports_stand_below(as_user, manager):
    imported(manager, GOOD, "kochi fair.csv")
    page = as_user(manager).get(URL).content.decode()
    assert "kochi fair.csv" in page
    assert "<strong>1</strong> added" in page


def test_before_the_first_import_the_page_says_what_is_needed(as_user, manager):
    assert "A column with phone numbers is all it needs" in as_user(manager).get(URL).content.decode()


def test_the_number_of_queries_does_not_grow(as_user, manager, django_assert_max_num_queries):
    client = as_user(manager)
    for number in range(6):
        imported(manager, csv_bytes(f"A,98765432{number:02}"), f"{number}.csv")
    with django_assert_max_num_queries(8):
        assert client.get(URL).status_code == 200


def test_a_stranger_and_a_wrong_method_are_refused(as_user, asha, manager):
    assert as_user(asha).get(URL).status_code == 403
    assert as_user(asha).post(URL, {"file": file()}).status_code == 403
    assert as_user(manager).delete(URL).status_code == 405
    assert not Import.objects.exists()


def test_an_admin_may_import_too(as_user, admin_user):
    assert as_user(admin_user).post(URL, {"file": file()}).status_code == 302


def test_a_failed_import_is_started_again_where_it_stopped(as_user, manager, asha):
    import_ = upload(manager, GOOD)
    url = reverse("imports:retry", args=[import_.pk])
    refused = as_user(manager).post(url, headers=JSON)
    assert (refused.status_code, set(refused.json())) == (400, {"error"})
    Import.objects.filter(pk=import_.pk).update(state=State.FAILED, file_error="failed")
    assert as_user(asha).post(url).status_code == 403
    page = as_user(manager).get(reverse("imports:detail", args=[import_.pk])).content.decode()
    assert "Start again" in page
    assert "fault on our side" in page
    assert as_user(manager).post(url, headers=JSON).json()["state"] == "queued"


# --- a full disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def full_disk(settings, tmp_path):
    """No file of this process may grow beyond 20,000 bytes."""
    settings.MEDIA_ROOT = tmp_path / "media"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield settings.MEDIA_ROOT
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_full_disk_is_said_and_nothing_is_half_stored(as_user, manager, settings, full_disk, in_memory, tmp_path):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10_000_000 if in_memory else 1_000
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    client = as_user(manager)
    content = leads(3_000)
    answer = client.post(URL, {"file": file(content), "token": "one"})
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "its disk is full. Nothing of it was stored. Tell whoever looks after the server" in page
    assert 'type="file"' in page
    assert not Import.objects.exists() and not Origin.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    answer = client.post(URL, {"file": file(content)}, headers={"Accept": "application/json"})
    assert (answer.status_code, "disk is full" in answer.json()["error"]) == (503, True)
    # And once there is room the same form is taken
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    answer = client.post(URL, {"file": file(content), "token": "one"})
    assert (answer.status_code, Import.objects.get().file.size) == (302, len(content))


@pytest.mark.parametrize(
    "said", ["database or disk is full", 'could not extend file "base/1": No space left on device']
)
def test_a_database_without_room_is_said_and_the_file_goes(as_user, manager, monkeypatch, settings, tmp_path, said):
    settings.MEDIA_ROOT = tmp_path

    def full(self, *args, **kwargs):
        if kwargs.get("update_fields") == ["file"]:  # the file is there already
            raise OperationalError(said)
        return real(self, *args, **kwargs)

    real = Import.save
    monkeypatch.setattr(Import, "save", full)
    answer = as_user(manager).post(URL, {"file": file()})
    assert (answer.status_code, "disk is full" in answer.content.decode()) == (503, True)
    assert not Import.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
