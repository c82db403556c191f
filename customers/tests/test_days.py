"""What was promised when, by the clock at home."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from customers.models import Customer
from customers.tests.factories import CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db
FOLLOW_UPS = "/follow-ups/"
JSON = {"accept": "application/json"}
HOME = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def now():
    return timezone.now()


def promised(customer, due_at, promised_at=None) -> Customer:
    FollowUpFactory(
        customer=customer, due_at=due_at, promised_at=promised_at or due_at, created_by=customer.assigned_to
    )
    Customer.objects.filter(pk=customer.pk).update(next_follow_up_at=due_at)
    return customer


# --- Follow-ups ----------------------------------------------------------------------------------


def sections(client, **params) -> dict[str, list[str]]:
    response = client.get(FOLLOW_UPS, params, headers=JSON)
    assert response.status_code == 200
    return {key: [row["name"] for row in section["results"]] for key, section in response.json().items()}


@pytest.mark.parametrize("clock", [(0, 15), (4, 59), (5, 31), (23, 59)])
def test_the_day_turns_at_midnight_at_home(as_user, asha, manager, clock):
    """At 00:15 and 04:59 in India it is still yesterday in UTC."""
    for day in (4, 5, 6):
        due = datetime(2026, 3, day, 23, 59, 30, tzinfo=HOME)
        promised(CustomerFactory(name=f"-0{day}", assigned_to=asha), due)
    at = datetime(2026, 3, 5, *clock, tzinfo=HOME)
    with time_machine.travel(at.astimezone(UTC), tick=False):
        expected = {"overdue": ["-04"], "now": [], "rest": ["-05"], "later": ["-06"], "event": []}
        assert sections(as_user(asha)) == sections(as_user(manager)) == expected
        for key, names in expected.items():
            listed = as_user(asha).get("/customers/", {"follow_up": key}, headers=JSON).json()
            assert [row["name"] for row in listed["results"]] == names
        today = as_user(asha).get("/customers/", {"follow_up": "today"}, headers=JSON).json()
        assert [row["name"] for row in today["results"]] == ["-05"]


def test_due_now_is_a_quarter_of_an_hour(as_user, asha):
    now = datetime(2026, 3, 5, 12, 0, tzinfo=HOME)
    for minutes, name in ((-16, "late"), (-15, "just"), (0, "sharp"), (1, "soon")):
        promised(CustomerFactory(name=name, assigned_to=asha), now + timedelta(minutes=minutes))
    with time_machine.travel(now, tick=False):
        found = sections(as_user(asha))
        assert (found["overdue"], found["now"], found["rest"]) == (["late"], ["just", "sharp"], ["soon"])


def test_each_sees_her_own_and_a_manager_the_team(as_user, asha, ravi, manager, now):
    promised(CustomerFactory(name="Farah", assigned_to=asha), now - timedelta(days=1))
    promised(CustomerFactory(name="Binu", assigned_to=ravi), now - timedelta(days=2))
    assert sections(as_user(asha))["overdue"] == ["Farah"]
    assert "Binu" not in as_user(asha).get(FOLLOW_UPS).content.decode()
    assert sections(as_user(manager))["overdue"] == ["Binu", "Farah"]
    assert sections(as_user(manager), owner=asha.pk)["overdue"] == ["Farah"]


def test_a_counsellor_cannot_ask_for_anothers(as_user, asha, ravi, now):
    promised(CustomerFactory(name="Binu", assigned_to=ravi), now - timedelta(days=2))
    response = as_user(asha).get(FOLLOW_UPS, {"owner": ravi.pk})
    assert response.status_code == 400
    assert "Binu" not in response.content.decode()
    assert sections(as_user(asha), owner=asha.pk)["overdue"] == []


@pytest.mark.parametrize("owner", ["abc", "999999", "9" * 40])
def test_an_owner_who_never_was_is_400(as_user, manager, owner):
    assert as_user(manager).get(FOLLOW_UPS, {"owner": owner}).status_code == 400


def test_a_long_section_is_cut_and_its_number_opens_the_list(as_user, asha, now):
    for n in range(27):
        promised(CustomerFactory(assigned_to=asha), now - timedelta(days=1, minutes=n))
    client = as_user(asha)
    html = client.get(FOLLOW_UPS).content.decode()
    assert html.count("due-name") == 25
    assert "All 27 overdue" in html
    listed = client.get("/customers/", {"follow_up": "overdue", "sort": "follow_up"}, headers=JSON).json()
    assert listed["count"] == 27


def test_no_follow_ups(as_user, asha, manager):
    for user in (asha, manager):
        assert "No follow-ups" in as_user(user).get(FOLLOW_UPS).content.decode()


def test_a_page_costs_the_same_for_three_and_for_twenty(as_user, manager, asha, now, django_assert_max_num_queries):
    client = as_user(manager)

    def queries() -> int:
        with django_assert_max_num_queries(13) as captured:
            client.get(FOLLOW_UPS).content.decode()
        return len(captured)

    def add(count):
        for n in range(count):
            for hours in (-2, 26):
                promised(CustomerFactory(assigned_to=asha), now + timedelta(hours=hours, seconds=n))

    add(3)
    few = queries()
    add(17)
    assert queries() == few


# --- Told by the browser ---------------------------------------------------------------------------


def test_the_device_is_told_only_of_her_own_that_are_due_now(as_user, asha, ravi, now):
    for minutes, name in ((-20, "Overdue One"), (-5, "Earlier Two"), (-1, "Farah Khan"), (5, "Later Three")):
        promised(CustomerFactory(name=name, assigned_to=asha), now + timedelta(minutes=minutes))
    promised(CustomerFactory(name="Muted", assigned_to=asha, do_not_call=True), now)
    with time_machine.travel(now, tick=False):
        answer = as_user(asha).get("/follow-ups/due/").json()
        assert (answer["due"], answer["first"]) == (2, "Farah")
        assert as_user(ravi).get("/follow-ups/due/").json() == {"due": 0, "first": "", "newest": ""}


@pytest.mark.parametrize("size", [3, 30])
def test_what_the_device_asks_for_costs_one_query(size, as_user, asha, now, django_assert_num_queries):
    for _ in range(size):
        promised(CustomerFactory(assigned_to=asha), now)
    with time_machine.travel(now, tick=False):
        client = as_user(asha)
        client.get("/follow-ups/due/")
        with django_assert_num_queries(3):  # session, person, the one
            client.get("/follow-ups/due/")
