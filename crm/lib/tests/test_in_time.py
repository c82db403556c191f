"""What takes too long is stopped, on either database."""

import pytest
from django.db import OperationalError, connection

from crm.lib.in_time import TooSlow, in_time

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def ask(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def test_what_would_never_end_is_stopped():
    with pytest.raises(TooSlow), in_time(0.1):
        ask(ENDLESS)

    assert ask("SELECT 1") == (1,)


def test_what_ends_in_time_is_what_it_was():
    with in_time(30):
        assert ask("SELECT 7") == (7,)


def test_only_what_is_within_has_a_limit():
    with in_time(0.01):
        ask("SELECT 1")

    steps = ENDLESS.replace("FROM n)", "FROM n WHERE i < 300000)")
    assert ask(steps) == (300_000,)


def test_what_failed_for_another_reason_says_so():
    with pytest.raises(OperationalError, match="gone away"), in_time(30):
        raise OperationalError("the server has gone away")
    with pytest.raises(ValueError, match="no cursor"), in_time(30):
        raise ValueError("no cursor")
