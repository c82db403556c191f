"""Without a connection: the shell answers, says what waits, and holds nothing of a customer."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from customers.models import CallingRules, StatusChange
from customers.tests.factories import CustomerFactory, FollowUpFactory

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found.sort();
}"""
BODIES = """async () => {
  let text = "";
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) text += await (await cache.match(request)).text();
  }
  return text;
}"""


@pytest.fixture(autouse=True)
def any_hour(db):
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")


def with_the_worker(page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_the_shell_says_what_waits_and_forgets_it_all_after_signing_out(phone, asha, sign_in, shot, faults):
    faults.allow("ERR_INTERNET_DISCONNECTED")
    CustomerFactory(name="Farah Khan", assigned_to=asha)
    CustomerFactory(name="Binu Thomas", assigned_to=asha)
    sign_in(phone, asha)
    with_the_worker(phone)
    phone.goto("/customers/next/")
    name = phone.locator("#call-name").inner_text()
    kept = phone.evaluate(KEPT)
    assert "/offline/" in kept
    assert all(path == "/offline/" or path.startswith("/static/") for path in kept)
    bodies = phone.evaluate(BODIES)
    assert "Farah Khan" not in bodies and "Binu Thomas" not in bodies and "Asha" not in bodies

    phone.context.set_offline(True)
    phone.get_by_role("button", name="Call Not Attended", exact=True).tap()
    expect(phone.locator("[data-outbox]")).to_contain_text("1 not sent yet")
    phone.goto("/customers/")
    expect(phone.get_by_role("heading", name="No connection")).to_be_visible()
    expect(phone.locator("[data-waiting]")).to_have_text(f"{name}: Call Not Attended")
    shot(phone, "offline-phone", full_page=False)

    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="Your customers")).to_be_visible()
    expect(phone.locator("[data-outbox]")).to_be_hidden()
    assert StatusChange.objects.get().customer.name == name

    phone.goto("/logout/")
    phone.wait_for_function("caches.keys().then((names) => !names.length)")
    assert phone.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0


def test_a_due_follow_up_is_told_once_she_asked_for_it(context, page, asha, sign_in):
    now = timezone.now()
    farah = CustomerFactory(name="Farah Khan", assigned_to=asha, next_follow_up_at=now)
    FollowUpFactory(customer=farah, due_at=now, created_by=asha)
    context.grant_permissions(["notifications"])
    sign_in(page, asha)
    with_the_worker(page)
    page.goto("/follow-ups/")
    told = "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) => n.body))"
    assert page.evaluate(told) == []
    page.get_by_role("button", name="Tell me when one is due").click()
    page.wait_for_function(f"{told}.then((bodies) => bodies.join() === 'Farah is due.')")
    page.get_by_role("button", name="Stop telling me").click()
    expect(page.get_by_role("button", name="Tell me when one is due")).to_be_visible()
