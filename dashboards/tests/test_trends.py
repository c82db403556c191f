"""How the manager's figures compare with a week ago, and how far people come."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.actions import assign_one, record_status, take_back
from customers.models import FollowUp, Status, StatusChange
from customers.tests.factories import CustomerFactory, FollowUpFactory, StatusChangeFactory
from dashboards import trends

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
HOME = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (datetime(2026, 11, 25, 12, tzinfo=HOME), datetime(2026, 10, 25, 12, tzinfo=HOME)),
        (datetime(2026, 3, 31, 9, tzinfo=HOME), datetime(2026, 3, 1, tzinfo=HOME)),
        (datetime(2026, 1, 1, tzinfo=HOME), datetime(2025, 12, 1, tzinfo=HOME)),
    ],
)
def test_the_month_before_is_compared_up_to_the_same_moment_or_its_end(now, then):
    assert trends.same_moment_last_month(now) == then


def test_the_unassigned_grow_by_who_came_and_who_was_given_back_less_the_taken(manager, asha):
    now = timezone.now()
    old = CustomerFactory(created_at=now - 2 * WEEK)
    hers = CustomerFactory(created_at=now - 2 * WEEK, assigned_to=asha)
    CustomerFactory(created_at=now)
    CustomerFactory(created_at=now)
    assign_one(customer=old, to=asha, by=manager, now=now)
    assign_one(customer=hers, to=None, by=manager, now=now)

    assert trends.unassigned_net(manager, now, came=2) == 2 - 1 + 1


def test_contacts_are_compared_with_the_same_hours_a_week_ago(manager, asha):
    now = datetime(2026, 11, 25, 12, tzinfo=HOME)
    customer = CustomerFactory(assigned_to=asha)
    for moment in (now - WEEK, now - WEEK - timedelta(hours=1), now - WEEK + timedelta(hours=1), now):
        StatusChangeFactory(customer=customer, happened_at=moment)
    StatusChangeFactory(happened_at=now - WEEK, undone_at=now)
    StatusChangeFactory(happened_at=now - WEEK, kind=StatusChange.Kind.BULK)

    assert trends.contacted_a_week_ago(manager, now) == 1


def test_a_promise_was_overdue_until_it_was_closed_even_if_an_unanswered_call_moved_it(manager):
    now = timezone.now()
    then, before = now - WEEK, now - 2 * WEEK
    FollowUpFactory(due_at=now, promised_at=then - timedelta(hours=1), created_at=before)
    FollowUpFactory(due_at=before, created_at=before, state=FollowUp.State.DONE, closed_at=then + timedelta(hours=1))
    FollowUpFactory(due_at=before, created_at=before, state=FollowUp.State.DONE, closed_at=then)
    FollowUpFactory(due_at=now, created_at=before)

    assert trends.overdue_a_week_ago(manager, now) == 2


def test_admissions_count_who_became_won_this_month_and_is_still(manager, asha):
    now = datetime(2026, 11, 25, 12, tzinfo=HOME)
    won = dict(new_status_id="ADMISSION", previous_status_id="REGISTRATION")
    this_month = CustomerFactory(status_id="ADMISSION")
    StatusChangeFactory(customer=this_month, happened_at=now - timedelta(days=2), **won)
    StatusChangeFactory(customer=this_month, happened_at=now, new_status_id="ADMISSION", previous_status_id="ADMISSION")
    last_month = CustomerFactory(status_id="ADMISSION")
    StatusChangeFactory(customer=last_month, happened_at=now - timedelta(days=32), **won)
    StatusChangeFactory(customer=CustomerFactory(status_id="NOT_INTERESTED"), happened_at=now, **won)
    from_file = CustomerFactory(status_id="ADMISSION")
    StatusChangeFactory(customer=from_file, happened_at=now, **won, kind=StatusChange.Kind.IMPORT)

    assert trends.admissions(manager, now, Status.objects.all()) == (1, 1)


def test_the_week_of_a_counsellor_ends_with_today(manager, asha):
    now = timezone.now()
    for days, calls in ((0, 3), (6, 1), (7, 5)):
        for _ in range(calls):
            StatusChangeFactory(changed_by=asha, happened_at=now - timedelta(days=days))

    assert trends.sparks(manager, now) == {asha.pk: [1, 0, 0, 0, 0, 0, 3]}


def test_the_days_are_those_at_home(manager, asha):
    now = datetime(2026, 11, 25, 12, tzinfo=HOME)
    StatusChangeFactory(changed_by=asha, happened_at=datetime(2026, 11, 24, 18, 29, tzinfo=UTC))  # 23:59 at home
    StatusChangeFactory(changed_by=asha, happened_at=datetime(2026, 11, 24, 18, 31, tzinfo=UTC))  # 00:01 at home

    assert trends.sparks(manager, now) == {asha.pk: [0, 0, 0, 0, 0, 1, 1]}


def test_the_funnel_counts_as_a_recount_by_hand_would(manager, asha):
    """Random ways of 40 people up and down, some taken back: both readings equal a recount over the histories."""
    random_ = random.Random(7)  # noqa: S311 - a repeatable test
    now, statuses = timezone.now(), list(Status.objects.active())
    rungs = {status.pk: status.rung or 0 for status in statuses}
    people = [CustomerFactory(assigned_to=asha, date=timezone.localdate(now)) for _ in range(40)]
    CustomerFactory(assigned_to=asha, date=timezone.localdate(now) - timedelta(days=91), status_id="ADMISSION")
    ways = {}
    for person in people:
        ways[person.pk] = [Status.NEW]
        for _ in range(random_.randrange(5)):
            change = record_status(customer=person, status=random_.choice(statuses), by=asha, now=now)
            ways[person.pk].append(change.new_status_id)
        if len(ways[person.pk]) > 1 and random_.random() < 0.3:
            take_back(change=change, by=asha, now=now)
            ways[person.pk].pop()

    funnel = trends.funnel(manager, now, Status.objects.in_order())

    assert funnel.total == 40
    for step in funnel.steps:
        highest = [max((rungs[code] for code in way), default=0) for way in ways.values()]
        assert step.ever == sum(rung >= step.status.rung for rung in highest), step.status
        assert step.now == sum(way[-1:] == [step.status.pk] for way in ways.values()), step.status


def test_each_step_of_the_funnel_is_the_length_of_its_lists(manager, asha, as_user):
    now = timezone.now()
    once = CustomerFactory(assigned_to=asha, date=timezone.localdate(now))
    record_status(customer=once, status=Status.objects.get(pk="SHORTLISTED"), by=asha, now=now)
    record_status(customer=once, status=Status.objects.get(pk="NOT_INTERESTED"), by=asha, now=now)
    CustomerFactory(date=timezone.localdate(now), status_id="INTERESTED")
    client = as_user(manager)

    def count(**query):
        return client.get(reverse("customers:list"), query, headers={"accept": "application/json"}).json()["count"]

    funnel = trends.funnel(manager, now, Status.objects.in_order())
    steps = {step.status.pk: (step.now, step.ever) for step in funnel.steps}
    assert steps["INTERESTED"] == (1, 2) == (count(status="INTERESTED"), count(reached="INTERESTED"))
    assert steps["SHORTLISTED"] == (0, 1) == (count(status="SHORTLISTED"), count(reached="SHORTLISTED"))
    assert steps["ADMISSION"] == (0, 0) == (count(status="ADMISSION"), count(reached="ADMISSION"))
