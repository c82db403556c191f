"""What a colleague learns of those who wait for an event, and of how full somebody's days are: nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers import actions, figures, planning
from customers.lists import beginning
from customers.models import CallingRules, Customer, FollowUp
from customers.tests.factories import CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    return timezone.localdate() + timedelta(days=2)


def waiting_for(event, owner) -> Customer:
    customer = CustomerFactory(assigned_to=owner)
    FollowUpFactory(customer=customer, event=event, kind="event", due_at=None, promised_at=None, created_by=owner)
    return customer


def test_who_waits_is_her_counsellors_alone(asha, ravi, manager, day):
    now = timezone.now()
    event = actions.create_event(name="Results", happens_on=None, by=manager, now=now)
    waiting = waiting_for(event, asha)
    for viewer, count in ((asha, 1), (ravi, 0)):
        assert figures.events(viewer)[0].hanging == count
        assert len(figures.event_section(viewer, event).rows) == count
        assert planning.hanging_on(viewer, event).count() == count
    # Not to be called, she is no part of the plan, and is told as one who goes on waiting.
    Customer.objects.filter(pk=waiting.pk).update(do_not_call=True)
    for viewer, count in ((asha, 1), (ravi, 0)):
        assert planning.event_plan(viewer, event, day, now=now, rules=CallingRules()).unowned == count


def test_how_full_a_day_is_counts_only_what_the_viewer_sees(asha, ravi, manager, day):
    rules = CallingRules.objects.create(day_limit=1)
    now = timezone.now()
    event = actions.create_event(name="Results", happens_on=day, by=manager, now=now)
    busy, somebody = CustomerFactory(assigned_to=asha), CustomerFactory(assigned_to=asha)
    FollowUpFactory(customer=busy, due_at=beginning(day) + timedelta(hours=12), created_by=asha)
    for viewer, later in ((asha, 1), (ravi, 0)):
        due_at = planning.time_after(event, somebody, viewer, now=now)
        assert timezone.localdate(due_at) == day + timedelta(days=later)
    waiting_for(event, ravi)
    FollowUp.objects.filter(customer=busy).update(owner=ravi)
    for viewer, later in ((manager, 1), (ravi, 0)):
        plan = planning.event_plan(viewer, event, day, now=now, rules=rules)
        assert [load.day for load in plan.days] == [day + timedelta(days=later)]


def test_the_device_is_not_told_of_one_who_was_merged_away(asha):
    now = timezone.now()
    stays = CustomerFactory(assigned_to=asha, next_follow_up_at=now)
    CustomerFactory(assigned_to=asha, next_follow_up_at=now, merged_into=stays)
    assert figures.due_now(asha, now=now) == [stays]
