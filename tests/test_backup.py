"""`manage.py backup`: a copy of everything, while people work."""

import sqlite3
import subprocess
from contextlib import closing

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm.management.commands import backup
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_the_copy_holds_what_the_database_holds(tmp_path):
    CustomerFactory(name="Farah Khan")
    path = tmp_path / "copy"

    call_command("backup", str(path))

    assert path.stat().st_mode & 0o077 == 0
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            assert copy.execute("SELECT name FROM customers_customer").fetchall() == [("Farah Khan",)]
    else:
        listing = subprocess.run(["pg_restore", "--list", path], check=True, capture_output=True, text=True).stdout
        assert "TABLE DATA public customers_customer" in listing


def test_an_existing_file_is_never_written_over(tmp_path):
    path = tmp_path / "copy"
    path.write_text("something else")

    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(path))
    assert path.read_text() == "something else"


def test_a_copy_that_fails_says_why_and_leaves_nothing(tmp_path, monkeypatch):
    if connection.vendor == "postgresql":
        monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")
    else:
        monkeypatch.setattr(backup, "_sqlite_copy", _fails)

    with pytest.raises(CommandError, match="no_such_database"):
        call_command("backup", str(tmp_path / "copy"))

    assert list(tmp_path.iterdir()) == []


def _fails(path) -> None:
    raise CommandError("no_such_database")
