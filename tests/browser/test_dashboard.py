"""The manager's dashboard and team on a phone and on paper: what can wait is folded on the one, open on the other."""

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from customers.tests.factories import CustomerFactory


@pytest.fixture
def desk(asha):
    CustomerFactory(assigned_to=asha, date=localdate())


def test_a_phone_shows_the_team_and_folds_what_can_wait(phone, sign_in, manager, asha, desk):
    sign_in(phone, manager)

    phone.goto("/dashboard/manager/")

    assert phone.get_by_role("link", name=str(asha), exact=True).is_visible()
    assert not phone.locator(".funnel").is_visible()
    phone.get_by_text("How far they come").click()
    assert phone.locator(".funnel").is_visible()


def test_a_desk_and_paper_as_narrow_as_a_phone_show_the_tables_whole(page, sign_in, manager, desk):
    sign_in(page, manager)

    page.goto("/dashboard/manager/")
    expect(page.locator(".funnel")).to_be_visible()

    page.set_viewport_size({"width": 717, "height": 1000})  # A4 within its margins
    page.emulate_media(media="print")
    expect(page.locator(".funnel")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Contacted today")).to_be_visible()
    page.goto("/customers/")
    expect(page.get_by_role("columnheader", name="Counsellor")).to_be_visible()


@pytest.mark.parametrize("path", ["/dashboard/manager/", "/team/"])
def test_a_very_long_name_does_not_make_the_phone_scroll_sideways(path, phone, sign_in, manager):
    UserFactory(first_name="Venkatanarasimharajuvaripeta", last_name="Thiruvananthapuram-Kunnathunad")
    sign_in(phone, manager)

    phone.goto(path)

    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_days_stand_apart_from_the_count_before_them(page, sign_in, manager, desk):
    """ "1" and "4 days" side by side read as fourteen."""
    sign_in(page, manager)
    page.goto("/team/")
    page.set_viewport_size({"width": 717, "height": 1000})
    page.emulate_media(media="print")

    assert page.locator(".team-age").first.evaluate("cell => parseFloat(getComputedStyle(cell).paddingLeft)") >= 16


@pytest.mark.parametrize("path", ["/dashboard/manager/", "/team/"])
def test_the_figures_of_a_row_stand_on_one_line_however_long_their_words_are(path, phone, sign_in, manager, desk):
    sign_in(phone, manager)

    phone.goto(path)

    figures = [phone.locator(f"td[data-label='{label}'] a").first for label in ("Contacted today", "Overdue")]
    first, second = (figure.bounding_box() for figure in figures)
    assert first["y"] == second["y"]
