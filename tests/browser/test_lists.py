"""The manager's list in a browser: a saved list in the menu, those that match changed and taken back, and an export."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from customers.models import Customer, Export
from customers.tests.factories import CustomerFactory


def test_a_saved_list_acted_on_undone_and_exported(page, sign_in, manager):
    CustomerFactory.create_batch(30, area="Kochi")
    CustomerFactory(area="Aluva")
    sign_in(page, manager)

    page.goto("/customers/?area=Kochi")
    page.get_by_text("Save list").click()
    page.get_by_label("Name", exact=True).fill("Kochi")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".sidebar .menu-lists")).to_contain_text("Kochi")
    expect(page.locator(".sidebar .menu-lists .menu-count")).to_have_text("30")

    page.get_by_label("Select all 30 that match").check()
    expect(page.locator("[data-selected]")).to_have_text("30 selected")
    page.get_by_role("button", name="Status").click()
    page.get_by_label("Status").select_option(label="Interested")
    page.get_by_role("button", name="Change 30").click()
    expect(page.locator(".batch")).to_contain_text("30 were changed.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".batch")).to_contain_text("Undone: 30 are as before.")
    assert set(Customer.objects.values_list("status", flat=True)) == {"NEW"}

    page.goto("/customers/?area=Kochi")
    page.get_by_role("link", name="Export").click()
    page.get_by_label("What is it for?").fill("Open day")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export 30").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert Export.objects.get().count == 30


def test_on_a_phone_a_row_and_the_sheet_of_assign_stay_on_the_screen(phone, sign_in, manager, asha):
    CustomerFactory.create_batch(99)
    due_at = timezone.now() - timedelta(days=500)  # of another year: the longest date there is
    CustomerFactory(name="Lakshmi Venkataraman", area="Kochi", assigned_to=asha, next_follow_up_at=due_at)
    sign_in(phone, manager)

    phone.goto("/customers/")
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    name = phone.get_by_role("link", name="Lakshmi Venkataraman")
    assert name.evaluate("link => link.parentElement.scrollWidth <= link.parentElement.clientWidth")
    assert phone.locator(".cell-area").first.bounding_box()["width"] > 60

    phone.locator("tbody .pick label").first.tap()
    phone.get_by_text("Assign", exact=True).tap()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    box = phone.locator(".assign-sheet").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    expect(phone.get_by_role("button", name="See who would get how many")).to_be_in_viewport(ratio=1)


def test_paper_holds_every_column_and_says_which_list_it_is(page, sign_in, manager):
    owner = UserFactory(first_name="Swathi", last_name="Mukherjee")
    due_at = timezone.now() - timedelta(days=500)
    area = "Navrangpura, Ahmedabad"
    CustomerFactory.create_batch(3, name="Sachin Farhan Thomas", area=area, assigned_to=owner, next_follow_up_at=due_at)
    sign_in(page, manager)
    page.goto(f"/customers/?area={area}")

    page.set_viewport_size({"width": 717, "height": 1000})  # A4 within its margins
    page.emulate_media(media="print")

    assert page.evaluate("document.querySelector('table').getBoundingClientRect().right") <= 717
    expect(page.get_by_text(f"Area: {area}")).to_be_visible()
    expect(page.locator(".chip-clear")).to_be_hidden()


def test_the_filters_of_a_phone_are_applied_from_wherever_one_is(phone, sign_in, manager):
    CustomerFactory()
    sign_in(phone, manager)
    phone.goto("/customers/")

    phone.get_by_text("+ Filter").tap()

    show = phone.locator(".filter-act").get_by_role("button", name="Show")
    expect(show).to_be_in_viewport(ratio=1)
    phone.get_by_label("New", exact=True).check()
    show.tap()
    expect(phone.locator(".chips")).to_contain_text("Status: New")
