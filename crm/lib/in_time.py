"""Queries that end in time, whatever was asked for."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, connection, transaction

_STEPS = 10_000  # of SQLite's machine, between two looks at the clock


class TooSlow(Exception):
    """The database was stopped: it would have taken longer than it may."""


@contextmanager
def in_time(seconds: float) -> Iterator[None]:
    """For reading: each query within may take so long. Raises TooSlow when one is stopped."""
    begun = time.monotonic()
    try:
        with _postgresql(seconds) if connection.vendor == "postgresql" else _sqlite(begun + seconds):
            yield
    except OperationalError as error:
        if time.monotonic() - begun < seconds * 0.9:  # it was something else
            raise
        raise TooSlow from error


@contextmanager
def _postgresql(seconds: float) -> Iterator[None]:
    """For one transaction: a pooler may give the next one to another session."""
    refused, inside_another = None, connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        connection.ensure_connection()
        _set(f"{max(1, int(seconds * 1_000))}ms")
        try:
            yield
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - no reason to roll back what was only read; raised below
            refused = error
        if inside_another:  # else the limit ends with the transaction
            _set("DEFAULT")
    if refused:
        raise refused


def _set(limit: str) -> None:
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {limit if limit == 'DEFAULT' else repr(limit)}")


@contextmanager
def _sqlite(deadline: float) -> Iterator[None]:
    connection.ensure_connection()
    database = connection.connection
    database.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        yield
    finally:
        database.set_progress_handler(None, 0)
