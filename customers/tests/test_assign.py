"""Giving one customer to somebody: the JSON endpoint, and the same form without script."""

import json
import uuid

import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from customers.models import AssignmentChange
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(asha):
    return CustomerFactory(name="Farah Khan", assigned_to=asha)


def url(customer_id) -> str:
    return reverse("customers:assign", args=[customer_id])


def test_a_manager_gives_her_to_somebody(customer, manager, ravi, as_user):
    response = as_user(manager).post(url(customer.pk), {"sales_user": ravi.pk})
    assert (response.status_code, response.json()) == (200, {"success": True, "assigned_to": "ravi"})
    customer.refresh_from_db()
    assert customer.assigned_to == ravi
    assert AssignmentChange.objects.get().by == manager


def test_a_json_body_does_the_same(customer, manager, ravi, as_user):
    body = json.dumps({"sales_user": ravi.pk})
    response = as_user(manager).post(url(customer.pk), body, content_type="application/json")
    assert response.json() == {"success": True, "assigned_to": "ravi"}


@pytest.mark.parametrize("body", [{"sales_user": ""}, {"sales_user": None}])
def test_empty_takes_her_back(customer, manager, as_user, body):
    response = as_user(manager).post(url(customer.pk), json.dumps(body), content_type="application/json")
    assert response.json() == {"success": True, "assigned_to": None}
    customer.refresh_from_db()
    assert customer.assigned_to is None


def test_without_a_wish_a_form_gets_json(customer, manager, ravi, as_user):
    response = as_user(manager).post(url(customer.pk), {"sales_user": ravi.pk}, headers={"accept": "*/*"})
    assert response["Content-Type"] == "application/json"


def test_a_form_without_script_goes_back_to_the_customer(customer, manager, ravi, as_user):
    client = as_user(manager)
    response = client.post(url(customer.pk), {"sales_user": ravi.pk}, headers={"accept": "text/html"})
    assert response.status_code == 302
    assert response["Location"] == reverse("customers:detail", args=[customer.pk])
    page = client.get(reverse("customers:detail", args=[customer.pk]))
    assert "Farah Khan is with Ravi now." in page.content.decode()


def test_a_refused_form_without_script_is_a_page(customer, manager, as_user):
    response = as_user(manager).post(url(customer.pk), {"sales_user": "999999"}, headers={"accept": "text/html"})
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/html")
    page = response.content.decode()
    assert "does not exist" in page
    assert "Farah Khan" in page


@pytest.mark.parametrize("sales_user", ["999999", "abc", "-1", "1.5", "9" * 40, "१२", "\x00", "None", "[1]"])
def test_an_unknown_counsellor_is_a_sentence(customer, manager, as_user, sales_user):
    response = as_user(manager).post(url(customer.pk), {"sales_user": sales_user})
    assert response.status_code == 400
    assert response.json()["error"]
    customer.refresh_from_db()
    assert customer.assigned_to.username == "asha"


def test_saying_nothing_is_no_wish_to_take_her_away(customer, manager, as_user):
    response = as_user(manager).post(url(customer.pk), {})
    assert response.status_code == 400
    assert "sales_user" in response.json()["error"]


@pytest.mark.parametrize("traits", [{"manager": True}, {"is_active": False}, {"is_staff": True}, {"takes_new": False}])
def test_who_cannot_take_her_is_refused(customer, manager, as_user, traits):
    other = UserFactory(**traits)
    response = as_user(manager).post(url(customer.pk), {"sales_user": other.pk})
    assert response.status_code == 400
    customer.refresh_from_db()
    assert customer.assigned_to.username == "asha"
    assert not AssignmentChange.objects.exists()


def test_a_counsellor_learns_403_before_405(customer, asha, as_user):
    assert as_user(asha).get(url(customer.pk)).status_code == 403
    assert as_user(asha).post(url(customer.pk), {"sales_user": asha.pk}).status_code == 403
    assert as_user(asha).post(url(uuid.uuid4()), {}).status_code == 403


def test_a_wrong_method_and_a_wrong_id(manager, as_user, customer):
    response = as_user(manager).get(url(customer.pk))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "error" in response.json()
    response = as_user(manager).post(url(uuid.uuid4()), {"sales_user": ""})
    assert response.status_code == 404
    assert "error" in response.json()
