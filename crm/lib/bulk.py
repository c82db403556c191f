"""Many rows at once, as fast as each database takes them: COPY on PostgreSQL, executemany on SQLite.

Values are Python's (str, int, bool, date, aware datetime, UUID, JSON-able for JSON columns, None). Nothing is filled
in: neither defaults nor `auto_now`, so every column that may not be null has to be named.
"""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any

from django.db import connection, models
from psycopg2.extras import execute_values

Encoder = Callable[[Any], Any]


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Insert `rows`, whose values are in the order of `columns` (field or attribute names).

    Raises IntegrityError as a usual insert does; the caller holds the transaction.
    """
    rows = rows if isinstance(rows, Sequence) else list(rows)
    if not rows:
        return
    fields = [model._meta.get_field(name) for name in columns]
    if connection.vendor == "postgresql":
        _copy(model, fields, rows)
        return
    encoders = [_SQLITE.get(_kind(field)) for field in fields]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {_table(model)} ({names}) VALUES ({places})"  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_encoded(row, encoders) for row in rows])


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


def as_json(value: object) -> str:
    """JSON that both databases keep: PostgreSQL refuses NUL in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(_without_nul(value), ensure_ascii=False) if "\\u0000" in text else text


def _without_nul(value):
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return [_without_nul(item) for item in value] if isinstance(value, list | tuple) else value


# -- SQLite ----------------------------------------------------------------------------------------------------------

_SQLITE: dict[str, Encoder] = {
    "UUIDField": lambda value: value.hex,
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


def _copy_text(value: str) -> str:
    """A text as COPY's text format wants it."""
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\n" in value or "\t" in value or "\r" in value:
        value = value.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


def _copy_json(value: object) -> str:
    return as_json(value).replace("\\", "\\\\")  # JSON itself never has a line break or a tab


def _copy_line(row: Sequence, encoders: list[Encoder]) -> str:
    return "\t".join(["\\N" if value is None else encode(value) for value, encode in zip(row, encoders)]) + "\n"  # noqa: B905


_COPY: dict[str, Encoder] = {
    "CharField": _copy_text,
    "TextField": _copy_text,
    "EmailField": _copy_text,
    "JSONField": _copy_json,
    "BooleanField": lambda value: "t" if value else "f",
}


def _copy(model: type[models.Model], fields: list[models.Field], rows: Iterable[Sequence]) -> None:
    encoders = [_COPY.get(_kind(field), str) for field in fields]
    lines = io.StringIO("".join([_copy_line(row, encoders) for row in rows]))
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {_table(model)} ({names}) FROM STDIN", lines)


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
