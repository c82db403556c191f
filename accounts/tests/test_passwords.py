"""Changing the password, and choosing one by a link that works once."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.actions import set_password_link
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory

NEW = "the river runs at night"


# --- change ---------------------------------------------------------------------------------------


def change(client, old=PASSWORD, new=NEW, again=NEW, **more):
    return client.post("/password/change/", {"old_password": old, "new_password1": new, "new_password2": again}, **more)


def test_changing_keeps_me_signed_in_here_only(as_user, asha):
    here, elsewhere = as_user(asha), as_user(asha)
    answer = change(here)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/password/change/done/")
    assert here.get("/password/change/done/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    assert User.objects.get(pk=asha.pk).check_password(NEW)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old": "wrong"}, "not your present password"),
        ({"again": "another one altogether"}, "differ"),
        ({"new": "short", "again": "short"}, "too short"),
        ({"new": "908172635443", "again": "908172635443"}, "entirely numeric"),
        ({"new": "", "again": ""}, "required"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(as_user, asha, fields, words):
    client = as_user(asha)
    answer = change(client, **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert words in change(client, **fields, headers={"Accept": "application/json"}).json()["error"]
    assert User.objects.get(pk=asha.pk).check_password(PASSWORD)


@pytest.mark.parametrize("path", ["/password/change/", "/password/change/done/"])
def test_a_stranger_is_sent_to_the_login_page(client, db, path):
    assert client.get(path).headers["Location"] == f"/login/?next={path}"


# --- asking for a link ----------------------------------------------------------------------------


def test_the_link_goes_to_the_address_on_record(client, asha):
    User.objects.filter(pk=asha.pk).update(email="asha@institute.example")
    answer = client.post("/password/reset/", {"email": "ASHA@institute.example"})
    assert answer.headers["Location"] == "/password/reset/sent/"
    (letter,) = mail.outbox
    assert letter.to == ["asha@institute.example"]
    path = re.search(r"http://testserver(/password/set/\S+/)", letter.body)[1]
    assert client.get(path).status_code == 200


def test_an_address_nobody_has_gets_the_same_answer(client, db):
    answer = client.post("/password/reset/", {"email": "nobody@institute.example"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/password/reset/sent/")
    assert mail.outbox == []
    assert "If somebody here has this address" in client.get("/password/reset/sent/").text


def test_a_deactivated_person_gets_no_link(client, db):
    UserFactory(email="gone@institute.example", is_active=False)
    client.post("/password/reset/", {"email": "gone@institute.example"})
    assert mail.outbox == []


def test_people_without_an_address_get_no_letter(client, asha):
    assert client.post("/password/reset/", {"email": ""}).status_code == 400
    assert client.post("/password/reset/", {"email": "no address"}).status_code == 400
    assert mail.outbox == []


# --- choosing one by the link ---------------------------------------------------------------------


def choose(client, path, new=NEW, again=NEW):
    return client.post(path, {"new_password1": new, "new_password2": again})


def test_the_link_works_once(client, asha):
    path = set_password_link(asha)
    assert "asha" in client.get(path).text
    assert choose(client, path).headers["Location"] == "/password/set/done/"
    assert client.get("/password/set/done/").status_code == 200
    assert client.post("/login/", {"username": "asha", "password": NEW}).status_code == 302
    assert client.get(path).status_code == 400
    assert choose(client, path, "and once more please", "and once more please").status_code == 400
    assert User.objects.get(pk=asha.pk).check_password(NEW)


def test_the_link_is_dead_after_a_day(client, asha, time_machine):
    start = timezone.now()
    time_machine.move_to(start)
    path = set_password_link(asha)
    time_machine.move_to(start + timedelta(hours=23))
    assert client.get(path).status_code == 200
    time_machine.move_to(start + timedelta(hours=25))
    answer = client.get(path)
    assert answer.status_code == 400
    assert "Ask for a new one" in answer.text


def test_the_link_is_dead_for_a_deactivated_person(client, asha):
    path = set_password_link(asha)
    asha.is_active = False
    asha.save()
    assert choose(client, path).status_code == 400


def test_a_weak_password_is_refused_and_the_link_lives_on(client, asha):
    path = set_password_link(asha)
    answer = choose(client, path, "password1234", "password1234")
    assert answer.status_code == 400
    assert "too common" in answer.text
    assert choose(client, path).status_code == 302


@pytest.mark.parametrize("uidb64", ["x", "MQ", "!!!", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk", "4pyT", "LTE"])
def test_nonsense_in_the_link_is_a_dead_link(client, db, uidb64):
    answer = client.get(f"/password/set/{uidb64}/abc-def/")
    assert answer.status_code == 400
    answer = client.get(f"/password/set/{uidb64}/abc-def/", headers={"Accept": "application/json"})
    assert list(answer.json()) == ["error"]


def test_the_link_belongs_to_one_person(client, asha, ravi):
    token = set_password_link(asha).split("/")[-2]
    uidb64 = set_password_link(ravi).split("/")[-3]
    assert client.get(f"/password/set/{uidb64}/{token}/").status_code == 400
