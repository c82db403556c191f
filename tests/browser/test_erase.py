"""A person erased in a browser, and her entry afterwards."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from customers.models import Customer, Note
from imports.tests.factories import ASHA, csv_bytes, imported
from tests.browser.test_every_page import faults_of


@pytest.mark.timeout(300)
def test_a_manager_erases_somebody(page, phone, sign_in, shot, manager, faults):
    faults.allow("status of 400")
    imported(manager, csv_bytes(ASHA), "kochi fair.csv")
    customer = Customer.objects.get()
    Note.objects.create(customer=customer, text="her father is against it", by=manager, at=timezone.now())
    for window in (page, phone):
        sign_in(window, manager)
    page.goto(f"/customers/{customer.pk}/")
    page.get_by_role("link", name="Erase this person").click()
    expect(page.locator("h1")).to_have_text("Erase Asha Nair")
    expect(page.get_by_text("1 note", exact=True)).to_be_visible()
    shot(page, "erase-before")
    found = {"the page to erase": faults_of(page)}

    page.get_by_label("Reason").fill("asked for it by mail")
    page.get_by_label("To confirm").fill("no")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Type the word erase. Nothing was erased.")).to_be_visible()
    shot(page, "erase-refused")
    page.get_by_label("To confirm").fill("erase")
    page.get_by_role("button", name="Erase for good").click()

    expect(page.locator("h1")).to_have_text("Erased")
    expect(page.get_by_role("button", name="Delete the file now")).to_be_visible()
    expect(page.locator("[href^='tel:']")).to_have_count(0)
    found["her entry"] = faults_of(page)
    page.emulate_media(color_scheme="dark")
    shot(page, "erased-dark")
    phone.goto(f"/customers/{customer.pk}/")
    shot(phone, "erased-phone")
    assert found == {"the page to erase": [], "her entry": []}
