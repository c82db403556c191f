"""GET /import/template.xlsx, and its way back."""

import io

from django.urls import reverse
from openpyxl import load_workbook

from customers.models import Customer, Status
from customers.tests.factories import SourceFactory
from imports.mapping import Field, map_columns
from imports.models import ImportRow
from imports.tests.factories import imported

URL = reverse("imports:template")


def template(client):
    response = client.get(URL)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert "enquiries-template.xlsx" in response["Content-Disposition"]
    return load_workbook(io.BytesIO(content))


def as_bytes(book) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_every_column_is_one_that_the_import_knows(as_user, manager):
    labels = [cell.value for cell in template(as_user(manager))["Enquiries"][1]]
    fields = {column.label: column.field for column in map_columns(labels)}
    assert fields == {
        "Name": Field.NAME,
        "Phone": Field.PHONE,
        "Area": Field.AREA,
        "Date": Field.DATE,
        "Course": Field.COURSE,
        "Source": Field.SOURCE,
        "Status": Field.STATUS,
        "Email": Field.EMAIL,
        "Remark": Field.REMARK,
    }


def test_the_phone_column_is_text(as_user, manager):
    sheet = template(as_user(manager))["Enquiries"]
    assert {sheet[f"B{row}"].number_format for row in (2, 3, 500, 5_000)} == {"@"}
    assert sheet.column_dimensions["B"].number_format == "@"


def test_drop_downs_offer_the_statuses_and_sources_of_today(as_user, manager):
    SourceFactory(name="=Kochi fair")
    retired = SourceFactory(name="Old name")
    retired.merged_into = SourceFactory(name="New name")
    retired.save()
    Status.objects.filter(pk="SHORTLISTED").update(is_active=False)
    book = template(as_user(manager))
    offered = {}
    for rule in book["Enquiries"].data_validations.dataValidation:
        sheet, _, cells = rule.formula1.partition("!")
        offered[str(rule.sqref)[0]] = [cell.value for (cell,) in book[sheet][cells.replace("$", "")]]
    labels = list(Status.objects.active().in_order().values_list("label", flat=True))
    assert offered == {"G": labels, "F": ["=Kochi fair", "New name"]}
    assert "Shortlisted" not in labels
    assert book["Lists"].sheet_state == "hidden"
    assert not [cell for row in book["Lists"].iter_rows() for cell in row if cell.data_type == "f"]


def test_the_example_is_skipped_and_what_stands_below_is_taken(as_user, manager):
    SourceFactory(name="Kochi fair", key="kochi fair")
    book = template(as_user(manager))
    sheet = book["Enquiries"]
    for column, value in zip(
        "ABCDEFG", ["Farah Khan", "9876543219", "Kochi", "5/3/2026", "BCA", "Kochi fair", "Interested"], strict=True
    ):
        sheet[f"{column}3"] = value
    import_ = imported(manager, as_bytes(book), "filled.xlsx")
    assert (import_.state, import_.rows, import_.created) == ("done", 1, 1)
    customer = Customer.objects.visible_to(manager).get()
    assert (customer.name, customer.source.name, customer.status_id) == ("Farah Khan", "Kochi fair", "INTERESTED")
    assert customer.date.isoformat() == "2026-03-05"


def test_the_template_as_it_is_holds_no_rows(as_user, manager):
    import_ = imported(manager, as_bytes(template(as_user(manager))), "template.xlsx")
    assert (import_.state, import_.file_error) == ("refused", "file_empty")
    assert not Customer.objects.visible_to(manager).exists()


def test_an_example_with_another_number_is_told_not_taken(as_user, manager):
    book = template(as_user(manager))
    book["Enquiries"]["B2"] = "9876543219"
    import_ = imported(manager, as_bytes(book), "half.xlsx")
    assert import_.rejected == 1
    assert ImportRow.objects.get(import_id=import_.pk).reason == "test_lead"


def test_a_stranger_and_a_wrong_method_are_refused(as_user, asha, manager, admin_user):
    assert as_user(asha).get(URL).status_code == 403
    assert as_user(manager).post(URL).status_code == 405
    template(as_user(admin_user))
