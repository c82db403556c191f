"""The list: who sees whom, filters, search, sorts, paging; as a page and as JSON."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import ContactNumber, Customer
from customers.tests.factories import CourseFactory, CustomerFactory, OriginFactory, SourceFactory

pytestmark = pytest.mark.django_db
URL = "/customers/"
JSON = {"accept": "application/json"}


@pytest.fixture
def ask(as_user):
    """`ask(asha, status="NEW")` is the list as JSON, as Asha gets it."""

    def get(user, **params):
        response = as_user(user).get(URL, params, headers=JSON)
        assert response.status_code == 200, response.content
        return response.json()

    return get


def names(answer) -> list[str]:
    return [row["name"] for row in answer["results"]]


# --- Who sees whom ------------------------------------------------------------------------------


def test_a_sales_user_gets_her_own_and_a_manager_all(asha, ravi, manager, ask):
    CustomerFactory(name="Farah", assigned_to=asha)
    CustomerFactory(name="Binu", assigned_to=ravi)
    CustomerFactory(name="Nobody's")

    assert names(ask(asha)) == ["Farah"]
    assert names(ask(manager)) == ["Nobody's", "Binu", "Farah"]
    assert ask(asha)["count"] == 1


def test_json_keys(asha, ask):
    source, course = SourceFactory(name="Kochi fair"), CourseFactory(name="BCA")
    customer = CustomerFactory(
        name="Farah Khan",
        phone_number="+919876543210",
        area="Kochi",
        assigned_to=asha,
        source=source,
        course=course,
        date=date(2025, 4, 15),
        extra={"School": "GHS"},
        updated_at=timezone.datetime(2025, 4, 16, 5, 0, 0, 999, tzinfo=timezone.get_current_timezone()),
    )
    ContactNumber.objects.create(customer=customer, number="+919876543211")

    [row] = ask(asha)["results"]

    expected = {
        "id": str(customer.pk),
        "name": "Farah Khan",
        "phone_number": "9876543210",
        "phone_e164": "+919876543210",
        "extra_phones": ["+919876543211"],
        "area": "Kochi",
        "date": "2025-04-15",
        "status": "NEW",
        "status_display": "New",
        "assigned_to": {"id": asha.pk, "username": "asha"},
        "source": "Kochi fair",
        "course": "BCA",
        "extra": {"School": "GHS"},
        "next_follow_up_at": None,
        "do_not_call": False,
        "updated_at": "2025-04-15T23:30:00Z",
    }
    assert {key: row[key] for key in expected} == expected
    assert "status_history" not in row


# --- Filters ------------------------------------------------------------------------------------


@pytest.fixture
def desk(asha, ravi):
    """Three customers that differ in everything a list can be narrowed by."""
    now = timezone.now()
    fair, walk_in = SourceFactory(name="Fair"), SourceFactory(name="Walk-in")
    bca = CourseFactory(name="BCA")
    origin = OriginFactory(label="fair.xlsx")
    CustomerFactory(
        name="Farah",
        assigned_to=asha,
        status_id="INTERESTED",
        area="North Delhi",
        source=fair,
        course=bca,
        origin=origin,
        date=date(2026, 4, 1),
        last_contact_at=now,
        next_follow_up_at=now - timedelta(hours=1),
    )
    CustomerFactory(
        name="Binu",
        assigned_to=ravi,
        status_id="FOLLOW_UP",
        area="Aluva",
        source=walk_in,
        date=date(2026, 4, 10),
        last_contact_at=now - timedelta(days=2),
        next_follow_up_at=now + timedelta(days=3),
    )
    CustomerFactory(name="Chitra", status_id="ADMISSION", area="", date=None)
    return {"fair": fair, "walk_in": walk_in, "bca": bca, "origin": origin, "asha": asha, "ravi": ravi}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"status": "INTERESTED"}, {"Farah"}),
        ({"status": ["INTERESTED", "FOLLOW_UP"]}, {"Farah", "Binu"}),
        ({"status": "INTERESTED, FOLLOW_UP"}, {"Farah", "Binu"}),
        ({"status": ""}, {"Farah", "Binu", "Chitra"}),
        ({"stage": "won"}, {"Chitra"}),
        ({"stage": "interest,contact"}, {"Farah", "Binu"}),
        ({"owner": "none"}, {"Chitra"}),
        ({"area": "north  DELHI"}, {"Farah"}),
        ({"date_from": "2026-04-02"}, {"Binu"}),
        ({"date_to": "01/04/2026"}, {"Farah"}),
        ({"date_from": "01/04/2026", "date_to": "2026-04-10"}, {"Farah", "Binu"}),
        ({"follow_up": "due"}, {"Farah"}),
        ({"follow_up": "overdue"}, {"Farah"}),
        ({"follow_up": "later"}, {"Binu"}),
        ({"follow_up": "none"}, {"Chitra"}),
        ({"contacted": "today"}, {"Farah"}),
        ({"contacted": "never"}, {"Chitra"}),
        ({"search": "farah"}, {"Farah"}),
        ({"search": "DELHI"}, {"Farah"}),
        ({"nonsense": "1", "page": "7"}, {"Farah", "Binu", "Chitra"}),
    ],
)
def test_filters(params, expected, desk, manager, ask):
    assert set(names(ask(manager, **params))) == expected


def test_filters_that_name_rows(desk, manager, ask):
    assert names(ask(manager, source=desk["fair"].pk)) == ["Farah"]
    assert names(ask(manager, source=f"{desk['fair'].pk},{desk['walk_in'].pk}")) == ["Binu", "Farah"]
    assert names(ask(manager, course=desk["bca"].pk)) == ["Farah"]
    assert names(ask(manager, origin=desk["origin"].pk)) == ["Farah"]
    assert names(ask(manager, owner=desk["asha"].pk)) == ["Farah"]
    assert set(names(ask(manager, owner=[desk["ravi"].pk, "none"]))) == {"Binu", "Chitra"}


BAD = [
    {"status": "NOPE"},
    {"status": "NEW,NOPE"},
    {"owner": "x"},
    {"owner": "99999999999999999999"},
    {"source": "99999999999999999999"},
    {"course": "-1"},
    {"origin": "x"},
    {"origin": "00000000-0000-0000-0000-000000000000"},
    {"date_from": "32/01/2026"},
    {"date_to": "0001-01-01"},
    {"date_from": "2026-04-02", "date_to": "2026-04-01"},
    {"follow_up": "sometime"},
    {"contacted": "x"},
    {"stage": "x"},
    {"sort": "phone"},
    {"page_size": "0"},
    {"page_size": "101"},
    {"page_size": "ten"},
    {"count": "all"},
    {"cursor": "x"},
    {"cursor": "a:b:c"},
    {"search": "x" * 101},
    {"status": "\x00"},
]


@pytest.mark.parametrize("params", BAD, ids=str)
def test_what_makes_no_sense_is_400_with_a_sentence(params, manager, as_user):
    client = as_user(manager)
    as_json = client.get(URL, params, headers=JSON)
    assert as_json.status_code == 400
    assert len(as_json.json()["error"]) > 10
    assert client.get(URL, params).status_code == 400


@pytest.mark.parametrize("name", ["search", "area"])
def test_what_is_no_text_is_left_out_of_what_is_searched_for(name, manager, ask):
    CustomerFactory(area="Kochi")
    assert ask(manager, **{name: "ko\x00ch\u200bi"})["count"] == 1


def test_a_search_of_a_hundred_characters_is_answered(manager, ask):
    assert ask(manager, search="x" * 100)["count"] == 0


def test_a_sales_user_names_only_herself_as_owner(asha, ravi, as_user):
    CustomerFactory(assigned_to=asha)
    client = as_user(asha)
    assert client.get(URL, {"owner": asha.pk}, headers=JSON).json()["count"] == 1
    assert client.get(URL, {"owner": ravi.pk}, headers=JSON).status_code == 400


# --- Search -------------------------------------------------------------------------------------

WAYS = [
    "9876543210", "98765 43210", "98765-43210", "+91 98765 43210", "+919876543210", "09876543210", "0 98765 43210",
    "919876543210", "00919876543210", "091 98765 43210", "(+91) 9876543210", "9876543210.0", "98 76 54 32 10",
    "tel:+919876543210",
    "43210", "98765", "0987", "6543",
]  # fmt: skip


@pytest.mark.parametrize("written", WAYS)
def test_a_number_is_found_in_any_way_of_writing_it(written, asha, ask):
    CustomerFactory(name="Farah", phone_number="+919876543210", assigned_to=asha)
    CustomerFactory(name="Binu", phone_number="+918111111112", assigned_to=asha)

    assert names(ask(asha, search=written)) == ["Farah"]


def test_a_further_number_is_found(asha, ask):
    customer = CustomerFactory(name="Farah", assigned_to=asha)
    ContactNumber.objects.create(customer=customer, number="+919876543211")

    assert names(ask(asha, search="098765 43211")) == ["Farah"]


@pytest.mark.parametrize("text", ["हिंदी", "ഫറ", "FARAH", "ﬀ", "100%", "O'Neil", "a_b"])
def test_names_in_any_script_and_with_signs(text, asha, ask):
    CustomerFactory(name="Farah हिंदी ഫറ ff 100% O'Neil a_b", assigned_to=asha)
    CustomerFactory(name="Somebody else 1000 axb", assigned_to=asha)

    assert len(names(ask(asha, search=text))) == 1


def test_a_search_does_not_tell_that_a_colleagues_number_exists(asha, ravi, as_user):
    CustomerFactory(phone_number="+919876543210", assigned_to=ravi)
    client = as_user(asha)

    known, unknown = (client.get(URL, {"search": n}, headers=JSON).json() for n in ("9876543210", "9876500000"))

    assert known == unknown
    assert known["count"] == 0


# --- Paging -------------------------------------------------------------------------------------


def walk(client, **params) -> tuple[list[str], list[str]]:
    """All ids, once from the first page to the last and once back again."""
    forwards, path = [], f"{URL}?{'&'.join(f'{key}={value}' for key, value in params.items())}"
    while path:
        answer = client.get(path, headers=JSON).json()
        forwards.append([row["id"] for row in answer["results"]])
        path, last = answer["next"], answer
    backwards, path = [forwards[-1]], last["previous"]
    while path:
        answer = client.get(path, headers=JSON).json()
        backwards.insert(0, [row["id"] for row in answer["results"]])
        path = answer["previous"]
    return forwards, backwards


@pytest.mark.parametrize("filled", ["all", "none", "some"])
@pytest.mark.parametrize("sort", ["newest", "date", "last_contact", "follow_up", "name"])
def test_120_rows_of_the_same_moment_come_once_each_in_both_directions(sort, filled, manager, as_user):
    now = timezone.now()
    for n in range(120):
        blank = filled == "none" or (filled == "some" and n % 3 == 0)
        CustomerFactory(
            name="" if blank else "Same name",
            date=None if blank else date(2026, 1, 1),
            last_contact_at=None if blank else now,
            next_follow_up_at=None if blank else now,
            created_at=now,
        )

    forwards, backwards = walk(as_user(manager), sort=sort, page_size=25)

    ids = [row for page in forwards for row in page]
    assert len(ids) == 120
    assert set(ids) == set(map(str, Customer.objects.values_list("pk", flat=True)))
    assert [len(page) for page in forwards] == [25, 25, 25, 25, 20]
    assert backwards == forwards


@pytest.mark.parametrize("sort", ["date", "last_contact", "follow_up", "name"])
def test_blank_ones_come_last(sort, manager, ask):
    now = timezone.now()
    CustomerFactory(name="", date=None)
    for days in (1, 3, 2):
        moment = now - timedelta(days=days)
        CustomerFactory(name=f"Name {days}", date=moment.date(), last_contact_at=moment, next_follow_up_at=moment)
    CustomerFactory(name="", date=None)

    found = names(ask(manager, sort=sort))

    newest_first = ["Name 1", "Name 2", "Name 3"]
    expected = {"follow_up": newest_first[::-1]}.get(sort, newest_first)
    assert found == [*expected, "", ""]


def test_a_cursor_belongs_to_its_list(manager, asha, as_user):
    CustomerFactory.create_batch(3, assigned_to=asha)
    client = as_user(manager)
    path = client.get(URL, {"page_size": 1}, headers=JSON).json()["next"]

    assert client.get(path, headers=JSON).status_code == 200
    assert client.get(f"{path}&page_size=2", headers=JSON).status_code == 200
    assert client.get(f"{path}&status=NEW", headers=JSON).status_code == 400
    assert client.get(f"{path}&sort=name", headers=JSON).status_code == 400
    assert as_user(asha).get(path, headers=JSON).status_code == 400


def test_rows_that_vanish_between_two_pages_end_in_a_way_back(manager, as_user):
    CustomerFactory.create_batch(2)
    client = as_user(manager)
    path = client.get(URL, {"page_size": 1}, headers=JSON).json()["next"]
    Customer.objects.all().delete()

    assert client.get(path, headers=JSON).json()["results"] == []
    assert "Open it from the beginning" in client.get(path).content.decode()


def test_the_count_is_capped_and_exact_when_asked(manager, ask, monkeypatch):
    monkeypatch.setattr("crm.lib.pagination.COUNT_CAP", 3)
    CustomerFactory.create_batch(4)

    def counted(**params) -> tuple[int, bool]:
        found = ask(manager, page_size=2, **params)
        return found["count"], found["count_is_exact"]

    assert counted() == (3, False)
    assert counted(count="exact") == (4, True)


def test_a_list_on_one_page_is_counted_by_its_rows(manager, as_user, django_assert_num_queries):
    CustomerFactory.create_batch(3)
    client, counts = as_user(manager), []
    for page_size, queries in ((3, 4), (2, 5)):
        with django_assert_num_queries(queries):
            counts.append(client.get(URL, {"page_size": page_size}, headers=JSON).json()["count"])
    assert counts == [3, 3]


# --- The page -----------------------------------------------------------------------------------


def test_the_page_shows_rows_chips_and_count(asha, manager, as_user):
    CustomerFactory(name="<b>Farah</b>", phone_number="+919876543210", assigned_to=asha, status_id="INTERESTED")
    page = as_user(manager).get(URL, {"status": "INTERESTED", "search": "farah"}).content.decode()

    assert "&lt;b&gt;Farah" in page
    assert "98765 43210" in page
    assert "Status: Interested" in page
    assert 'name="customer_ids"' in page and 'name="as_of"' in page
    assert 'name="status" value="INTERESTED"' in page


def test_a_sales_user_has_nothing_to_select(asha, as_user):
    CustomerFactory(assigned_to=asha)
    page = as_user(asha).get(URL).content.decode()
    assert 'name="customer_ids"' not in page


def test_empty_states(asha, manager, as_user):
    assert "No customers yet" in as_user(manager).get(URL).content.decode()
    assert "Nobody is assigned to you yet" in as_user(asha).get(URL).content.decode()
    nothing = as_user(manager).get(URL, {"status": "INTERESTED"}).content.decode()
    assert "Nobody matches" in nothing and reverse("customers:list") in nothing


@pytest.mark.parametrize(("accept", "queries"), [("text/html", 11), ("application/json", 4)])
def test_thirty_rows_cost_what_three_cost(accept, queries, asha, manager, as_user, django_assert_num_queries):
    client = as_user(manager)
    for total in (3, 30):
        while Customer.objects.count() < total:
            CustomerFactory(assigned_to=asha, source=SourceFactory(), course=CourseFactory(), status_id="INTERESTED")
        with django_assert_num_queries(queries):
            response = client.get(URL, {"page_size": 100}, headers={"accept": accept})
        assert response.content.count(b"Interested") >= total


def test_other_methods_and_strangers(manager, as_user, client):
    response = as_user(manager).post(URL)
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert client.get(URL, headers=JSON).status_code == 403
    assert client.get(URL)["Location"].startswith("/login/?next=")
