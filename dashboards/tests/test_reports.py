"""The report by source: right numbers, each opening its list."""

from datetime import date

import pytest
from django.utils import timezone

from customers.actions import record_status
from customers.models import Status
from customers.tests.factories import CustomerFactory, SourceFactory

pytestmark = pytest.mark.django_db
URL = "/reports/"
AS_JSON = {"accept": "application/json"}


@pytest.fixture
def enquiries(asha):
    fair = SourceFactory(name="Kochi fair")
    CustomerFactory(source=fair, status_id="INTERESTED", date=date(2026, 3, 5))
    CustomerFactory(source=fair, status_id="ADMISSION", date=date(2026, 3, 6))
    CustomerFactory(source=fair, date=date(2026, 4, 1))
    CustomerFactory(source=None, date=date(2026, 3, 5))
    return fair


def test_customers_are_counted_by_source_and_stage(enquiries, manager, as_user):
    rows = as_user(manager).get(URL, headers=AS_JSON).json()["sources"]

    assert [(row["name"], row["customers"]) for row in rows] == [("Kochi fair", 3), ("No source given", 1)]
    assert (rows[0]["new"], rows[0]["interest"], rows[0]["won"]) == (1, 1, 1)


def test_a_period_takes_both_its_days(enquiries, manager, as_user):
    query = {"date_from": "2026-03-05", "date_to": "2026-03-06"}
    rows = as_user(manager).get(URL, query, headers=AS_JSON).json()["sources"]

    assert {row["name"]: row["customers"] for row in rows} == {"Kochi fair": 2, "No source given": 1}


def test_each_number_opens_a_list_of_that_length(enquiries, manager, as_user):
    client = as_user(manager)
    response = client.get(URL, {"date_from": "2026-03-05", "date_to": "2026-03-31"})

    cells = [cell for row in response.context["rows"] for cell in row["cells"]]
    assert sum(cell["count"] for cell in cells) == 9
    for cell in cells:
        assert client.get(cell["url"], headers=AS_JSON).json()["count"] == cell["count"], cell["url"]


def test_how_far_they_ever_came_and_how_often_they_asked(enquiries, manager, as_user):
    # Given one who was admitted once and stands lost now, and one who asked again
    lost = CustomerFactory(source=enquiries, date=date(2026, 5, 1), enquiry_count=2)
    for status in ("ADMISSION", "NOT_INTERESTED"):
        now = timezone.now()
        record_status(customer=lost, status=Status.objects.get(pk=status), notes="", by=manager, now=now)
    [row, _] = as_user(manager).get(URL, headers=AS_JSON).json()["sources"]
    assert (row["customers"], row["enquired_again"], row["contacted"]) == (4, 1, 1)
    assert row["ever"] == {"INTERESTED": 3, "ADMISSION": 2}
    cells = [cell for row in as_user(manager).get(URL).context["rows"] for cell in row["cells"]]
    for cell in cells:
        listed = as_user(manager).get(cell["url"], headers=AS_JSON).json()["count"]
        assert listed == cell["count"], cell["url"]


def test_days_that_make_no_period_are_refused_with_a_sentence(manager, as_user):
    query = {"date_from": "2026-03-06", "date_to": "2026-03-05"}
    for headers in ({}, AS_JSON):
        response = as_user(manager).get(URL, query, headers=headers)
        assert response.status_code == 400
        assert "The last day lies before the first." in response.content.decode()
    assert as_user(manager).get(URL, {"date_from": "soon"}).status_code == 400


def test_an_empty_period_says_so(manager, as_user):
    assert "No enquiries in this period" in as_user(manager).get(URL).content.decode()
