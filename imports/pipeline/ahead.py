"""What the next slice will most likely write is worked out while the database is busy with this one.

A row that nothing is odd about adds a customer unless her number is known by then. So her rows in the tables are made
beforehand, without the database; the slice's own transaction still looks whether she is known, and only then takes
them. On PostgreSQL a thread does that during COPY and COMMIT, on SQLite it is done between two transactions, while
others may write.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from crm.lib import bulk
from customers.actions.imported import encode, new_id
from customers.actions.words import Vocabulary
from imports.models import Import, ImportRow
from imports.pipeline.counting import fill_in
from imports.pipeline.overlap import one_thread
from imports.pipeline.people import People
from imports.pipeline.slices import RECEIPT, created_receipt, new_customer
from imports.pipeline.staged import Staged, rows_of, slice_after

# Of these some are worked out in the slice: they may need the database.
_NOT_BEFOREHAND = frozenset({"status", "owner", "follow_up"})


class Ahead:
    """The slice that comes after the one which is being written."""

    def __init__(self, import_: Import, people: People):
        self.import_, self.people = import_, people
        self.origin = import_.origin  # looked up here: the thread has no session at the database
        self.is_dry = bool(import_.options.get("dry_run"))
        self.expects_new = True  # a file whose last rows were all known will hardly add anybody with its next ones
        self._after: int | None = None
        self._data: str | None = None
        self._rows: Future[list[Staged]] | list[Staged] | None = None
        self._thread: ThreadPoolExecutor | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Around all slices of an import."""
        if connection.vendor != "postgresql":
            yield
            return
        try:
            with one_thread() as self._thread:
                yield
        finally:
            self._thread = None

    def begin(self, after: int, words: dict[str, Vocabulary]) -> None:
        """Have the slice after the row with that number made ready."""
        self.forget()
        self._after, self._data = after, slice_after(self.import_, after)
        if self._data is not None:
            work = (self._ready, self._data, words)
            self._rows = self._thread.submit(*work) if self._thread else self._ready(*work[1:])

    def take(self, after: int, words: dict[str, Vocabulary]) -> list[Staged]:
        """The rows of the slice after the row with that number, [] after the last; only once.

        Called in the slice's own transaction: somebody may have been erased from it since it was made ready.
        """
        if self._after != after or self._data != slice_after(self.import_, after):
            self.begin(after, words)
        rows = self._rows.result() if isinstance(self._rows, Future) else self._rows
        self.forget()
        return rows or []

    def forget(self) -> None:
        """What was made ready belongs to a transaction that was rolled back."""
        if isinstance(self._rows, Future):
            self._rows.exception()  # when it is through nobody else makes use of the words
        self._after = self._data = self._rows = None

    def _ready(self, data: str, words: dict[str, Vocabulary]) -> list[Staged]:
        rows = [fill_in(row, self.import_.options) for row in rows_of(self.import_, data)]
        if not self.is_dry:
            for row in rows:
                row.new_id = new_id()
            if self.expects_new:
                self._make_ready(rows, words)
        return rows

    def _make_ready(self, rows: list[Staged], words: dict[str, Vocabulary]) -> None:
        """Work out `new` and `receipt` of the rows that nothing is odd about. Asks the database nothing."""
        if any(row.customer_id for row in rows):
            return  # several rows may then be about one number
        now = timezone.now()
        plain = [row for row in rows if _is_plain(row, words)]
        for row in plain:
            row.new = new_customer(row, words, self.people, now)
        encode(customers=[row.new for row in plain], origin=self.origin, now=now)
        receipts = bulk.encoded(ImportRow, RECEIPT, (created_receipt(self.import_, row) for row in plain))
        for row, receipt in zip(plain, receipts, strict=True):
            row.receipt = receipt


def _is_plain(row: Staged, words: dict[str, Vocabulary]) -> bool:
    values = row.values
    return (
        row.first is None
        and not row.reason
        and not row.warnings
        and _NOT_BEFOREHAND.isdisjoint(values)
        and all(words[field].id_of(values[field]) for field in ("source", "course") if field in values)
    )
