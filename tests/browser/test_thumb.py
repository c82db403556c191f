"""A counsellor's pages under one thumb at 360 px: what can be tapped is 44 px wide and high, no field makes the phone
zoom, nothing is wider than the screen."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from customers import actions
from customers.models import CallingRules, Status
from customers.tests.factories import CustomerFactory, FollowUpFactory

# Words in a sentence that are a link are left out: a line of text is as high as it is. A box to tick is as large as its
# row, which ticks it.
FAULTS = """() => {
  const TAPPED = "a[href], button, input:not([type=hidden]), select, textarea, summary, label.choice";
  const found = [];
  const words = (e) => e.innerText.trim();
  const inSentence = (e) => getComputedStyle(e).display === "inline" && words(e.parentElement) !== words(e);
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  // A link that fills its row by a box of its own.
  const spread = (e) => ["::before", "::after"].some((part) => {
    const style = getComputedStyle(e, part);
    return style.content !== "none" && style.position === "absolute" && style.top === "0px" && style.left === "0px";
  });
  for (const e of document.querySelectorAll(TAPPED)) {
    if (!shown(e) || e.matches(".choice-input, .visually-hidden *, .skip-link") || inSentence(e)) continue;
    const box = e.matches("[type=checkbox]") ? ".form-check" : "*";
    const row = e.closest(spread(e) ? "tr, li, .figure-box" : box);
    const { width, height } = row.getBoundingClientRect();
    if (width && height && (width < 44 || height < 44))
      found.push(`${e.tagName} ${e.className} “${e.innerText || e.name}” ${width.toFixed(1)} × ${height.toFixed(1)}`);
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (e.matches("input, select, textarea") && size < 16) found.push(`${e.name}: ${size} px zooms`);
  }
  const wide = document.documentElement.scrollWidth;
  return wide > 360 ? [...found, `${wide} px wide`] : found;
}"""


@pytest.fixture
def work(asha, manager):
    """A promise that is overdue, one for tomorrow, one that waits for an event, a note; all of them Asha's."""
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")
    now = timezone.now()
    results = actions.create_event(name="CBSE results", happens_on=None, by=manager, now=now)
    status = Status.objects.get(pk="INTERESTED")
    farah, binu, jaya = (CustomerFactory(name=name, area="Kochi") for name in ("Farah Khan", "Binu Thomas", "Jaya Das"))
    for customer in (farah, binu, jaya):
        actions.assign_one(customer=customer, to=asha, by=manager, now=now - timedelta(days=2))
    past = now - timedelta(days=1)
    actions.record_status(
        customer=farah, status=status, by=asha, now=past, follow_up_at=past + timedelta(hours=1), notes="asked for fees"
    )
    actions.record_status(customer=binu, status=status, by=asha, now=now, follow_up_at=now + timedelta(days=1))
    actions.record_status(customer=jaya, status=status, by=asha, now=now, event=results)
    actions.add_note(customer=farah, text="Her father decides", by=asha, now=now)
    return {"farah": farah, "event": results}


def test_everything_can_be_tapped(phone, asha, work, sign_in, shot):
    sign_in(phone, asha)
    hers = f"/customers/{work['farah'].pk}/"
    paths = ["/dashboard/sales/", "/customers/next/", "/customers/next/?who=99", "/follow-ups/", "/customers/", hers]
    paths += [f"{hers}edit/", "/customers/new/", "/my-day/", "/profile/", "/password/change/", "/notices/"]
    paths += [
        "/follow-ups/events/",
        f"/follow-ups/events/{work['event'].pk}/",
        "/follow-ups/rescue/",
        "/customers/views/",
    ]
    faults = {}
    for path in paths:
        phone.goto(path)
        if found := phone.evaluate(FAULTS):
            faults[path] = found
    phone.goto("/customers/next/")
    phone.locator(".call-more summary").tap()
    shot(phone, "next-call-more-phone", full_page=False)
    faults["more"] = phone.evaluate(FAULTS)
    widths = {round(box.bounding_box()["width"]) for box in phone.locator(".call-outcome").all()}
    assert len(widths) == 1  # all outcomes stand in one grid
    phone.locator("label[for=follow-up-at]").tap()
    faults["pick"] = phone.evaluate(FAULTS)
    phone.locator(".call-skip summary").tap()
    faults["skip"] = phone.evaluate(FAULTS)
    phone.goto("/follow-ups/")
    phone.locator(".put-off summary").first.tap()
    faults["put off"] = phone.evaluate(FAULTS)
    assert {path: found for path, found in faults.items() if found} == {}


def test_the_last_one_of_the_day_can_be_put_off(phone, asha, sign_in):
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")
    due_at = timezone.now() + timedelta(days=3)
    for customer in CustomerFactory.create_batch(8, assigned_to=asha, next_follow_up_at=due_at):
        FollowUpFactory(customer=customer, due_at=due_at, created_by=asha)
    sign_in(phone, asha)
    phone.goto("/follow-ups/")
    last = phone.locator(".put-off").last
    last.locator("summary").tap()
    phone.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    sheet, bar = last.locator("button").last.bounding_box(), phone.locator(".bottom-bar").bounding_box()
    assert sheet["y"] + sheet["height"] <= bar["y"]


def test_a_box_is_ticked_anywhere_in_its_row(phone, asha, sign_in):
    sign_in(phone, asha)
    phone.goto("/profile/")
    box = phone.get_by_label("Keyboard shortcuts")
    expect(box).to_be_checked()
    middle = box.bounding_box()
    phone.touchscreen.tap(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2 + 20)
    expect(box).not_to_be_checked()
