"""No figure changes when somebody is erased; nobody is asked to call her."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from customers import actions
from customers.models import Status, StatusChange
from customers.tests.factories import CourseFactory, CustomerFactory, SourceFactory, StatusChangeFactory
from dashboards.figures import customers_to_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def farah(asha):
    customer = CustomerFactory(
        name="Farah Quraishi",
        phone_number="+919876543210",
        source=SourceFactory(),
        course=CourseFactory(),
        date=date(2026, 5, 4),
        assigned_to=asha,
        status=Status.objects.get(pk="INTERESTED"),
        last_contact_at=timezone.now(),
    )
    StatusChangeFactory(customer=customer, changed_by=asha, notes="asked for fees")
    return customer


def erase(customer, by):
    return actions.erase(customer=customer, by=by, now=timezone.now(), reason="asked for it by mail")


def test_what_the_figures_count_stays_as_it_is(farah, manager, asha, as_user):
    def figures() -> dict:
        shown = as_user(manager).get(reverse("dashboards:manager"), headers={"accept": "application/json"}).json()
        counted = ("total_customers", "assigned", "unassigned", "contacted_today", "status_distribution")
        return {name: shown[name] for name in counted}

    before = figures()
    changes = list(StatusChange.objects.values_list("pk", "new_status", "changed_by", "happened_at"))
    words = (farah.source_id, farah.course_id, farah.origin_id, farah.date, farah.status_id, farah.created_at)

    erase(farah, manager)

    farah.refresh_from_db()
    assert before["total_customers"] == 1 and figures() == before
    assert list(StatusChange.objects.values_list("pk", "new_status", "changed_by", "happened_at")) == changes
    assert words == (farah.source_id, farah.course_id, farah.origin_id, farah.date, farah.status_id, farah.created_at)
    assert farah.assigned_to == asha


def test_her_dashboard_does_not_send_anybody_to_call_her(farah, manager, asha):
    assert list(customers_to_call(asha)) == [farah]
    erase(farah, manager)
    assert not customers_to_call(asha)
