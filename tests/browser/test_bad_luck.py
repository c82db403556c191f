"""Small misfortunes of a day: a form sent without a connection, another tab that signed in, a server that stumbles."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from customers.models import CallingRules, Customer, Skip, StatusChange
from customers.tests.factories import CustomerFactory, FollowUpFactory

NEXT = "/customers/next/"


@pytest.fixture(autouse=True)
def any_hour(db):
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")


def sign_in_again_in_another_tab(page, user, sign_in) -> None:
    other = page.context.new_page()
    other.goto("/logout/")
    sign_in(other, user)
    other.close()


def test_a_plain_form_without_a_connection_stays_where_it_is(phone, asha, sign_in):
    farah = CustomerFactory(name="Farah Khan", area="Kochi", assigned_to=asha)
    sign_in(phone, asha)
    phone.goto(f"/customers/{farah.pk}/edit/")
    phone.get_by_label("Area", exact=True).fill("Aluva")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.locator("[data-messages]")).to_contain_text("No connection. Nothing was sent")
    expect(phone.locator("[data-messages]")).to_be_in_viewport()
    expect(phone.get_by_label("Area", exact=True)).to_have_value("Aluva")

    phone.context.set_offline(False)
    phone.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.locator("[data-messages]")).to_contain_text("Saved.")
    assert Customer.objects.get().area == "Aluva"


def test_what_stands_open_works_after_signing_in_again_in_another_tab(page, asha, sign_in):
    CustomerFactory.create_batch(2, assigned_to=asha)
    sign_in(page, asha)
    page.goto(NEXT)
    page.locator(".call-skip summary").click()
    sign_in_again_in_another_tab(page, asha, sign_in)
    page.get_by_role("button", name="Better tomorrow").click()
    expect(page.locator("[data-messages]")).to_contain_text("comes back")
    assert Skip.objects.get().by == asha


def test_a_page_of_somebody_else_acts_for_nobody(page, asha, ravi, sign_in, faults):
    faults.allow("status of 403")
    CustomerFactory(assigned_to=asha)
    sign_in(page, asha)
    page.goto(NEXT)
    page.locator(".call-skip summary").click()
    sign_in_again_in_another_tab(page, ravi, sign_in)
    page.get_by_role("button", name="Better tomorrow").click()
    expect(page.get_by_role("heading", name="Not done")).to_be_visible()
    assert not Skip.objects.exists()


def test_a_network_that_flaps_records_once_and_says_what_it_does(phone, asha, sign_in, faults):
    faults.allow("ERR_CONNECTION_RESET")
    faults.allow("status of 502")
    CustomerFactory.create_batch(2, assigned_to=asha)
    sign_in(phone, asha)
    phone.goto(NEXT)
    name = phone.locator("#call-name").inner_text()
    tries = []

    def stumble(route):
        tries.append(route)
        if len(tries) == 1:
            route.abort("connectionreset")
        elif len(tries) == 2:
            route.fulfill(status=502, body="Bad gateway")
        elif len(tries) == 3:
            route.fetch()  # it arrives, and the answer is lost
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route("**/update-status/", stumble)
    alert, send_now = phone.get_by_role("alert"), phone.get_by_role("button", name="Send now")
    phone.get_by_label("Note", exact=True).fill("wants the hostel")
    phone.get_by_role("button", name="Not Interested", exact=True).tap()
    expect(alert).to_contain_text("No connection. Kept on this device")
    send_now.tap()
    expect(alert).to_contain_text("The server does not answer properly")
    expect(phone.locator("[data-outbox]")).to_contain_text("The server does not answer properly")
    send_now.tap()
    expect(alert).to_contain_text("No connection. Kept on this device")
    send_now.tap()
    expect(phone.locator("#call-name")).not_to_have_text(name)
    expect(phone.locator("[data-outbox]")).to_be_hidden()
    assert StatusChange.objects.get().notes == "wants the hostel"
    assert len(tries) == 4


def test_what_is_due_is_asked_for_by_one_tab_and_seldom_out_of_sight(context, page, asha, sign_in):
    now = timezone.now()
    FollowUpFactory(customer=CustomerFactory(assigned_to=asha, next_follow_up_at=now), due_at=now, created_by=asha)
    context.grant_permissions(["notifications"])
    context.add_init_script("Object.defineProperty(document, 'hidden', { get: () => 'outOfSight' in window })")
    page.clock.install()
    sign_in(page, asha)
    page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    page.goto("/follow-ups/")
    asked = []
    page.on("request", lambda request: request.url.endswith("/follow-ups/due/") and asked.append(request))
    with page.expect_response("**/follow-ups/due/"):
        page.get_by_role("button", name="Tell me when one is due").click()

    with page.expect_response("**/follow-ups/due/"):
        page.clock.run_for(75_000)
    page.reload()  # a page that is opened asks no more often
    assert len(asked) == 2
    page.evaluate("window.outOfSight = true")
    page.clock.run_for(4 * 60_000)
    assert len(asked) == 2
    with page.expect_response("**/follow-ups/due/"):
        page.clock.run_for(90_000)
    assert len(asked) == 3
