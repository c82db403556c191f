"""What a person may change about herself."""

import pytest

from accounts.models import Role, User

FIELDS = {"first_name": "Asha", "last_name": "Nair", "email": "asha@institute.example", "shortcuts": "on"}


def test_it_shows_who_i_am(as_user, asha):
    text = as_user(asha).get("/profile/").text
    assert "Student counsellor" in text
    assert 'value="Asha"' in text


def test_saving(as_user, asha):
    client = as_user(asha)
    answer = client.post("/profile/", FIELDS)
    assert answer.headers["Location"] == "/profile/"
    assert "Your profile is saved." in client.get("/profile/").text
    asha.refresh_from_db()
    assert (asha.last_name, asha.email, asha.shortcuts) == ("Nair", "asha@institute.example", True)
    client.post("/profile/", {**FIELDS, "shortcuts": ""})
    asha.refresh_from_db()
    assert asha.shortcuts is False


def test_role_and_name_are_not_mine_to_change(as_user, asha):
    as_user(asha).post(
        "/profile/", {**FIELDS, "role": "manager", "username": "boss", "is_staff": "on", "is_superuser": "on"}
    )
    asha.refresh_from_db()
    assert (asha.username, asha.role, asha.is_staff, asha.is_superuser) == ("asha", Role.SALES, False, False)


@pytest.mark.parametrize("fields", [{"email": "nonsense"}, {"first_name": "x" * 200}, {"last_name": "a\0b"}])
def test_bad_input_is_told_and_keeps_what_is_stored(as_user, asha, fields):
    client = as_user(asha)
    assert client.post("/profile/", {**FIELDS, **fields}).status_code == 400
    answer = client.post("/profile/", {**FIELDS, **fields}, headers={"Accept": "application/json"})
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert User.objects.get(pk=asha.pk).last_name == ""


def test_the_frame_keeps_the_stored_name_beside_a_refused_form(as_user, asha):
    text = as_user(asha).post("/profile/", {**FIELDS, "first_name": "Somebody", "email": "x"}).text
    assert '<span class="person-name">Asha</span>' in text


def test_a_stranger_is_sent_to_the_login_page(client, db):
    assert client.get("/profile/").headers["Location"] == "/login/?next=/profile/"


def test_other_methods_are_refused(as_user, asha):
    assert as_user(asha).delete("/profile/").status_code == 405
