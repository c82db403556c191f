"""A file looked at before it is imported, and a manager's whole path with one: from the upload to the undo."""

import re

from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from customers.actions import create_customer, edit_customer
from customers.models import Customer
from imports.models import Import, State
from imports.tests.factories import csv_bytes, imported, leads
from tests.browser.test_imports import spreadsheet


def check_first(page, name: str, content: bytes) -> Import:
    page.goto("/import/")
    page.locator("input[type=file]").set_input_files(spreadsheet(name, content))
    page.get_by_role("button", name="Check first").click()
    page.wait_for_url("**/check/")
    expect(page.get_by_role("heading", name="what would become of them")).to_be_visible()
    return Import.objects.latest("id")


def kind(page, words: str):
    return page.locator("details", has=page.locator("summary", has_text=re.compile(rf"\d\s+{words}")))


def test_what_is_shown_is_what_comes(page, sign_in, shot, manager, asha, ravi):
    # Given a customer whose area somebody has typed, and a file that calls the area something else
    imported(manager, csv_bytes("Bala Menon,9876543211,Kochi,,"), "before.csv")
    edit_customer(customer=Customer.objects.get(), area="Aluva", by=manager, now=timezone.now())
    rows = ["Asha Nair,9876543210,Kollam", "Bala Menon,9876543211,Pune", "Ravi,9876543212,Goa", "Nobody,,Goa"]
    content = csv_bytes(*rows, header="Name,Phone,Belt")
    sign_in(page, manager)
    # When it is checked, its column given a field, and an even deal chosen
    import_ = check_first(page, "fair.csv", content)
    expect(kind(page, "new")).to_contain_text("Asha Nair")
    shot(page, "import-check")
    page.get_by_label("Belt").select_option("area")
    page.get_by_label("An even deal").check()
    page.get_by_label("Asha (0 open)").check()
    page.get_by_label("Ravi (0 open)").check()
    page.get_by_role("button", name="Count again").click()
    expect(page.locator(".check-shares")).to_contain_text("Asha 1")
    expect(page.locator(".check-shares")).to_contain_text("Ravi 1")
    expect(kind(page, "unchanged")).to_contain_text("Aluva stays, somebody typed it; the file says Pune")
    expect(page.get_by_label("Belt")).to_have_value("area")
    expect(page.get_by_label("An even deal")).to_be_checked()
    shot(page, "import-check-counted-again")
    assert Customer.objects.count() == 1
    # And imported
    page.get_by_role("button", name="Import: 2 new").click()
    page.wait_for_url(f"**/import/{import_.pk}/")
    # Then it came as it was shown
    expect(page.get_by_text("Exactly as the check had shown.")).to_be_visible()
    expect(page.get_by_text("2 were shared out: Asha 1, Ravi 1.")).to_be_visible()
    assert set(Customer.objects.values_list("name", "area", "assigned_to__username")) - {
        ("Bala Menon", "Aluva", None)
    } in (
        {("Asha Nair", "Kollam", "asha"), ("Ravi", "Goa", "ravi")},
        {("Asha Nair", "Kollam", "ravi"), ("Ravi", "Goa", "asha")},
    )


def test_somebody_is_quicker_and_it_is_said(page, sign_in, manager):
    sign_in(page, manager)
    check_first(page, "leads.csv", leads(8))
    for n in (10_000_001, 10_000_002, 10_000_005):
        create_customer(
            name=f"Person {n}",
            phone_number=f"+9198{n}",
            area="Kochi",
            by=manager,
            now=timezone.now(),
            date="2026-03-05",
        )
    page.get_by_role("button", name="Import: 8 new").click()
    expect(
        page.get_by_text(
            "3 of the rows shown as new were added by somebody else meanwhile: 5 added, 3 unchanged.", exact=True
        )
    ).to_be_visible()


def test_a_choice_not_yet_counted_is_counted_before_anything_is_imported(page, sign_in, manager):
    sign_in(page, manager)
    import_ = check_first(page, "leads.csv", leads(3))
    page.get_by_label("Source of rows without one").fill("Kochi fair")
    page.get_by_role("button", name="Import: 3 new").click()
    expect(page.get_by_role("status")).to_contain_text("it was counted again first")
    assert not Customer.objects.exists()
    page.get_by_role("button", name="Import: 3 new").click()
    page.wait_for_url(f"**/import/{import_.pk}/")
    assert set(Customer.objects.values_list("source__name", flat=True)) == {"Kochi fair"}


def test_the_count_is_followed_and_drawn_in_place(phone, sign_in, shot, manager):
    import_ = imported(manager, leads(3), "leads.csv", dry_run=True)
    working = {"state": State.RUNNING, "worker": "w", "heartbeat": timezone.now(), "rows": 20_000, "done_rows": 14_200}
    Import.objects.filter(pk=import_.pk).update(**working)
    sign_in(phone, manager)
    phone.goto(f"/import/{import_.pk}/check/")
    expect(phone.get_by_text("14,200 of 20,000 rows")).to_be_visible()
    phone.evaluate("window.stayed = true")
    shot(phone, "import-check-progress-phone")
    Import.objects.filter(pk=import_.pk).update(state=State.CHECKED, worker="", rows=3, done_rows=3)
    expect(phone.get_by_role("button", name="Import: 3 new")).to_be_visible(timeout=10_000)
    assert phone.evaluate("window.stayed")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(phone, "import-check-phone")


def test_without_script(no_script, sign_in, manager):
    sign_in(no_script, manager)
    import_ = check_first(no_script, "leads.csv", leads(3))
    no_script.get_by_label("Only fill blanks").check()
    no_script.get_by_role("button", name="Count again").click()
    expect(no_script.get_by_label("Only fill blanks")).to_be_checked()
    no_script.get_by_role("button", name="Import: 3 new").click()
    no_script.wait_for_url(f"**/import/{import_.pk}/")
    assert Customer.objects.count() == 3


def test_a_managers_whole_path(page, sign_in, shot, manager, tmp_path):
    sign_in(page, manager)
    # Upload and check: a column has a name that nobody could know
    rows = ["Asha Nair,9876543210,Kochi", "Bala Menon,98765,Aluva", "Chitra,9876543212,Pune"]
    import_ = check_first(page, "kochi fair.csv", csv_bytes(*rows, header="Name,Mobile,Belt"))
    expect(kind(page, "cannot be imported")).to_contain_text("row 3")
    expect(page.get_by_label("Belt")).to_have_value("")
    # Fix the mapping
    page.get_by_label("Belt").select_option("area")
    page.get_by_role("button", name="Count again").click()
    expect(page.get_by_label("Belt")).to_have_value("area")
    # Import
    page.get_by_role("button", name="Import: 2 new").click()
    page.wait_for_url(f"**/import/{import_.pk}/")
    assert set(Customer.objects.values_list("name", "area")) == {("Asha Nair", "Kochi"), ("Chitra", "Pune")}
    # Download what could not come in
    page.get_by_role("link", name="Problem rows").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as spreadsheet").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    # Mend it, and upload it as it is
    mend(path, "Mobile", "98765 43211")
    page.goto("/import/")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and import").click()
    page.wait_for_url("**/import/history/")
    assert Customer.objects.filter(name="Bala Menon", phone_number="+919876543211").exists()
    assert Customer.objects.count() == 3
    # Undo the first file
    page.goto(f"/import/{import_.pk}/")
    page.get_by_role("link", name=re.compile("^Undo")).click()
    shot(page, "import-path-undo")
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_text("Undone").first).to_be_visible()
    assert list(Customer.objects.values_list("name", flat=True)) == ["Bala Menon"]


def mend(path, label: str, value: str) -> None:
    book = load_workbook(path)
    sheet = book.active
    head = next(row for row in sheet.iter_rows() if any(cell.value == label for cell in row))
    column = next(cell.column for cell in head if cell.value == label)
    for row in sheet.iter_rows(min_row=head[0].row + 1):
        row[column - 1].value = value
    book.save(path)
