"""Keyset paging: First, Next, Previous at the same price on page 1 and on page 20,000.

A cursor is the sort values of a row at the edge of a page, signed together with the sort and the filter it was made
for, so that it can neither be forged nor be used on another list.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.core import signing
from django.core.exceptions import BadRequest
from django.db.models import Count, F, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import NullIf

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
COUNT_CAP = 10_000
SALT = "crm.pagination"
BLANK, FILLED = Q(sort_key__isnull=True), Q(sort_key__isnull=False)


@dataclass(frozen=True)
class Sort:
    """One column and, as the tie-break, the id; blanks come last, in both directions.

    `field` "" or "id" sorts by id alone. `nullable`: the column may be blank, by being null or, with `text`, by being
    "". `unique`: no two rows of the list share a value, so the column alone is the order and an index on it answers.
    """

    name: str
    label: str
    field: str
    descending: bool = True
    nullable: bool = False
    text: bool = False
    unique: bool = False

    @property
    def by_id(self) -> bool:
        return self.field in ("", "id")

    @property
    def column(self) -> F | NullIf:
        """What is sorted by; a blank is always null in it."""
        return NullIf(F(self.field), Value("")) if self.text else F(self.field)


@dataclass
class Page:
    """A page of rows and the cursors (or None) that lead to its neighbours."""

    rows: list
    next: str | None
    previous: str | None

    @property
    def is_all(self) -> bool:
        """Whether the whole list stands on it. An empty page may lie behind the end of a list that is not."""
        return bool(self.rows) and not (self.next or self.previous)


def fingerprint(*parts: object) -> str:
    """A short stable name of a list: what it is sorted and filtered by."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def capped_count(queryset: QuerySet, *, exact: bool = False) -> tuple[int, bool]:
    """(count, whether it is exact). Counting stops at COUNT_CAP unless `exact`."""
    if exact:
        return queryset.order_by().count(), True
    return capped(count_up_to(queryset, COUNT_CAP + 1))


def count_up_to(queryset: QuerySet, most: int) -> int:
    """How many rows it has; counting stops at `most`."""
    return _ones(queryset, most).aggregate(n=Count("counted"))["n"]


def _ones(queryset: QuerySet, most: int) -> QuerySet:
    """A row for each of its rows, with nothing of them: not even the id, which no index of SQLite's holds unasked."""
    return queryset.order_by().values(counted=Value(1))[:most]


class CountOf(Subquery):
    """The number of rows of a queryset as a column: several lists counted by one query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def capped_column(queryset: QuerySet) -> CountOf:
    """The count of `queryset` as a column, as far as COUNT_CAP; `capped` reads it."""
    return column_up_to(queryset, COUNT_CAP + 1)


def column_up_to(queryset: QuerySet, most: int) -> CountOf:
    """The count of `queryset` as a column; counting stops at `most`."""
    return CountOf(_ones(queryset, most))


def capped(count: int) -> tuple[int, bool]:
    """(count, whether it is exact) of what was counted as far as COUNT_CAP and one."""
    return min(count, COUNT_CAP), count <= COUNT_CAP


def paginate(queryset: QuerySet, *, sort: Sort, cursor: str, size: int, key: str) -> Page:
    """The page of `queryset` at `cursor` ("" for the first). Raises BadRequest for a cursor not made for `key`."""
    backward, position = _read(cursor, sort, key) if cursor else (False, None)
    rows = _rows(queryset, sort, position, size + 1, backward=backward)
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


def slices(queryset: QuerySet, *, sort: Sort, size: int) -> Iterator[list]:
    """All rows in the order of `sort`, `size` at a time; each slice is a query that begins where the last one ended."""
    position = None
    while rows := _rows(queryset, sort, position, size, backward=False):
        yield rows
        if len(rows) < size:
            return
        position = (_value(rows[-1], sort), str(rows[-1].pk))


def _rows(queryset: QuerySet, sort: Sort, position: tuple[object, str] | None, most: int, *, backward: bool) -> list:
    """The next rows beyond `position` (None: from the beginning), at most so many."""
    queryset = queryset if sort.by_id else queryset.alias(sort_key=sort.column)
    rows: list = []
    for stretch, order in _stretches(sort, position, backward=backward):
        rows += queryset.filter(stretch).order_by(*order)[: most - len(rows)]
        if len(rows) >= most:
            break
    return rows


def _stretches(sort: Sort, position: tuple[object, str] | None, *, backward: bool) -> list[tuple[Q, list[str]]]:
    """The rows beyond `position`: conditions, each with its order, to be asked for until the page is full.

    Rows with a value and blank ones are two stretches. Only so is each a range of a plain index (which may leave out
    the blank ones) and needs no "nulls last", which not every index knows. Joined by "or" the database would read the
    list from its beginning, and page 20,000 would cost 20,000 pages.
    """
    sign, op = ("-", "lt") if sort.descending != backward else ("", "gt")
    by_id = [f"{sign}id"]
    by_value = [f"{sign}sort_key", *([] if sort.unique else by_id)]
    if position is None:
        if sort.by_id:
            return [(Q(), by_id)]
        return [(FILLED, by_value), (BLANK, by_id)] if sort.nullable else [(Q(), by_value)]
    value, row_id = position
    past_id = Q(**{f"id__{op}": row_id})
    if sort.by_id:
        return [(past_id, by_id)]
    if value is None:
        blanks = [(BLANK & past_id, by_id)]
        return [*blanks, (FILLED, by_value)] if backward else blanks
    past = Q(**{f"sort_key__{op}": value})
    if not sort.unique:
        past = Q(**{f"sort_key__{op}e": value}) & (past | (Q(sort_key=value) & past_id))
    return [(past, by_value), (BLANK, by_id)] if sort.nullable and not backward else [(past, by_value)]


def _value(row, sort: Sort):
    """What `row` is sorted by; None for a blank."""
    value = None if sort.by_id else getattr(row, sort.field)
    return None if value == "" and sort.text else value


def _write(row, sort: Sort, key: str, *, backward: bool) -> str:
    value = _value(row, sort)
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
