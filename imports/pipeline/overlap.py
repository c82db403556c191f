"""Work that needs no database, done in a thread while the database is busy."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
# Seconds until a thread that computes lets another one go on: the database would wait for Python's usual 0.005.
_SWITCH = 0.0005
_END = object()


@contextmanager
def one_thread() -> Iterator[ThreadPoolExecutor]:
    """A thread that computes beside this one, which asks the database often and only for a moment."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH)
    try:
        with ThreadPoolExecutor(1, "import ahead") as thread:
            yield thread
    finally:
        sys.setswitchinterval(usual)


@contextmanager
def made_ahead(source: Iterator[Item]) -> Iterator[Iterator[Item]]:
    """The items of `source`, each made by a thread while the caller works with the one before.

    What `source` raises comes when its turn comes. It must not ask the database: the thread has no session there.
    """

    def items() -> Iterator[Item]:
        coming = thread.submit(next, source, _END)
        while (item := coming.result()) is not _END:
            coming = thread.submit(next, source, _END)
            yield item

    with one_thread() as thread:
        yield items()
