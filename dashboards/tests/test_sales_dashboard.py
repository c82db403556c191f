"""A counsellor's own day; a manager looks at it as she sees it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.tests.factories import CustomerFactory, StatusChangeFactory

pytestmark = pytest.mark.django_db
URL = "/dashboard/sales/"
AS_JSON = {"accept": "application/json"}


def test_she_sees_her_own_figures(asha, ravi, as_user):
    mine = CustomerFactory(assigned_to=asha, name="Farah Khan", status_id="INTERESTED")
    StatusChangeFactory(customer=mine, changed_by=asha, notes="asked for the fees")
    CustomerFactory(assigned_to=ravi)

    shown = as_user(asha).get(URL, headers=AS_JSON).json()

    assert shown["assigned"] == 1
    assert [row["name"] for row in shown["customers"]] == ["Farah Khan"]
    assert [row["notes"] for row in shown["recent_activity"]] == ["asked for the fees"]
    assert {row["status"]: row["count"] for row in shown["status_distribution"] if row["count"]} == {"INTERESTED": 1}


def test_who_has_the_next_follow_up_comes_first(asha, as_user):
    now = timezone.now()
    CustomerFactory(assigned_to=asha, name="None")
    CustomerFactory(assigned_to=asha, name="Later", next_follow_up_at=now + timezone.timedelta(days=1))
    CustomerFactory(assigned_to=asha, name="Overdue", next_follow_up_at=now - timezone.timedelta(days=1))

    shown = as_user(asha).get(URL, headers=AS_JSON).json()

    assert [row["name"] for row in shown["customers"]] == ["Overdue", "Later", "None"]


def test_what_was_taken_back_is_no_activity(asha, as_user):
    StatusChangeFactory(customer=CustomerFactory(assigned_to=asha), undone_at=timezone.now())
    assert as_user(asha).get(URL, headers=AS_JSON).json()["recent_activity"] == []


def test_a_manager_needs_to_say_whose(manager, asha, as_user):
    client = as_user(manager)
    assert client.get(URL).status_code == 403
    assert client.get(URL, {"user": asha.pk}).status_code == 200
    assert client.get(URL, {"user": manager.pk}).status_code == 404
    assert client.get(URL, {"user": 2**31 - 1}).status_code == 404
    assert client.get(URL, {"user": "asha"}).status_code == 400


def test_a_manager_sees_a_deactivated_counsellors_day_empty_and_not_everybodys(manager, asha, as_user):
    asha.is_active = False
    asha.save()
    CustomerFactory(assigned_to=asha)

    shown = as_user(manager).get(URL, {"user": asha.pk}, headers=AS_JSON).json()

    assert shown["assigned"] == 0


@pytest.mark.parametrize("size", [3, 30])
def test_the_number_of_queries_does_not_grow(size, asha, as_user, django_assert_num_queries):
    for _ in range(size):
        StatusChangeFactory(customer=CustomerFactory(assigned_to=asha), changed_by=asha)
    client = as_user(asha)
    client.get(URL)

    with django_assert_num_queries(10):
        assert client.get(URL).status_code == 200


def test_an_empty_day_says_so(asha, as_user):
    page = as_user(asha).get(URL).content.decode()
    assert "Nobody to call" in page
    assert reverse("customers:next") in page
