"""A cleaned row on its way through the staging table, as compact JSON."""

import datetime as dt
import json
from dataclasses import dataclass, field

from crm.lib import bulk
from imports.cleaning import Clean
from imports.models import ImportRow
from imports.reading import Row
from imports.reading.values import PLAIN, pack

_TEXTS = ("name", "area", "remark", "email", "source", "course", "status", "owner")
_BOTH_WAYS = ("date", "follow_up")


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


def staged_data(clean: Clean, row: Row, sheet: int) -> str:
    """The JSON of a row; blanks are left out."""
    values = {name: value for name in _TEXTS if (value := getattr(clean, name))}
    if clean.date:
        values["date"] = clean.date.isoformat()
    if clean.date_if_month_first:
        values["date_if_month_first"] = clean.date_if_month_first.isoformat()
    if clean.follow_up:
        values["follow_up"] = clean.follow_up
    if clean.follow_up_if_month_first:
        values["follow_up_if_month_first"] = clean.follow_up_if_month_first
    data = {"s": sheet, "r": row.number, "v": values, "raw": raw_cells(row)}
    if clean.extra_phones:
        data["p"] = clean.extra_phones
    if clean.extra:
        data["x"] = clean.extra
    if clean.warnings:
        data["w"] = [list(warning) for warning in clean.warnings]
    if clean.reason:
        data["c"] = [clean.reason, clean.reason_column, clean.reason_text]
    return bulk.as_json(data)


def raw_cells(row: Row) -> list:
    """The cells as JSON can keep them (see ImportRow.cells), blanks at the end left out."""
    cells = [cell if cell.__class__ in PLAIN else pack(cell) for cell in row.cells]
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return cells


def read_back(number: int, phone: str, person_id: str, first: int | None, text: str, sheets: dict[int, dict]) -> Staged:
    """The row that `staged_data` made. `sheets`: what is known of each by its index."""
    data = json.loads(text)
    sheet = sheets[data["s"]]
    values = data["v"]
    for name in _BOTH_WAYS:
        other = values.pop(f"{name}_if_month_first", None)
        if other and sheet["month_first"]:
            values[name] = other
    if "date" in values:
        values["date"] = dt.date.fromisoformat(values["date"])
    reason, column, said = data.get("c", ("", "", ""))
    return Staged(
        number=number,
        sheet=sheet["name"],
        row=data["r"],
        phone=phone,
        first=first,
        values=values,
        raw=data["raw"],
        reason=reason,
        detail={"column": column, "text": said} if reason else {},
        warnings=[{"code": code, "column": label, "text": text} for code, label, text in data.get("w", ())],
        extra_phones=data.get("p", []),
        extra=data.get("x", {}),
        customer_id=person_id,
    )


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
