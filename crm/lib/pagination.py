"""Keyset paging: First, Next, Previous at the same price on page 1 and on page 20,000.

A cursor is the sort values of a row at the edge of a page, signed together with the sort and the filter it was made
for, so that it can neither be forged nor be used on another list.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.core import signing
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
COUNT_CAP = 10_000
SALT = "crm.pagination"


@dataclass(frozen=True)
class Sort:
    """One column and, as the tie-break, the id; blanks come last, in both directions.

    `field` "" or "id" sorts by id alone. `unique`: no two rows of the list share a value, so the column alone
    is the order and an index on it answers.
    """

    name: str
    label: str
    field: str
    descending: bool = True
    nullable: bool = False
    unique: bool = False


@dataclass
class Page:
    """A page of rows and the cursors (or None) that lead to its neighbours."""

    rows: list
    next: str | None
    previous: str | None


def fingerprint(*parts: object) -> str:
    """A short stable name of a list: what it is sorted and filtered by."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def capped_count(queryset: QuerySet, *, exact: bool = False) -> tuple[int, bool]:
    """(count, whether it is exact). Counting stops at COUNT_CAP unless `exact`."""
    if exact:
        return queryset.order_by().count(), True
    count = queryset.order_by()[: COUNT_CAP + 1].count()
    return min(count, COUNT_CAP), count <= COUNT_CAP


def paginate(queryset: QuerySet, *, sort: Sort, cursor: str, size: int, key: str) -> Page:
    """The page of `queryset` at `cursor` ("" for the first). Raises BadRequest for a cursor not made for `key`."""
    backward, position = _read(cursor, sort, key) if cursor else (False, None)
    rows = queryset.order_by(*_ordering(sort, backward=backward))
    if position:
        rows = rows.filter(_beyond(sort, *position, backward=backward))
    rows = list(rows[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    has_next = bool(rows) and (more or backward)
    has_previous = bool(rows) and (more if backward else position is not None)
    return Page(
        rows=rows,
        next=_write(rows[-1], sort, key, backward=False) if has_next else None,
        previous=_write(rows[0], sort, key, backward=True) if has_previous else None,
    )


def _ordering(sort: Sort, *, backward: bool) -> list:
    from django.db.models import F

    descending = sort.descending != backward
    tie = "-id" if descending else "id"
    if sort.field in ("", "id"):
        return [tie]
    column = F(sort.field)
    if sort.unique:
        return [column.desc() if descending else column.asc()]
    blanks = {} if not sort.nullable else ({"nulls_first": True} if backward else {"nulls_last": True})
    return [column.desc(**blanks) if descending else column.asc(**blanks), tie]


def _beyond(sort: Sort, value: object, row_id: str, *, backward: bool) -> Q:
    op = "lt" if sort.descending != backward else "gt"
    if sort.unique:
        return Q(**{f"{sort.field}__{op}": value})
    past_id = Q(**{f"id__{op}": row_id})
    if sort.field in ("", "id"):
        return past_id
    blank = Q(**{f"{sort.field}__isnull": True})
    if value is None:
        return (blank & past_id) | (~blank if backward else Q(pk__in=[]))
    past = Q(**{f"{sort.field}__{op}": value}) | (Q(**{sort.field: value}) & past_id)
    return past | blank if sort.nullable and not backward else past


def _write(row, sort: Sort, key: str, *, backward: bool) -> str:
    value = None if sort.field in ("", "id") else getattr(row, sort.field)
    if isinstance(value, datetime | date):
        value = value.isoformat()
    return signing.dumps([key, sort.name, int(backward), value, str(row.pk)], salt=SALT, compress=False)


def _read(cursor: str, sort: Sort, key: str) -> tuple[bool, tuple[object, str]]:
    try:
        made_for, name, backward, value, row_id = signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise BadRequest("This page link is not valid. Open the list from its first page.") from error
    if (made_for, name) != (key, sort.name):
        raise BadRequest("This page link belongs to another list. Open the list from its first page.")
    return bool(backward), (value, row_id)
