"""The list's further filters: days, tries, enquired again, do-not-call, pasted numbers; and the sheet that asks."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.tests.factories import UserFactory
from customers.forms.lists import ListForm
from customers.lists import Filters
from customers.models import ContactNumber, Customer
from customers.tests.factories import CustomerFactory, OriginFactory
from customers.views import lists

pytestmark = pytest.mark.django_db
URL = "/customers/"
JSON = {"accept": "application/json"}


@pytest.fixture
def ask(as_user):
    def get(user, **params):
        response = as_user(user).get(URL, params, headers=JSON)
        assert response.status_code == 200, response.content
        return {row["name"] for row in response.json()["results"]}

    return get


@pytest.fixture
def desk():
    """Farah was called this morning for the fourth time, Binu once a week ago, Chitra never."""
    now = timezone.now()
    CustomerFactory(name="Farah", attempts=4, last_contact_at=now, enquiry_count=2, created_at=now)
    CustomerFactory(
        name="Binu", attempts=1, last_contact_at=now - timedelta(days=7), created_at=now - timedelta(days=9)
    )
    CustomerFactory(name="Chitra", do_not_call=True, created_at=now - timedelta(days=30))


def ago(days: int) -> str:
    return f"{localdate() - timedelta(days=days):%d/%m/%Y}"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"tries": "0"}, {"Chitra"}),
        ({"tries": "1"}, {"Binu"}),
        ({"tries": "3+"}, {"Farah"}),
        ({"tries": "6+"}, set()),
        ({"enquired": "again"}, {"Farah"}),
        ({"enquired": "once"}, {"Binu", "Chitra"}),
        ({"do_not_call": "yes"}, {"Chitra"}),
        ({"do_not_call": "no"}, {"Farah", "Binu"}),
        ({"added_from": ago(9)}, {"Farah", "Binu"}),
        ({"added_to": ago(9)}, {"Binu", "Chitra"}),
        ({"added_from": ago(9), "added_to": ago(1)}, {"Binu"}),
        ({"contact_from": ago(0)}, {"Farah"}),
        ({"contact_to": ago(7)}, {"Binu"}),
        ({"contact_from": ago(7), "contact_to": ago(0)}, {"Farah", "Binu"}),
        (
            {"tries": "", "enquired": "", "do_not_call": "", "added_from": "", "numbers": ""},
            {"Farah", "Binu", "Chitra"},
        ),
    ],
)
def test_filters(params, expected, desk, manager, ask):
    assert ask(manager, **params) == expected


@pytest.mark.parametrize(
    "params",
    [
        {"tries": "7"},
        {"enquired": "never"},
        {"do_not_call": "maybe"},
        {"added_from": "31/02/2026"},
        {"added_from": "02/04/2026", "added_to": "01/04/2026"},
        {"contact_from": "02/04/2026", "contact_to": "01/04/2026"},
        {"numbers": "98765 43210\nnobody"},
        {"numbers": ",".join(f"98765{n:05d}" for n in range(51))},
        {"numbers": "9" * 5001},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_400_with_a_sentence(params, manager, as_user):
    response = as_user(manager).get(URL, params, headers=JSON)
    assert response.status_code == 400
    assert len(response.json()["error"]) > 10


def test_a_day_begins_and_ends_at_midnight_at_home(manager, ask):
    first = timezone.localtime().replace(year=2026, month=4, day=5, hour=0, minute=0, second=0, microsecond=0)
    CustomerFactory(name="First minute", created_at=first)
    CustomerFactory(name="Last minute", created_at=first + timedelta(hours=23, minutes=59))
    CustomerFactory(name="The day after", created_at=first + timedelta(days=1))
    CustomerFactory(name="The day before", created_at=first - timedelta(minutes=1))

    assert ask(manager, added_from="05/04/2026", added_to="05/04/2026") == {"First minute", "Last minute"}


# --- Pasted numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("between", ["\n", "\r\n", ", ", "; ", "\t", " / ", "  ", " "])
def test_numbers_are_pasted_in_any_way(between, manager, ask):
    for n in range(4):
        CustomerFactory(name=f"P{n}", phone_number=f"+91987654321{n}")
    pasted = between.join(["9876543210", "+919876543211", "09876543212"])

    assert ask(manager, numbers=pasted) == {"P0", "P1", "P2"}


def test_numbers_written_with_blanks_one_a_line(manager, ask):
    CustomerFactory(name="Farah", phone_number="+919876543210")
    CustomerFactory(name="Ali", phone_number="+971501234567")
    assert ask(manager, numbers="98765 43210\n+971 50 123 4567") == {"Farah", "Ali"}


def test_fifty_numbers_at_once(manager, as_user, django_assert_num_queries):
    numbers = [f"+9198765{n:05d}" for n in range(50)]
    for number in numbers:
        CustomerFactory(phone_number=number)
    client = as_user(manager)
    with django_assert_num_queries(5):
        answer = client.get(URL, {"numbers": "\n".join(numbers), "page_size": 100}, headers=JSON).json()
    assert answer["count"] == 50


def test_a_further_number_is_found_too(manager, ask):
    customer = CustomerFactory(name="Farah")
    ContactNumber.objects.create(customer=customer, number="+919876543299")
    CustomerFactory(name="Binu")
    assert ask(manager, numbers="98765 43299") == {"Farah"}


def test_numbers_that_are_not_there_are_named(manager, asha, ravi, as_user):
    customer = CustomerFactory(phone_number="+919876543210", assigned_to=asha)
    ContactNumber.objects.create(customer=customer, number="+919876543211")
    CustomerFactory(phone_number="+919876543212", assigned_to=ravi)
    pasted = {"numbers": "9876543210 9876543211 9876543212 9876543213"}

    for user, missing in ((manager, "1 of the 4 numbers"), (asha, "2 of the 4 numbers")):
        page = as_user(user).get(URL, pasted).content.decode()
        assert missing in " ".join(page.split())
    # A colleague's number and one that nobody has look alike.
    assert "98765 43212, 98765 43213." in " ".join(page.split())
    assert "Numbers: 4 pasted" in page


# --- The sheet and the chips ----------------------------------------------------------------------


def test_every_filter_of_the_sheet_is_filled_in_again_and_has_its_chip(manager, asha, as_user):
    origin = OriginFactory(kind="import", label="fair.xlsx")
    CustomerFactory(
        assigned_to=asha,
        origin=origin,
        attempts=3,
        enquiry_count=2,
        date=date(2026, 4, 5),
        phone_number="+919876543210",
    )
    params = {
        "status": "NEW", "owner": asha.pk, "tries": "3+", "enquired": "again", "do_not_call": "no", "origin": origin.pk,
        "date_from": "05/04/2026", "date_to": "2026-04-05", "numbers": "98765 43210", "area": "Kochi",
        "added_from": ago(1), "added_to": ago(0),
    }  # fmt: skip
    page = as_user(manager).get(URL, params).content.decode()

    chips = [
        "Status: New", "Counsellor: Asha", "Tries: 3 or more", "Enquired: More than once", "From: fair.xlsx",
        "Calls: May be called", "Enquired from: 05/04/2026", "Numbers: 98765 43210", "Area: Kochi",
    ]  # fmt: skip
    assert [chip for chip in chips if chip not in page] == []
    assert 'name="date_from" class="form-control" value="2026-04-05"' in page
    assert ">98765 43210</textarea>" in page
    assert f'<option value="{origin.pk}" selected>' in page
    assert f'value="{asha.pk}" checked' in " ".join(page.split())


def test_a_chip_takes_off_its_own_filter_alone(manager, as_user):
    CustomerFactory(attempts=3)
    page = as_user(manager).get(URL, {"tries": "3+", "status": ["NEW", "INTERESTED"], "sort": "name"}).content.decode()
    assert 'href="?status=NEW&amp;status=INTERESTED&amp;sort=name"' in page
    assert 'href="?tries=3%2B&amp;sort=name"' in page


def test_what_only_a_link_asks_for_is_carried_on_by_the_sheet(manager, as_user):
    page = as_user(manager).get(URL, {"stage": "new", "tries": "0"}).content.decode().split('class="list-tools"')[0]
    assert '<input type="hidden" name="stage" value="new">' in page
    assert '<input type="hidden" name="tries"' not in page


def test_the_unassigned_page_carries_on_what_it_has_no_box_for(manager, as_user):
    CustomerFactory()
    page = as_user(manager).get("/customers/unassigned/", {"tries": "0", "area": "Kochi"}).content.decode()
    head = page.split('id="selection"')[0]
    assert '<input type="hidden" name="tries" value="0">' in head
    assert '<input type="hidden" name="area"' not in head


def test_filters_are_remembered_whole():
    filters = Filters(
        tries="0", enquired="again", do_not_call="yes", numbers=("+919876543210",), added_from=date(2026, 4, 5),
        contact_to=date(2026, 4, 6), status=("NEW",),
    )  # fmt: skip
    assert Filters.from_dict(filters.as_dict()) == filters


def test_the_sheets_queries_do_not_grow_with_the_rows(manager, as_user, django_assert_num_queries):
    client = as_user(manager)
    for total in (3, 30):
        while Customer.objects.count() < total:
            CustomerFactory(attempts=3)
        with django_assert_num_queries(11):
            client.get(URL, {"tries": "3+", "page_size": 100})


@pytest.fixture
def endless(monkeypatch):
    """Whatever is asked of the database as `name` in the list's module never ends."""

    def never(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")

    def make(name: str) -> None:
        monkeypatch.setattr(lists, "FOUND_WITHIN", 0.1)
        monkeypatch.setattr(lists, "COUNTED_WITHIN", 0.1)
        monkeypatch.setattr(lists, name, never)

    return make


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_cannot_be_found_in_time_asks_to_be_narrowed(endless, as_user, manager):
    endless("paginate")

    response = as_user(manager).get("/customers/?tries=3%2B")
    assert response.status_code == 400
    assert "Narrow the list by a counsellor" in response.content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_cannot_be_counted_in_time_is_shown_all_the_same(endless, as_user, manager):
    CustomerFactory.create_batch(3)
    endless("capped_count")

    found = as_user(manager).get("/customers/", {"page_size": 2}, headers={"accept": "application/json"}).json()
    assert (len(found["results"]), found["count"], found["count_is_exact"]) == (2, 2, False)


@pytest.mark.parametrize(
    "wrong",
    [
        "date_from=2026-05-02&date_to=2026-05-01",
        "tries=many",
        "numbers=" + "+".join(f"98765{n:05d}" for n in range(51)),
    ],
)
def test_a_page_that_makes_no_sense_leads_to_the_one_without_that(wrong, manager, as_user):
    page = as_user(manager).get(f"{URL}?status=NEW&{wrong}&sort=name", headers={"accept": "text/html"})
    assert page.status_code == 400
    assert f'href="{URL}?status=NEW&amp;sort=name"' in page.content.decode()


def test_the_counsellors_to_choose_from_are_called_as_everywhere(manager, admin_user):
    """Her first name, or how she signs in; those who left come last, and whoever still has customers from before."""
    asha = UserFactory(first_name="Asha", last_name="Nair")
    nameless = UserFactory(first_name="", last_name="", username="zz")
    left = UserFactory(first_name="Aaron", is_active=False)
    CustomerFactory(assigned_to=manager)
    for _ in range(2):  # read anew each time
        offered = ListForm(QueryDict(""), user=manager).owner_choices[2:]
        people = sorted([asha, nameless, manager], key=lambda user: (user.first_name, user.username))
        assert offered == [(str(user.pk), str(user)) for user in [*people, left]]
        asha.first_name = "Usha"
        asha.save()
