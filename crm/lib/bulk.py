"""Many rows at once, as fast as each database takes them: COPY on PostgreSQL, executemany on SQLite.

Values are Python's (str, int, bool, date, aware datetime, UUID or its 32 hexadecimal digits, JSON-able for JSON
columns, None). Nothing is filled in: neither defaults nor `auto_now`, so every column that may not be null has to be
named.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any

from django.db import DatabaseError, connection, models
from psycopg2.extras import execute_values

Encoder = Callable[[Any], Any]
ColumnEncoder = Callable[[Sequence], Iterable]  # of the values that some rows have in one column
_ROWS_AT_A_TIME = 500


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Insert `rows`, whose values are in the order of `columns` (field or attribute names).

    Raises IntegrityError as a usual insert does; the caller holds the transaction.
    """
    rows = rows if isinstance(rows, Sequence) else list(rows)
    if rows:
        _insert(model, columns, _encoded_parts(model, columns, rows))


def encoded(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence]) -> list:
    """`rows` as `insert_encoded` takes them: the work of `insert` that needs no database, to be done beforehand."""
    rows = rows if isinstance(rows, Sequence) else list(rows)
    return [row for part in _encoded_parts(model, columns, rows) for row in part]


def insert_encoded(model: type[models.Model], columns: Sequence[str], rows: Sequence) -> None:
    """Insert what `encoded` made for the same columns."""
    if rows:
        starts = range(0, len(rows), _ROWS_AT_A_TIME)
        _insert(model, columns, (rows[start : start + _ROWS_AT_A_TIME] for start in starts))


def _insert(model: type[models.Model], columns: Sequence[str], parts: Iterator[Sequence]) -> None:
    """`parts`: encoded rows, some at a time."""
    names = ", ".join(connection.ops.quote_name(model._meta.get_field(name).column) for name in columns)
    if connection.vendor == "postgresql":
        _copy(f"COPY {_table(model)} ({names}) FROM STDIN", parts)
        return
    places = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {_table(model)} ({names}) VALUES ({places})"  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        for part in parts:
            cursor.executemany(statement, part)


def update(
    model: type[models.Model], keys: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence], *, bump: str = ""
) -> int:
    """Set `columns` of the rows that have `keys`; each of `rows` gives the keys' values, then the columns'.

    `bump` names a counter that grows by one. Returns how many rows were there.
    """
    if not rows:
        return 0
    fields = [model._meta.get_field(name) for name in (*keys, *columns)]
    run = _update_from_values if connection.vendor == "postgresql" else _update_many
    return run(model, fields[: len(keys)], fields[len(keys) :], rows, bump)


def take_statistics(*tables: type[models.Model]) -> None:
    """After many new rows: until PostgreSQL looks at them by itself, a minute or so later, it plans as without them.

    A page that asks about them then may take half a minute instead of half a second.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(map(_table, tables))}")


def _assignments(model: type[models.Model], bump: str, columns: Iterable[str], value: str, old: str) -> str:
    """The SET list: `value` and `old` say how a column's new and old value are written."""
    quote = connection.ops.quote_name
    parts = [f"{name} = {value.format(name)}" for name in columns]
    if bump:
        counter = quote(model._meta.get_field(bump).column)
        parts.append(f"{counter} = {old.format(counter)} + 1")
    return ", ".join(parts)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _kind(field: models.Field) -> str:
    return (field.target_field if field.is_relation else field).get_internal_type()


def _encoded(row: Sequence, encoders: list[Encoder | None]) -> list:
    return [
        value if encode is None or value is None else encode(value) for value, encode in zip(row, encoders, strict=True)
    ]


def _encoded_parts(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence]) -> Iterator[list]:
    """The rows, some at a time, encoded column by column: what a whole column has in common is seen to once."""
    fields = [model._meta.get_field(name) for name in columns]
    is_copied = connection.vendor == "postgresql"
    encoders = [_copy_encoder(field) if is_copied else _of_each(_SQLITE.get(_kind(field))) for field in fields]
    for start in range(0, len(rows), _ROWS_AT_A_TIME):
        turned = zip(*rows[start : start + _ROWS_AT_A_TIME], strict=True)
        part = zip(*[encode(column) for encode, column in zip(encoders, turned, strict=True)], strict=True)
        yield ["\t".join(row) + "\n" for row in part] if is_copied else list(part)


def _of_each(encode: Encoder | None, null: str | None = None) -> ColumnEncoder:
    """Encodes each value that differs from the others once; None becomes `null`."""

    def column(values: Sequence) -> Iterable:
        known = {value: null if value is None else encode(value) for value in set(values)}
        return map(known.__getitem__, values)

    def json_column(values: Sequence) -> Iterable:
        return [null if value is None else encode(value) for value in values]

    if encode is None:
        return lambda values: values
    return json_column if encode in (as_json, _copy_json) else column


# Made once: json.dumps would make an encoder for every value.
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_EMPTY = {dict: "{}", list: "[]"}


def as_json(value: object) -> str:
    """JSON that both databases keep: PostgreSQL refuses NUL in it."""
    if not value:
        return _EMPTY.get(type(value)) or _to_json(value)
    text = _to_json(value)
    return _to_json(_without_nul(value)) if "\\u0000" in text else text


def _without_nul(value):
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return [_without_nul(item) for item in value] if isinstance(value, list | tuple) else value


# -- SQLite ----------------------------------------------------------------------------------------------------------

_SQLITE: dict[str, Encoder] = {
    "UUIDField": lambda value: value if isinstance(value, str) else value.hex,
    "DateField": str,
    "DateTimeField": lambda value: str(value.astimezone(UTC).replace(tzinfo=None)),
    "JSONField": as_json,
}


def _update_many(model, keys: list[models.Field], columns: list[models.Field], rows: Sequence, bump: str) -> int:
    quote = connection.ops.quote_name
    encoders = [_SQLITE.get(_kind(field)) for field in (*columns, *keys)]
    assigned = _assignments(model, bump, (quote(field.column) for field in columns), "%s", "{}")
    matched = " AND ".join(f"{quote(field.column)} = %s" for field in keys)
    statement = f"UPDATE {_table(model)} SET {assigned} WHERE {matched}"  # noqa: S608 - names of our own tables
    turned = [_encoded([*row[len(keys) :], *row[: len(keys)]], encoders) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, turned)
        return cursor.rowcount


# -- PostgreSQL ------------------------------------------------------------------------------------------------------


_NULL = "\\N"
_SPECIAL = re.compile(r"[\\\n\t\r]")
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _copy_text(value: str | None) -> str:
    """A text as COPY's text format wants it."""
    return _NULL if value is None else _SPECIAL.sub(lambda match: _ESCAPED[match[0]], value)


def _copy_texts(values: Sequence[str | None]) -> Sequence[str]:
    if None not in values and not _SPECIAL.search("".join(values)):
        return values
    return [_copy_text(value) for value in values]


def _copy_json(value: object) -> str:
    return as_json(value).replace("\\", "\\\\")  # JSON itself never has a line break or a tab


def _copy_encoder(field: models.Field) -> ColumnEncoder:
    kind = _kind(field)
    if kind in ("CharField", "TextField", "EmailField"):
        return _copy_texts
    others = {"JSONField": _copy_json, "BooleanField": lambda value: "t" if value else "f"}
    return _of_each(others.get(kind, str), _NULL)


class _Lines:
    """What COPY reads: the next lines are made while the server is busy with the last ones."""

    def __init__(self, parts: Iterator[Sequence[str]]):
        self._parts = parts
        self._left = b""
        self.error: Exception | None = None

    def read(self, size: int) -> bytes:
        if not self._left:
            self._left = self._next()
        part, self._left = self._left[:size], self._left[size:]
        return part

    def _next(self) -> bytes:
        try:
            return "".join(next(self._parts, ())).encode()
        except Exception as error:  # the driver would make an OperationalError of it, as if the server were away
            self.error = error
            raise


def _copy(statement: str, parts: Iterator[Sequence[str]]) -> None:
    lines = _Lines(parts)
    try:
        with connection.cursor() as cursor, connection.wrap_database_errors:
            cursor.copy_expert(statement, lines, 1 << 18)
    except DatabaseError as error:
        raise (lines.error or error) from None


_VALUES: dict[str, Encoder] = {"JSONField": as_json}


def _update_from_values(model, keys: list[models.Field], columns: list[models.Field], rows: Sequence, bump: str) -> int:
    quote = connection.ops.quote_name
    fields = [*keys, *columns]
    encoders = [_VALUES.get(_kind(field)) for field in fields]
    typed = ", ".join(f"%s::{_bare_type(field)}" for field in fields)
    assigned = _assignments(model, bump, (quote(field.column) for field in columns), "new.{}", "t.{}")
    matched = " AND ".join(f"t.{quote(field.column)} = new.{quote(field.column)}" for field in keys)
    names = ", ".join(quote(field.column) for field in fields)
    statement = f"UPDATE {_table(model)} t SET {assigned} FROM (VALUES %s) AS new ({names}) WHERE {matched}"  # noqa: S608
    encoded = [_encoded(row, encoders) for row in rows]
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute_values(cursor.cursor, statement, encoded, template=f"({typed})", page_size=len(encoded))
        return cursor.rowcount


def _bare_type(field: models.Field) -> str:
    """The column's type without `check` or `serial`."""
    return (field.target_field if field.is_relation else field).rel_db_type(connection)
