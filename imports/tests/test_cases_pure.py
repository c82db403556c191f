"""Every real-life spreadsheet of the cases folder, from its bytes to cleaned rows, without a database."""

import datetime as dt
import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from crm.lib.datetexts import month_first
from imports.cleaning import LENGTHS, Clean, Cleaner
from imports.mapping import Field, find_header, has_phone
from imports.mapping.header import MOST_ROWS
from imports.reading import Refused, open_book

CASES = Path(os.environ.get("CASES_DIR") or Path(__file__).parents[3] / "shared" / "cases")
TODAY = dt.date(2026, 3, 10)
FIELDS = ("name", "phone_number", "area", "date", "remark", "extra_phones")


def _expected() -> dict:
    path = CASES / "expected.json"
    cases = json.loads(path.read_text()) if path.exists() else {}
    return {name: case for name, case in cases.items() if not name.startswith("_")}


EXPECTED = _expected()
pytestmark = pytest.mark.skipif(not EXPECTED, reason="the cases folder is not beside this checkout")


class Outcome(NamedTuple):
    stored: dict  # (sheet, row) -> Clean
    rejected: dict  # (sheet, row) -> reason
    warnings: set  # (row, code)
    file_error: str | None


def read(path: Path) -> Outcome:
    """What the file brings, the way an import reads it; the first row of a number wins."""
    outcome = Outcome({}, {}, set(), None)
    owners: dict[str, tuple] = {}
    tables = 0
    try:
        with open_book(path) as book:
            for sheet in book:
                rows = list(sheet)
                header = find_header(rows[:MOST_ROWS])
                if header and has_phone(header.columns):
                    tables += 1
                    _read_sheet(sheet.name, rows, header, outcome, owners)
    except Refused as refusal:
        return Outcome({}, {}, set(), refusal.code)
    return outcome if tables else Outcome({}, {}, set(), "no_phone_column")


def _read_sheet(sheet, rows, header, outcome: Outcome, owners: dict) -> None:
    cleaner = Cleaner(header.columns, today=TODAY)
    cleaned = {
        row.number: cleaner.clean(row)
        for row in rows
        if row.number > (header.last_row or 0) and not cleaner.is_blank(row)
    }
    by_month = month_first(Counter(row.date_order for row in cleaned.values()))
    for number, row in cleaned.items():
        outcome.warnings.update((number, str(warning.code)) for warning in row.warnings)
        if by_month:
            row.date = row.date_if_month_first or row.date
        if row.reason:
            outcome.rejected[sheet, number] = str(row.reason)
        elif owners.setdefault(row.phone, (sheet, number)) != (sheet, number):
            outcome.rejected[sheet, number] = "duplicate_in_file"
        else:
            outcome.stored[sheet, number] = row


def _values(row: Clean) -> dict:
    date = row.date.isoformat() if row.date else None
    return dict(zip(FIELDS, (row.name, row.phone, row.area, date, row.remark, row.extra_phones), strict=True))


def _found(rows: dict, wanted: dict):
    """The row of that number, in the sheet that is named or the only one."""
    return next(
        (
            row
            for (sheet, number), row in rows.items()
            if number == wanted["row"] and wanted.get("sheet", sheet) == sheet
        ),
        None,
    )


@pytest.fixture(scope="module")
def outcomes():
    """Each file is read once for all the tests."""
    read_before: dict[str, Outcome] = {}

    def outcome(name: str) -> Outcome:
        if name not in read_before:
            read_before[name] = read(CASES / name)
        return read_before[name]

    return outcome


@pytest.mark.parametrize("name", EXPECTED)
def test_the_file_is_taken_or_refused(name, outcomes):
    case = EXPECTED[name]
    allowed = {case["file_error"], *(choice for choice in case.get("also_ok", ()) if " " not in choice)}

    assert outcomes(name).file_error in allowed


@pytest.mark.parametrize("name", EXPECTED)
def test_every_customer_comes_out_as_expected(name, outcomes):
    stored = outcomes(name).stored

    for wanted in EXPECTED[name]["rows"]:
        row = _found(stored, wanted)
        assert row is not None, wanted
        values = _values(row)
        if "remark_sha256" in wanted:
            assert hashlib.sha256(values["remark"].encode()).hexdigest() == wanted["remark_sha256"]
            values["remark"] = wanted["remark"]
        if len(wanted["area"]) > LENGTHS[Field.AREA]:  # one of the outcomes that also_ok allows
            wanted = {**wanted, "area": wanted["area"][: LENGTHS[Field.AREA]]}
        assert {field: values[field] for field in FIELDS if field in wanted} == {
            field: wanted[field] for field in FIELDS if field in wanted
        }


@pytest.mark.parametrize("name", EXPECTED)
def test_no_customer_more_and_none_less(name, outcomes):
    case = EXPECTED[name]

    assert len(outcomes(name).stored) == case.get("stored_count", len(case["rows"]))


@pytest.mark.parametrize("name", EXPECTED)
def test_every_rejected_row_has_its_reason(name, outcomes):
    rejected = outcomes(name).rejected

    for wanted in EXPECTED[name]["rejected"]:
        assert _found(rejected, wanted) in {wanted["reason"], *wanted.get("also_ok", ())}, wanted
    assert len(rejected) == len(EXPECTED[name]["rejected"])


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name].get("warnings")])
def test_every_warning_is_given(name, outcomes):
    for wanted in EXPECTED[name]["warnings"]:
        if wanted["row"] is not None:  # those of the whole file are the import's to give
            assert (wanted["row"], wanted["code"]) in outcomes(name).warnings
