"""A file unlike the last one is asked about, set right and imported; its report card says what it was worth."""

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from customers.actions import record_status
from customers.models import Customer, Status
from imports.models import Import, State
from imports.tests.factories import imported
from imports.tests.test_drift import sheet
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_imports import spreadsheet


def test_swapped_columns_are_asked_about_and_set_right(page, sign_in, shot, manager):
    # Given a file that came in yesterday, and one with the same headers whose columns have changed places
    imported(manager, sheet(), "Kochi fair.csv")
    sign_in(page, manager)
    page.goto("/import/")
    swapped = sheet(start=100, row="{phone},{name},{area},{day}")
    page.locator("input[type=file]").set_input_files(spreadsheet("Aluva fair.csv", swapped))
    page.get_by_role("button", name="Upload and import").click()
    page.wait_for_url("**/import/history/")
    # Then nothing is written, and the check says why at the top
    import_ = Import.objects.latest("id")
    assert (import_.state, Customer.objects.count()) == (State.CHECKED, 30)
    page.goto(reverse("imports:check", args=[import_.pk]))
    expect(page.get_by_role("alert")).to_contain_text("“Name” holds phone numbers here and “Phone” names")
    shot(page, "import-asked")
    page.set_viewport_size(PHONE)
    shot(page, "import-asked-phone")
    page.set_viewport_size(DESKTOP)
    # When the columns are told their fields and it is counted again
    page.get_by_label("Name", exact=True).select_option("phone")
    page.get_by_label("Phone", exact=True).select_option("name")
    page.get_by_role("button", name="Count again").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    import_.refresh_from_db()
    assert (import_.state, import_.created) == (State.CHECKED, 30)


def test_report_card(page, sign_in, shot, manager):
    imported(manager, sheet(count=40), "Kochi fair.csv")
    import_ = imported(manager, sheet(start=20, count=45, area="Aluva"), "Aluva fair.csv")
    for customer, status in zip(
        Customer.objects.filter(origin=import_.origin).order_by("pk"),
        ["INTERESTED", "CALL_NOT_ATTENDED", "ADMISSION", "VALID", "NOT_INTERESTED"],
        strict=False,
    ):
        chosen = Status.objects.get(pk=status)
        record_status(customer=customer, status=chosen, notes="", by=manager, now=timezone.now())
    sign_in(page, manager)
    page.goto(reverse("imports:detail", args=[import_.pk]))
    page.get_by_role("link", name="Report card").click()
    expect(page.get_by_role("row", name="Contacted")).to_contain_text("5")
    expect(page.get_by_role("row", name="Kochi fair.csv")).to_contain_text("20")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name, size in (("desk", DESKTOP), ("phone", PHONE)):
            page.set_viewport_size(size)
            shot(page, f"import-report-{name}-{scheme}")
    # Each number is a door
    page.get_by_role("row", name="Interested or further").get_by_role("link").click()
    page.wait_for_url("**reached=INTERESTED**")
