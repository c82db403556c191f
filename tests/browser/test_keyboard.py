"""Sharing out with Tab, Space and Enter alone; and wherever Tab leads, one sees where one is."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from crm.lib import pagination
from customers.models import Customer
from customers.tests.factories import CustomerFactory

# What has the focus: its words, whether it wears a ring, and whether it lies in the window.
FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it);
  const { top, bottom, left, right } = it.getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2], above = document.elementFromPoint(x, y);
  const words = it.getAttribute("aria-label") || it.innerText || it.labels?.[0]?.innerText || it.name || it.tagName;
  return {
    words: words.trim().replace(/\\s+/g, " "),
    name: it.name || "",
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: top >= 0 && bottom <= innerHeight && (it.contains(above) || !!above?.contains(it)),
    out: it === document.body,
  };
}"""
MOST_STOPS = 200


def stops(page):
    """Tab through the page, once round."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop["out"]:
            return
        yield stop


def tab_to(page, *, words="", name=""):
    """Press Tab until what says `words`, or is called `name`, has the focus; it must be seen to have it."""
    for stop in stops(page):
        if (name and stop["name"] == name) or (words and words in stop["words"]):
            assert stop["ring"], f"no ring on {stop['words']}"
            assert stop["seen"], f"out of sight: {stop['words']}"
            return
    pytest.fail(f"Tab never comes to {words or name}")


@pytest.mark.parametrize("path", ["/customers/", "/customers/unassigned/", "/team/", "/import/", "/customers/new/"])
def test_every_stop_of_tab_is_seen(page, sign_in, manager, asha, path):
    CustomerFactory.create_batch(3)
    CustomerFactory(assigned_to=asha)
    sign_in(page, manager)
    page.goto(path)
    found = list(stops(page))
    assert len(found) > 10
    assert [stop["words"] for stop in found if not stop["ring"]] == []


def test_shared_out_and_undone_without_a_mouse(page, sign_in, manager, asha, ravi):
    CustomerFactory.create_batch(30)
    sign_in(page, manager)
    page.goto("/customers/unassigned/")
    for _ in range(2):
        tab_to(page, name="customer_ids")
        page.keyboard.press("Space")
    tab_to(page, name="sales_users")
    page.keyboard.press("Space")
    tab_to(page, words="See who would get how many")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("2 would be shared out")
    tab_to(page, words="Share out 2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 were shared out, all to Asha.")).to_be_visible()
    assert Customer.objects.filter(assigned_to=asha).count() == 2
    tab_to(page, words="Undo")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone: 2 went back.")).to_be_visible()


def test_the_button_stands_in_sight_beside_a_long_list(page, sign_in, manager):
    CustomerFactory.create_batch(25)
    UserFactory.create_batch(12)
    sign_in(page, manager)
    page.goto("/customers/unassigned/")
    for button in ("[data-share-button]", "[name=preview]"):
        expect(page.locator(button)).to_be_in_viewport(ratio=1)


def test_more_than_are_counted_are_not_called_so_many(page, sign_in, manager, asha, monkeypatch):
    """The button said "Share out 10,000" and gave away all 24,540 who matched."""
    monkeypatch.setattr(pagination, "COUNT_CAP", 4)
    CustomerFactory.create_batch(6)
    sign_in(page, manager)
    page.goto("/customers/unassigned/?page_size=3")  # one page is counted by its rows
    button, hers = page.locator("[data-share-button]"), page.locator("[data-plus]")
    page.get_by_label("All 4+ that wait").check()
    expect(button).to_have_text("Share out 4+")
    expect(hers).to_have_text("")
    page.get_by_label("At most").fill("3")
    expect(button).to_have_text("Share out 3")
    expect(hers).to_have_text("+3")
    page.goto("/customers/?page_size=3")
    page.get_by_label("Select all 4+ that match").check()
    expect(page.locator("[data-selected]")).to_have_text("4+ selected")
