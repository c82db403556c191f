"""GET /import/<uuid>/problems.xlsx: away, mended, and back."""

import datetime as dt
import io
import uuid

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from customers.models import Customer
from imports.mapping import OURS, Field, map_columns
from imports.models import Import, ImportRow
from imports.problems import NAMES, headers
from imports.tests.cells import rows
from imports.tests.factories import csv_bytes, imported

ROWS = csv_bytes(
    "Asha Nair,9876543210,Kochi,05/03/2026,",
    "Bala,123,Aluva,05/03/2026,call after 6",
    "Chitra,,Kollam,06/03/2026,",
    "Asha Nair,9876543210,Kochi,05/03/2026,",
    "Deepa,9876543211,,31/02/2026,",
    "Elsa,9876543,,,",
)
LABELS = (
    "Name|Mobile|Phone number|WA|WhatsApp|Alternate number|City|Area|Date|Follow up|Remark|Email|Source|Course|Status|"
    "Counsellor|Customer ID|Customer ID (2)|Father mobile|Column C|First name|Last name|Roll no|Zzz|Contact"
).split("|")
OWN = ["Row in file", "Why", "What to do", "Mark"]


def download(client, import_: Import, query: str = ""):
    response = client.get(reverse("imports:problems_file", args=[import_.pk]) + query)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    return load_workbook(io.BytesIO(content)), response


def as_bytes(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def customers(manager) -> list[dict]:
    """Everything there is about everybody."""
    return list(Customer.objects.visible_to(manager).order_by("phone_number", "person").values())


@pytest.fixture
def done(manager) -> Import:
    return imported(manager, ROWS, "kochi fair.csv")


def test_the_columns_as_they_were_and_beside_them_row_why_and_what_to_do(as_user, manager, done):
    book, response = download(as_user(manager), done)
    [sheet] = book.worksheets
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Name", "Phone", "Area", "Date", "Remark", "Customer ID", *OWN]
    assert [row[6] for row in rows[1:]] == [3, 4, 5, 6, 7]
    assert rows[1][:6] == ["Bala", "123", "Aluva", "05/03/2026", "call after 6", None]
    assert "123" in rows[1][7]
    assert rows[1][8] == "Check its digits and upload the row again."
    deepa = Customer.objects.visible_to(manager).get(name="Deepa")
    assert rows[4][5] == str(deepa.pk)
    assert rows[3][5] is None
    assert 'filename="kochi fair - problem rows.xlsx"' in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_two_rows_mended_and_the_file_uploaded_as_it_is(as_user, manager, done):
    # Given the problem rows, with two of them mended
    book, _ = download(as_user(manager), done)
    sheet = book.active
    sheet["B2"], sheet["B3"] = "9876543220", "98765 43221"
    before = {customer["phone_number"] for customer in customers(manager)}

    # When the file is uploaded
    again = imported(manager, as_bytes(book), "mended.xlsx")

    # Then those two are created, whole, and nothing else changes
    assert (again.state, again.created, again.updated) == ("done", 2, 0)
    assert (again.unchanged, again.rejected) == (1, 2)  # the one that repeats another still does
    new = {row["phone_number"]: row for row in customers(manager) if row["phone_number"] not in before}
    assert set(new) == {"+919876543220", "+919876543221"}
    bala = new["+919876543220"]
    assert (bala["name"], bala["area"], bala["date"], bala["remark"], bala["extra"]) == (
        "Bala",
        "Aluva",
        dt.date(2026, 3, 5),
        "call after 6",
        {},
    )


def test_the_file_back_unmended_changes_nothing(as_user, manager):
    imported(manager, csv_bytes("Asha Nair,9876543210,,05/03/2026,", "Bala,9876543211,,,"), "first.csv")
    rows = [
        "Zoya Khan,9876543210,Kollam,06/03/2026,sister",
        "Neel,9876543212,,31/02/2026,",
        "=1+1,9876543213 / 9876543214,,,",
    ]
    second = imported(manager, csv_bytes(*rows), "second.csv")
    before = customers(manager)
    book, _ = download(as_user(manager), second)
    assert len(list(book.active.rows)) == 4
    again = imported(manager, as_bytes(book), "back.xlsx")
    assert customers(manager) == before
    assert (again.unchanged, again.rows) == (3, 3)
    assert ImportRow.objects.filter(import_id=again.pk, reason="different_name").count() == 1


def test_numbers_are_texts_dates_are_dates_and_nothing_is_a_formula(as_user, manager):
    book = Workbook()
    sheet = book.active
    sheet.append(["Name", "Phone", "Date", "Score", "Remark"])
    sheet.append(["Asha", 98765432, dt.datetime(2026, 3, 5), 71.5, "'-x"])
    sheet.append(["Bala", 9876543210.0, dt.datetime(2026, 3, 5, 14, 30), 3, "+1"])
    sheet.append(["Bala", 9876543210.0, None, None, "@SUM(1)"])
    sheet["A2"].value, sheet["A2"].data_type = '=HYPERLINK("http://example.invalid")', "s"
    import_ = imported(manager, as_bytes(book), "odd.xlsx")
    found, _ = download(as_user(manager), import_)
    cells = {cell.coordinate: cell for row in found.active.iter_rows() for cell in row}
    assert (cells["A2"].value, cells["A2"].data_type) == ('=HYPERLINK("http://example.invalid")', "s")
    assert (cells["B2"].value, cells["B2"].number_format) == ("98765432", "@")
    assert (cells["C2"].value, cells["C2"].number_format) == (dt.datetime(2026, 3, 5), "dd/mm/yyyy")
    assert cells["D2"].value == 71.5
    assert cells["E2"].value == "'-x"
    assert (cells["E3"].value, cells["E3"].data_type) == ("@SUM(1)", "s")
    assert not [cell for cell in cells.values() if cell.data_type == "f"]


def test_dates_stay_what_they_were_in_a_month_first_file(as_user, manager):
    import_ = imported(manager, csv_bytes("A,9876543210,,03/25/2026,", "B,12,,03/04/2026,"))
    book, _ = download(as_user(manager), import_)
    assert book.active["D2"].value == dt.datetime(2026, 3, 4)
    book.active["B2"] = "9876543211"
    imported(manager, as_bytes(book), "mended.xlsx")
    assert Customer.objects.visible_to(manager).get(name="B").date == dt.date(2026, 3, 4)


def test_each_sheet_keeps_its_own_columns(as_user, manager):
    book = Workbook()
    book.active.title = "Form A"
    book.active.append(["Name", "Phone"])
    book.active.append(["Asha", "12"])
    other = book.create_sheet("Form B")
    other.append(["Full name", "City", "Mobile"])
    other.append(["Bala", "Kochi", "13"])
    found, _ = download(as_user(manager), imported(manager, as_bytes(book), "forms.xlsx"))
    assert found.sheetnames == ["Form A", "Form B"]
    assert [cell.value for cell in found["Form B"][1]][:3] == ["Full name", "City", "Mobile"]
    assert [cell.value for cell in found["Form B"][2]][:3] == ["Bala", "Kochi", "13"]


def test_a_file_without_a_header_comes_back_with_one(as_user, manager):
    import_ = imported(manager, b"Asha Nair,9876543210\nBala Menon,9876543211\nChitra Rao,98765432\n")
    assert import_.created == 2
    book, _ = download(as_user(manager), import_)
    assert "Phone number" in [cell.value for cell in book.active[1]]
    book.active["B2"] = "9876543212"
    again = imported(manager, as_bytes(book), "mended.xlsx")
    assert (again.created, again.rows) == (1, 1)
    assert Customer.objects.visible_to(manager).filter(name="Chitra Rao").exists()


def test_our_headers_are_read_as_what_they_say():
    for field, name in NAMES.items():
        [column] = map_columns([name])
        assert column.field == field or field is Field.OTHER_PHONE
    assert [column.field for column in map_columns(["Phone number", "Alternate number"])] == [
        Field.PHONE,
        Field.OTHER_PHONE,
    ]


def test_our_own_columns_are_left_out_but_a_stranger_s_are_kept():
    ours = map_columns(["Name", "Phone", *OWN])
    assert [column.why for column in ours[2:]] == [OURS] * 4
    theirs = map_columns(["Name", "Phone", "Why"])
    assert theirs[2].why == ""


def test_a_column_that_a_person_chose_is_written_under_a_name_that_says_it():
    columns = [{"label": "Mobile", "field": ""}, {"label": "WA2", "field": "phone"}]
    assert headers(columns) == ["Extra: Mobile", "Phone number"]
    taken = [{"label": "Phone number", "field": ""}, {"label": "Zzz", "field": "phone"}]
    assert headers(taken) == ["Extra: Phone number", "Phone number"]


@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=8, unique=True), st.data())
def test_whatever_was_chosen_is_read_again_so(labels, data):
    once = [field for field in Field if field not in (Field.NAME, Field.OTHER_PHONE)]
    fields = data.draw(st.permutations([*once, *[None] * 8]))[: len(labels)]
    columns = [{"label": label, "field": str(field or "")} for label, field in zip(labels, fields, strict=True)]

    again = map_columns([*headers(columns), *OWN], rows(["x"] * 12, [9876543210] * 12))

    assert [column.field for column in again[: len(labels)]] == fields
    kept = [column.kept_as for column in again[: len(labels)] if column.field is None]
    assert kept == [label for label, field in zip(labels, fields, strict=True) if field is None]


def test_a_choice_against_the_obvious_columns_holds_when_the_rows_come_back(as_user, manager):
    # Given a file whose obvious columns a person said no to
    content = csv_bytes("Asha,98765,9876543210,Kochi", "Ravi,98766,123,Aluva", header="Name,Mobile,Roll,City")
    chosen = {"Mobile": "", "Roll": "phone", "City": "remark"}
    import_ = imported(manager, content, mapping={"": chosen})
    assert (import_.created, import_.rejected) == (1, 1)

    # When the other row is mended and sent
    book, _ = download(as_user(manager), import_)
    assert [cell.value for cell in book.active[1]][:4] == ["Name", "Extra: Mobile", "Phone number", "Remark"]
    book.active["C2"] = "9876543211"
    again = imported(manager, as_bytes(book), "mended.xlsx")

    # Then it is read as the first time
    assert (again.created, again.rows) == (1, 1)
    ravi = Customer.objects.visible_to(manager).get(name="Ravi")
    assert (ravi.phone_number, ravi.remark, ravi.area) == ("+919876543211", "Aluva", "")
    assert ravi.extra == {"Mobile": "98766"}


def test_the_filter_of_the_page_is_that_of_the_file(as_user, manager, done):
    book, _ = download(as_user(manager), done, "?reason=phone_missing")
    assert [row[6].value for row in list(book.active.rows)[1:]] == [4]


def test_an_import_without_problems_gives_an_empty_sheet(as_user, manager):
    book, _ = download(as_user(manager), imported(manager, csv_bytes("Asha,9876543210")))
    assert len(list(book.active.rows)) == 1


def test_odd_sheet_names_and_characters_are_written(as_user, manager):
    import_ = imported(manager, f"Name,Phone\n{'Person ' * 100}\x0b\x07,12\n".encode(), "../../weird \xe2.csv")
    ImportRow.objects.filter(import_id=import_.pk).update(sheet="a/b[c]*" * 10)
    book, response = download(as_user(manager), import_)
    assert book.active["A1"].value
    assert "/" not in response["Content-Disposition"].replace("utf-8''", "")


def test_a_stranger_a_wrong_method_a_bad_id_and_nonsense(as_user, asha, manager, done):
    url = reverse("imports:problems_file", args=[done.pk])
    assert as_user(asha).get(url).status_code == 403
    assert as_user(manager).post(url).status_code == 405
    assert as_user(manager).get(reverse("imports:problems_file", args=[uuid.uuid4()])).status_code == 404
    assert as_user(manager).get(f"{url}?outcome=nonsense").status_code == 400
