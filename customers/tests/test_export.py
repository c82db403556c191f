"""Export: exactly the list on screen, safe to open, by whoever may, on the record."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from customers.exports import Sheet
from customers.lists import SORTS
from customers.models import ContactNumber, Customer, Export
from customers.tests.factories import CourseFactory, CustomerFactory, SourceFactory
from customers.views.exports import on_record

pytestmark = pytest.mark.django_db
URL, MADE = "/customers/export/", "/customers/exports/"
ASKED = {"reason": "Mailing", "format": "csv"}


def content(response) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response)


def rows_of(response) -> list[dict]:
    text = content(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def book_rows(response) -> list[tuple]:
    sheet = load_workbook(io.BytesIO(content(response))).active
    return list(sheet.iter_rows(values_only=True))


@pytest.fixture
def export(as_user):
    """`export(manager, status="NEW")` is that list as rows."""

    def run(user, **params):
        return rows_of(as_user(user).post(URL, {**ASKED, **params}))

    return run


# --- What is in it ------------------------------------------------------------------------------


def test_every_column_of_a_customer(manager, asha, export):
    customer = CustomerFactory(
        name="Farah Khan",
        phone_number="+919876543210",
        area="Kochi",
        date=date(2026, 4, 5),
        course=CourseFactory(name="BCA"),
        source=SourceFactory(name="Kochi fair"),
        status_id="INTERESTED",
        assigned_to=asha,
        next_follow_up_at=datetime(2026, 11, 26, 5, 30, tzinfo=UTC),
        last_contact_at=datetime(2026, 11, 25, 5, 30, tzinfo=UTC),
        attempts=2,
        do_not_call=True,
        email="farah@example.com",
        remark="asked for the fees,\nlater",
        created_at=datetime(2026, 4, 5, 4, 0, tzinfo=UTC),
        extra={"School": "GHS"},
    )
    ContactNumber.objects.create(customer=customer, number="+919876543212")
    ContactNumber.objects.create(customer=customer, number="+971501234567")

    [row] = export(manager)

    assert row == {
        "Customer ID": str(customer.pk),
        "Name": "Farah Khan",
        "Phone number": "9876543210",
        "Further numbers": "9876543212 / +971501234567",
        "Area": "Kochi",
        "Enquiry date": "05/04/2026",
        "Course": "BCA",
        "Source": "Kochi fair",
        "Status": "Interested",
        "Counsellor": "Asha",
        "Next follow-up": "26/11/2026 11:00",
        "Last contact": "25/11/2026 11:00",
        "Tries": "2",
        "Do not call": "yes",
        "Email": "farah@example.com",
        "Remark": "asked for the fees,\nlater",
        "Added on": "05/04/2026 09:30",
        "Came from": "Typed in",
        "Extra: School": "GHS",
    }


def test_csv_has_a_byte_order_mark_and_windows_line_ends(manager, as_user):
    CustomerFactory()
    response = as_user(manager).post(URL, ASKED)
    data = content(response)

    assert data.startswith(b"\xef\xbb\xbfCustomer ID,Name,")
    assert data.endswith(b"\r\n")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "'+1", "\t=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_runs_as_a_formula(text, manager, export):
    CustomerFactory(name=text, area=text, remark=text, extra={"=cmd": text}, phone_number="+971501234567")

    [row] = export(manager)

    assert {row[label] for label in ("Name", "Area", "Remark", "Extra: =cmd")} == {"'" + text}
    assert row["Phone number"] == "'+971501234567"


@pytest.mark.parametrize("text", [*FORMULAS, "#N/A", "_x0041_", "Farah_x"])
def test_cells_of_an_excel_file_are_texts(text, manager, as_user):
    CustomerFactory(name=text, phone_number="+919876543210", area="0042")
    response = as_user(manager).post(URL, ASKED | {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(content(response))).active
    cells = {sheet.cell(1, place).value: sheet.cell(2, place) for place in range(1, sheet.max_column + 1)}

    assert {cells[label].data_type for label in ("Name", "Phone number", "Area")} == {"s"}
    assert cells["Phone number"].value == "9876543210"
    assert cells["Phone number"].number_format == "@"
    assert cells["Area"].value == "0042"
    assert not str(cells["Name"].value).startswith("=")


def test_dates_are_dates_in_excel(manager, as_user):
    CustomerFactory(date=date(2026, 4, 5), last_contact_at=datetime(2026, 11, 25, 5, 30, tzinfo=UTC))
    CustomerFactory(date=date(1890, 1, 1))
    head, old, new = book_rows(as_user(manager).post(URL, ASKED | {"format": "xlsx"}))

    assert new[head.index("Enquiry date")] == datetime(2026, 4, 5)  # noqa: DTZ001 - a cell has no zone
    assert new[head.index("Last contact")] == datetime(2026, 11, 25, 11, 0)  # noqa: DTZ001
    assert old[head.index("Enquiry date")] == "01/01/1890"


def test_two_counsellors_of_one_name_are_told_apart(manager, asha, ravi, export):
    ravi.first_name = "Asha"
    ravi.save()
    CustomerFactory(assigned_to=asha)
    CustomerFactory(assigned_to=ravi)

    assert {row["Counsellor"] for row in export(manager)} == {"asha", "ravi"}


def test_many_further_numbers_take_more_columns(manager, export):
    customer = CustomerFactory()
    numbers = [f"+9198765{n:05d}" for n in range(25)]
    ContactNumber.objects.bulk_create(ContactNumber(customer=customer, number=number) for number in numbers)

    [row] = export(manager)

    columns = ("Further numbers", "Further numbers 2", "Further numbers 3")
    told = [number for column in columns for number in row[column].split(" / ")]
    assert told == [number.removeprefix("+91") for number in numbers]


def test_more_extra_columns_than_a_sheet_can_bear_stand_together(manager, export, monkeypatch):
    monkeypatch.setattr("customers.exports.MOST_EXTRA", 1)
    CustomerFactory(extra={"School": "GHS"})
    CustomerFactory(extra={"Marks": "90", "Board": "CBSE"})

    second, first = export(manager)

    assert (first["Extra: School"], first["Everything else"]) == ("GHS", "")
    assert (second["Extra: School"], second["Everything else"]) == ("", "Board: CBSE\nMarks: 90")


# --- Exactly the list on screen -------------------------------------------------------------------


@pytest.mark.parametrize("sort", SORTS)
def test_all_pages_in_the_order_of_the_list(sort, manager, as_user, export, monkeypatch):
    monkeypatch.setattr("customers.exports.SLICE", 3)
    now = timezone.now()
    for n in range(10):
        CustomerFactory(
            name="" if n % 3 == 0 else f"Name {n % 4}",
            date=None if n % 3 == 1 else date(2026, 1, 1 + n % 2),
            last_contact_at=now if n % 2 else None,
            next_follow_up_at=now if n % 5 else None,
        )
    path, listed = f"/customers/?sort={sort}&page_size=4", []
    while path:
        answer = as_user(manager).get(path, headers={"accept": "application/json"}).json()
        listed += [row["id"] for row in answer["results"]]
        path = answer["next"]

    assert [row["Customer ID"] for row in export(manager, sort=sort)] == listed


def test_the_filters_of_the_list_narrow_it(manager, export):
    CustomerFactory(name="Farah", status_id="INTERESTED", area="Kochi")
    CustomerFactory(name="Binu", status_id="INTERESTED", area="Aluva")
    CustomerFactory(name="Chitra", area="Kochi")

    assert [row["Name"] for row in export(manager, status="INTERESTED", area="kochi")] == ["Farah"]
    assert [row["Name"] for row in export(manager, search="binu")] == ["Binu"]


def test_only_the_ticked_ones(manager, export):
    farah, binu = CustomerFactory(name="Farah"), CustomerFactory(name="Binu")
    CustomerFactory(name="Chitra")

    rows = export(manager, customer_ids=[str(farah.pk), str(binu.pk)], status="INTERESTED")

    assert [row["Name"] for row in rows] == ["Binu", "Farah"]
    assert Export.objects.get().words == "2 ticked"
    assert len(export(manager, customer_ids=[str(farah.pk)], matching="1")) == 3


def test_merged_away_rows_stay_inside(manager, export):
    survivor = CustomerFactory()
    CustomerFactory(merged_into=survivor)
    assert [row["Customer ID"] for row in export(manager)] == [str(survivor.pk)]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_thirty_rows_cost_the_queries_of_three(format, manager, asha, as_user, django_assert_num_queries):
    client = as_user(manager)
    for total in (3, 30):
        while Customer.objects.count() < total:
            customer = CustomerFactory(
                assigned_to=asha, source=SourceFactory(), course=CourseFactory(), extra={"A": "b"}
            )
            ContactNumber.objects.create(customer=customer, number=customer.phone_number[:-1] + "9")
        with django_assert_num_queries(14):
            assert len(content(client.post(URL, ASKED | {"format": format}))) > 100


def test_rows_are_fetched_in_slices(manager, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("customers.exports.SLICE", 2)
    CustomerFactory.create_batch(5)
    sheet = Sheet(Customer.objects.visible_to(manager), SORTS["newest"])

    with django_assert_num_queries(9):  # three slices, the further numbers and the origins of each
        assert len(list(sheet)) == 5
    assert sheet.written == 5


# --- On the record --------------------------------------------------------------------------------


def test_who_exported_what_and_why_is_kept(manager, as_user):
    CustomerFactory.create_batch(3, status_id="INTERESTED")
    client = as_user(manager)
    content(client.post(URL, {"reason": "  Open   day ", "format": "csv", "status": "INTERESTED", "sort": "name"}))

    made = Export.objects.get()

    assert (made.by, made.format, made.count, made.reason, made.sort) == (manager, "csv", 3, "Open day", "name")
    assert made.filters == {"status": ["INTERESTED"]}
    assert made.words == "Status: Interested"
    assert made.finished_at is not None
    page = client.get(MADE).content.decode()
    assert "Open day" in page and "Status: Interested" in page and "?status=INTERESTED" in page


def test_a_file_that_broke_off_says_so(manager, as_user, monkeypatch):
    monkeypatch.setattr("customers.exports.PART", 1)  # a row at a time
    CustomerFactory.create_batch(3)
    made = Export.objects.create(by=manager, at=timezone.now(), format="csv", sort="newest", reason="x")
    parts = on_record(made, Sheet(Customer.objects.visible_to(manager), SORTS["newest"]))
    next(parts), next(parts)
    parts.close()  # as the server does when the browser hangs up

    made.refresh_from_db()
    assert (made.count, made.finished_at) == (2, None)
    assert "broke off" in as_user(manager).get(MADE).content.decode()


def test_an_excel_file_has_its_limit(manager, as_user, monkeypatch):
    monkeypatch.setattr("customers.actions.exports.MOST_XLSX", 2)
    CustomerFactory.create_batch(3)
    client = as_user(manager)

    response = client.post(URL, ASKED | {"format": "xlsx"})

    assert response.status_code == 400
    assert "Choose CSV" in response.content.decode()
    assert not Export.objects.exists()
    assert len(rows_of(client.post(URL, ASKED))) == 3


def test_the_page_of_exports_costs_the_same_however_many(manager, as_user, django_assert_num_queries):
    client = as_user(manager)
    for total in (3, 30):
        while Export.objects.count() < total:
            Export.objects.create(by=manager, at=timezone.now(), format="csv", sort="newest", reason="x")
        with django_assert_num_queries(4):
            assert client.get(MADE).content.count(b"All customers") == total


# --- Who may ---------------------------------------------------------------------------------------


def test_counsellors_export_nothing_unless_the_setting_says_so(asha, ravi, as_user, settings):
    CustomerFactory(name="Hers", assigned_to=asha)
    CustomerFactory(name="Not hers", assigned_to=ravi)
    client = as_user(asha)
    assert client.get(URL).status_code == client.post(URL, ASKED).status_code == 403
    assert URL not in client.get("/customers/").content.decode()

    settings.EXPORTS = "everybody"

    assert [row["Name"] for row in rows_of(client.post(URL, ASKED))] == ["Hers"]
    other = str(Customer.objects.get(name="Not hers").pk)
    assert rows_of(client.post(URL, ASKED | {"customer_ids": other})) == []
    assert URL in client.get("/customers/").content.decode()
    assert client.get(MADE).status_code == 403


def test_the_setting_takes_the_right_away_from_all(manager, admin_user, as_user, settings):
    settings.EXPORTS = "nobody"
    CustomerFactory()
    for user in (manager, admin_user):
        answer = as_user(user).post(URL, ASKED)
        assert answer.status_code == 403
        assert "not exported here" in answer.text  # "Ask your manager" would send her to herself
        assert URL not in as_user(user).get("/customers/").content.decode()
    assert not Export.objects.exists()


# --- The form --------------------------------------------------------------------------------------


def test_the_form_shows_the_list_and_carries_it(manager, as_user):
    CustomerFactory(status_id="INTERESTED")
    client = as_user(manager)
    page = client.get(URL, {"status": "INTERESTED", "sort": "name"}).content.decode()

    assert "Status: Interested" in page
    assert '<input type="hidden" name="status" value="INTERESTED">' in page
    assert '<input type="hidden" name="sort" value="name">' in page


def test_ticked_rows_are_asked_about_first(manager, as_user):
    farah = CustomerFactory(name="Farah")
    CustomerFactory()
    page = as_user(manager).post(URL, {"ask": "1", "customer_ids": str(farah.pk)}).content.decode()

    assert f'name="customer_ids" value="{farah.pk}"' in page
    assert "Write what the list is for" not in page
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "Write what the list is for"),
        ({"reason": "x" * 301}, "at most 300"),
        ({"format": "pdf"}, "csv or xlsx"),
        ({"format": ""}, "Choose CSV or Excel"),
        ({"customer_ids": "x"}, "not the id of a customer"),
    ],
)
def test_what_is_missing_is_said_on_the_page(change, words, manager, as_user):
    response = as_user(manager).post(URL, {**ASKED, "area": "Kochi", **change})

    assert response.status_code == 400
    page = response.content.decode()
    assert words in page and 'name="area" value="Kochi"' in page
    assert not Export.objects.exists()


def test_a_list_that_makes_no_sense_is_400(manager, as_user):
    assert as_user(manager).post(URL, {**ASKED, "status": "NOPE"}).status_code == 400


def test_what_was_typed_outlives_the_session(manager, as_user, client):
    page = as_user(manager).get(URL, {"status": "NEW"}).content.decode()
    token = page.split('name="draft" value="')[1].split('"')[0]

    answer = client.post(URL, {**ASKED, "reason": "Open day", "status": "NEW", "draft": token})
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")

    assert answer.status_code == 302
    again = client.get(URL).content.decode()
    assert 'value="Open day"' in again and 'name="status" value="NEW"' in again
