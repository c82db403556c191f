"""The floor: the least that brings a file's rows into the customers' table, with nothing that makes an import safe.

Read (calamine or csv), phone numbers by the fast path, one COPY into a temporary table and one merge on PostgreSQL, one
executemany on SQLite; then commit. No history, no receipts, no check of anything. The table and its indexes are ours.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from crm.lib.ids import time_ordered_ids
from customers.models import Origin, Source

_MOBILE = re.compile(r"(?:\+?91[ -]?|0)?([6-9]\d{4}[ -]?\d{5})(?:\.0)?", re.ASCII)
_PLACES = "%s, " * 8
_FILLED = """
    INSERT INTO customers_customer (id, name, phone_number, area, area_key, date, remark, email, source_id, search_text,
        person, status, extra, origin_id, hand_edited, attempts, enquiry_count, last_enquired_at, do_not_call, version,
        created_at, updated_at)
    """
_CONFLICT = """
    ON CONFLICT (phone_number, person) WHERE NOT (phone_number = '') DO UPDATE SET name = excluded.name,
        area = excluded.area, area_key = excluded.area_key, date = excluded.date, remark = excluded.remark,
        email = excluded.email, source_id = excluded.source_id, search_text = excluded.search_text,
        updated_at = excluded.updated_at
    """


def run(path: Path, by) -> None:
    """Bring the file in, in one transaction."""
    with transaction.atomic():
        origin = Origin.objects.create(kind="import", label=path.name, created_by=by, created_at=timezone.now())
        (_postgresql if connection.vendor == "postgresql" else _sqlite)(rows(path), origin)


def rows(path: Path) -> Iterator[tuple]:
    """(id, name, phone number, area, day, remark, source, email) of every row with a number."""
    ids = time_ordered_ids()
    mobile = _MOBILE.fullmatch
    for name, number, area, day, remark, source, email in _cells(path):
        if match := mobile(number if number.__class__ is str else str(int(number))):
            yield next(ids), name, "+91" + match[1].replace(" ", "").replace("-", ""), area, day, remark, source, email


def _cells(path: Path) -> Iterator[list]:
    if path.suffix == ".csv":
        with open(path, newline="", encoding="utf-8") as file:
            yield from _after_head(csv.reader(file))
    else:
        from python_calamine import load_workbook

        yield from _after_head(load_workbook(str(path)).get_sheet_by_index(0).iter_rows())


def _after_head(lines: Iterator[list]) -> Iterator[list]:
    next(lines)
    return lines


class _Lines:
    """Rows as COPY's text, a piece at a time."""

    def __init__(self, source: Iterator[tuple]):
        self._source, self._left = source, ""

    def read(self, size: int) -> str:
        parts, length = [self._left], len(self._left)
        for row in self._source:
            line = "\t".join(map(str, row))
            if "\\" in line or "\n" in line or "\r" in line:
                line = line.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
            parts.append(line + "\n")
            length += len(line) + 1
            if length >= size:
                break
        text = "".join(parts)
        self._left = text[size:]
        return text[:size]


def _postgresql(source: Iterator[tuple], origin: Origin) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(
            "CREATE TEMP TABLE incoming (id uuid, name text, phone text, area text, day date, remark text, "
            "source text, email text) ON COMMIT DROP"
        )
        cursor.copy_expert("COPY incoming FROM STDIN", _Lines(source), 1 << 16)
        cursor.execute(
            "INSERT INTO customers_source (name, key, cost, merged_into_id) "
            "SELECT DISTINCT ON (lower(source)) source, lower(source), NULL::numeric, NULL::bigint FROM incoming "
            "WHERE source <> '' ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            f"""
            {_FILLED}
            SELECT i.id, i.name, phone, area, lower(area), day, remark, email, s.id,
                lower(i.name) || ' ' || lower(area) || ' 00' || substr(phone, 2) || ' 0' || substr(phone, 4),
                1, 'NEW', '{{}}', %s, 0, 0, 1, day, false, 1, now(), now()
            FROM (SELECT DISTINCT ON (phone) * FROM incoming ORDER BY phone, id) i
            LEFT JOIN customers_source s ON s.key = lower(source)
            ORDER BY i.id
            {_CONFLICT}
            """,
            [origin.pk],
        )


def _sqlite(source: Iterator[tuple], origin: Origin) -> None:
    now, origin_id = str(timezone.now().replace(tzinfo=None)), origin.pk.hex
    sources: dict[str, int | None] = {"": None}

    def filled() -> Iterator[tuple]:
        for pk, name, phone, area, day, remark, source, email in source_rows:
            key, day = area.lower(), day.isoformat() if day.__class__ is dt.date else day
            if source not in sources:
                made, _ = Source.objects.get_or_create(key=source.lower(), defaults={"name": source})
                sources[source] = made.pk
            text = f"{name.lower()} {key} 00{phone[1:]} 0{phone[3:]}"
            yield (
                pk, name, phone, area, key, day, remark, email, sources[source], text,
                1, "NEW", "{}", origin_id, 0, 0, 1, day, False, 1, now, now,
            )  # fmt: skip

    source_rows = list(source)
    rows = list(filled())
    with connection.cursor() as cursor:
        cursor.executemany(f"{_FILLED} VALUES ({', '.join(['%s'] * 22)}) {_CONFLICT}", rows)
