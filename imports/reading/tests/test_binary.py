"""xls through calamine, and workbooks that are encrypted."""

import datetime
import io
import random

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from imports.reading import CellError

from .compound_files import (
    biff5,
    biff8,
    compound_file,
    encrypted,
    error,
    formula_error,
    label5,
    label8,
    merged,
    number,
    row_record,
)
from .helpers import everything, package, refusal, row, rows_of, write, zipped


def xls(tmp_path, stream, name="Workbook"):
    return write(tmp_path, compound_file(name, stream), "list.xls")


def test_values(tmp_path):
    cells = label8(0, 0, "Name") + label8(1, 0, "देव") + number(1, 1, 9876543210) + number(1, 2, 46086, style=1)
    assert rows_of(xls(tmp_path, biff8(cells + number(4, 1, 12.5)))) == [
        (1, ["Name"]),
        (2, ["देव", 9876543210, datetime.date(2026, 3, 5)]),
        (5, [None, 12.5]),
    ]


def test_data_that_begins_further_down_and_right(tmp_path):
    assert rows_of(xls(tmp_path, biff8(label8(3, 2, "Name")))) == [(4, [None, None, "Name"])]


def test_excel_5(tmp_path):
    cells = label5(0, 0, "José") + number(0, 1, 9876543210) + number(0, 2, 46086, style=1)
    assert rows_of(xls(tmp_path, biff5(cells), "Book")) == [(1, ["José", 9876543210, datetime.date(2026, 3, 5)])]


def test_merged_areas(tmp_path):
    cells = label8(0, 0, "Kochi") + label8(0, 1, "a") + label8(1, 1, "b") + label8(2, 1, "c")
    _, [(sheet, rows)] = everything(xls(tmp_path, biff8(cells, after=merged(0, 1, 0, 0))))
    assert [row.cells[0] for row in rows] == ["Kochi", "Kochi", None]
    assert sheet.merged == 1


@pytest.mark.parametrize("build", [(biff8, "Workbook"), (biff5, "Book")])
def test_errors_and_hidden_rows(tmp_path, build):
    stream, name = build
    cells = row_record(0, hidden=False) + row_record(1, hidden=True) + number(0, 0, 1) + error(0, 1)
    cells += number(0, 2, 2) + number(1, 0, 3) + formula_error(1, 1)
    [(_, rows)] = everything(xls(tmp_path, stream(cells), name))[1]
    assert [(row.number, row.cells, row.hidden) for row in rows] == [
        (1, [1, CellError("#N/A"), 2], False),
        (2, [3, CellError("#DIV/0!")] + [None] * (len(rows[1].cells) - 2), True),
    ]


def test_a_hidden_sheet(tmp_path):
    assert refusal(xls(tmp_path, biff8(label8(0, 0, "Name"), hidden=True))) == "file_empty"


def test_the_password_that_excel_tries_first(tmp_path):
    cells = label8(0, 0, "Name") + b"".join(label8(row, 0, f"Asha {row}") for row in range(1, 80))
    found = rows_of(xls(tmp_path, encrypted(biff8(cells), "VelvetSweatshop")))
    assert (found[0], found[79]) == ((1, ["Name"]), (80, ["Asha 79"]))
    assert refusal(xls(tmp_path, encrypted(biff8(cells), "fair2026"))) == "password_protected"


def test_an_encrypted_xlsx(tmp_path):
    book = zipped(package(data=row(1, "Name", "Phone")) | {"docProps/thumbnail.jpeg": random.randbytes(9_000)})
    for password, expected in (("VelvetSweatshop", [(1, ["Name", "Phone"])]), ("fair2026", None)):
        secret = io.BytesIO()
        OOXMLFile(io.BytesIO(book)).encrypt(password, secret)
        path = write(tmp_path, secret.getvalue())
        assert (rows_of(path) if expected else refusal(path)) == (expected or "password_protected")


def test_password(tmp_path):
    assert refusal(xls(tmp_path, biff8(password=True))) == "password_protected"


def test_broken(tmp_path):
    whole = compound_file("Workbook", biff8(label8(0, 0, "Name")))
    assert refusal(write(tmp_path, whole[:1400])) in ("unreadable_file", "file_empty")
    assert refusal(xls(tmp_path, b"\0" * 5000)) in ("unreadable_file", "file_empty")
