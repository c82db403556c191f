"""Signing in and out."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import PASSWORD

WRONG = "This name and password do not match."


def post(client, user="asha", password=PASSWORD, **more):
    return client.post("/login/", {"username": user, "password": password, **more})


def test_a_manager_begins_at_the_managers_dashboard(client, manager):
    assert post(client, "meena").headers["Location"] == "/dashboard/manager/"


def test_a_counsellor_begins_at_her_own(client, asha):
    answer = post(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard/sales/")


def test_an_admin_begins_at_the_managers_dashboard(client, admin_user):
    assert post(client, "admin").headers["Location"] == "/dashboard/manager/"


def test_a_wrong_password_says_so_and_keeps_the_name(client, asha):
    answer = post(client, password="not hers")
    assert answer.status_code == 200
    assert WRONG in answer.text
    assert 'value="asha"' in answer.text
    assert "not hers" not in answer.text


def test_an_unknown_name_gets_the_same_words(client, db):
    assert WRONG in post(client, "nobody").text


def test_a_deactivated_person_gets_the_same_words(client, asha):
    asha.is_active = False
    asha.save()
    assert WRONG in post(client).text


@pytest.mark.parametrize("fields", [{}, {"username": "asha"}, {"password": "x"}, {"username": "a\0b", "password": "x"}])
def test_missing_and_odd_fields_are_no_error_of_ours(client, asha, fields):
    answer = client.post("/login/", fields)
    assert answer.status_code == 200
    assert "invalid-feedback" in answer.text


def test_a_signed_in_visitor_is_sent_on(as_user, asha):
    client = as_user(asha)
    assert client.get("/login/").headers["Location"] == "/dashboard/sales/"
    assert client.get("/login/?next=/profile/").headers["Location"] == "/profile/"


def test_other_methods_are_refused(client, db):
    answer = client.put("/login/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"


def test_scripts_sign_in_with_json(client, asha):
    answer = client.post(
        "/login/",
        {"username": "asha", "password": PASSWORD, "next": "/profile/"},
        content_type="application/json",
        headers={"Accept": "application/json"},
    )
    assert answer.json() == {"success": True, "next": "/profile/"}
    assert client.get("/profile/").status_code == 200


def test_scripts_are_refused_with_json(client, asha):
    body = {"username": "asha", "password": "wrong"}
    json = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
    answer = client.post("/login/", body, **json)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(WRONG)
    assert client.post("/login/", "[1", **json).status_code == 400


# --- next -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/profile/", "/profile/?a=b", "/customers/?status=NEW", "/admin/"])
def test_next_leads_to_a_page_of_ours(client, asha, path):
    assert post(client, next=path).headers["Location"] == path


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/profile/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "/logout/",
        "/logout/?next=/",
        "/%6cogout/",
        "/profile/../logout/",
        "/profile/%2e%2e/logout/",
        "/./logout/",
        "http://testserver/logout/",
        "/login/",
        "/admin/logout/",
        "/no-such-page/",
        "/customers/bulk-assign/",
        "http://[",
        "",
    ],
)
def test_next_leads_nowhere_else(client, asha, path):
    assert post(client, next=path).headers["Location"] == "/dashboard/sales/"


def test_next_stands_in_the_form(client, db):
    assert '<input type="hidden" name="next" value="/profile/">' in client.get("/login/?next=/profile/").text


# --- signing out ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_signing_out(as_user, asha, method):
    client = as_user(asha)
    answer = getattr(client, method)("/logout/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/")
    assert client.get("/profile/").headers["Location"] == "/login/?next=/profile/"


def test_signing_out_twice_is_no_error(client, db):
    assert client.post("/logout/").headers["Location"] == "/login/"


# --- who may not stay -------------------------------------------------------------------------------


def test_a_deactivated_person_is_out_at_once(as_user, asha):
    client = as_user(asha)
    assert client.get("/profile/").status_code == 200
    asha.is_active = False
    asha.save()
    assert client.get("/profile/").headers["Location"] == "/login/?next=/profile/"
    assert client.get("/profile/", headers={"Accept": "application/json"}).status_code == 403


def test_a_new_password_ends_the_sessions_elsewhere(as_user, asha):
    elsewhere = as_user(asha)
    asha.set_password("quite another one")
    asha.save()
    assert elsewhere.get("/profile/").status_code == 302


# --- the lock ---------------------------------------------------------------------------------------


@pytest.fixture
def locks(settings):
    settings.AXES_ENABLED = True


def test_the_fifth_wrong_password_locks(locks, client, asha):
    answers = [post(client, password="wrong") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert "Wait 15 minutes" in answers[-1].text
    answer = post(client)
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


def test_the_lock_is_for_that_name_and_that_address(locks, client, asha, ravi):
    for _ in range(5):
        post(client, password="wrong")
    assert post(Client(), "ravi").status_code == 302
    assert post(Client(REMOTE_ADDR="10.1.2.3")).status_code == 302
    assert post(Client(headers={"User-Agent": "another"})).status_code == 429


def test_the_header_of_a_proxy_is_believed_only_when_there_is_one(locks, settings, asha):
    client = Client(headers={"X-Forwarded-For": "10.9.9.9"})
    for _ in range(5):
        post(client, password="wrong")
    assert post(Client(headers={"X-Forwarded-For": "10.8.8.8"})).status_code == 429
    settings.TRUSTED_PROXIES = 1
    assert post(Client(headers={"X-Forwarded-For": "10.8.8.8"})).status_code == 302


def test_the_lock_opens_after_a_quarter_of_an_hour(locks, client, asha, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    for _ in range(5):
        post(client, password="wrong")
    time_machine.shift(timedelta(minutes=10))
    assert post(client).status_code == 429
    time_machine.shift(timedelta(minutes=6))  # trying in between has not made it longer
    assert post(client).status_code == 302


def test_the_right_password_in_between_forgives(locks, client, asha):
    for _ in range(4):
        post(client, password="wrong")
    post(client)
    client.logout()
    assert post(client, password="wrong").status_code == 200


def test_the_lock_speaks_json(locks, client, asha):
    json = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
    for _ in range(5):
        answer = client.post("/login/", {"username": "asha", "password": "wrong"}, **json)
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.json()["error"]


def test_no_password_is_kept_or_logged(locks, client, asha, caplog):
    from axes.models import AccessAttempt

    caplog.set_level(logging.DEBUG)
    for _ in range(5):
        post(client, password="swordfish-one")
    client.post("/login/", {"username": "asha", "password": "swordfish-two"}, content_type="application/json")
    kept = " ".join(str(row) for row in AccessAttempt.objects.values())
    assert "asha" in kept
    assert "swordfish" not in kept
    assert caplog.text
    assert "swordfish" not in caplog.text


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_has_no_frame_and_no_query_for_it(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        text = client.get("/login/").text
    assert "bottom-bar" not in text
    assert "Main menu" not in text


def test_a_demonstration_says_where_its_names_are(client, db, settings):
    assert "printed where it was started" not in client.get("/login/").text
    settings.DEMO = True
    assert "printed where it was started" in client.get("/login/").text


def test_a_form_from_before_the_sign_in_in_another_tab_leads_on(asha):
    client = Client(enforce_csrf_checks=True)
    client.force_login(asha, backend="django.contrib.auth.backends.ModelBackend")
    assert post(client).headers["Location"] == "/"


def test_a_form_without_a_token_is_refused(db):
    client = Client(enforce_csrf_checks=True)
    assert post(client).status_code == 403
    answer = client.post("/login/", {}, headers={"Accept": "application/json"})
    assert (answer.status_code, list(answer.json())) == (403, ["error"])
