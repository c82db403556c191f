"""The search on SQLite: a full-text table of every three letters of the search column, kept true by triggers.

PostgreSQL has an index for it (migration 0003). Here a table that is remade, as Django does on SQLite for most changes
of a column, loses its triggers; so they are looked for after each `migrate` and not made in one migration.
Source: https://www.sqlite.org/fts5.html, "External Content Tables" and "The Trigram Tokenizer" (SQLite 3.34, 2020).
"""

from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.models import QuerySet
from django.db.models.lookups import Contains

LETTERS = 3  # what is shorter is in no trigram
MANY = 500
_FIND = "SELECT rowid FROM customers_search WHERE customers_search MATCH %s"
_MAKE = """
    CREATE VIRTUAL TABLE IF NOT EXISTS customers_search
    USING fts5(search_text, content='customers_customer', tokenize='trigram case_sensitive 1')
"""
_ADD = "INSERT INTO customers_search(rowid, search_text) VALUES (new.rowid, new.search_text);"
_DROP = (
    "INSERT INTO customers_search(customers_search, rowid, search_text) VALUES ('delete', old.rowid, old.search_text);"
)
# What is deleted from it stays in its pages, marked as such, until these are merged. Who was erased alone has no text.
_LEAVE_NO_TRACE = "INSERT INTO customers_search(customers_search) SELECT 'optimize' WHERE new.search_text = '';"
_TRIGGERS = {
    name: f"CREATE TRIGGER {name} {does}"
    for name, does in {
        "customers_search_added": f"AFTER INSERT ON customers_customer BEGIN {_ADD} END",
        "customers_search_gone": f"AFTER DELETE ON customers_customer BEGIN {_DROP} END",
        "customers_search_changed": f"""
            AFTER UPDATE OF search_text ON customers_customer WHEN new.search_text <> old.search_text
            BEGIN {_DROP} {_ADD} {_LEAVE_NO_TRACE} END
        """.strip(),
    }.items()
}
_REBUILD = "INSERT INTO customers_search(customers_search) VALUES ('rebuild')"


class Holds(Contains):
    """`contains`, for the search column alone."""

    def as_sqlite(self, compiler, connection) -> tuple[str, list]:
        if len(self.rhs) < LETTERS or (compiler.query.order_by and getattr(compiler.query, "finds_many", False)):
            return self.as_sql(compiler, connection)
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        return f"{table}.rowid IN ({_FIND})", [_phrase(self.rhs)]


def _phrase(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


def finding_many(customers: QuerySet, text: str) -> QuerySet:
    """`customers`, who hold `text`: to be read in their order, one by one, if it is held by many.

    The first few of many are met soon that way; from the index all of them would have to be read, to be sorted.
    """
    if connection.vendor == "sqlite" and len(text) >= LETTERS:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({_FIND} LIMIT {MANY})", [_phrase(text)])
            customers.query.finds_many = cursor.fetchone()[0] == MANY
    return customers


def keep(*, using: str = "default", **signal) -> None:
    """Make the index, or make it anew where a trigger is missing or another. After each `migrate`."""
    if connections[using].vendor == "sqlite":
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            if not _is_whole(cursor):
                _make(cursor)


def rebuild() -> None:
    """Make the index anew from the customers. For SQLite."""
    with transaction.atomic(), connection.cursor() as cursor:
        _make(cursor)


def is_true() -> bool:
    """Whether the index is kept, and holds what the customers' search texts hold, each at its row.

    Raises OperationalError when the database is busy for too long.
    """
    if connection.vendor != "sqlite":
        return True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not _is_whole(cursor):
                return False
            cursor.execute("INSERT INTO customers_search(customers_search, rank) VALUES ('integrity-check', 1)")
    except OperationalError:
        raise
    except DatabaseError:  # "malformed": what FTS5 says of an index that is not what its table holds
        return False
    return True


def _is_whole(cursor) -> bool:
    """Whether table and triggers are there, or there are no customers to search for."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'trigger')")
    there = dict(cursor.fetchall())
    kept = "customers_search" in there and all(there.get(name) == sql for name, sql in _TRIGGERS.items())
    return kept or "customers_customer" not in there


def _make(cursor) -> None:
    cursor.execute(_MAKE)
    for name, sql in _TRIGGERS.items():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(sql)
    cursor.execute(_REBUILD)
