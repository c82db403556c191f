"""The way in, as a person sees it."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import PASSWORD
from customers.models import Customer
from customers.tests.factories import CustomerFactory


@pytest.mark.parametrize(("who", "dashboard"), [("manager", "/dashboard/manager/"), ("asha", "/dashboard/sales/")])
def test_everybody_lands_on_the_dashboard_of_her_role(who, dashboard, page, sign_in, request):
    sign_in(page, request.getfixturevalue(who))

    expect(page).to_have_url(re.compile(re.escape(dashboard) + "$"))
    expect(page.locator("h1")).to_be_visible()


def test_a_wrong_password_says_so_and_the_right_one_still_opens(page, asha, sign_in):
    page.goto("/login/")
    page.locator("input[name=username]").fill(asha.username)
    page.locator("input[name=password]").fill("not her password")
    page.locator("form:has(input[name=password]) [type=submit]").click()

    expect(page).to_have_url(re.compile("/login/"))
    expect(page.get_by_text("do not match")).to_be_visible()
    sign_in(page, asha)


def test_a_phone_needs_no_sideways_scrolling(phone, asha, sign_in, shot):
    phone.goto("/login/")
    shot(phone, "login-phone")
    assert too_wide(phone) == 0

    sign_in(phone, asha)
    assert too_wide(phone) == 0


def test_it_opens_without_script(no_script, asha):
    no_script.goto("/login/")
    no_script.locator("input[name=username]").fill(asha.username)
    no_script.locator("input[name=password]").fill(PASSWORD)
    no_script.locator("form:has(input[name=password]) [type=submit]").click()

    expect(no_script).to_have_url(re.compile("/dashboard/sales/$"))


def too_wide(page) -> int:
    """By how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_ticked_rows_are_ticked_again_after_signing_in_again(page, manager, asha, ravi, sign_in):
    farah, binu, _ = (CustomerFactory(name=name) for name in ("Farah Khan", "Binu Paul", "Chitra Rao"))
    sign_in(page, manager)
    page.goto("/customers/unassigned/?search=a")
    page.get_by_label("Select Farah Khan").check()
    page.get_by_label("Select Binu Paul").check()
    page.get_by_role("checkbox", name="Ravi").check()
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Share out 2").click()
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    page.locator("input[name=username]").fill(manager.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.wait_for_url("**/customers/unassigned/?search=a")
    expect(page.get_by_text("You had to sign in again")).to_be_visible()
    expect(page.get_by_label("Select Farah Khan")).to_be_checked()
    expect(page.get_by_label("Select Binu Paul")).to_be_checked()
    expect(page.get_by_label("Select Chitra Rao")).not_to_be_checked()
    page.get_by_role("button", name="Share out 2").click()
    expect(page.get_by_role("status").first).to_contain_text("2 were shared out, all to Ravi")
    assert set(Customer.objects.filter(assigned_to=ravi)) == {farah, binu}
