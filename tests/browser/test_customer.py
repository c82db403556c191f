"""A customer's page and the list in a browser: saved in place, by keyboard, without script, signed out in between."""

import pytest
from playwright.sync_api import expect

from customers.models import Customer, Note, StatusChange
from customers.tests.factories import CustomerFactory


@pytest.fixture
def farah(asha):
    return CustomerFactory(name="Farah Khan", phone_number="+919876543210", assigned_to=asha)


def test_a_call_is_saved_in_place(page, farah, asha, sign_in):
    sign_in(page, asha)
    page.goto(f"/customers/{farah.pk}/")
    page.evaluate("window.stayed = true")

    page.get_by_label("Note", exact=True).fill("Asked for fees")
    page.get_by_text("Interested", exact=False).locator("visible=true").first.click()
    page.get_by_text("Tomorrow 11", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("[data-live=headline] .status-badge")).to_have_text("Interested")
    expect(page.locator("[data-live=headline]")).to_contain_text("11:00")
    expect(page.locator(".entry").first).to_contain_text("Asked for fees")
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    expect(page.locator("[data-messages]")).to_contain_text("Saved: Interested.")
    assert page.evaluate("window.stayed") is True

    page.get_by_label("Note", exact=True).fill("Father decides")
    page.get_by_role("button", name="Only the note").click()
    expect(page.locator(".entry").first).to_contain_text("Father decides")
    assert page.evaluate("window.stayed") is True
    assert (StatusChange.objects.count(), Note.objects.count()) == (1, 1)


def test_hotkeys_choose_and_prompts_lead_on(page, farah, asha, sign_in):
    sign_in(page, asha)
    page.goto(f"/customers/{farah.pk}/")

    page.keyboard.press("1")
    expect(page.locator("#status-CALL_NOT_ATTENDED")).to_be_checked()
    page.keyboard.press("3")
    expect(page.locator("#status-FOLLOW_UP")).to_be_checked()
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    page.keyboard.type("5")
    expect(page.locator("#status-FOLLOW_UP")).to_be_checked()
    expect(page.get_by_label("Note", exact=True)).to_have_value("5")


def test_a_time_and_a_chip_exclude_each_other(page, farah, asha, sign_in):
    sign_in(page, asha)
    page.goto(f"/customers/{farah.pk}/")
    at = page.locator("[name=follow_up_at]")

    at.fill("2030-01-01T10:00")
    expect(page.locator("#follow-up-at")).to_be_checked()
    page.get_by_text("Tomorrow 11", exact=True).click()  # offered at any hour
    expect(at).to_have_value("")


def test_signed_out_in_between_the_text_stays(page, farah, asha, sign_in, faults):
    faults.allow("status of 403")
    sign_in(page, asha)
    page.goto(f"/customers/{farah.pk}/")
    page.get_by_label("Note", exact=True).fill("Long story")
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Only the note").click()

    expect(page.locator("[data-outcome] [data-form-error]")).to_contain_text("signed out", ignore_case=True)
    expect(page.get_by_label("Note", exact=True)).to_have_value("Long story")
    assert not Note.objects.exists()


def test_without_script_the_same_form_works(no_script, farah, asha, sign_in):
    sign_in(no_script, asha)
    no_script.goto(f"/customers/{farah.pk}/")
    no_script.locator("[name=notes]").fill("Asked for fees")
    no_script.locator("label[for=status-INTERESTED]").click()
    no_script.get_by_role("button", name="Save", exact=True).click()

    expect(no_script.locator(".message-success")).to_have_text("Farah Khan: Interested.")
    expect(no_script.locator(".entry").first).to_contain_text("Asked for fees")


def test_the_list_by_keyboard(page, asha, sign_in):
    for name in ("Chitra", "Binu", "Asif"):
        CustomerFactory(name=name, assigned_to=asha)
    sign_in(page, asha)
    page.goto("/customers/")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Binu")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{Customer.objects.get(name='Binu').pk}/")
    page.keyboard.press("/")
    expect(page.locator("[data-quick-search]")).to_be_focused()


@pytest.mark.parametrize("who", ["asha", "manager"])
def test_nothing_is_wider_than_a_phone(who, phone, farah, sign_in, request, shot):
    farah.name, farah.area = "Mohammed Ashraf Kunjali Marakkar " * 3, "Thiruvananthapuram" * 5
    farah.save()
    sign_in(phone, request.getfixturevalue(who))
    for name, path in (
        ("list", "/customers/"),
        ("detail", f"/customers/{farah.pk}/"),
        ("form", f"/customers/{farah.pk}/edit/"),
    ):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, name
        shot(phone, f"customers-{name}-phone-{who}")
