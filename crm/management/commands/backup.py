"""A copy of the whole database that can be restored: SQLite by its backup API, PostgreSQL by pg_dump."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection


class Command(BaseCommand):
    help = "Write a copy of the database to PATH (SQLite: a database file; PostgreSQL: a pg_dump archive)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *, path: Path, **options) -> None:
        if path.exists():
            raise CommandError(f"{path} exists already. Name a new file.")
        partial = path.with_name(f"{path.name}.partial")
        # Customers' data: readable by nobody else.
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        try:
            (_pg_dump if connection.vendor == "postgresql" else _sqlite_copy)(partial)
            partial.rename(path)
        finally:
            partial.unlink(missing_ok=True)
        self.stdout.write(f"{path}: {path.stat().st_size:,} bytes")


def _sqlite_copy(path: Path) -> None:
    """Consistent while others write: a plain copy of the file would miss what is still in the WAL."""
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as target:
        connection.connection.backup(target)


def _pg_dump(path: Path) -> None:
    settings = connection.settings_dict
    environment = {**os.environ, "PGPASSWORD": settings["PASSWORD"] or ""}
    command = ["pg_dump", "--format=custom", f"--file={path}", f"--dbname={settings['NAME']}", "--no-password"]
    for flag, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if settings[key]:
            command.append(f"{flag}={settings[key]}")
    try:
        subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise CommandError("pg_dump was not found. Install PostgreSQL's client programs.") from error
    except subprocess.CalledProcessError as error:
        raise CommandError(f"pg_dump could not write the copy: {error.stderr.strip()}") from error
