"""The days ahead: their loads, a follow-up put off, a full day, a backlog planned anew."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from customers import actions
from customers.models import CallingRules, Customer, FieldChange, FollowUp, Status
from customers.tests.factories import CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db
HOME = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=HOME)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW.astimezone(UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def client(asha, as_user):
    return as_user(asha)


def planned(owner, due_at, code="NEW", promised_at=None, **kwargs) -> Customer:
    customer = CustomerFactory(assigned_to=owner, status=None, status_id=code, next_follow_up_at=due_at, **kwargs)
    FollowUpFactory(customer=customer, due_at=due_at, promised_at=promised_at or due_at, created_by=owner)
    return customer


# --- The week ------------------------------------------------------------------------------------


def test_each_day_says_its_load_and_opens_its_list(asha, ravi, client):
    CallingRules.objects.create(day_limit=2)
    for due_at, name in ((NOW + HOUR, "today"), (NOW + DAY, "one"), (NOW + DAY + HOUR, "two"), (NOW + 7 * DAY, "late")):
        planned(asha, due_at, name=name)
    planned(ravi, NOW + DAY, name="his")

    week = client.get("/follow-ups/").context["week"]
    assert [load.count for load in week] == [1, 2, 0, 0, 0, 0, 0]
    assert [load.is_full for load in week] == [False, True, False, False, False, False, False]

    day = client.get("/follow-ups/", {"day": "2026-11-26"}, headers=JSON).json()["day"]
    assert [row["name"] for row in day["results"]] == ["one", "two"]
    assert client.get("/follow-ups/", {"day": "someday"}).status_code == 400


def test_the_day_is_the_one_at_home(asha, client):
    planned(asha, datetime(2026, 11, 26, 0, 10, tzinfo=HOME))  # still the 25th in UTC
    assert [load.count for load in client.get("/follow-ups/").context["week"]][:2] == [0, 1]


# --- Put off -------------------------------------------------------------------------------------


def test_one_put_off_keeps_its_promise_and_says_so_on_the_timeline(asha, client):
    farah = planned(asha, NOW - HOUR, name="Farah Khan")
    url = f"/customers/{farah.pk}/put-off/"

    answer = client.post(url, {"follow_up": "2026-11-26T11:00"}, headers=JSON).json()

    assert answer["message"] == "Farah Khan: follow-up tomorrow 11:00."
    farah.refresh_from_db()
    follow_up = FollowUp.objects.get()
    tomorrow = datetime(2026, 11, 26, 11, tzinfo=HOME)
    assert (follow_up.due_at, follow_up.promised_at, farah.next_follow_up_at) == (tomorrow, NOW - HOUR, tomorrow)
    change = FieldChange.objects.get()
    assert (change.label, change.old, change.new, change.by) == (
        "follow-up",
        "25/11/2026 11:00",
        "26/11/2026 11:00",
        asha,
    )


@pytest.mark.parametrize(
    "data", [{}, {"follow_up": "none"}, {"follow_up": "x"}, {"follow_up": "at"}, {"follow_up_at": "2026-11-24T11:00"}]
)
def test_a_time_that_would_not_do_is_refused(data, asha, client):
    farah = planned(asha, NOW - HOUR)
    assert client.post(f"/customers/{farah.pk}/put-off/", data).status_code == 400
    assert not FieldChange.objects.exists()


def test_there_must_be_one_to_put_off(asha, client):
    farah = CustomerFactory(assigned_to=asha)
    response = client.post(f"/customers/{farah.pk}/put-off/", {"follow_up": "1h"}, headers=JSON)
    assert (response.status_code, "No follow-up is open" in response.json()["error"]) == (400, True)


def test_a_full_day_says_so_and_names_a_light_one(asha, client):
    CallingRules.objects.create(day_limit=2)
    for n in range(2):
        planned(asha, NOW + DAY + n * HOUR)
    planned(asha, NOW + 2 * DAY)
    farah = planned(asha, NOW - HOUR, name="Farah")
    answer = client.post(f"/customers/{farah.pk}/put-off/", {"follow_up": "2026-11-26T11:00"}, headers=JSON).json()
    assert answer["message"].endswith("Thu 26 Nov is full with 3 follow-ups; Fri 27 Nov has 1.")


# --- A backlog -----------------------------------------------------------------------------------


def test_a_backlog_is_spread_by_value_and_promise_and_previewed_first(asha, client):
    planned(asha, NOW + DAY, name="there already")
    planned(asha, NOW - 3 * DAY, name="older", promised_at=NOW - 9 * DAY)
    planned(asha, NOW - 4 * DAY, name="newer")
    planned(asha, NOW - HOUR, "SHORTLISTED", name="furthest on")
    planned(asha, NOW - HOUR, name="muted", do_not_call=True)
    data = {"owner": asha.pk, "days": 2, "per_day": 50}

    preview = client.get("/follow-ups/rescue/", data, headers=JSON).json()
    assert preview == {
        "planned": 3,
        "left": 0,
        "days": [{"day": "2026-11-26", "count": 2}, {"day": "2026-11-27", "count": 2}],
    }
    assert FollowUp.objects.filter(due_at__lt=NOW).count() == 4  # nothing has happened yet

    client.post("/follow-ups/rescue/", data)

    times = dict(FollowUp.objects.filter(due_at__gt=NOW).values_list("customer__name", "due_at"))
    assert times.pop("there already") == NOW + DAY
    assert {name: due_at.astimezone(HOME).strftime("%d %H:%M") for name, due_at in times.items()} == {
        "furthest on": "26 15:00",
        "older": "27 12:00",
        "newer": "27 18:00",
    }
    for follow_up in FollowUp.objects.select_related("customer"):
        assert follow_up.customer.next_follow_up_at == follow_up.due_at
    assert FieldChange.objects.count() == 3


def test_what_finds_no_room_stays_and_is_told(asha, client):
    for n in range(5):
        planned(asha, NOW - DAY + n * HOUR)
    data = {"owner": asha.pk, "days": 1, "per_day": 3}
    page = client.get("/follow-ups/rescue/", data).content.decode()
    assert "2 find no room and stay overdue" in page
    assert "Plan 3 anew" in page
    page = client.post("/follow-ups/rescue/", data, follow=True).content.decode()
    assert "3 follow-ups were planned anew. 2 found no room and stay overdue." in page


def test_one_closed_in_the_meantime_is_left(asha):
    farah, binu = planned(asha, NOW - DAY), planned(asha, NOW - DAY)
    rows = list(FollowUp.objects.select_related("customer"))
    FollowUp.objects.filter(customer=binu).update(state="done")
    batch = actions.replan(planned=[(row, NOW + DAY) for row in rows], by=asha, now=NOW)
    assert batch.counts == {"assigned": 1, "left": 1}
    assert FollowUp.objects.get(customer=farah).due_at == NOW + DAY


def test_only_ones_own_backlog_or_the_managers_choice(asha, ravi, manager, client, as_user):
    planned(asha, NOW - DAY)
    planned(ravi, NOW - DAY)
    assert client.get("/follow-ups/rescue/", {"owner": ravi.pk}).status_code == 400
    assert client.get("/follow-ups/rescue/", headers=JSON).json()["planned"] == 1
    boss = as_user(manager)
    assert boss.get("/follow-ups/rescue/", {"owner": ravi.pk}, headers=JSON).json()["planned"] == 1
    assert boss.get("/follow-ups/rescue/").status_code == 200
    assert client.post("/follow-ups/rescue/", {"owner": asha.pk, "days": 0, "per_day": 5}).status_code == 400


@pytest.mark.parametrize("size", [3, 30])
def test_a_rescue_costs_the_same_for_three_and_for_thirty(size, asha, client, django_assert_num_queries):
    for n in range(size):
        planned(asha, NOW - DAY + timedelta(minutes=n))
    with django_assert_num_queries(14):
        client.post("/follow-ups/rescue/", {"owner": asha.pk, "days": 3, "per_day": 20}, headers=JSON)


# --- Her own day ---------------------------------------------------------------------------------


def test_her_day_is_counted_and_put_into_words(asha, ravi, client, clock):
    def call(code, at, by=asha, notes="", **kwargs):
        customer = CustomerFactory(assigned_to=by)
        status = Status.objects.get(pk=code)
        return actions.record_status(customer=customer, status=status, by=by, now=at, notes=notes, **kwargs)

    for _ in range(3):
        call("CALL_NOT_ATTENDED", NOW - HOUR, notes="rang out")
    call("INTERESTED", NOW - HOUR, follow_up_at=NOW + DAY)
    undone = call("NOT_INTERESTED", NOW)
    actions.take_back(change=undone, by=asha, now=NOW)
    call("INTERESTED", NOW - DAY)  # yesterday
    call("INTERESTED", NOW, by=ravi)
    kept = planned(asha, NOW)
    actions.record_status(customer=kept, status=Status.objects.get(pk="VALID"), by=asha, now=NOW)
    actions.record_tap(customer=kept, kind="call", by=asha, now=NOW)

    page = client.get("/my-day/").content.decode()
    assert "“rang out”, 3 times" in page
    answer = client.get("/my-day/", headers=JSON).json()
    assert answer.pop("text") == (
        "Asha, Wed 25 Nov\n5 calls, 2 reached\nCall Not Attended 3, Interested 1, Valid 1\n"
        "Follow-ups: 1 kept, 0 missed, 1 for tomorrow"
    )
    assert answer == {
        "calls": 5,
        "reached": 2,
        "kept": 1,
        "missed": 0,
        "planned": 1,
        "taps": {"call": 1},
        "outcomes": {"Call Not Attended": 3, "Interested": 1, "Valid": 1},
    }
