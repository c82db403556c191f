"""GET /import/<uuid>/."""

import io
import itertools
import uuid

import pytest
from django.urls import reverse
from openpyxl import Workbook

from customers.models import Customer
from imports.models import Import
from imports.tests.factories import csv_bytes, imported, upload

JSON = {"Accept": "application/json"}
ROWS = csv_bytes(
    "Asha Nair,9876543210,Kochi,05/03/2026,",
    "Bala,123,,,",
    "Asha Nair,9876543210,,,",
    "Chitra,9876543211,,31/02/2026,",
)


def url(import_: Import, query: str = "") -> str:
    return reverse("imports:detail", args=[import_.pk]) + query


@pytest.fixture
def done(manager) -> Import:
    return imported(manager, ROWS, "kochi fair.csv")


def test_json_is_the_state_the_counts_and_the_progress(as_user, manager, done):
    answer = as_user(manager).get(url(done), headers=JSON).json()
    assert (answer["import"], answer["state"], answer["file_error"]) == (str(done.pk), "done", None)
    assert answer["counts"] == {
        "rows": 4,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "duplicate_in_file": 1,
        "rejected": 1,
        "warned": 1,
        "undecided": 0,
    }
    assert answer["progress"] is None
    assert answer["message"] == "2 added, 1 twice in the file, 1 needs you"
    assert answer["finished_at"].endswith("Z")


def test_every_row_is_listed_with_what_became_of_it(as_user, manager, done):
    response = as_user(manager).get(url(done))
    rows = response.context["rows"]
    assert [(line.row, line.outcome) for line in rows] == [
        (2, "created"),
        (3, "rejected"),
        (4, "duplicate_in_file"),
        (5, "created"),
    ]
    page = response.content.decode()
    asha = Customer.objects.visible_to(manager).get(name="Asha Nair")
    assert f'<a href="{reverse("customers:detail", args=[asha.pk])}">Asha Nair</a>' in page
    assert "The phone number “123”" in page
    assert "in row 2. The first row was taken." in page
    assert "The date “31/02/2026” could not be read" in page


@pytest.mark.parametrize(
    ("outcome", "rows"),
    [("created", [2, 5]), ("rejected", [3]), ("duplicate_in_file", [4]), ("warned", [5]), ("updated", [])],
)
def test_rows_are_filtered_by_outcome(as_user, manager, done, outcome, rows):
    context = as_user(manager).get(url(done, f"?outcome={outcome}")).context
    assert [line.row for line in context["rows"]] == rows
    current = [chip for chip in context["chips"] if chip.current]
    assert [chip.count for chip in current] == [len(rows)]


def test_the_chips_count_what_they_lead_to(as_user, manager, done):
    client = as_user(manager)
    chips = client.get(url(done)).context["chips"]
    assert [chip.count for chip in chips] == [4, 2, 1, 1, 1]
    for chip in chips:
        assert len(client.get(chip.url).context["rows"]) == chip.count


def test_rows_come_in_the_order_of_the_file_a_page_at_a_time(as_user, manager, done):
    client = as_user(manager)
    first = client.get(url(done, "?page_size=3"))
    second = client.get(url(done, f"?page_size=3&cursor={first.context['page'].next}"))
    assert [line.row for line in second.context["rows"]] == [5]
    back = client.get(url(done, f"?page_size=3&cursor={second.context['page'].previous}"))
    assert [line.row for line in back.context["rows"]] == [2, 3, 4]


def test_a_cursor_of_another_filter_or_import_is_400(as_user, manager, done):
    other = imported(manager, csv_bytes(*[f"A{n},98765433{n:02}" for n in range(4)]))
    client = as_user(manager)
    cursor = client.get(url(done, "?page_size=2")).context["page"].next
    assert client.get(url(done, f"?outcome=created&cursor={cursor}")).status_code == 400
    assert client.get(url(other, f"?cursor={cursor}")).status_code == 400


def test_the_columns_and_what_they_became(as_user, manager):
    import_ = imported(manager, csv_bytes("Asha,9876543210,VIP", header="Student Name,Mobile No,Batch code"))
    [sheet] = as_user(manager).get(url(import_)).context["sheets"]
    became = {column["label"]: (column["became"], column["samples"]) for column in sheet["columns"]}
    assert became["Student Name"] == ("Name", ["Asha"])
    assert became["Mobile No"] == ("Phone number", ["9876543210"])
    assert became["Batch code"] == ("Kept with the customer", ["VIP"])


def workbook(sheets: dict[str, list[list]], *, hidden_rows=()) -> bytes:
    book, content = Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for number in hidden_rows:
            sheet.row_dimensions[number].hidden = True
        for cell in itertools.chain(*sheet.iter_rows()):
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type  # "=1+1" is a text here
    book.save(content)
    return content.getvalue()


def test_sheets_that_were_not_read_are_named_and_rows_say_their_sheet(as_user, manager):
    content = workbook(
        {
            "Summary": [["Form", "Leads"], ["A", 1], ["B", 2]],
            "Form A": [["Name", "Phone"], ["Asha", "9876543210"]],
            "Form B": [["Full name", "Mobile"], ["Bala", "9876543211"], ["Asha", "9876543210"]],
        }
    )
    response = as_user(manager).get(url(imported(manager, content, "forms.xlsx")))
    assert "The sheet “Summary” has no column with phone numbers and was not read." in response.context["notes"]
    assert [line.sheet for line in response.context["rows"]] == ["Form A", "Form B", "Form B"]
    assert "in row 2 of “Form A”" in response.content.decode()


def test_the_order_of_dates_and_hidden_rows_are_said(as_user, manager):
    client = as_user(manager)
    dates = imported(manager, csv_bytes("A,9876543210,,03/25/2026,", "B,9876543211,,03/04/2026,"))
    assert any("month first" in note for note in client.get(url(dates)).context["notes"])
    hidden = workbook({"Leads": [["Name", "Phone"], ["Asha", "9876543212"]]}, hidden_rows=[2])
    page = client.get(url(imported(manager, hidden, "filter.xlsx"))).content.decode()
    assert "This row is hidden in the file" in page


def test_what_a_file_says_is_text_and_nothing_more(as_user, manager):
    tricky = [["Name", "Phone", "{{ seven }}"], ["<script>alert(1)</script>", "9876543210", "=1+1"]]
    page = as_user(manager).get(url(imported(manager, workbook({"<b>": tricky, "x": [["y"]]}), "<i>.xlsx")))
    text = page.content.decode()
    assert not any(tag in text for tag in ("<script>alert", "<b>", "<i>"))
    assert "&lt;script&gt;alert" in text
    assert "{{ seven }}" in text


def test_a_customer_who_was_deleted_leaves_her_row(as_user, manager, done):
    Customer.objects.visible_to(manager).filter(name="Asha Nair").delete()
    assert as_user(manager).get(url(done)).status_code == 200


def test_an_import_that_has_not_begun_has_no_rows_yet(as_user, manager):
    page = as_user(manager).get(url(upload(manager, ROWS))).content.decode()
    assert "Waiting for the worker" in page
    assert "Every row" not in page


def test_an_unknown_id_is_404(as_user, manager, done):
    nowhere = reverse("imports:detail", args=[uuid.uuid4()])
    assert as_user(manager).get(nowhere).status_code == 404
    assert set(as_user(manager).get(nowhere, headers=JSON).json()) == {"error"}


@pytest.mark.parametrize("query", ["?outcome=nonsense", "?cursor=nonsense", "?page_size=1000"])
def test_nonsense_is_400(as_user, manager, done, query):
    assert as_user(manager).get(url(done, query)).status_code == 400


def test_a_stranger_and_a_wrong_method_are_refused(as_user, asha, manager, done):
    assert as_user(asha).get(url(done)).status_code == 403
    assert as_user(asha).get(url(done), headers=JSON).status_code == 403
    assert as_user(manager).post(url(done)).status_code == 405


def test_the_number_of_queries_does_not_grow(
    as_user, manager, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_user(manager)
    three = imported(manager, csv_bytes(*[f"A{n},98765432{n:02}" for n in range(3)]), "three.csv")
    many = imported(manager, csv_bytes(*[f"B{n},98765433{n:02}" for n in range(20)], "C,1"), "many.csv")
    with django_assert_max_num_queries(9) as few:
        client.get(url(three))
    with django_assert_num_queries(len(few)):
        assert len(client.get(url(many)).context["rows"]) == 21
    with django_assert_max_num_queries(4):
        client.get(url(many), headers=JSON)


def test_a_refused_file_leads_back_to_the_upload(as_user, manager, done):
    refused = imported(manager, "Name,Phone\nИван,9876543210\n".encode("cp1251"))
    assert refused.state == "refused"
    client, link = as_user(manager), f'href="{reverse("imports:upload")}">Upload another file'
    assert link in client.get(reverse("imports:detail", args=[refused.pk])).content.decode()
    assert link not in client.get(reverse("imports:detail", args=[done.pk])).content.decode()
