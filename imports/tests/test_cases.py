"""The spreadsheets of real life in ../shared/cases, each through the upload action and the task, compared strictly."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from django.conf import settings

from customers.models import Customer
from customers.models.customer import AREA_LENGTH
from imports.models import Import, ImportRow, Outcome, State
from imports.reading import Refused
from imports.tests.factories import imported

CASES = Path(os.environ.get("CASES_DIR") or settings.BASE_DIR.parent / "shared" / "cases")
EXPECTED = CASES / "expected.json"
pytestmark = pytest.mark.skipif(not EXPECTED.exists(), reason="the case files are not beside this working copy")


def cases() -> list:
    if not EXPECTED.exists():
        return []
    expected = json.loads(EXPECTED.read_text())
    return [pytest.param(CASES / name, case, id=name) for name, case in expected.items() if name != "_about"]


@pytest.mark.parametrize(("path", "case"), cases())
def test_case_comes_out_as_expected(path, case, manager):
    # Given a file as people really upload it, when it is imported
    try:
        import_ = imported(manager, path)
    except Refused as refusal:
        found = refusal.code
        import_ = None
    else:
        found = import_.file_error

    # Then the file is taken or refused as expected
    assert found in ({case["file_error"], *case.get("also_ok", [])} if case["file_error"] else {""})
    if found:
        assert Customer.objects.count() == 0
        assert import_ is None or import_.state in (State.REFUSED, State.NEEDS_MAPPING)
        return

    # And every row has its customer, every rejected row its reason
    assert import_.state == State.DONE
    assert_customers(import_, case)
    assert_rejected(import_, case)
    assert_warnings(import_, case)
    assert import_.created == Customer.objects.count() == case.get("stored_count", len(case["rows"]))
    assert import_.rows == ImportRow.objects.count() == sum(getattr(import_, outcome) for outcome in Outcome.values)


def assert_customers(import_: Import, case: dict) -> None:
    rows = {(row.sheet, row.row): row.customer for row in created(import_)}
    by_row = {number: customer for (_, number), customer in rows.items()}
    for wanted in case["rows"]:
        customer = rows[wanted["sheet"], wanted["row"]] if "sheet" in wanted else by_row[wanted["row"]]
        assert shown(customer, wanted) == wanted
    if not case.get("rows_partial"):
        assert len(rows) == len(case["rows"])


def created(import_: Import):
    return import_.import_rows.filter(outcome=Outcome.CREATED).select_related("customer")


def shown(customer: Customer, wanted: dict) -> dict:
    """What is stored, under the names of the expectation."""
    remark, area = customer.remark, " ".join(customer.area.split())
    if len(wanted["area"]) > AREA_LENGTH:  # cut, the whole of it kept
        assert wanted["area"] in customer.extra.values()
        area = wanted["area"] if wanted["area"].startswith(area) else area
    found = {
        "row": wanted["row"],
        "name": customer.name,
        "phone_number": customer.phone_number,
        "area": area,
        "date": customer.date and customer.date.isoformat(),
        "remark": remark,
    }
    if "remark_sha256" in wanted:
        found["remark"] = wanted["remark"]
        found["remark_sha256"] = hashlib.sha256(remark.encode()).hexdigest()
        found["remark_length"] = len(remark)
    if "sheet" in wanted:
        found["sheet"] = wanted["sheet"]
    extra_phones = sorted(customer.numbers.values_list("number", flat=True))
    if "extra_phones" in wanted or extra_phones:
        found["extra_phones"] = extra_phones
    return found


def assert_rejected(import_: Import, case: dict) -> None:
    left = {
        (row.row, row.sheet if any("sheet" in wanted for wanted in case["rejected"]) else None): row
        for row in import_.import_rows.filter(outcome__in=[Outcome.DUPLICATE_IN_FILE, Outcome.REJECTED])
    }
    assert set(left) == {(wanted["row"], wanted.get("sheet")) for wanted in case["rejected"]}
    for wanted in case["rejected"]:
        row = left[wanted["row"], wanted.get("sheet")]
        assert row.reason in [wanted["reason"], *wanted.get("also_ok", [])]
        assert (row.outcome == Outcome.DUPLICATE_IN_FILE) == (row.reason == "duplicate_in_file")
        assert row.cells
        for key in ("of_row", "of_sheet"):
            if key in wanted:
                assert row.detail[key] == wanted[key]


def assert_warnings(import_: Import, case: dict) -> None:
    of_rows = {(row.row, warning["code"]) for row in import_.import_rows.all() for warning in row.warnings}
    of_file = {(note["row"], note["code"]) for note in import_.notes}
    for wanted in case.get("warnings", []):
        assert (wanted["row"], wanted["code"]) in of_rows | of_file
