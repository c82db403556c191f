"""manage.py create_user, and the action under it."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from accounts.actions import AccountError, create_user
from accounts.models import Role, User

pytestmark = pytest.mark.django_db
GOOD = "the river runs at night"


def run(*arguments) -> str:
    out = io.StringIO()
    call_command("create_user", *arguments, stdout=out)
    return out.getvalue()


def test_a_counsellor_chooses_her_password_by_a_link(client):
    out = run("asha", "--role", "sales", "--email", "asha@institute.example")
    assert "asha can sign in as Student counsellor." in out
    path = re.search(r"^http://127\.0\.0\.1:\d+(/password/set/\S+)$", out, re.MULTILINE)[1]
    assert client.post(path, {"new_password1": GOOD, "new_password2": GOOD}).status_code == 302
    user = User.objects.get(username="asha")
    assert (user.role, user.is_staff, user.email) == (Role.SALES, False, "asha@institute.example")
    assert user.check_password(GOOD)


def test_until_then_she_cannot_sign_in():
    run("asha", "--role", "sales")
    assert not User.objects.get().has_usable_password()


def test_the_link_begins_as_asked():
    assert "\nhttps://crm.example/password/set/" in run("m", "--role", "manager", "--base-url", "https://crm.example/")


def test_the_link_begins_where_make_run_listens(monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    assert "\nhttp://127.0.0.1:8123/password/set/" in run("meena", "--role", "manager")


def test_an_admin_is_a_superuser_without_a_role():
    run("boss", "--role", "admin")
    user = User.objects.get()
    assert (user.role, user.is_staff, user.is_superuser, user.is_manager) == ("", True, True, True)


def test_the_password_may_come_by_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
    out = run("meena", "--role", "manager", "--password-stdin")
    assert "/password/set/" not in out
    assert GOOD not in out
    assert User.objects.get().check_password(GOOD)


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012", "", "meena.iyer.x"])
def test_a_weak_password_makes_nobody(monkeypatch, password):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    with pytest.raises(CommandError):
        run("meena.iyer", "--role", "manager", "--password-stdin")
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["asha", "ASHA"])
def test_a_taken_name_is_refused_with_a_clear_message(name):
    run("asha", "--role", "sales")
    with pytest.raises(CommandError, match="already somebody called"):
        run(name, "--role", "manager")
    assert User.objects.get().role == Role.SALES


@pytest.mark.parametrize("name", ["", "two words", "x" * 151, "a/b"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(CommandError):
        run(name, "--role", "sales")
    assert not User.objects.exists()


def test_an_unknown_role_is_refused():
    with pytest.raises(CommandError):
        run("asha", "--role", "boss")
    with pytest.raises(AccountError, match="no role “boss”"):
        create_user(username="asha", role="boss")
    assert not User.objects.exists()


def test_an_address_that_is_none_is_refused():
    with pytest.raises(AccountError):
        create_user(username="asha", role="sales", email="nonsense")
