"""A register as the front desk keeps it, with every habit at once. What it looks like is written down below, cell by
cell; LibreOffice's own xlsx, ods and xls of the same book were compared with it by hand."""

import datetime as dt
import io

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from customers.models import Customer
from imports.models import Import
from imports.tests.factories import counts, imported

MERGED = ("A1:L1", "B4:D4", "E4:G4", "H4:J4", "K4:L4")
HEAD = [
    ["EDUCATION FAIR KOCHI – ENQUIRY REGISTER"],
    ["Prepared by: Front desk", None, None, "Printed on", dt.date(2026, 3, 9)],
    [],
    [None, "Student", None, None, "Contact details", None, None, "Interest", None, None, "Office use"],
    [
        "Sl. No.", "Name", "DOB", None, "Mobile No.", "WhatsApp", "Place", "Course", "Date of enquiry", "Remarks",
        "Status", "Handled by",
    ],
]  # fmt: skip
DAY = dt.date(2026, 3, 5)
ROWS = [
    [1, "  Asha   Nair ", dt.date(2007, 5, 1), None, 9876543210, None, "Kochi ", "BCA", DAY, "hostel\nafter 5",
     "Interested", "asha"],
    [2, "देव शर्मा", None, None, "+91 98765 43211", "98765-43299", "Aluva", "BBA", "05/03/2026"],
    [3, "കാർത്തിക്\u200c മേനോൻ", None, None, "098765 43212", None, "Thrissur", "BCA", "5-Mar-26", "first\u200dcall"],
    [4, "கவிதா ராஜன்", None, None, 9.876543213e9, None, None, "B.Com", 46087],
    [5, "Farah Khan", None, None, "9876543214 / 9876543215", None, "Kollam", "BCA", "March 7, 2026"],
    [6, "Hidden Hari", None, None, "9876543216", None, "Kollam", "BCA", "31/02/2026"],
    [7, "Short Sunil", None, None, "98765", None, "Kannur", "BCA", dt.datetime(2026, 3, 8, 16, 30)],
    [8, "No Number", None, None, None, None, "Kannur", "BCA"],
    [9, "Asha Nair", None, None, "0091-9876543210", None, "Kochi", "BCA", DAY, "again"],
    [10, "Error Elsa", None, None, "9876543217", None, "#DIV/0!", "BCA", "06.03.2026", "#N/A"],
    [11, "Formula Febin", None, None, "=9876543000+218", None, "Palakkad", "MBA"],
    [12, "Sci Sona", None, None, "9.87654E+09", None, "Kochi", "BCA"],
    [13, "Land Leela", None, None, "0484 2345678", None, "Kochi", "BCA"],
    [14, "Gulf Gopan", None, None, "+971 50 123 4567", None, "Dubai", "MBA"],
    [],
    ["Total", None, None, None, 13],
]  # fmt: skip
OTHERS = {
    "WhatsApp group": [
        ["Naam", "Mobile nambar", "Pata", "Vishay"],
        ["Ravi Kumar", 9876500001, "Pune", "BBA"],
        ["Asha Nair", 9876543210, "Kochi", "BCA"],
        [None, "9876500002 (father)"],
    ],
    "Summary": [["Area", "Count"], ["Kochi", 5]],
    "Old list": [["Name", "Phone"], ["Hidden Sheet", 9876500009]],
}


def ugly_workbook() -> bytes:
    book = Workbook()
    register = book.active
    register.title = "Kochi fair"
    for row in [*HEAD, *ROWS]:
        register.append(row)
    for area in MERGED:
        register.merge_cells(area)
    for cell in ("G15", "J15"):
        register[cell].data_type = "e"
    register.row_dimensions[11].hidden = register.column_dimensions["C"].hidden = True
    register.auto_filter.ref = "A5:L19"
    register["B6"].comment = Comment("met at stall 4", "front desk")
    register.cell(row=5000, column=40, value="stray")
    for name, rows in OTHERS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book["Old list"].sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def import_(manager, asha) -> Import:
    return imported(manager, ugly_workbook(), "register.xls")


def shown(import_: Import) -> dict:
    rows = import_.import_rows.filter(outcome="created").select_related("customer")
    return {
        (row.sheet[:5], row.row): (
            row.customer.name,
            row.customer.phone_number,
            row.customer.area,
            row.customer.date and row.customer.date.isoformat(),
            row.customer.remark,
            sorted(row.customer.numbers.values_list("number", flat=True)),
        )
        for row in rows
    }


def test_everybody_comes_out_as_the_eye_reads_it(import_):
    assert shown(import_) == {
        ("Kochi", 6): ("Asha Nair", "+919876543210", "Kochi", "2026-03-05", "hostel\nafter 5", []),
        ("Kochi", 7): ("देव शर्मा", "+919876543211", "Aluva", "2026-03-05", "", ["+919876543299"]),
        ("Kochi", 8): ("കാർത്തിക്\u200c മേനോൻ", "+919876543212", "Thrissur", "2026-03-05", "first\u200dcall", []),
        ("Kochi", 9): ("கவிதா ராஜன்", "+919876543213", "", "2026-03-06", "", []),
        ("Kochi", 10): ("Farah Khan", "+919876543214", "Kollam", "2026-03-07", "", ["+919876543215"]),
        ("Kochi", 11): ("Hidden Hari", "+919876543216", "Kollam", None, "", []),
        ("Kochi", 15): ("Error Elsa", "+919876543217", "", "2026-03-06", "", []),
        ("Kochi", 18): ("Land Leela", "+914842345678", "Kochi", None, "", []),
        ("Kochi", 19): ("Gulf Gopan", "+971501234567", "Dubai", None, "", []),
        ("Whats", 2): ("Ravi Kumar", "+919876500001", "Pune", None, "", []),
        ("Whats", 4): ("", "+919876500002", "", None, "", []),
    }


def test_what_did_not_come_in_says_why(import_):
    rows = import_.import_rows.exclude(outcome="created")
    assert {(row.sheet[:5], row.row): row.reason for row in rows} == {
        ("Kochi", 12): "phone_invalid",
        ("Kochi", 13): "phone_missing",
        ("Kochi", 14): "duplicate_in_file",
        ("Kochi", 16): "formula_no_value",
        ("Kochi", 17): "phone_truncated",
        ("Kochi", 21): "phone_invalid",  # the total
        ("Whats", 3): "duplicate_in_file",
    }
    warned = {row.row: {w["code"] for w in row.warnings} for row in import_.import_rows.exclude(warnings=[])}
    assert warned[11] == {"date_invalid", "row_hidden_in_file"}
    assert warned[15] == {"cell_error"}
    assert {(note["code"], note["sheet"]) for note in import_.notes} == {
        ("sheet_without_phone", "Summary"),
        ("sheet_hidden", "Old list"),
    }


def test_what_the_office_noted_of_a_lead_is_taken(import_, manager, asha):
    first = Customer.objects.visible_to(manager).get(phone_number="+919876543210")
    assert (first.status_id, first.assigned_to, first.course.name) == ("INTERESTED", asha, "BCA")
    assert first.extra == {"Sl. No.": "1", "Student › DOB": "01/05/2007"}


def test_the_same_register_again_changes_nothing(import_, manager):
    again = imported(manager, ugly_workbook(), "register again.xls")

    assert counts(again) == {"unchanged": 11, "duplicate_in_file": 2, "rejected": 5}
    assert not Customer.objects.visible_to(manager).filter(enquiry_count__gt=1).exists()
