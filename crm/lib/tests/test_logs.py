"""A refusal is one line in the log; a fault keeps its traceback."""

import logging
import sys

import pytest

from crm.lib.logs import RefusalInOneLine


def record(level: int, status_code: int) -> logging.LogRecord:
    try:
        raise ValueError("why")
    except ValueError:
        made = logging.LogRecord("django.request", level, "x.py", 1, "said", (), sys.exc_info())
    made.status_code = status_code
    return made


@pytest.mark.parametrize(
    ("level", "status", "kept"),
    [(logging.WARNING, 400, False), (logging.WARNING, 403, False), (logging.ERROR, 500, True)],
)
def test_what_is_kept(level, status, kept):
    line = record(level, status)
    assert RefusalInOneLine().filter(line)
    assert bool(line.exc_info) == kept


def test_a_warning_without_a_request_keeps_its_traceback():
    line = record(logging.WARNING, 200)
    del line.status_code
    RefusalInOneLine().filter(line)
    assert line.exc_info
