"""A counsellor's working day on a phone: outcomes by thumb and by key, a network that goes, a session that ends."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from customers import actions
from customers.models import CallingRules, CallTap, Customer, FollowUp, Note, Status, StatusChange
from customers.tests.factories import CustomerFactory

NEXT = "/customers/next/"


@pytest.fixture(autouse=True)
def any_hour(db):
    """The tests run at any hour."""
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")


@pytest.fixture
def leads(asha):
    """Twenty customers of Asha's, the first enquiry last; two share a family's number."""
    made = [CustomerFactory(name=f"Person {n:02d}", assigned_to=asha) for n in range(18)]
    made.append(CustomerFactory(name="Farah Khan", phone_number="+919876543210", assigned_to=asha))
    made.append(CustomerFactory(name="Faizal Khan", phone_number="+919876543210", person=2, assigned_to=asha))
    return made


class Thumb:
    """Taps on the phone, counted."""

    def __init__(self, phone):
        self.phone, self.taps = phone, 0
        # The dialler is not part of the browser: the tap itself is what is looked at.
        phone.add_init_script(
            "document.addEventListener('click', (e) => e.target.closest('a[href^=tel]') && e.preventDefault())"
        )

    def tap(self, locator) -> None:
        locator.tap()
        self.taps += 1

    def name(self) -> str:
        return self.phone.locator("#call-name").inner_text()

    def chip(self, words: str) -> None:
        self.tap(self.phone.locator("[data-follow-up] label", has_text=words))

    def outcome(self, words: str) -> None:
        self.tap(self.phone.get_by_role("button", name=words, exact=True))

    def wait_for_another(self, name: str) -> None:
        expect(self.phone.locator("#call-name")).not_to_have_text(name)


def test_twenty_calls_on_a_phone(phone, asha, leads, sign_in, shot, faults):
    faults.allow("ERR_INTERNET_DISCONNECTED")
    faults.allow("status of 403")
    sign_in(phone, asha)
    thumb = Thumb(phone)
    phone.goto(NEXT)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    shot(phone, "next-call-phone", full_page=False)

    calls_in_few_taps(thumb, asha)
    a_time_asked_for_and_a_wrong_button(thumb)
    the_network_goes(thumb, shot)
    the_session_ends(thumb, asha, sign_in)

    # The rest of the twenty, each with what is at hand.
    phone.goto(NEXT)
    while phone.locator("[data-call-form]").count():
        name = thumb.name()
        thumb.chip("Tomorrow 11")
        thumb.outcome("Interested")
        expect(phone.locator(".call-last")).to_contain_text(name)
    standing = StatusChange.objects.standing()
    assert standing.values("customer").distinct().count() == standing.count() == 20
    expect(phone.locator(".empty")).to_contain_text("Nobody to call right now")


def calls_in_few_taps(thumb, asha):
    phone = thumb.phone
    # The common outcome with a chip: call, tomorrow, interested. Three taps, and the next one is there.
    for _ in range(6):
        before, name = thumb.taps, thumb.name()
        thumb.tap(phone.get_by_role("link", name="Call", exact=True))
        thumb.chip("Tomorrow 11")
        thumb.outcome("Interested")
        thumb.wait_for_another(name)
        assert thumb.taps - before == 3
    expect(phone.locator(".call-last")).to_contain_text("Interested, follow-up tomorrow 11:00")
    assert StatusChange.objects.filter(new_status="INTERESTED").count() == 6
    assert CallTap.objects.filter(by=asha, kind="call").count() == 6

    # Not attended takes two: call, outcome.
    for _ in range(4):
        name = thumb.name()
        thumb.tap(phone.get_by_role("link", name="Call", exact=True))
        thumb.outcome("Call Not Attended")
        thumb.wait_for_another(name)
    assert FollowUp.objects.filter(kind="retry", state="open").count() == 4


def a_time_asked_for_and_a_wrong_button(thumb):
    phone = thumb.phone
    # Follow Up asks when, and the chip saves.
    name = thumb.name()
    thumb.outcome("Follow Up")
    expect(phone.get_by_role("alert")).to_contain_text("When?")
    thumb.chip("Saturday 11")
    thumb.wait_for_another(name)

    # The wrong button: undo brings her back as she was.
    name = thumb.name()
    thumb.outcome("Not Interested")
    thumb.wait_for_another(name)
    thumb.tap(phone.get_by_role("button", name="Undo"))
    expect(phone.locator("#call-name")).to_have_text(name)
    assert Customer.objects.get(name=name).status_id == "NEW"


def the_network_goes(thumb, shot):
    phone = thumb.phone
    name = thumb.name()
    # The network goes while she saves: the text is kept, said to be kept, and sent when it is back.
    phone.get_by_label("Note", exact=True).fill("wants the hostel")
    thumb.chip("Tomorrow 11")
    phone.context.set_offline(True)
    thumb.outcome("Plan Presented")
    expect(phone.get_by_role("alert")).to_contain_text("No connection. Kept on this device")
    expect(phone.locator("[data-outbox]")).to_contain_text("1 not sent yet")
    shot(phone, "next-call-offline", full_page=False)
    assert not StatusChange.objects.filter(notes="wants the hostel").exists()
    phone.context.set_offline(False)
    thumb.wait_for_another(name)
    expect(phone.locator("[data-outbox]")).to_be_hidden()
    assert StatusChange.objects.get(notes="wants the hostel").new_status_id == "PLAN_PRESENTED"


def the_session_ends(thumb, asha, sign_in):
    phone = thumb.phone
    # The session ends: after signing in again what waited is sent by itself.
    name = thumb.name()
    phone.get_by_label("Note", exact=True).fill("father decides")
    phone.context.clear_cookies(name="sessionid")
    thumb.outcome("Call Not Attended")
    expect(phone.get_by_role("alert")).to_contain_text("You are signed out. Kept on this device")
    phone.locator("[data-outbox]").get_by_role("link", name="Sign in").tap()
    phone.wait_for_url("**/login/**")
    sign_in(phone, asha)
    phone.goto(NEXT)
    expect(phone.locator("[data-outbox]")).to_be_hidden()
    assert StatusChange.objects.get(notes="father decides").customer.name == name


def test_a_call_that_waited_counts_from_its_first_tap(phone, asha, leads, sign_in, faults, shot):
    faults.allow("ERR_INTERNET_DISCONNECTED")
    phone.clock.install()
    sign_in(phone, asha)
    phone.goto(NEXT)
    thumb = Thumb(phone)
    name = thumb.name()
    phone.context.set_offline(True)
    thumb.outcome("Not Interested")
    expect(phone.get_by_role("alert")).to_contain_text("Kept on this device")
    phone.clock.fast_forward("20:00")
    thumb.outcome("Not Interested")  # she is impatient
    expect(phone.locator("[data-call-form]")).not_to_have_attribute("aria-busy", "true")

    phone.context.set_offline(False)
    thumb.wait_for_another(name)
    change = StatusChange.objects.get()
    assert change.changed_at - change.happened_at >= timedelta(minutes=20)
    expect(phone.locator(".call-last")).to_contain_text(f"{name}: Not Interested")
    expect(phone.get_by_role("button", name="Undo")).to_be_visible()
    phone.goto(f"/customers/{change.customer_id}/")
    expect(phone.locator(".entry", has_text="Not Interested").first).to_contain_text(", sent ")
    shot(phone, "call-that-waited-phone")


def test_the_common_outcome_takes_two_keys(page, asha, leads, sign_in):
    sign_in(page, asha)
    page.goto(NEXT)
    name = page.locator("#call-name").inner_text()
    page.keyboard.press("m")
    page.keyboard.press("2")
    expect(page.locator("#call-name")).not_to_have_text(name)
    expect(page.locator(".call-last")).to_contain_text(f"{name}: Interested, follow-up tomorrow 11:00")

    page.keyboard.press("e")
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    page.keyboard.type("m2")
    expect(page.get_by_label("Note", exact=True)).to_have_value("m2")
    page.get_by_label("Note", exact=True).blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next call")
    page.keyboard.press("2")  # nothing is recorded behind the help
    page.keyboard.press("Escape")
    with page.expect_navigation(url=f"**{NEXT}"):
        page.keyboard.press("n")
    assert StatusChange.objects.count() == 1


def test_enter_in_the_date_is_no_outcome(page, no_script, asha, leads, sign_in, faults):
    faults.allow("status of 400")
    for window in (page, no_script):
        sign_in(window, asha)
        window.goto(NEXT)
        window.locator("label[for=follow-up-at]").click()
        window.locator("[name=follow_up_at]").press("Enter")
    expect(no_script.locator("[data-form-error]")).to_contain_text("Choose a status.")
    expect(page.locator("[data-form-error]")).to_be_empty()
    assert not StatusChange.objects.exists()


def test_no_keys_for_whom_they_are_switched_off(page, asha, leads, sign_in):
    asha.shortcuts = False
    asha.save()
    sign_in(page, asha)
    page.goto(NEXT)
    for key in ("2", "m", "?", "n", "/"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("kbd")).to_have_count(0)
    assert not StatusChange.objects.exists()


def test_what_is_typed_survives_a_reload_and_a_double_tap_records_once(phone, asha, leads, sign_in):
    sign_in(phone, asha)
    phone.goto(NEXT)
    phone.get_by_label("Note", exact=True).fill("asked for the fees")
    phone.locator("[data-follow-up] label", has_text="Tomorrow 11").tap()
    phone.reload()
    expect(phone.get_by_label("Note", exact=True)).to_have_value("asked for the fees")
    expect(phone.get_by_label("Tomorrow 11")).to_be_checked()
    name = phone.locator("#call-name").inner_text()
    phone.get_by_role("button", name="Interested", exact=True).evaluate("(b) => { b.click(); b.click(); }")
    expect(phone.locator("#call-name")).not_to_have_text(name)
    assert StatusChange.objects.get().notes == "asked for the fees"
    expect(phone.get_by_label("Note", exact=True)).to_have_value("")


def test_a_family_number_and_two_counsellors(page, asha, ravi, manager, leads, sign_in, faults):
    faults.allow("status of 400")
    farah = leads[-2]
    sign_in(page, asha)
    page.goto(NEXT)
    page.get_by_label(re.compile("Who is this")).fill("+91 98765-43210")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("2 share")).to_be_visible()
    page.get_by_role("link", name="Farah Khan").click()
    expect(page.locator("#call-name")).to_have_text("Farah Khan")

    status = Status.objects.get(pk="NOT_INTERESTED")
    actions.record_status(customer=farah, status=status, by=manager, now=timezone.now(), notes="joined elsewhere")
    page.get_by_label("Note", exact=True).fill("asked for the fees")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Call Not Attended", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Meena recorded “Not Interested”")
    expect(page.get_by_label("Note", exact=True)).to_have_value("asked for the fees")
    page.get_by_role("button", name="Call Not Attended", exact=True).click()
    expect(page.locator(".call-last")).to_contain_text("Farah Khan: Call Not Attended")
    assert set(StatusChange.objects.values_list("notes", flat=True)) == {"joined elsewhere", "asked for the fees"}


def test_signing_out_sends_first_and_asks_about_what_cannot_be_sent(page, asha, leads, sign_in, faults):
    faults.allow("status of 502")
    sign_in(page, asha)
    page.goto(f"/customers/{leads[0].pk}/")
    page.get_by_label("Note", exact=True).fill("father decides")
    page.route("**/notes/", lambda route: route.fulfill(status=502, body="Bad gateway"))
    page.get_by_role("button", name="Only the note").click()
    expect(page.locator("[data-outbox]")).to_contain_text("Person 00: Note")

    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator(".person summary").click()
    with page.expect_event("dialog"):  # it comes when sending has been tried once more
        page.get_by_role("button", name="Sign out").first.click()
    expect(page.locator("[data-outbox]")).to_contain_text("1 not sent yet")
    assert "1 not sent yet" in asked[0]

    # Without a connection nobody can be signed out: that is said, and not asked.
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.locator("[data-messages]")).to_contain_text("No connection. Nothing was sent")

    page.unroute("**/notes/")
    page.context.set_offline(False)
    expect(page.locator(".entry", has_text="father decides")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/login/")
    assert Note.objects.get().text == "father decides"


def test_the_numbers_of_the_frame_follow_each_outcome(phone, asha, leads, sign_in):
    for lead in leads[:2]:
        actions.record_status(
            customer=lead,
            status=Status.objects.get(code="FOLLOW_UP"),
            by=asha,
            now=timezone.now() - timezone.timedelta(hours=2),
            follow_up_at=timezone.now() - timezone.timedelta(hours=1),
        )
    sign_in(phone, asha)
    phone.goto(NEXT)
    due = phone.locator(".bottom-bar > .menu-link .menu-count")
    expect(due).to_have_text("2")

    thumb = Thumb(phone)
    for left in ("1", ""):
        name = thumb.name()
        thumb.outcome("Not Interested")
        thumb.wait_for_another(name)
        expect(due).to_have_text(left)
