"""The page of those nobody looks after: the list, its filters, and the tools to share out."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import UserFactory
from customers.tests.factories import CustomerFactory, SourceFactory

pytestmark = pytest.mark.django_db
URL = "/customers/unassigned/"
JSON = {"accept": "application/json"}


@pytest.fixture
def page(as_user, manager):
    client = as_user(manager)

    def get(**params) -> str:
        response = client.get(URL, params)
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.fixture
def listed(as_user, manager):
    client = as_user(manager)

    def get(**params) -> dict:
        response = client.get(URL, params, headers=JSON)
        assert response.status_code == 200, response.content
        return response.json()

    return get


def test_only_those_without_a_counsellor(page, listed, asha):
    CustomerFactory(name="Farah")
    CustomerFactory(name="Binu", assigned_to=asha)
    CustomerFactory(name="Merged", merged_into=CustomerFactory(name="Survivor", assigned_to=asha))
    html = page()
    assert "Farah" in html
    assert "Binu" not in html
    assert "Merged" not in html
    assert [row["name"] for row in listed()["results"]] == ["Farah"]


def test_the_json_has_the_shape_of_the_list(listed, as_user, manager):
    CustomerFactory()
    here, there = listed(), as_user(manager).get("/customers/", headers=JSON).json()
    assert set(here) == {"count", "count_is_exact", "next", "previous", "results"} == set(there)
    assert here["results"] == there["results"]


def test_it_narrows_by_search_area_and_source(listed):
    fair = SourceFactory(name="Kochi fair")
    CustomerFactory(name="O'Neil", area="Aluva", source=fair)
    CustomerFactory(name="Ravi", area="Thrissur")
    for params in ({"search": "o'neil"}, {"area": "ALUVA"}, {"source": fair.pk}):
        assert [row["name"] for row in listed(**params)["results"]] == ["O'Neil"]
    assert listed(search="Thrissur")["count"] == 1


def test_it_is_paged_forth_and_back(listed, as_user, manager):
    CustomerFactory.create_batch(60)
    first = listed()
    assert (first["count"], len(first["results"]), first["previous"]) == (60, 25, None)
    client = as_user(manager)
    second = client.get(first["next"], headers=JSON).json()
    assert not {r["id"] for r in first["results"]} & {r["id"] for r in second["results"]}
    back = client.get(second["previous"], headers=JSON).json()
    assert back["results"] == first["results"]


@pytest.mark.parametrize("params", [{"status": "HAPPY"}, {"cursor": "x"}, {"search": "x" * 101}, {"sort": "luck"}])
def test_nonsense_is_400(as_user, manager, params):
    assert as_user(manager).get(URL, params).status_code == 400
    assert as_user(manager).get(URL, params, headers=JSON).json()["error"]


def test_another_owner_in_the_address_never_reaches_the_form(page, asha):
    """ "All that match" must mean what is on the page."""
    CustomerFactory()
    html = page(owner=asha.pk)
    assert 'name="owner" value="none"' in html
    assert f'name="owner" value="{asha.pk}"' not in html


def test_the_form_carries_the_filter_and_the_moment(page, asha):
    CustomerFactory(name='The "old" list')
    html = page(search='the "old" list')
    assert 'name="search" value="the &quot;old&quot; list"' in html
    assert 'name="as_of" value="20' in html


def test_how_long_they_wait(page, asha):
    now = timezone.now()
    CustomerFactory(name="Farah", created_at=now - timedelta(days=3, hours=1))
    CustomerFactory(name="Binu", created_at=now - timedelta(days=9), assigned_at=now - timedelta(days=2, hours=1))
    html = page()
    assert "3 days" in html
    assert re.search(r"2 days\s.*?taken back", html, re.S)


def test_the_counsellors_with_their_open_load(page, asha, ravi):
    away = UserFactory(first_name="Neha", takes_new=False)
    CustomerFactory.create_batch(3, assigned_to=asha)
    CustomerFactory(assigned_to=asha, status_id="ADMISSION", status=None)
    CustomerFactory()
    html = page(loads=1)
    assert f'<option value="{asha.pk}">Asha (3 open)</option>' in html
    assert f'<option value="{ravi.pk}">Ravi (0 open)</option>' in html
    assert f'value="{away.pk}"' not in html


def test_the_open_load_is_counted_only_when_it_is_asked_for(page, as_user, manager, asha, ravi):
    CustomerFactory.create_batch(3, assigned_to=asha)
    CustomerFactory(assigned_to=asha, status_id="ADMISSION", status=None)
    CustomerFactory(name="Farah", area="Aluva")

    with CaptureQueriesContext(connection) as captured:
        html = page(area="Aluva")
    answer = as_user(manager).get(f"{URL}loads/")

    assert not any('GROUP BY "customers_customer"."assigned_to_id"' in query["sql"] for query in captured)
    assert f'<option value="{asha.pk}">Asha</option>' in html
    assert '<a href="?area=Aluva&amp;loads=1#share-title" data-loads="/customers/unassigned/loads/">' in html
    assert answer.json() == {"loads": [{"id": asha.pk, "open": 3}, {"id": ravi.pk, "open": 0}]}


def test_a_stranger_is_not_told_the_loads(as_user, asha):
    assert as_user(asha).get(f"{URL}loads/").status_code == 403


def test_empty_states(page, as_user, manager):
    assert "Everybody has a counsellor" in page()
    CustomerFactory()
    assert "Nobody matches" in page(search="zzz")
    assert "Nobody can take new customers now" in page()


def test_a_page_costs_the_same_for_three_and_for_thirty(as_user, manager, asha, django_assert_max_num_queries):
    client = as_user(manager)

    def queries() -> int:
        with django_assert_max_num_queries(15) as captured:
            client.get(URL, {"page_size": 100}).content.decode()
        return len(captured)

    CustomerFactory.create_batch(3, source=SourceFactory())
    few = queries()
    for user in UserFactory.create_batch(9):
        CustomerFactory.create_batch(3, source=SourceFactory())
        CustomerFactory(assigned_to=user)
    assert queries() == few


def test_strangers_and_other_methods(as_user, manager, asha):
    assert as_user(asha).get(URL).status_code == 403
    assert as_user(asha).post(URL).status_code == 403
    assert as_user(manager).post(URL).status_code == 405
