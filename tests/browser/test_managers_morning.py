"""A manager's morning: her saved list, all of it shared out after a look, taken back, given, followed and exported."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from customers.models import Customer, FieldChange
from imports.models import Import
from imports.tests.factories import csv_bytes, imported

SIZE = 3_000


@pytest.fixture
def enquiries(manager):
    """3,000 from Kochi and a few from elsewhere, come in with a fair's register."""
    kochi = [f"Person {n:04d},{9_800_000_000 + n},Kochi,05/03/2026,asked for the fees" for n in range(SIZE)]
    aluva = [f"Other {n:02d},{9_700_000_000 + n},Aluva,06/03/2026," for n in range(20)]
    return imported(manager, csv_bytes(*kochi, *aluva), "kochi fair.csv")


@pytest.fixture
def team(asha, ravi):
    return [asha, ravi, UserFactory(username="tara", first_name="Tara")]


def look_ahead_at_all(page) -> None:
    """From the menu's list to the page that says who would get how many."""
    page.locator(".sidebar .menu-lists").get_by_role("link", name="Kochi").click()
    page.get_by_label("Select all 3,000 that match").check()
    expect(page.locator("[data-selected]")).to_have_text("3,000 selected")
    page.get_by_text("Assign", exact=True).click()
    page.get_by_role("button", name="See who would get how many").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3,000 would be shared out")


def test_a_managers_morning(page, phone, sign_in, shot, manager, enquiries, team, tmp_path):
    sign_in(page, manager)

    # Given the list of those from Kochi under its name in the menu
    page.goto("/customers/?area=Kochi")
    page.get_by_text("Save list").click()
    page.get_by_label("Name", exact=True).fill("Kochi")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".sidebar .menu-lists .menu-count")).to_have_text("3,000")

    # When she looks at what sharing all of them out would come to, nothing is given yet
    look_ahead_at_all(page)
    for person in team:
        expect(page.get_by_role("row", name=str(person))).to_contain_text("+1,000")
    shot(page, "share-preview")
    assert not Customer.objects.filter(assigned_to__isnull=False).exists()

    # When she does it, thinks better of it, and takes it back
    page.get_by_role("button", name="Share out 3,000").click()
    expect(page.get_by_role("status").filter(has_text="3,000 were shared out")).to_be_visible()
    shot(page, "shared-out")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="Undone: 3,000 went back.")).to_be_visible()
    assert not Customer.objects.filter(assigned_to__isnull=False).exists()

    # Then it can be done once more, and the team page tells who has how many
    look_ahead_at_all(page)
    page.get_by_role("button", name="Share out 3,000").click()
    expect(page.get_by_role("status").filter(has_text="3,000 were shared out")).to_be_visible()
    page.goto("/team/")
    row = page.get_by_role("row", name=re.compile("^Asha"))
    expect(row.locator("td").first).to_have_text("1,000")
    shot(page, "team-after-sharing")

    # And the number opens the list that makes it up
    row.get_by_role("link", name="1,000").first.click()
    expect(page.locator(".page-lead")).to_contain_text("1,000")
    expect(page.locator(".chips")).to_contain_text("Asha")

    # And Asha is told once, on the bell of her phone
    sign_in(phone, team[0])
    expect(phone).to_have_title(re.compile(r"^\(1\) "))
    phone.get_by_role("link", name=re.compile("^Notices")).tap()
    expect(phone.get_by_role("link", name="1,000 new customers from Meena")).to_be_visible()
    expect(phone).to_have_title(re.compile("^Notices"))
    shot(phone, "notices-phone")

    # When the list is exported and comes back in as it is
    page.locator(".sidebar .menu-lists").get_by_role("link", name="Kochi").click()
    page.get_by_role("link", name="Export").click()
    page.get_by_label("What is it for?").fill("Mailing before the open day")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export 3,000").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    page.goto("/import/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload and import").click()
    page.wait_for_url("**/import/history/")

    # Then it changes nothing
    expect(page.get_by_role("link", name="3,000 unchanged")).to_be_visible(timeout=60_000)
    shot(page, "export-come-back")
    back = Import.objects.exclude(pk=enquiries.pk).get()
    assert (back.unchanged, back.rows) == (SIZE, SIZE)
    assert not FieldChange.objects.exists()
    assert Customer.objects.count() == SIZE + 20
