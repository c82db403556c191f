"""One import's page: how its file was read, what became of its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from django.urls import reverse

from crm.lib.text import cell_text, clean_text
from customers.models.timeline import FIELD_LABELS
from imports.mapping import OURS, Field
from imports.models import Import, ImportRow, Outcome
from imports.rows import UNDECIDED, WARNED
from imports.undo_words import row_in_words
from imports.wording import note_in_words, purged_in_words, remarks

CELL_LENGTH = 300
MOST_NOTES = 40
WITH_A_WARNING = "With a warning"
NOT_READ = ": not read, no column holds phone numbers"
REASONS = {
    "phone_missing": "No phone number",
    "phone_invalid": "Number cannot be called",
    "phone_truncated": "Number cut off",
    "cell_error": "Error in the cell",
    "formula_no_value": "Formula without a value",
    "duplicate_in_file": "Twice in the file",
    "different_name": "Another name at a known number",
    "name_too_long": "Name too long",
    "test_lead": "Test lead",
}
BECAME = {
    Field.NAME: "Name",
    Field.PHONE: "Phone number",
    Field.OTHER_PHONE: "Further number",
    Field.AREA: "Area",
    Field.DATE: "Enquiry date",
    Field.REMARK: "Remark",
    Field.EMAIL: "E-mail",
    Field.SOURCE: "Source",
    Field.COURSE: "Course",
    Field.STATUS: "Status (new customers only)",
    Field.OWNER: "Counsellor (new customers only)",
    Field.CUSTOMER_ID: "Our customer ID",
    Field.FOLLOW_UP: "Next follow-up (new customers only)",
}
KEPT = "Kept with the customer"
LEFT_ALONE = "Left alone: the desk knows it itself"
WHY_SO = {
    "close": "spelt alike",
    "values": "by its values",
    "chosen": "chosen by hand",
    "remembered": "as the last time",
}


@dataclass(frozen=True)
class Chip:
    """A filter to choose, with how many rows it leaves."""

    words: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class Line:
    """A row of a file as the pages show it. `cells`: (label, text) of those that hold something."""

    pk: int
    sheet: str
    row: int
    outcome: str
    outcome_display: str
    reason: str
    remarks: list[tuple[str, str]]
    customer: str
    customer_url: str
    cells: list[tuple[str, str]]
    can_decide: bool
    undo: str
    differences: list[tuple[str, str, str]]  # of a check: field, what stands there, what the file says
    kept: list[tuple[str, str, str]]  # of a check: field, what a person typed, what the file says
    asks_again: bool
    values: list[tuple[str, str]] = field(default_factory=list)  # of a check: what a new customer comes in with

    @property
    def sentences(self) -> list[str]:
        return [" ".join(filter(None, remark)) for remark in self.remarks]


def outcome_chips(import_: Import, chosen: str) -> list[Chip]:
    """Every outcome that rows of the import have."""
    path = reverse("imports:detail", args=[import_.pk])
    found = [(label, getattr(import_, code), code) for code, label in Outcome.choices]
    if not import_.purged_at:
        found.append((WITH_A_WARNING, import_.warned, WARNED))
    return _chips(path, "outcome", "All rows", import_.rows, found, chosen)


def problem_chips(import_: Import, found: Iterable[tuple[str, str, int]], *, outcome: str, reason: str) -> list[Chip]:
    """Every kind of problem row there is. `found`: (outcome, reason, number of rows)."""
    path = reverse("imports:problems", args=[import_.pk])
    chips = [Chip("All", sum(count for _, _, count in found), path, current=not (outcome or reason))]
    for code, words in [*Outcome.choices, (WARNED, WITH_A_WARNING)]:
        count = import_.warned if code == WARNED else sum(n for became, _, n in found if became == code)
        if code in (Outcome.REJECTED, WARNED, outcome) and count:
            chips.append(Chip(words, count, f"{path}?outcome={code}", current=outcome == code and not reason))
    by_reason: dict[str, int] = {}
    for _, code, count in found:
        by_reason[code] = by_reason.get(code, 0) + count
    for code, count in sorted(by_reason.items(), key=lambda pair: -pair[1]):
        if code:
            chips.append(Chip(REASONS.get(code, code), count, f"{path}?reason={code}", current=reason == code))
    return chips


def _chips(path: str, name: str, all_words: str, total: int, found: Iterable, chosen: str) -> list[Chip]:
    chips = [
        Chip(words, count, f"{path}?{name}={code}", current=code == chosen)
        for words, count, code in found
        if count or code == chosen
    ]
    return [Chip(all_words, total, path, current=not chosen), *chips] if chips else []


def lines(import_: Import, rows: Iterable[ImportRow]) -> list[Line]:
    """Rows (with their customers) as the pages show them; no query."""
    many = len(import_.sheets) > 1
    labels = {sheet["name"]: import_.labels_of(sheet["name"]) for sheet in import_.sheets}
    return [_line(row, labels.get(row.sheet, []), many=many, is_dry=import_.is_dry) for row in rows]


def _line(row: ImportRow, labels: list[str], *, many: bool, is_dry: bool) -> Line:
    texts = [clean_text(cell_text(cell)) for cell in row.cells]
    named = zip_longest(texts, labels[: len(texts)], fillvalue="")
    return Line(
        pk=row.pk,
        sheet=row.sheet if many else "",
        row=row.row,
        outcome=row.outcome,
        outcome_display=row.get_outcome_display(),
        reason=row.reason,
        remarks=remarks(row),
        customer=row.customer.shown_name if row.customer else "",
        customer_url=reverse("customers:detail", args=[row.customer_id]) if row.customer_id else "",
        cells=[(label, shortened(text)) for text, label in named if text],
        can_decide=row.reason == UNDECIDED and row.raw is not None and not is_dry,
        undo=row_in_words(row),
        differences=_named(row.detail.get("differences", ())),
        kept=_named(row.detail.get("kept", ())),
        asks_again=bool(row.detail.get("enquired_again")),
    )


def _named(said: Iterable) -> list[tuple[str, str, str]]:
    return [(FIELD_LABELS.get(name, name), old, new) for name, old, new in said]


def line_as_json(line: Line) -> dict:
    return {
        "id": line.pk,
        "sheet": line.sheet,
        "row": line.row,
        "outcome": line.outcome,
        "reason": line.reason or None,
        "messages": line.sentences,
        "cells": dict(line.cells),
        "customer": line.customer_url or None,
        "undo": line.undo or None,
        "enquired_again": line.asks_again,
        "differences": [dict(zip(("field", "old", "new"), said, strict=True)) for said in line.differences],
        "kept": [dict(zip(("field", "typed", "file"), said, strict=True)) for said in line.kept],
    }


def shortened(text: str) -> str:
    return text if len(text) <= CELL_LENGTH else f"{text[:CELL_LENGTH]}…"


def sheets_found(import_: Import) -> list[dict]:
    """How each sheet was read: a `caption`, and its columns with what they became."""
    return [
        {
            "caption": f"Sheet “{sheet['name']}”"
            + ("" if sheet["read"] else ": not read, no column holds phone numbers"),
            "columns": [{**column, "became": _became(column)} for column in sheet["columns"]] if sheet["read"] else [],
        }
        for sheet in import_.sheets
    ]


def _became(column: dict) -> str:
    if not column["field"]:
        return LEFT_ALONE if column["why"] == OURS else KEPT
    how = WHY_SO.get(column["why"])
    return BECAME[Field(column["field"])] + (f", {how}" if how else "")


def notes(import_: Import) -> list[str]:
    """What there is to know about the file, in sentences; the same sentence once."""
    many = len(import_.sheets) > 1
    said = list(dict.fromkeys(note_in_words(note, many_sheets=many) for note in import_.notes))[:MOST_NOTES]
    return [*filter(None, [purged_in_words(import_)]), *said]


def fields_to_choose() -> list[tuple[str, str]]:
    """What a column can be said to be."""
    return [("", KEPT), *((field.value, words) for field, words in BECAME.items())]
