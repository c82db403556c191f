"""The demo that a first `make run` opens with."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from crm.management.commands import demo
from customers.models import Customer, StatusChange
from imports.models import Import

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def sign_ins(tmp_path, monkeypatch):
    path = tmp_path / "demo-sign-ins.txt"
    monkeypatch.setattr(demo, "SIGN_INS", path)
    return path


def test_an_empty_database_gets_a_team_with_work_and_the_sign_ins_are_printed(sign_ins, capsys):
    call_command("demo")

    printed = capsys.readouterr().out
    password = re.search(r"password (\S+)", printed).group(1)
    for username in ("meena", "asha", "admin"):
        assert username in printed
        assert Client().login(request=None, username=username, password=password)
    assert Customer.objects.filter(assigned_to__isnull=False).count() > 100
    assert Customer.objects.filter(assigned_to=None).count() > 20
    assert StatusChange.objects.count() > 50
    assert {imported.state for imported in Import.objects.all()} == {"done"}
    assert sign_ins.stat().st_mode & 0o077 == 0


def test_a_second_start_adds_nothing_and_prints_the_same(sign_ins, capsys):
    call_command("demo")
    first, customers = capsys.readouterr().out, Customer.objects.count()

    call_command("demo")

    assert capsys.readouterr().out == first
    assert Customer.objects.count() == customers


def test_a_database_with_people_is_left_alone(sign_ins, manager, capsys):
    call_command("demo")

    assert User.objects.count() == 1
    assert capsys.readouterr().out == ""
