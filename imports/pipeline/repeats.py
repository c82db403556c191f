"""Which rows of a file are about the same person as an earlier one."""

import sqlite3


class Repeats:
    """Told the rows one after the other, it knows the first about each person.

    Rows that name their customer repeat only rows that name the same; others repeat any row with their number. A
    million numbers would take a hundred megabytes here, so they are kept in a temporary file.
    """

    def __init__(self):
        # Asked by the thread that cleans the rows, and by no other one at the same time.
        self._seen = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._seen.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA cache_size = -8000; "
            "CREATE TABLE seen (key TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID; BEGIN"
        )

    def first(self, number: int, phone: str, customer_id: str) -> int | None:
        """The number of the first row about the person of row `number`; None for the first itself."""
        same_phone = self._earlier(phone, number)
        return self._earlier(customer_id, number) if customer_id else same_phone

    def _earlier(self, key: str, number: int) -> int | None:
        if self._seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, number)).rowcount:
            return None
        return self._seen.execute("SELECT number FROM seen WHERE key = ?", (key,)).fetchone()[0]

    def close(self) -> None:
        self._seen.close()
