"""A cleaned row on its way through the staging table."""

import datetime as dt
import json
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from uuid import UUID

from crm.lib import bulk
from customers.actions.imported import NewCustomer
from imports.cleaning import Clean
from imports.models import Import, ImportRow, StagedSlice
from imports.reading import Row
from imports.reading.values import PLAIN, pack
from imports.reasons import Reason

_TEXTS = ("name", "area", "remark", "email", "source", "course", "status", "owner")
_texts = attrgetter(*_TEXTS)
_PHONE, _RAW, _EXTRA_PHONES = 3, 7, 8  # places in what `staged_row` makes
_BOTH_WAYS = (("date", "date_if_month_first"), ("follow_up", "follow_up_if_month_first"))
_day = lru_cache(maxsize=10_000)(dt.date.fromisoformat)
_iso = lru_cache(maxsize=10_000)(dt.date.isoformat)


@dataclass(slots=True)
class Staged:
    """What one row says, read back."""

    number: int
    sheet: str
    row: int
    phone: str
    first: int | None
    values: dict
    raw: list
    reason: str = ""
    detail: dict = field(default_factory=dict)
    warnings: list[dict] = field(default_factory=list)
    extra_phones: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    customer_id: str = ""
    # Worked out beforehand for a row that is likely to add a customer; see pipeline.ahead.
    new_id: str = ""
    new: NewCustomer | None = None
    receipt: str | tuple | None = None


def staged_row(number: int, clean: Clean, row: Row, sheet: int, first: int | None) -> list:
    """What is staged of a row: JSON-able, in the order in which `read_back` takes it. `first`: the row it repeats."""
    values = {name: value for name, value in zip(_TEXTS, _texts(clean)) if value}  # noqa: B905 - for every row
    if clean.date:
        values["date"] = _iso(clean.date)
    if clean.date_if_month_first:
        values["date_if_month_first"] = clean.date_if_month_first.isoformat()
    if clean.follow_up:
        values["follow_up"] = clean.follow_up
    if clean.follow_up_if_month_first:
        values["follow_up_if_month_first"] = clean.follow_up_if_month_first
    reason = [clean.reason, clean.reason_column, clean.reason_text] if clean.reason else None
    phone = "" if reason else clean.phone
    customer_id = "" if reason else clean.customer_id
    said = [number, sheet, row.number, phone, customer_id, first, values, raw_cells(row)]
    return [*said, clean.extra_phones, clean.extra, clean.warnings, reason]


def numbers_of(staged: Sequence) -> set[str]:
    """The numbers of what `staged_row` made."""
    return {staged[_PHONE], *staged[_EXTRA_PHONES]}


def raw_of(staged: Sequence) -> list:
    """The cells of what `staged_row` made, as they came."""
    return staged[_RAW]


def erased_row(staged: Sequence) -> list:
    """The same row with nothing in it but its place: somebody was erased while it waited."""
    number, sheet, row = staged[:_PHONE]
    return [number, sheet, row, "", "", None, {}, [], [], {}, [], [Reason.NUMBER_ERASED.value, "", ""]]


def raw_cells(row: Row) -> list:
    """The cells as JSON can keep them (see ImportRow.cells), blanks at the end left out."""
    cells = [cell if cell.__class__ in PLAIN else pack(cell) for cell in row.cells]
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return cells


def read_back(staged: list, sheets: dict[int, dict]) -> Staged:
    """The row that `staged_row` made. `sheets`: what is known of each by its index."""
    number, index, row, phone, customer_id, first, values, raw, extra_phones, extra, warnings, reason = staged
    sheet = sheets[index]
    for name, other_way in _BOTH_WAYS:
        if other_way in values:
            other = values.pop(other_way)
            values[name] = other if sheet["month_first"] else values[name]
    if "date" in values:
        values["date"] = _day(values["date"])
    code, column, said = reason or ("", "", "")
    return Staged(
        number=number,
        sheet=sheet["name"],
        row=row,
        phone=phone,
        first=first,
        values=values,
        raw=raw,
        reason=code,
        detail={"column": column, "text": said} if reason else {},
        warnings=[{"code": code, "column": label, "text": text} for code, label, text in warnings],
        extra_phones=extra_phones,
        extra=extra,
        customer_id=customer_id,
    )


def put_aside(import_id: UUID, rows: Sequence[list]) -> None:
    """Keep a slice of what `staged_row` made until it is written."""
    # As COPY: half a megabyte in an INSERT is escaped, read as SQL and unescaped first.
    bulk.insert(StagedSlice, ("import", "number", "data"), [(import_id, rows[0][0], bulk.as_json(rows))])


def slice_after(import_: Import, number: int) -> str | None:
    """The slice that follows the row with that number, as it was put aside; None after the last."""
    # By number, not "the first that is left": those deleted a moment ago still stand in the index.
    slices = StagedSlice.objects.filter(import_id=import_.pk, number__gt=number).order_by("number")
    return slices.values_list("data", flat=True).first()


def rows_numbered(import_: Import, numbers: Collection[int]) -> list[Staged]:
    """The rows with these numbers, wherever they wait."""
    slices = StagedSlice.objects.filter(import_id=import_.pk)
    firsts = sorted(slices.values_list("number", flat=True))
    if not firsts:
        return []
    wanted = {firsts[bisect_right(firsts, number) - 1] for number in numbers}
    found = slices.filter(number__in=wanted).order_by("number").values_list("data", flat=True)
    rows = (row for data in found.iterator(chunk_size=1) for row in rows_of(import_, data))
    return [row for row in rows if row.number in numbers]


def rows_of(import_: Import, data: str) -> list[Staged]:
    """The rows of a slice that was put aside."""
    sheets = {sheet["index"]: sheet for sheet in import_.sheets}
    return [read_back(row, sheets) for row in json.loads(data)]


def as_detail(row: Staged) -> dict:
    """What is kept of a row that somebody may still decide about."""
    values = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in row.values.items()}
    return {"phone": row.phone, "values": values, "extra_phones": row.extra_phones, "extra": row.extra}


def from_detail(kept: ImportRow) -> Staged:
    """The row that `as_detail` kept."""
    said = kept.detail["row"]
    values = dict(said["values"])
    if "date" in values:
        values["date"] = dt.date.fromisoformat(values["date"])
    return Staged(
        number=kept.number,
        sheet=kept.sheet,
        row=kept.row,
        phone=said["phone"],
        first=None,
        values=values,
        raw=kept.raw,
        warnings=list(kept.warnings),
        extra_phones=said["extra_phones"],
        extra=said["extra"],
    )
