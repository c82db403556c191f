"""What the database does for a query: which large tables it reads from end to end."""

import re
from collections.abc import Iterator

from django.db import connection

LARGE = {
    "customers_customer", "customers_contactnumber", "customers_enquiry", "customers_statuschange",
    "customers_followup", "customers_assignmentchange", "customers_note", "customers_fieldchange", "customers_calltap",
    "customers_skip", "imports_importrow",
}  # fmt: skip
# The count of the whole list ends at its cap, whatever it begins with.
_CAPPED = re.compile(
    r'FROM "customers_customer" WHERE "customers_customer"."merged_into_id" IS NULL LIMIT \d+\) subquery$'
)


def explained(sql: str) -> list[str]:
    """The steps of the plan of `sql`, one a line, indented."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            return list(_lines(cursor.fetchone()[0][0]["Plan"], 0))
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall()]


def _lines(node: dict, depth: int) -> Iterator[str]:
    where = " ".join(filter(None, [node.get("Index Name"), node.get("Relation Name")]))
    yield f"{'  ' * depth}{node['Node Type']} {where} ({node['Plan Rows']} rows)"
    for child in node.get("Plans", ()):
        yield from _lines(child, depth + 1)


def whole_tables(sql: str) -> list[str]:
    """The steps of the plan of `sql` in which a large table is read from end to end, and no index."""
    if _CAPPED.search(sql):
        return []
    return [line.strip() for line in explained(sql) if _is_whole(line.split())]


def _is_whole(words: list[str]) -> bool:
    if connection.vendor == "postgresql":
        return words[:2] == ["Seq", "Scan"] and bool(LARGE & set(words))
    return words[0] == "SCAN" and "INDEX" not in words and words[1] in LARGE
