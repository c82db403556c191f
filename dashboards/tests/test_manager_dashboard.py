"""The manager's dashboard: right figures, each a door to the list that makes it up, at a bounded price."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
URL = "/dashboard/manager/"
AS_JSON = {"accept": "application/json"}


def figures(client, url=URL, **query):
    return client.get(url, query, headers=AS_JSON).json()


def list_count(client, **query):
    return client.get(reverse("customers:list"), query, headers=AS_JSON).json()["count"]


@pytest.fixture
def desk(asha, ravi):
    """Asha has three (one overdue and called today, one admitted), Ravi one, two wait for somebody."""
    now = timezone.now()
    CustomerFactory(assigned_to=asha, status_id="INTERESTED", next_follow_up_at=now - timedelta(hours=1))
    CustomerFactory(assigned_to=asha, status_id="ADMISSION", last_contact_at=now)
    CustomerFactory(assigned_to=asha, status_id="INTERESTED", last_contact_at=now - timedelta(days=2))
    CustomerFactory(assigned_to=ravi, status_id="NOT_INTERESTED")
    CustomerFactory(created_at=now - timedelta(days=3))
    CustomerFactory()


def test_the_totals_add_up(desk, manager, as_user):
    shown = figures(as_user(manager))

    assert (shown["total_customers"], shown["assigned"], shown["unassigned"]) == (6, 4, 2)
    assert (shown["contacted_today"], shown["overdue"], shown["admissions"]) == (1, 1, 1)
    assert sum(row["count"] for row in shown["status_distribution"]) == 6


def test_each_figure_is_the_length_of_its_list(desk, manager, as_user):
    client = as_user(manager)
    shown = figures(client)

    assert shown["total_customers"] == list_count(client)
    assert shown["assigned"] == list_count(client, owner="any")
    assert shown["contacted_today"] == list_count(client, contacted="today")
    assert shown["overdue"] == list_count(client, follow_up="overdue")
    assert shown["admissions"] == list_count(client, stage="won")
    for row in shown["status_distribution"]:
        assert row["count"] == list_count(client, status=row["status"])
    for row in shown["sales_performance"]:
        assert row["assigned"] == list_count(client, owner=row["id"])
        assert row["open"] == list_count(client, owner=row["id"], stage=["new", "contact", "interest"])
        assert row["interested"] == list_count(client, owner=row["id"], stage="interest")


def test_every_link_on_the_page_opens(desk, manager, as_user):
    client = as_user(manager)
    page = client.get(URL).content.decode()

    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)"', page)}
    assert len(links) > 20
    for link in sorted(links - {reverse("customers:next")}):
        if not link.startswith("/static/"):
            assert client.get(link).status_code in (200, 302), link


def test_the_team_has_a_row_for_each_sales_user_and_for_those_who_left_customers_behind(desk, manager, asha, as_user):
    asha.is_active = False
    asha.save()
    UserFactory(username="new")

    team = {row["username"]: row["assigned"] for row in figures(as_user(manager))["sales_performance"]}

    assert team == {"asha": 3, "ravi": 1, "new": 0}


@pytest.mark.parametrize("size", [3, 30])
def test_the_number_of_queries_does_not_grow(size, manager, as_user, django_assert_num_queries):
    for _ in range(size):
        CustomerFactory(assigned_to=UserFactory())
    client = as_user(manager)
    client.get(URL)

    with django_assert_num_queries(19):
        assert client.get(URL).status_code == 200


def test_an_empty_desk_says_what_to_do_next(manager, as_user):
    page = as_user(manager).get(URL).content.decode()
    assert "No customers yet" in page
    assert "<meter" not in page  # no bars of nothing
    assert 'href="/team/new/">New counsellor</a>' in page
    assert reverse("imports:upload") in page


@pytest.mark.parametrize(("days", "marked"), [(1, False), (3, True)])
def test_who_waits_longer_than_the_alarm_allows_is_marked(days, marked, manager, as_user):
    CustomerFactory(created_at=timezone.now() - timedelta(days=days))

    page = as_user(manager).get(URL).content.decode()

    assert bool(re.search(r'class="is-due">oldest', page)) is marked
