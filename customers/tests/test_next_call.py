"""Whom to call next: the order, who is never offered, and what stands around a call."""

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
import time_machine

from customers import actions
from customers.models import CallingRules, CallTap, Customer, FollowUp, Skip, Status, StatusChange
from customers.tests.factories import CourseFactory, CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db
NEXT = "/customers/next/"
JSON = {"accept": "application/json"}
NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)  # a Wednesday, 12:00 in India
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def client(asha, as_user):
    return as_user(asha)


@pytest.fixture
def next_one(client):
    """`next_one()` is (the name of the customer Asha is offered, why), or (None, None)."""

    def ask() -> tuple[str | None, str | None]:
        answer = client.get(NEXT, headers=JSON).json()
        return (answer["customer"] and answer["customer"]["name"], answer["why"])

    return ask


def planned(customer, due_at, promised_at=None, kind=FollowUp.Kind.PROMISE) -> Customer:
    promised_at = None if kind == FollowUp.Kind.RETRY else promised_at or due_at
    FollowUpFactory(
        customer=customer, due_at=due_at, promised_at=promised_at, kind=kind, created_by=customer.assigned_to
    )
    Customer.objects.filter(pk=customer.pk).update(next_follow_up_at=due_at)
    return customer


def record(customer, code, by, now=NOW, **kwargs) -> StatusChange:
    return actions.record_status(customer=customer, status=Status.objects.get(pk=code), by=by, now=now, **kwargs)


# --- The order -----------------------------------------------------------------------------------


def test_her_last_lines_hold_nothing_taken_back_and_only_the_last_of_many_hands(asha, ravi, manager, client):
    customer = CustomerFactory()
    actions.add_note(customer=customer, text="wants hostel", by=manager, now=NOW - DAY)
    for hour, to in enumerate([ravi, asha, ravi, asha]):
        customer = actions.assign_one(customer=customer, to=to, by=manager, now=NOW - (9 - hour) * HOUR)
    actions.take_back(change=record(customer, "INTERESTED", asha), by=asha, now=NOW)

    shown = client.get(f"{NEXT}?customer={customer.pk}").text

    assert "wants hostel" in shown and "taken back" not in shown
    assert shown.count("given to") == 1
    assert f"given to {asha}" in shown


def test_why_she_is_next_is_not_said_where_her_status_says_it(asha, client):
    customer = CustomerFactory(assigned_to=asha)
    assert '<span class="tag">New</span>' not in client.get(NEXT).text
    planned(customer, NOW - 2 * HOUR)
    assert '<span class="tag">Overdue</span>' in client.get(NEXT).text


def test_the_order_of_a_day(asha, next_one):
    def hers(name, code="NEW", **kwargs):
        return CustomerFactory(name=name, assigned_to=asha, status=None, status_id=code, **kwargs)

    today = NOW.date()
    hers("never called, not new", "CALL_NOT_ATTENDED")
    hers("reached long ago", "INTERESTED", last_contact_at=NOW - 20 * DAY)
    hers("reached lately", "INTERESTED", last_contact_at=NOW - 2 * DAY)
    planned(hers("try due", "CALL_NOT_ATTENDED"), NOW - HOUR, kind=FollowUp.Kind.RETRY)
    planned(hers("try due longer", "CALL_NOT_ATTENDED"), NOW - 2 * HOUR, kind=FollowUp.Kind.RETRY)
    hers("old enquiry", last_enquired_at=today - 9 * DAY)
    hers("fresh enquiry", last_enquired_at=today)
    hers("undated", last_enquired_at=None)
    hers("again", "INTERESTED", enquiry_count=2, last_enquired_at=today - DAY, last_contact_at=NOW - 9 * DAY)
    hers("lost, again", "NOT_INTERESTED", enquiry_count=3, last_enquired_at=today, last_contact_at=NOW - 30 * DAY)
    planned(hers("overdue"), NOW - 2 * HOUR)
    planned(hers("oldest promise, tried since"), NOW - HOUR, NOW - DAY)
    planned(hers("due now"), NOW - timedelta(minutes=5))
    expected = [
        ("due now", "due"),
        ("oldest promise, tried since", "overdue"),
        ("overdue", "overdue"),
        ("lost, again", "again"),
        ("again", "again"),
        ("fresh enquiry", "new"),
        ("old enquiry", "new"),
        ("undated", "new"),
        ("try due longer", "retry"),
        ("try due", "retry"),
        ("never called, not new", "unplanned"),
        ("reached long ago", "unplanned"),
        ("reached lately", "unplanned"),
    ]

    got = []
    while (offered := next_one()) != (None, None):
        got.append(offered)
        record(Customer.objects.get(name=offered[0]), "INTERESTED", asha)
    assert got == expected


def test_who_was_called_since_her_enquiry_is_not_new_again(asha, next_one):
    CustomerFactory(
        assigned_to=asha,
        status=None,
        status_id="NOT_INTERESTED",
        enquiry_count=2,
        last_enquired_at=NOW.date(),
        last_contact_at=NOW - HOUR,
    )
    assert next_one() == (None, None)


def test_never_muted_closed_merged_planned_later_exhausted_or_somebody_elses(asha, ravi, next_one):
    CustomerFactory(assigned_to=asha, do_not_call=True)
    planned(CustomerFactory(assigned_to=asha, do_not_call=True), NOW - HOUR)
    for code in ("ADMISSION", "NOT_INTERESTED", "INVALID"):
        CustomerFactory(assigned_to=asha, status=None, status_id=code)
    CustomerFactory(assigned_to=asha, merged_into=CustomerFactory())
    planned(CustomerFactory(assigned_to=asha), NOW + HOUR)
    CustomerFactory(assigned_to=asha, status=None, status_id="CALL_NOT_ATTENDED", exhausted_at=NOW - DAY)
    CustomerFactory(assigned_to=ravi)
    CustomerFactory()
    assert next_one() == (None, None)


def test_reached_without_a_next_step_does_not_vanish_but_waits_until_tomorrow(asha, next_one, clock):
    record(CustomerFactory(name="Farah", assigned_to=asha), "INTERESTED", asha)
    assert next_one() == (None, None)
    clock.shift(DAY)
    assert next_one() == ("Farah", "unplanned")


def test_nobody_is_offered_outside_calling_hours(asha, client, next_one, clock):
    CustomerFactory(name="Farah", assigned_to=asha)
    for hour, minute, offered in ((8, 59, None), (9, 0, "Farah"), (20, 59, "Farah"), (21, 0, None)):
        clock.move_to(datetime(2026, 11, 25, hour, minute, tzinfo=UTC) - timedelta(hours=5, minutes=30))
        assert next_one()[0] == offered, (hour, minute)
    assert "Calls begin again" in client.get(NEXT).content.decode()
    CallingRules.objects.create(opens="09:00", closes="22:00")
    assert next_one()[0] == "Farah"


@pytest.mark.parametrize("size", [3, 30])
def test_a_page_costs_the_same_for_three_and_for_thirty(size, asha, client, django_assert_num_queries):
    for n in range(size):
        customer = CustomerFactory(assigned_to=asha)
        record(customer, "CALL_NOT_ATTENDED", asha, now=NOW - DAY + timedelta(minutes=n))
    with django_assert_num_queries(23):
        assert "Next try" in client.get(NEXT).content.decode()


# --- The page ------------------------------------------------------------------------------------


def test_everything_she_needs_is_on_it(asha, client):
    farah = CustomerFactory(
        name="Farah Khan", phone_number="+919876543210", assigned_to=asha, course=CourseFactory(name="BCA")
    )
    at = NOW - DAY
    record(farah, "FOLLOW_UP", asha, now=at, notes="after talking to her father", follow_up_at=NOW - HOUR)

    page = client.get(NEXT).content.decode()

    for words in ("Farah Khan", "98765 43210", "BCA", "Kochi", "You promised", "after talking to her father"):
        assert words in page
    assert 'href="tel:+919876543210"' in page
    message = unquote(page.split('href="https://wa.me/')[1].split('"')[0])
    assert message.startswith("919876543210?text=Hello Farah Khan, this is Asha from the admissions office")
    assert "your enquiry for BCA" in message


def test_whom_one_must_not_call_has_no_button_to_call(asha, client):
    farah = CustomerFactory(assigned_to=asha, do_not_call=True, phone_number="+919876543210")
    for url in (f"{NEXT}?customer={farah.pk}", f"/customers/{farah.pk}/"):
        page = client.get(url).content.decode()
        assert "tel:" not in page
        assert "wa.me" not in page


def test_an_outcome_brings_the_next_one_and_says_what_was_recorded(asha, client):
    farah = CustomerFactory(name="Farah Khan", assigned_to=asha, last_enquired_at=NOW.date())
    CustomerFactory(name="Binu Das", assigned_to=asha)
    data = {"status": "INTERESTED", "follow_up": "2026-11-26T11:00+05:30", "then": "next"}
    url = f"/customers/{farah.pk}/update-status/"

    response = client.post(url, data, headers={"accept": "text/html"}, follow=True)

    page = response.content.decode()
    assert response.redirect_chain == [(NEXT, 302)]
    assert "Farah Khan: Interested, follow-up tomorrow 11:00." in page
    assert "Binu Das" in page


def test_a_full_day_is_named_with_a_lighter_one_for_one_tap(asha, client):
    CallingRules.objects.create(day_limit=1)
    planned(CustomerFactory(assigned_to=asha), NOW + DAY)
    farah = CustomerFactory(name="Farah", assigned_to=asha)
    record(farah, "INTERESTED", asha, follow_up_at=NOW + DAY + HOUR)

    page = client.get(NEXT).content.decode()
    assert "Thu 26 Nov is full with 2 follow-ups; Fri 27 Nov has 0." in page
    light = page.split('name="follow_up_at" value="')[1].split('"')[0]
    client.post(f"/customers/{farah.pk}/put-off/", {"follow_up_at": light, "next": NEXT})

    assert FollowUp.objects.get(customer=farah).due_at == NOW + 2 * DAY + HOUR
    assert "full" not in client.get(NEXT).content.decode()


def test_a_refused_outcome_stays_on_the_page_with_what_was_typed(asha, client):
    farah = CustomerFactory(assigned_to=asha)
    data = {"status": "INTERESTED", "follow_up": "2026-11-24T11:00", "notes": "long story", "then": "next"}
    response = client.post(f"/customers/{farah.pk}/update-status/", data, headers={"accept": "text/html"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "lies in the past" in page
    assert "long story" in page
    assert "data-call-form" in page


def test_a_bad_parameter_is_400_and_a_stranger_403(client, ravi):
    assert client.get(NEXT, {"customer": "x"}).status_code == 400
    assert client.get(NEXT, {"who": "9" * 201}).status_code == 400
    assert client.get(NEXT, {"customer": CustomerFactory(assigned_to=ravi).pk}).status_code == 403


def test_a_manager_has_no_next_call(as_user, manager, client):
    assert as_user(manager).get(NEXT).status_code == 403
    assert client.post(NEXT).status_code == 405


def test_nobody_left_is_a_calm_page_with_what_comes(asha, client):
    assert "No follow-up is waiting" in client.get(NEXT).content.decode()
    planned(CustomerFactory(name="Farah", assigned_to=asha), NOW + HOUR)
    record(CustomerFactory(assigned_to=asha), "INTERESTED", asha)
    page = client.get(NEXT).content.decode()
    assert "Farah" in page
    assert "1 open customer has no next step" in page


# --- Who is this? --------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["98765 43210", "+91-98765-43210", "098765 43210", "9876543210"])
def test_a_number_that_rings_leads_straight_to_her(typed, asha, client):
    farah = CustomerFactory(phone_number="+919876543210", assigned_to=asha)
    assert client.get(NEXT, {"who": typed})["Location"] == f"{NEXT}?customer={farah.pk}"


def test_a_shared_number_asks_who_it_is(asha, client):
    for person, name in ((1, "Farah Khan"), (2, "Faizal Khan")):
        CustomerFactory(name=name, phone_number="+919876543210", person=person, assigned_to=asha)
    page = client.get(NEXT, {"who": "98765 43210"}).content.decode()
    assert "Farah Khan" in page and "Faizal Khan" in page


@pytest.mark.parametrize("typed", ["98765 43210", "hello", "12", "%"])
def test_a_number_of_nobody_or_of_a_colleagues_is_the_same(typed, ravi, client):
    CustomerFactory(name="Binu", phone_number="+919876543210", assigned_to=ravi)
    page = client.get(NEXT, {"who": typed}).content.decode()
    assert "None of your customers has this number" in page
    assert "Binu" not in page


# --- Skip, tap, message --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "back"), [("later", "2026-11-25 08:30"), ("tomorrow", "2026-11-26 03:30"), ("ask", "2026-11-26 03:30")]
)
def test_a_skipped_one_comes_back_later(reason, back, asha, client, next_one, clock):
    farah = CustomerFactory(name="Farah", assigned_to=asha)
    client.post(f"/customers/{farah.pk}/skip/", {"reason": reason})
    skipped = Skip.objects.get()
    assert (skipped.by, skipped.reason, f"{skipped.until.astimezone(UTC):%Y-%m-%d %H:%M}") == (asha, reason, back)
    assert next_one() == (None, None)
    clock.move_to(skipped.until)
    assert next_one()[0] == "Farah"


def test_a_skip_needs_a_reason(asha, client):
    farah = CustomerFactory(assigned_to=asha)
    for data in ({}, {"reason": "lazy"}):
        assert client.post(f"/customers/{farah.pk}/skip/", data).status_code == 400
    assert not Skip.objects.exists()


def test_a_tap_is_recorded_once(asha, client, clock):
    farah = CustomerFactory(assigned_to=asha)
    url = f"/customers/{farah.pk}/tap/"
    for _ in range(2):
        assert client.post(url, {"kind": "call"}, headers=JSON).json() == {"success": True}
    assert client.post(url, {"kind": "whatsapp"}, headers=JSON).status_code == 200
    clock.shift(60)
    client.post(url, {"kind": "call"}, headers=JSON)
    assert [tap.kind for tap in CallTap.objects.order_by("id")] == ["call", "whatsapp", "call"]


def test_managers_write_the_message_and_its_places_are_checked(as_user, manager, asha):
    client = as_user(manager)
    refused = client.post("/team/message/", {"text": "Dear {nmae}"})
    assert refused.status_code == 400
    assert "Only {name}, {course}, {counsellor} can be filled in." in refused.content.decode()

    client.post("/team/message/", {"text": "Dear {name}, {course}?"})

    assert CallingRules.current().message(CustomerFactory(name="Farah"), asha) == "Dear Farah, our courses?"
    assert "Dear {name}" in client.get("/team/message/").content.decode()
