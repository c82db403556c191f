"""Follow-ups that wait for an event, and the day that gives all of them their times."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.timezone import localtime
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import actions, planning, worklist
from customers.actions import events as event_actions
from customers.models import CallingRules, Customer, Event, FieldChange, FollowUp, Status
from customers.tests.factories import CustomerFactory, FollowUpFactory

HOME = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=HOME)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JSON = {"accept": "application/json"}
MONDAY = date(2026, 11, 30)


@pytest.fixture
def clock():
    with time_machine.travel(NOW.astimezone(UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def client(asha, as_user):
    return as_user(asha)


@pytest.fixture
def boss(manager, as_user):
    return as_user(manager)


@pytest.fixture
def results(manager) -> Event:
    return actions.create_event(name="CBSE results", happens_on=None, by=manager, now=NOW)


def waiting_for(event, owner, code="INTERESTED", **kwargs) -> Customer:
    customer = CustomerFactory(assigned_to=owner, status=None, status_id=code, **kwargs)
    FollowUpFactory(
        customer=customer, event=event, kind="event", due_at=None, promised_at=None, created_by=owner, created_at=NOW
    )
    return customer


def set_day(event, manager, day=MONDAY, **kwargs):
    return actions.change_event(event=event, name=event.name, happens_on=day, by=manager, now=NOW, **kwargs)


def times(**which) -> dict[str, str]:
    rows = FollowUp.objects.open().filter(due_at__isnull=False, **which).order_by("due_at")
    return {name: f"{localtime(at):%d %H:%M}" for name, at in rows.values_list("customer__name", "due_at")}


# --- Chosen instead of a time --------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestChosen:
    def test_an_outcome_can_wait_for_an_event(self, results, asha, client):
        farah = CustomerFactory(assigned_to=asha, name="Farah Khan", last_contact_at=NOW - 3 * DAY)
        assert "After CBSE results" in client.get(f"/customers/next/?customer={farah.pk}").content.decode()
        assert "After CBSE results" in client.get(f"/customers/{farah.pk}/").content.decode()

        data = {"status": "INTERESTED", "follow_up": f"event:{results.pk}"}
        answer = client.post(f"/customers/{farah.pk}/update-status/", data, headers=JSON)

        assert (answer.status_code, answer.json()["next_follow_up_at"]) == (200, None)
        follow_up = FollowUp.objects.get()
        assert (follow_up.kind, follow_up.event, follow_up.due_at, follow_up.owner) == ("event", results, None, asha)
        assert "Follow-up after CBSE results" in client.get(f"/customers/{farah.pk}/").content.decode()
        assert "Waits for CBSE results" in client.get(f"/customers/next/?customer={farah.pk}").content.decode()

    def test_what_was_recorded_says_what_she_waits_for(self, results, asha, client):
        farah = CustomerFactory(assigned_to=asha, name="Farah Khan")
        data = {"status": "INTERESTED", "follow_up": f"event:{results.pk}"}
        words = "Farah Khan: Interested, follow-up after CBSE results."
        page = client.post(f"/customers/{farah.pk}/update-status/", data, headers={"accept": "text/html"}, follow=True)
        assert words in page.content.decode()
        assert words in client.get("/customers/next/").content.decode()
        call = client.get(f"/customers/next/?customer={farah.pk}").content.decode()
        assert "follow-up after CBSE results" in call

    @pytest.mark.parametrize("choice", ["event:0", "event:999999", "event:x", "event:", "event:" + "9" * 20])
    def test_an_event_that_is_none_is_refused(self, choice, asha, client):
        farah = CustomerFactory(assigned_to=asha)
        data = {"status": "INTERESTED", "follow_up": choice}
        assert client.post(f"/customers/{farah.pk}/update-status/", data, headers=JSON).status_code == 400
        assert not FollowUp.objects.exists()

    def test_whoever_must_not_be_called_waits_for_nothing(self, results, asha, client):
        farah = CustomerFactory(assigned_to=asha, do_not_call=True)
        data = {"status": "INTERESTED", "follow_up": f"event:{results.pk}"}
        assert client.post(f"/customers/{farah.pk}/update-status/", data, headers=JSON).status_code == 400

    def test_who_waits_is_neither_due_nor_without_a_next_step(self, results, asha, client):
        CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")
        waiting_for(results, asha, last_contact_at=NOW - 9 * DAY)
        waiting_for(results, asha, code="NEW")
        assert worklist.next_call(asha, now=NOW) is None
        for follow_up, count in (("none", 0), ("due", 0), ("overdue", 0), ("event", 2)):
            assert client.get("/customers/", {"follow_up": follow_up}, headers=JSON).json()["count"] == count

    def test_she_finds_them_on_her_follow_ups_and_under_the_event(self, results, asha, ravi, client, as_user):
        waiting_for(results, asha, name="Farah Khan")
        page = client.get("/follow-ups/").content.decode()
        assert "Waiting for an event" in page and "after CBSE results" in page and "Farah Khan" in page
        assert "Farah Khan" in client.get(f"/follow-ups/events/{results.pk}/").content.decode()
        assert client.get("/follow-ups/events/", headers=JSON).json()["events"] == [
            {"id": results.pk, "name": "CBSE results", "happens_on": None, "hanging": 1, "waiting": 1, "closed": False}
        ]
        his = as_user(ravi)
        assert "Farah Khan" not in his.get("/follow-ups/").content.decode()
        assert "Farah Khan" not in his.get(f"/follow-ups/events/{results.pk}/").content.decode()
        assert his.get("/follow-ups/events/", headers=JSON).json()["events"][0]["hanging"] == 0

    def test_a_contact_closes_it_and_undo_brings_it_back(self, results, asha):
        farah = waiting_for(results, asha)
        change = actions.record_status(customer=farah, status=Status.objects.get(pk="VALID"), by=asha, now=NOW)
        assert FollowUp.objects.get().state == "done"
        actions.take_back(change=change, by=asha, now=NOW)
        assert (FollowUp.objects.get().state, FollowUp.objects.get().due_at) == ("open", None)

    def test_it_can_be_put_off_to_a_time(self, results, asha):
        farah = waiting_for(results, asha)
        actions.put_off(customer=farah, due_at=NOW + DAY, by=asha, now=NOW)
        change = FieldChange.objects.get()
        assert (change.old, change.new) == ("CBSE results", "26/11/2026 12:00")

    def test_after_a_day_that_is_known_the_time_is_set_at_once(self, manager, asha):
        CallingRules.objects.create(day_limit=2)
        event = actions.create_event(name="Results", happens_on=MONDAY, by=manager, now=NOW)
        for _ in range(3):
            customer = CustomerFactory(assigned_to=asha)
            actions.record_status(
                customer=customer, status=Status.objects.get(pk="INTERESTED"), event=event, by=asha, now=NOW
            )
            customer.refresh_from_db()
            assert customer.next_follow_up_at == customer.follow_ups.get().due_at
        days = FollowUp.objects.order_by("due_at").values_list("due_at", flat=True)
        assert [localtime(day).day for day in days] == [30, 30, 1]
        assert len(set(days)) == 3

    def test_an_event_long_past_is_not_offered(self, manager, results):
        Event.objects.create(name="Old", key="old", happens_on=MONDAY - 60 * DAY, created_by=manager, created_at=NOW)
        assert [event.name for event in Event.objects.offered(NOW.date())] == ["CBSE results"]


# --- The day -------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestDay:
    def test_all_get_times_by_value_within_each_ones_capacity(self, results, asha, ravi, manager):
        CallingRules.objects.create(day_limit=2)
        waiting_for(results, asha, name="a", code="VALID")
        waiting_for(results, asha, name="b", code="SHORTLISTED")
        waiting_for(results, asha, name="c")
        waiting_for(results, ravi, name="his")
        busy = CustomerFactory(assigned_to=asha, name="busy")
        FollowUpFactory(customer=busy, due_at=datetime(2026, 11, 30, 10, tzinfo=HOME))

        batch = set_day(results, manager)

        assert batch.counts == {"done": 4, "left": 0}
        assert times(event=results) == {"b": "30 15:00", "his": "30 15:00", "c": "01 12:00", "a": "01 18:00"}
        for row in FollowUp.objects.filter(event=results).select_related("customer"):
            assert row.customer.next_follow_up_at == row.due_at
        change = FieldChange.objects.get(customer__name="b")
        assert (change.old, change.new, change.by) == ("CBSE results", "30/11/2026 15:00", manager)

    def test_who_must_not_be_called_or_has_nobody_or_is_lost_goes_on_waiting(self, results, asha, manager, boss):
        waiting_for(results, asha, name="muted", do_not_call=True)
        waiting_for(results, asha, name="lost", code="NOT_INTERESTED")
        pool = waiting_for(results, asha, name="pool")
        actions.unassign(customers=Customer.objects.filter(pk=pool.pk), by=manager, now=NOW)
        waiting_for(results, asha, name="yes")
        preview = boss.get(
            f"/follow-ups/events/{results.pk}/edit/", {"name": "x", "happens_on": "2026-11-30"}, headers=JSON
        )
        assert preview.json() == {"planned": 1, "left": 3, "days": [{"day": "2026-11-30", "count": 1}]}
        set_day(results, manager)
        assert list(times()) == ["yes"]

    def test_moved_the_open_ones_are_planned_anew_and_the_closed_ones_stay(self, results, asha, manager):
        done, still = waiting_for(results, asha, name="done"), waiting_for(results, asha, name="open")
        set_day(results, manager)
        actions.record_status(customer=done, status=Status.objects.get(pk="VALID"), by=asha, now=NOW)
        set_day(results, manager, date(2026, 12, 7))
        assert times() == {"open": "07 15:00"}
        assert localtime(FollowUp.objects.get(customer=done).due_at).date() == MONDAY
        still.refresh_from_db()
        assert localtime(still.next_follow_up_at).day == 7

    def test_the_same_day_again_plans_only_who_still_waits(self, results, asha, manager):
        waiting_for(results, asha, name="first")
        set_day(results, manager)
        before = times()
        waiting_for(results, asha, name="late")
        batch = set_day(results, manager)
        assert batch.counts["done"] == 1
        assert times()["first"] == before["first"] and "late" in times()
        assert set_day(results, manager) is None

    def test_in_slices_it_is_as_at_once(self, results, asha, manager):
        CallingRules.objects.create(day_limit=3)
        for n in range(8):
            waiting_for(results, asha, name=f"n{n}")
        with patch.object(event_actions, "SLICE", 2):
            set_day(results, manager)
            set_day(results, manager, date(2026, 12, 7))
        days = Counter(at.split()[0] for at in times().values())
        assert days == {"07": 3, "08": 3, "09": 2}

    def test_many_are_left_to_the_worker_and_nothing_moves_the_day_meanwhile(
        self, results, asha, manager, boss, django_capture_on_commit_callbacks
    ):
        for _ in range(3):
            waiting_for(results, asha)
        with patch.object(event_actions, "REQUEST_LIMIT", 2), patch.object(event_actions, "SLICE", 2):
            with django_capture_on_commit_callbacks() as callbacks:
                batch = set_day(results, manager)
            assert (batch.state, len(callbacks), times()) == ("queued", 1, {})
            page = boss.get(f"/follow-ups/events/{results.pk}/").content.decode()
            assert "0</span> of 3" in page
            results.refresh_from_db()
            with pytest.raises(actions.ActionError, match="still being planned"):
                set_day(results, manager, date(2026, 12, 7))
            assert actions.plan_slice(batch_id=batch.pk, now=NOW)
            event_actions.plan_event_batch.func(str(batch.pk))
        batch.refresh_from_db()
        assert (batch.state, batch.counts, len(times())) == ("done", {"done": 3, "left": 0}, 3)
        assert not actions.plan_slice(batch_id=batch.pk, now=NOW)  # taken up once more, it does nothing

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"name": "", "happens_on": ""}, "Name the event"),
            ({"name": "x" * 81}, "at most 80"),
            ({"name": "x", "happens_on": "2026-11-24"}, "This day is over"),
            ({"name": "x", "happens_on": "someday"}, "dd/mm/yyyy"),
            ({"name": "NEET"}, "of this name already"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, data, words, results, manager, boss):
        actions.create_event(name="neet", happens_on=None, by=manager, now=NOW)
        for url in ("/follow-ups/events/new/", f"/follow-ups/events/{results.pk}/edit/"):
            answer = boss.post(url, data, headers=JSON)
            assert (answer.status_code, words in answer.json()["error"]) == (400, True)
            assert boss.post(url, data).status_code == 400
        results.refresh_from_db()
        assert (results.name, results.happens_on) == ("CBSE results", None)

    def test_a_day_is_not_taken_away(self, results, manager):
        set_day(results, manager)
        with pytest.raises(actions.ActionError, match="not taken away"):
            set_day(results, manager, None)

    def test_the_pages_preview_first_and_then_plan(self, results, asha, boss):
        waiting_for(results, asha)
        url = f"/follow-ups/events/{results.pk}/edit/"
        data = {"name": "CBSE results", "happens_on": "2026-11-30"}
        page = boss.post(url, {**data, "preview": "1"}).content.decode()
        assert "Save and plan 1" in page
        assert times() == {}
        page = boss.post(url, data, follow=True).content.decode()
        assert "CBSE results: 1 follow-up has its time." in page
        assert len(times()) == 1

    def test_a_new_one_is_made_on_its_page(self, boss):
        page = boss.post("/follow-ups/events/new/", {"name": "NEET results", "happens_on": ""}, follow=True)
        assert "NEET results can be chosen for a follow-up now." in page.content.decode()

    @pytest.mark.parametrize("size", [3, 30])
    def test_the_queries_do_not_grow(self, size, results, asha, manager, boss, client, django_assert_max_num_queries):
        for _ in range(size):
            waiting_for(results, asha)
        with django_assert_max_num_queries(20):
            set_day(results, manager)
        with django_assert_max_num_queries(4):
            boss.get("/follow-ups/events/", headers=JSON)
        with django_assert_max_num_queries(6):
            client.get(f"/follow-ups/events/{results.pk}/", headers=JSON)
        with django_assert_max_num_queries(8):
            boss.get(f"/follow-ups/events/{results.pk}/edit/", {"name": "x", "happens_on": "2026-12-01"}, headers=JSON)

    def test_asked_directly_the_plan_tells_a_colleague_nothing(self, results, asha, ravi):
        CallingRules.objects.create(day_limit=1)
        waiting_for(results, asha)
        assert planning.hanging_on(asha, results).exists()
        assert not planning.hanging_on(ravi, results).exists()
        rules = CallingRules.current()
        assert planning.event_plan(ravi, results, MONDAY, now=NOW, rules=rules).unowned == 0


# --- The spread ----------------------------------------------------------------------------------


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(
    waiting=st.lists(st.integers(1, 4), max_size=60),
    busy=st.dictionaries(st.tuples(st.integers(1, 4), st.integers(0, 5)), st.integers(0, 30)),
    limit=st.integers(1, 25),
    opens=st.integers(0, 11),
    length=st.integers(1, 12),
    minute=st.integers(0, 24 * 60 - 1),
    ahead=st.integers(-2, 3),
)
def test_everybody_gets_a_time_in_calling_hours_and_no_day_more_than_it_takes(
    waiting, busy, limit, opens, length, minute, ahead
):
    now = datetime(2026, 11, 25, tzinfo=HOME) + timedelta(minutes=minute)
    rules = CallingRules(day_limit=limit, opens=time(opens), closes=time(opens + length))
    calendar = planning.Calendar(now.date() + ahead * DAY, now=now, rules=rules)
    taken = Counter({(owner, calendar.days[n]): count for (owner, n), count in busy.items()})
    rows = [FollowUp(pk=n, owner_id=owner) for n, owner in enumerate(waiting, 1)]

    found = planning.placed(rows, taken, calendar)

    assert sorted(row.pk for row, _ in found) == list(range(1, len(rows) + 1))
    loads = Counter((row.owner_id, localtime(at).date()) for row, at in found)
    for (owner, day), count in loads.items():
        assert day >= calendar.first
        assert count + taken[owner, day] <= limit
    for _, at in found:
        assert at > now
        assert rules.hours.is_open(at)
    for owner in set(waiting):
        order = [row.pk for row, at in sorted(found, key=lambda pair: pair[1]) if row.owner_id == owner]
        assert order == sorted(order)
