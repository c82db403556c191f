"""Everything asks for a session; what was typed when it ended comes back (accounts' own pieces, end to end)."""

from datetime import timedelta

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from accounts.access import EVERYBODY, MANAGER, roles_allowed
from accounts.tests.factories import PASSWORD
from crm.lib import drafts
from crm.lib.http import json_endpoint, require_methods

SAVED: list[str] = []


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def person(request, number):
    """A page with a form whose text may be waiting."""
    kept = drafts.take(request, f"note {number}")
    return HttpResponse(f"page {number}: {kept.fields['notes'] if kept else 'empty'}")


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="person")
def note(request, number):
    SAVED.append(request.POST["notes"])
    return HttpResponse("saved")


@roles_allowed(*EVERYBODY)
@json_endpoint
@require_methods("POST", back_to="person")
def status(request, number):
    return HttpResponse("saved")


@roles_allowed(*EVERYBODY)
@require_methods("POST")
def act(request):
    return HttpResponse("done")


@roles_allowed(MANAGER)
@require_methods("POST")
def managers_act(request):
    return HttpResponse("done")


@login_not_required
def public(request):
    return HttpResponse("public")


urlpatterns = [
    path("t/<int:number>/", person, name="person"),
    path("t/<int:number>/note/", note),
    path("t/<int:number>/status/", status),
    path("t/act/", act),
    path("t/managers/", managers_act),
    path("t/public/", public),
    path("", include("crm.urls")),
]
handler403 = "crm.errors.permission_denied"
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def nothing_saved():
    SAVED.clear()


def sign_in(client, user, there):
    return client.post("/login/", {"username": user.username, "password": PASSWORD, "next": there})


def fields(user, text="Call her father", number=7):
    return {"notes": text, "draft": drafts.token(user, f"note {number}")}


# --- signed out -----------------------------------------------------------------------------------


def test_a_page_leads_to_the_login_page_and_back(client):
    assert client.get("/t/7/?a=b&c=d").headers["Location"] == "/login/?next=/t/7/%3Fa%3Db%26c%3Dd"


def test_a_script_gets_403(client):
    answer = client.get("/t/7/", headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("You are signed out.")


def test_a_json_endpoint_answers_403_without_being_asked_for_json(client):
    assert client.post("/t/7/status/").status_code == 403
    assert client.post("/t/7/status/", headers={"Accept": "text/html"}).status_code == 302


def test_a_post_leads_back_to_its_page(client):
    assert client.post("/t/7/note/").headers["Location"] == "/login/?next=/t/7/"


def test_a_post_without_a_page_leads_to_the_start(client):
    assert client.post("/t/act/").headers["Location"] == "/login/"
    assert client.get("/t/act/").headers["Location"] == "/login/"


def test_signed_out_comes_before_method_and_role(client):
    assert client.get("/t/managers/").status_code == 302


def test_a_public_page_stays_public(client):
    assert client.get("/t/public/").text == "public"


def test_the_role_is_judged_before_the_method(as_user, asha, manager):
    for accept in ("text/html", "application/json"):
        assert as_user(asha).get("/t/managers/", headers={"Accept": accept}).status_code == 403
        assert as_user(manager).get("/t/managers/", headers={"Accept": accept}).status_code == 405
    answer = as_user(asha).get("/t/managers/", headers={"Accept": "application/json"})
    assert answer.json() == {"error": "Your role does not open this page."}
    answer = as_user(manager).get("/t/managers/", headers={"Accept": "application/json"})
    assert (answer.json(), answer["Allow"]) == ({"error": "This address does not answer GET requests."}, "POST")


# --- what was typed -------------------------------------------------------------------------------


def test_what_was_typed_waits_for_its_author(client, asha):
    answer = client.post("/t/7/note/", fields(asha))
    assert answer.headers["Location"] == "/login/?next=/t/7/"
    answer = sign_in(client, asha, "/t/7/")
    assert client.get(answer.headers["Location"]).text == "page 7: Call her father"
    assert client.get("/t/7/").text == "page 7: empty"
    assert SAVED == []


def test_a_wrong_password_in_between_loses_nothing(client, asha):
    client.post("/t/7/note/", fields(asha))
    client.post("/login/", {"username": "asha", "password": "wrong"})
    sign_in(client, asha, "/t/7/")
    assert client.get("/t/7/").text == "page 7: Call her father"


def test_a_colleague_who_signs_in_there_does_not_see_it(client, asha, ravi):
    client.post("/t/7/note/", fields(asha))
    sign_in(client, ravi, "/t/7/")
    assert client.get("/t/7/").text == "page 7: empty"
    client.post("/logout/")
    sign_in(client, asha, "/t/7/")
    assert client.get("/t/7/").text == "page 7: empty"


def test_nor_is_it_left_in_the_colleagues_session(client, asha, ravi):
    client.post("/t/7/note/", fields(asha))
    assert client.session[drafts.SESSION_KEY]
    sign_in(client, ravi, "/")
    assert client.session[drafts.SESSION_KEY] == []


def test_a_password_changed_elsewhere_ends_the_session_and_keeps_the_text(as_user, asha):
    client = as_user(asha)
    asha.set_password(PASSWORD)
    asha.save()
    client.post("/t/7/note/", fields(asha))
    sign_in(client, asha, "/t/7/")
    assert client.get("/t/7/").text == "page 7: Call her father"


def test_a_stale_token_brings_the_text_back_at_once(asha):
    client = Client(enforce_csrf_checks=True)
    client.force_login(asha, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/t/7/note/", fields(asha))
    assert answer.headers["Location"] == "/t/7/"
    assert client.get("/t/7/").text == "page 7: Call her father"
    assert SAVED == []


def test_a_stale_token_of_somebody_else_keeps_nothing(asha, ravi):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ravi, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/t/7/note/", fields(asha)).status_code == 403
    assert drafts.SESSION_KEY not in client.session


def test_a_signed_out_form_with_a_stale_token_keeps_its_text(asha):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/t/7/note/", fields(asha))
    assert answer.headers["Location"] == "/t/7/"
    client = Client(enforce_csrf_checks=False, cookies=client.cookies)
    assert client.get("/t/7/").headers["Location"] == "/login/?next=/t/7/"


def test_a_script_with_a_stale_token_gets_403_and_a_new_one(asha):
    client = Client(enforce_csrf_checks=True)
    client.force_login(asha, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/t/7/status/", fields(asha))
    assert (answer.status_code, list(answer.json())) == (403, ["error"])
    token = client.cookies["csrftoken"].value
    assert client.post("/t/7/status/", fields(asha), headers={"X-CSRFToken": token}).text == "saved"


# --- when she was last here -----------------------------------------------------------------------


def test_a_visit_is_remembered_at_most_every_few_minutes(as_user, asha, time_machine, django_assert_num_queries):
    start = timezone.now()
    time_machine.move_to(start + timedelta(minutes=6), tick=False)
    client = as_user(asha)
    with django_assert_num_queries(3):  # session, person, and that she was here
        client.get("/t/7/")
    asha.refresh_from_db()
    assert asha.last_seen_at == start + timedelta(minutes=6)
    time_machine.move_to(start + timedelta(minutes=10), tick=False)
    with django_assert_num_queries(2):
        client.get("/t/7/")
    asha.refresh_from_db()
    assert asha.last_seen_at == start + timedelta(minutes=6)


def test_a_first_visit_is_remembered(as_user, asha):
    type(asha).objects.update(last_seen_at=None)
    as_user(asha).get("/t/7/")
    asha.refresh_from_db()
    assert asha.last_seen_at is not None


def test_a_public_page_remembers_nobody(as_user, asha):
    type(asha).objects.update(last_seen_at=None)
    as_user(asha).get("/t/public/")
    asha.refresh_from_db()
    assert asha.last_seen_at is None
