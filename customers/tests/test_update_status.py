"""update-status and notes: JSON for scripts, the customer's page for forms; drafts, double taps, strangers."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.timezone import localtime

from accounts.tests.factories import PASSWORD
from customers.models import FollowUp, Note, Status, StatusChange
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
JSON, HTML = {"accept": "application/json"}, {"accept": "text/html"}


@pytest.fixture
def farah(asha):
    return CustomerFactory(name="Farah Khan", phone_number="+919876543210", assigned_to=asha)


@pytest.fixture
def url(farah):
    return f"/customers/{farah.pk}/update-status/"


@pytest.fixture
def notes_url(farah):
    return f"/customers/{farah.pk}/notes/"


@pytest.fixture
def client(asha, as_user):
    return as_user(asha)


def typed(page: str, name: str) -> str:
    """The value of the hidden field `name` in a page."""
    return page.split(f'name="{name}" value="')[1].split('"')[0]


# --- JSON ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, JSON, {"accept": "*/*"}])
def test_a_form_post_is_answered_in_json(headers, client, url, farah):
    response = client.post(url, {"status": "INTERESTED", "notes": " fees?\r\nBCA "}, headers=headers)

    assert response.status_code == 200
    answer = response.json()
    assert {key: answer[key] for key in ("success", "status", "status_display")} == {
        "success": True,
        "status": "INTERESTED",
        "status_display": "Interested",
    }
    assert farah.status_changes.get().notes == "fees?\nBCA"


def test_a_json_body_is_the_same(client, url, farah):
    body = {"status": "INTERESTED", "notes": "മലയാളം", "follow_up_at": None, "client_token": "t"}
    response = client.post(url, json.dumps(body), content_type="application/json")

    assert response.json()["success"] is True
    assert farah.status_changes.get().notes == "മലയാളം"


def test_a_double_tap_records_once_and_answers_alike(client, url, farah):
    data = {"status": "INTERESTED", "client_token": "t"}
    first, second = client.post(url, data), client.post(url, data)

    assert first.json() == second.json()
    assert farah.status_changes.count() == 1


BAD = [
    {},
    {"status": ""},
    {"status": "NOPE"},
    {"status": "\x00"},
    {"status": "INTERESTED", "notes": "x" * 5001},
    {"status": "INTERESTED", "client_token": "x" * 65},
    {"status": "INTERESTED", "follow_up_at": "tomorrow"},
    {"status": "INTERESTED", "follow_up_at": "2030-01-01"},
    {"status": "INTERESTED", "follow_up_at": "32/01/2030 10:00"},
    {"status": "INTERESTED", "follow_up_at": "2020-01-01T10:00"},
    {"status": "INTERESTED", "follow_up_at": "0001-01-01T00:00+14:00"},
    {"status": "INTERESTED", "follow_up_at": "9999-12-31T23:59-14:00"},
    {"status": "INTERESTED", "follow_up_at": "9999-12-31T23:59"},
    {"status": "INTERESTED", "follow_up": "at", "follow_up_at": ""},
    {"status": "INTERESTED", "follow_up": "1h", "follow_up_at": "31/12/2027 10:00"},
    {"status": "INTERESTED", "follow_up": "soon"},
]


@pytest.mark.parametrize("data", BAD, ids=lambda data: str(data)[:60])
def test_bad_input_is_400_with_a_sentence_and_changes_nothing(data, client, url, farah):
    response = client.post(url, data)

    assert response.status_code == 400
    assert len(response.json()["error"]) > 10
    farah.refresh_from_db()
    assert (farah.status_id, farah.status_changes.count()) == ("NEW", 0)


@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"status": {"a": 1}}', '{"notes": "\\u0000"}', "[" * 100_000])
def test_a_body_that_is_no_json_object_is_400(body, client, url):
    response = client.post(url, body, content_type="application/json")
    assert response.status_code == 400
    assert set(response.json()) == {"error"}


def test_a_retired_status_is_400(client, url):
    Status.objects.filter(pk="VALID").update(is_active=False)
    assert "no longer in use" in client.post(url, {"status": "VALID"}).json()["error"]


def test_five_thousand_characters_with_line_ends_fit(client, url):
    text = "x\r\n" * 2500
    assert client.post(url, {"status": "INTERESTED", "notes": text}).status_code == 200


# --- Follow-up times ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "zone"),
    [
        ("%Y-%m-%dT%H:%M", "home"),
        ("%Y-%m-%d %H:%M", "home"),
        ("%Y-%m-%dT%H:%M:%S", "home"),
        ("%d/%m/%Y %H:%M", "home"),
        ("%d-%m-%Y %H:%M", "home"),
        ("%Y-%m-%dT%H:%M+05:30", "home"),
        ("%Y-%m-%dT%H:%MZ", "utc"),
    ],
)
def test_follow_up_times_in_every_shape(shape, zone, client, url, farah):
    due = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    text = (localtime(due) if zone == "home" else due).strftime(shape)

    answer = client.post(url, {"status": "FOLLOW_UP", "follow_up_at": text}).json()

    farah.refresh_from_db()
    assert farah.next_follow_up_at == due
    assert answer["next_follow_up_at"] == f"{due:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def planned(farah):
    farah.next_follow_up_at = timezone.now() + timedelta(days=1)
    farah.save()
    return FollowUp.objects.create(
        customer=farah, owner=farah.assigned_to, due_at=farah.next_follow_up_at, promised_at=farah.next_follow_up_at,
        created_by=farah.assigned_to, created_at=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "open_after"),
    [
        ({}, True),  # absent: an unanswered call keeps it
        ({"follow_up_at": ""}, False),  # empty: closed
        ({"follow_up": "", "follow_up_at": ""}, True),  # the page as it comes
        ({"follow_up": "none", "follow_up_at": ""}, False),
        ({"follow_up": "1h", "follow_up_at": ""}, True),
    ],
)
def test_absent_and_empty_are_two_things(data, open_after, client, url, planned):
    client.post(url, {"status": "CALL_NOT_ATTENDED", **data})
    planned.refresh_from_db()
    assert (planned.state == "open") is open_after


def test_chips_send_their_time(client, url, farah):
    page = client.get(f"/customers/{farah.pk}/").content.decode()
    tomorrow = page.split(">Tomorrow 11<")[0].rsplit('value="', 1)[1].split('"')[0]

    client.post(url, {"status": "FOLLOW_UP", "follow_up": tomorrow, "follow_up_at": ""})

    farah.refresh_from_db()
    due = localtime(farah.next_follow_up_at)
    assert (due.date() - timezone.localdate(), due.hour, due.minute) == (timedelta(days=1), 11, 0)


# --- The form without script --------------------------------------------------------------------


def test_a_page_post_leads_back_to_her_with_a_sentence(client, url, farah):
    response = client.post(url, {"status": "INTERESTED", "follow_up": "1h"}, headers=HTML, follow=True)

    assert response.redirect_chain == [(f"/customers/{farah.pk}/", 302)]
    assert "Farah Khan: Interested, follow-up" in response.content.decode()


def test_while_calling_it_leads_to_the_next_one(client, url):
    response = client.post(url, {"status": "INTERESTED", "then": "next"}, headers=HTML)
    assert response["Location"] == "/customers/next/"


def test_a_refused_page_post_keeps_what_was_typed(client, url, farah):
    data = {
        "status": "INTERESTED",
        "notes": "She <asked> for fees",
        "follow_up": "at",
        "follow_up_at": "2020-01-01T10:00",
    }
    response = client.post(url, data, headers=HTML)
    page = response.content.decode()

    assert response.status_code == 400
    assert "lies in the past" in page
    assert "She &lt;asked&gt; for fees</textarea>" in page
    assert 'value="2020-01-01T10:00"' in page
    assert 'id="status-INTERESTED" value="INTERESTED" required\n             checked' in page


# --- Notes --------------------------------------------------------------------------------------


def test_a_note_from_the_page(client, notes_url, farah, asha):
    response = client.post(notes_url, {"notes": "Father decides", "status": "", "client_token": "n"}, headers=HTML)
    client.post(notes_url, {"notes": "Father decides", "client_token": "n"}, headers=HTML)

    assert (response.status_code, response["Location"]) == (302, f"/customers/{farah.pk}/")
    note = Note.objects.get()
    assert (note.text, note.by, note.customer) == ("Father decides", asha, farah)
    assert not StatusChange.objects.exists()


def test_a_note_in_json(client, notes_url):
    answer = client.post(notes_url, {"notes": "Father decides"}, headers=JSON).json()
    assert answer["success"] is True
    assert {key: answer["note"][key] for key in ("text", "by")} == {"text": "Father decides", "by": "asha"}


@pytest.mark.parametrize("text", ["", " \u200b\n ", "x" * 5001])
def test_no_note_and_too_long_a_note(text, client, notes_url):
    as_json = client.post(notes_url, {"notes": text}, headers=JSON)
    page = client.post(notes_url, {"notes": text, "status": "INTERESTED"}, headers=HTML)

    assert (as_json.status_code, page.status_code) == (400, 400)
    assert as_json.json()["error"]
    assert text.strip("\u200b\n ") in page.content.decode()
    assert not Note.objects.exists()


def test_two_people_write_at_once_and_both_notes_stay(farah, client, manager, as_user, notes_url, url):
    hers, managers = client, as_user(manager)
    pages = [c.get(f"/customers/{farah.pk}/").content.decode() for c in (hers, managers)]
    tokens = [typed(page, "client_token") for page in pages]

    hers.post(notes_url, {"notes": "Father decides", "client_token": tokens[0]})
    managers.post(notes_url, {"notes": "Scholarship possible", "client_token": tokens[1]})
    managers.post(url, {"status": "INTERESTED", "notes": "Called her myself"})

    page = hers.get(f"/customers/{farah.pk}/").content.decode()
    assert all(text in page for text in ("Father decides", "Scholarship possible", "Called her myself"))


# --- Signed out in between ----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["update-status", "notes"])
def test_what_was_typed_comes_back_after_the_login(what, farah, asha, client):
    asha.set_password(PASSWORD)
    asha.save()
    browser = Client()
    browser.login(request=None, username="asha", password=PASSWORD)
    draft = typed(browser.get(f"/customers/{farah.pk}/").content.decode(), "draft")
    browser.cookies.clear()

    data = {"status": "INTERESTED", "notes": "Long story", "follow_up": "none", "draft": draft}
    away = browser.post(f"/customers/{farah.pk}/{what}/", data, headers=HTML)
    assert away["Location"] == f"/login/?next=/customers/{farah.pk}/"
    back = browser.post(away["Location"], {"username": "asha", "password": PASSWORD}, follow=True)

    page = back.content.decode()
    assert back.redirect_chain[-1][0] == f"/customers/{farah.pk}/"
    assert "Long story</textarea>" in page
    assert 'value="INTERESTED" required\n             checked' in page
    assert 'id="follow-up-none" value="none" checked' in page
    assert "You had to sign in again" in page
    assert "Long story" not in browser.get(f"/customers/{farah.pk}/").content.decode()
    assert not Note.objects.exists() and not StatusChange.objects.exists()


def test_what_she_typed_is_shown_to_nobody_else(farah, manager, client, url):
    draft = typed(client.get(f"/customers/{farah.pk}/").content.decode(), "draft")
    browser = Client()
    browser.post(url, {"status": "INTERESTED", "notes": "Long story", "draft": draft}, headers=HTML)
    session = browser.session
    assert "Long story" in str(session["drafts"])

    browser.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    assert "Long story" not in browser.get(f"/customers/{farah.pk}/").content.decode()


def test_a_stale_csrf_token_loses_nothing(farah, asha):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(asha, backend="django.contrib.auth.backends.ModelBackend")
    draft = typed(browser.get(f"/customers/{farah.pk}/").content.decode(), "draft")
    url = f"/customers/{farah.pk}/update-status/"

    page = browser.post(url, {"notes": "Long story", "draft": draft}, headers=HTML, follow=True).content.decode()
    in_json = browser.post(url, {"notes": "Long story", "draft": draft})

    assert "Long story</textarea>" in page
    assert in_json.status_code == 403
    assert set(in_json.json()) == {"error"}


def test_signed_out_is_403_in_json(url):
    response = Client().post(url, {"status": "INTERESTED"})
    assert response.status_code == 403
    assert "error" in response.json()


# --- Strangers, methods, ids --------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, JSON, HTML])
@pytest.mark.parametrize("path", ["", "edit/", "notes/", "update-status/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_learns_nothing(method, path, headers, farah, ravi, as_user):
    data = {"status": "INTERESTED", "notes": "mine", "name": "Mine"}
    response = getattr(as_user(ravi), method)(f"/customers/{farah.pk}/{path}", data, headers=headers)

    assert response.status_code in ((403,) if (method, path) != ("post", "") else (405,)) or (
        method == "get" and path in ("notes/", "update-status/") and response.status_code == 405
    )
    body = response.content.decode()
    assert "Farah" not in body and "98765" not in body
    farah.refresh_from_db()
    assert (farah.name, farah.status_id, farah.notes.count()) == ("Farah Khan", "NEW", 0)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_other_methods_are_405_in_json(method, client, url):
    response = getattr(client, method)(url)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert set(response.json()) == {"error"}


def test_an_unknown_id_is_404_in_json(client):
    response = client.post("/customers/00000000-0000-0000-0000-000000000000/update-status/", {"status": "NEW"})
    assert response.status_code == 404
    assert set(response.json()) == {"error"}
    assert client.post("/customers/not-an-id/update-status/", {}).status_code == 404


def test_a_manager_records_too(manager, as_user, url, farah):
    assert as_user(manager).post(url, {"status": "INTERESTED"}).status_code == 200
    assert farah.status_changes.get().changed_by == manager
