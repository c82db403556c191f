"""xls through calamine."""

import datetime

from .compound_files import biff5, biff8, compound_file, error, label5, label8, merged, number
from .helpers import everything, refusal, rows_of, write


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


def test_an_error_is_never_a_text(tmp_path):
    [(_, cells)] = rows_of(xls(tmp_path, biff8(label8(0, 0, "Asha") + error(0, 1) + label8(0, 2, "x"))))
    assert not isinstance(cells[1], str) or cells[1] == ""


def test_a_hidden_sheet(tmp_path):
    assert refusal(xls(tmp_path, biff8(label8(0, 0, "Name"), hidden=True))) == "file_empty"


def test_password(tmp_path):
    assert refusal(xls(tmp_path, biff8(password=True))) == "password_protected"


def test_broken(tmp_path):
    whole = compound_file("Workbook", biff8(label8(0, 0, "Name")))
    assert refusal(write(tmp_path, whole[:1400])) in ("unreadable_file", "file_empty")
    assert refusal(xls(tmp_path, b"\0" * 5000)) in ("unreadable_file", "file_empty")
