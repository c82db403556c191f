"""The frame round every page: who sees which doors, and what they cost."""

import re

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from crm.context import _numbers, _query_of
from customers.tests.factories import CustomerFactory

NAMES = {
    "manager": ["Dashboard", "Customers", "Unassigned", "Import", "Team", "Reports"],
    "asha": ["Dashboard", "Next call", "Follow-ups", "Customers"],
    "admin_user": ["Dashboard", "Customers", "Unassigned", "Import", "Team", "Reports", "Admin"],
}
BARS = {
    "manager": ["Dashboard", "Customers", "Unassigned"],
    "asha": ["Next call", "Follow-ups", "Customers"],
    "admin_user": ["Dashboard", "Customers", "Unassigned"],
}


@pytest.fixture(params=NAMES)
def person(request):
    return request.param, request.getfixturevalue(request.param)


def menu(client, path="/profile/"):
    return client.get(path).context["menu"]


def test_each_role_sees_its_doors(as_user, person):
    name, user = person
    doors = menu(as_user(user))
    assert [link["label"] for link in doors.side] == NAMES[name]
    assert [link["label"] for link in doors.bar] == BARS[name]
    assert {link["label"] for link in [*doors.bar, *doors.more]} == set(NAMES[name])


def test_every_door_opens(as_user, person):
    client = as_user(person[1])
    paths = set(re.findall(r'class="menu-link" href="([^"]+)"', client.get("/profile/").text))
    assert len(paths) > len(BARS[person[0]])
    for path in paths:
        assert client.get(path, follow=True).status_code == 200, path


def test_the_page_one_is_on_is_marked(as_user, manager):
    client = as_user(manager)
    links = {link["label"]: link["current"] for link in menu(client, "/dashboard/manager/").side}
    assert {label: current for label, current in links.items() if current} == {"Dashboard": "page"}
    assert client.get("/dashboard/manager/").text.count('aria-current="page"') == 2  # sidebar, bottom bar


def test_a_page_inside_a_room_marks_the_room(as_user, manager, asha):
    customer = CustomerFactory()
    inside = {
        "Customers": (f"/customers/{customer.pk}/", "/customers/views/", "/customers/exports/"),
        "Import": ("/import/history/",),
        "Team": ("/team/new/", "/team/rules/", f"/team/{asha.pk}/hand-over/", f"/team/{asha.pk}/deactivate/"),
    }
    for path, label in [(path, label) for label, paths in inside.items() for path in paths]:
        links = {link["label"]: link["current"] for link in menu(as_user(manager), path).side}
        assert {label: current for label, current in links.items() if current} == {label: "true"}


def test_the_numbers_are_those_of_the_person(as_user, manager, asha, ravi):
    now = timezone.now()
    CustomerFactory.create_batch(3)
    CustomerFactory.create_batch(2, assigned_to=asha, next_follow_up_at=now)
    CustomerFactory(assigned_to=ravi, next_follow_up_at=now)
    CustomerFactory(assigned_to=asha, next_follow_up_at=now + timezone.timedelta(hours=1))
    counts = {link["label"]: str(link["count"]) for link in menu(as_user(manager)).side}
    assert counts["Unassigned"] == "3"
    counts = {link["label"]: str(link["count"]) for link in menu(as_user(asha)).side}
    assert counts["Follow-ups"] == "2"
    assert "2 due" in as_user(asha).get("/profile/").text
    assert "1 due" in as_user(ravi).get("/profile/").text
    assert "due-badge" not in as_user(manager).get("/profile/").text


def test_whoever_has_no_role_has_no_numbers(db):
    CustomerFactory.create_batch(2)
    nobody = UserFactory(role="", is_staff=True)
    nobody.is_staff = False
    assert set(_numbers(nobody).values()) == {""}


def counts_shown(client) -> set[str]:
    return set(re.findall(r'class="menu-count"[^>]*>([^<]*)<', client.get("/profile/").text))


def test_many_are_counted_as_far_as_one_looks(as_user, manager, monkeypatch):
    monkeypatch.setattr("crm.lib.pagination.COUNT_CAP", 2)
    monkeypatch.setattr("crm.context._query_of", _query_of.__wrapped__)  # put together anew, with this cap
    CustomerFactory.create_batch(3)
    assert counts_shown(as_user(manager)) == {"2+"}


def test_none_is_not_shown_as_a_nought(as_user, manager):
    assert counts_shown(as_user(manager)) == {""}


def test_the_frame_costs_one_query(as_user, manager, asha, django_assert_num_queries):
    CustomerFactory.create_batch(30, assigned_to=asha, next_follow_up_at=timezone.now())
    for user in (manager, asha):
        client = as_user(user)
        with django_assert_num_queries(3):  # session, person, the number
            client.get("/password/change/done/")


def test_nothing_of_the_frame_is_in_the_way_of_the_content(as_user, manager):
    text = as_user(manager).get("/profile/").text
    assert text.index('class="skip-link" href="#content"') < text.index("<nav")
    assert '<main id="content"' in text
    assert text.count("<h1>") == 1


def test_pages_carry_no_inline_style_script_or_handler(as_user, manager):
    CustomerFactory()
    client = as_user(manager)
    for path in ("/profile/", "/dashboard/manager/", "/customers/", "/customers/unassigned/", "/team/", "/import/"):
        text = client.get(path).text
        assert not re.search(r"<[^>]+\s(style|on\w+)=", text), path
        assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", text), path
        assert not re.search(r"(src|href|action)=\"(https?:)?//", text), path


def test_the_policy_is_strict(client, db):
    policy = client.get("/login/").headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "default-src 'self'" in policy


def test_an_odd_name_is_escaped(as_user, db):
    user = UserFactory(first_name="<b>Asha</b>")
    text = as_user(user).get("/profile/").text
    assert "<b>Asha" not in text
