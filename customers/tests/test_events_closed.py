"""An event that is over: closed, offered no more, and opened again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers import actions
from customers.models import CallingRules, Event, FollowUp, StatusChange
from customers.tests.factories import CustomerFactory, FollowUpFactory

JSON = {"accept": "application/json"}
PAGE = {"accept": "text/html"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(asha, as_user):
    return as_user(asha)


@pytest.fixture
def boss(manager, as_user):
    return as_user(manager)


@pytest.fixture
def results(manager) -> Event:
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")
    return actions.create_event(name="CBSE results", happens_on=None, by=manager, now=timezone.now())


def close(boss, event, **kwargs):
    return boss.post(f"/follow-ups/events/{event.pk}/close/", {}, headers=JSON, **kwargs)


def test_a_closed_event_is_offered_to_nobody_and_last_in_the_list(results, manager, asha, client, boss):
    farah = CustomerFactory(assigned_to=asha)
    answer = boss.post(f"/follow-ups/events/{results.pk}/close/", headers=PAGE, follow=True)
    assert "CBSE results is closed." in answer.content.decode()
    actions.create_event(name="Plus Two results", happens_on=None, by=manager, now=timezone.now())

    assert "CBSE results" not in client.get(f"/customers/next/?customer={farah.pk}").content.decode()
    assert "CBSE results" not in client.get(f"/customers/{farah.pk}/").content.decode()
    listed = client.get("/follow-ups/events/", headers=JSON).json()["events"]
    assert [(row["name"], row["closed"]) for row in listed] == [("Plus Two results", False), ("CBSE results", True)]
    page = boss.get(f"/follow-ups/events/{results.pk}/").content.decode()
    assert "Open again" in page and "by Meena" in page and "Set the day" not in page


def test_a_form_drawn_before_it_was_closed_is_told_so(results, asha, client, boss):
    farah = CustomerFactory(assigned_to=asha)
    close(boss, results)
    data = {"status": "INTERESTED", "follow_up": f"event:{results.pk}", "notes": "after the results"}
    answer = client.post(f"/customers/{farah.pk}/update-status/", data, headers=JSON)
    assert answer.status_code == 400
    assert "“CBSE results” is over. Choose a time instead." in answer.json()["error"]
    assert not StatusChange.objects.exists()


def test_it_stays_open_while_anybody_waits_for_it_without_a_time(results, manager, asha, boss):
    waiting = CustomerFactory(assigned_to=asha)
    FollowUpFactory(customer=waiting, event=results, kind="event", due_at=None, promised_at=None, created_by=asha)
    answer = close(boss, results)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("1 still waits for it without a time. Set its day first")

    day = timezone.localdate() + timedelta(days=2)
    actions.change_event(event=results, name=results.name, happens_on=day, by=manager, now=timezone.now())
    assert close(boss, results).json() == {
        "success": True, "id": results.pk, "name": "CBSE results", "happens_on": day.isoformat(), "hanging": 1,
        "closed": True,
    }  # fmt: skip
    assert FollowUp.objects.get().due_at is not None


def test_it_is_closed_once_and_can_be_opened_again(results, asha, manager, client, boss):
    farah = CustomerFactory(assigned_to=asha)
    close(boss, results)
    first = Event.objects.get().closed_at
    close(boss, results)
    results.refresh_from_db()
    assert (results.closed_at, results.closed_by) == (first, manager)

    answer = boss.post(f"/follow-ups/events/{results.pk}/close/", {"again": "1"}, headers=PAGE, follow=True)
    assert "CBSE results can be chosen for a follow-up again." in answer.content.decode()
    assert "After CBSE results" in client.get(f"/customers/{farah.pk}/").content.decode()


def test_closing_is_for_managers_and_by_post(results, client, boss):
    assert client.post(f"/follow-ups/events/{results.pk}/close/", headers=JSON).status_code == 403
    assert boss.get(f"/follow-ups/events/{results.pk}/close/", headers=JSON).status_code == 405
    assert boss.post("/follow-ups/events/0/close/", headers=JSON).status_code == 404
    assert Event.objects.get().closed_at is None


def test_a_day_that_is_over_has_no_preview(results, boss):
    over = timezone.localdate() - timedelta(days=1)
    data = {"name": results.name, "happens_on": over.isoformat(), "preview": "1"}
    answer = boss.post(f"/follow-ups/events/{results.pk}/edit/", data, headers=PAGE)
    assert answer.status_code == 400
    assert "This day is over. Choose today or a later one." in answer.content.decode()
    assert "Nobody is to be planned" not in answer.content.decode()
    assert boss.post(f"/follow-ups/events/{results.pk}/edit/", data, headers=JSON).status_code == 400
