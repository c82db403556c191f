"""The search on SQLite: a full-text table of every three letters of the search column, kept true by triggers.

PostgreSQL has an index for it (migration 0003). Here a table that is remade, as Django does on SQLite for most changes
of a column, loses its triggers; so they are looked for after each `migrate` and not made in one migration.
Source: https://www.sqlite.org/fts5.html, "External Content Tables" and "The Trigram Tokenizer" (SQLite 3.34, 2020).
"""

from django.db import DatabaseError, connection, connections, transaction
from django.db.models import QuerySet
from django.db.models.lookups import Contains

LETTERS = 3  # what is shorter is in no trigram
MANY = 500
_FIND = "SELECT rowid FROM customers_search WHERE customers_search MATCH %s"
_MAKE = """
    CREATE VIRTUAL TABLE customers_search
    USING fts5(search_text, content='customers_customer', tokenize='trigram case_sensitive 1')
"""
_ADD = "INSERT INTO customers_search(rowid, search_text) VALUES (new.rowid, new.search_text);"
_DROP = (
    "INSERT INTO customers_search(customers_search, rowid, search_text) VALUES ('delete', old.rowid, old.search_text);"
)
# What is deleted from it stays in its pages, marked as such, until these are merged.
_LEAVE_NO_TRACE = "INSERT INTO customers_search(customers_search) SELECT 'optimize' WHERE new.erased_at IS NOT NULL;"
_TRIGGERS = {
    "customers_search_added": f"AFTER INSERT ON customers_customer BEGIN {_ADD} END",
    "customers_search_gone": f"AFTER DELETE ON customers_customer BEGIN {_DROP} END",
    "customers_search_changed": f"""
        AFTER UPDATE OF search_text ON customers_customer WHEN new.search_text <> old.search_text
        BEGIN {_DROP} {_ADD} {_LEAVE_NO_TRACE} END
    """,
}


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
    """Make the index, or make it anew where a trigger is missing. After each `migrate`."""
    on = connections[using]
    if on.vendor != "sqlite":
        return
    with transaction.atomic(using=using), on.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
        there = {name for (name,) in cursor.fetchall()}
        if "customers_customer" not in there or {"customers_search", *_TRIGGERS} <= there:
            return
        if "customers_search" not in there:
            cursor.execute(_MAKE)
        for name, does in _TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(f"CREATE TRIGGER {name} {does}")
        cursor.execute("INSERT INTO customers_search(customers_search) VALUES ('rebuild')")


def is_true() -> bool:
    """Whether the index holds what the customers' search texts hold, each at its row."""
    try:
        with transaction.atomic():
            _command("INSERT INTO customers_search(customers_search, rank) VALUES ('integrity-check', 1)")
    except DatabaseError:
        return False
    return True


def rebuild() -> None:
    """Make its content anew from the customers."""
    _command("INSERT INTO customers_search(customers_search) VALUES ('rebuild')")


def _command(statement: str) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(statement)
