"""GET /import/<uuid>/file/: the upload as it came."""

import uuid

import pytest
from django.urls import reverse

from crm.lib.downloads import safe_name
from imports.models import Import
from imports.tests.factories import csv_bytes, imported

JSON = {"Accept": "application/json"}
CONTENT = csv_bytes("Asha,9876543210", "<script>alert(1)</script>,12")


def url(import_: Import) -> str:
    return reverse("imports:file", args=[import_.pk])


def test_the_bytes_and_the_name_are_those_of_the_upload(as_user, manager):
    response = as_user(manager).get(url(imported(manager, CONTENT, "Kochi fair, മലയാളം.csv")))
    content = b"".join(response.streaming_content)
    assert content == CONTENT
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert "Kochi%20fair%2C%20%E0%B4%AE" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ('a"b\r\nX-Evil: 1.csv', "a_b X-Evil_ 1.csv"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("\u202egnp.exe", "gnp.exe"),
        (" .. ", "upload"),
        ("നാമം\u200d.csv", "നാമം\u200d.csv"),
    ],
)
def test_a_name_is_made_safe(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize("how", ["emptied", "gone"])
def test_a_purged_file_is_404_with_a_sentence(as_user, manager, how):
    import_ = imported(manager, CONTENT)
    if how == "emptied":
        Import.objects.filter(pk=import_.pk).update(file="")
    else:
        import_.file.storage.delete(import_.file.name)
    response = as_user(manager).get(url(import_))
    assert response.status_code == 404
    assert "has been deleted" in response.content.decode()
    assert "has been deleted" in as_user(manager).get(url(import_), headers=JSON).json()["error"]
    detail = as_user(manager).get(reverse("imports:detail", args=[import_.pk])).content.decode()
    assert ("The file as it came" in detail) == (how == "gone")


def test_a_stranger_a_wrong_method_and_a_bad_id(as_user, asha, client, manager):
    import_ = imported(manager, CONTENT)
    assert as_user(asha).get(url(import_)).status_code == 403
    assert client.get(url(import_)).status_code == 302
    assert as_user(manager).post(url(import_)).status_code == 405
    assert as_user(manager).get(reverse("imports:file", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("folder", ["", "media/", "static/", "var/media/"])
def test_no_other_address_gives_the_file_to_anybody(as_user, admin_user, manager, folder):
    import_ = imported(manager, CONTENT)
    assert as_user(admin_user).get(f"/{folder}{import_.file.name}").status_code == 404
