"""What somebody is told of the acts of others: one notice an act, counted on the frame until it was seen."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import see_notices
from accounts.models import User
from accounts.tests.factories import UserFactory
from customers import actions
from customers.models import Batch, Customer
from customers.tests.factories import CustomerFactory
from imports.models import Import, State
from imports.tests.factories import imported

pytestmark = pytest.mark.django_db
URL, JSON = "/notices/", {"accept": "application/json"}


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def vikram(db):
    return UserFactory(manager=True, username="vikram", first_name="Vikram")


def told(client) -> list[str]:
    return [notice["text"] for notice in client.get(URL, headers=JSON).json()["results"]]


def bell(client) -> str:
    """What the frame says of the unread ones: (the bell, the title bar)."""
    page = client.get("/profile/").text
    title = re.search(r"<title>(?:\((.+?)\) )?", page)[1] or ""
    on_bell = re.search(r'class="bell-count">([^<]+)<', page)
    assert title == (on_bell[1] if on_bell else "")
    return title


def give(count, to, *, by, now, **change):
    CustomerFactory.create_batch(count)
    return actions.assign(customers=Customer.objects.unassigned(), to=to, by=by, now=now, **change)


# --- One notice an act ----------------------------------------------------------------------------


def test_a_batch_is_one_notice_to_each_who_got_of_it(as_user, manager, asha, ravi, now):
    CustomerFactory.create_batch(10)
    actions.distribute(customers=Customer.objects.all(), by=manager, now=now)
    for user in (asha, ravi):
        assert told(as_user(user)) == ["5 new customers from Meena"]
        assert bell(as_user(user)) == "1"


def test_each_giver_and_each_act_is_told_of_the_newest_first(as_user, manager, vikram, asha, now):
    give(3, asha, by=manager, now=now - timedelta(minutes=9))
    give(2, asha, by=vikram, now=now - timedelta(minutes=8))
    give(1, asha, by=manager, now=now - timedelta(minutes=7))
    client = as_user(asha)
    assert told(client) == ["1 new customer from Meena", "2 new customers from Vikram", "3 new customers from Meena"]
    assert bell(client) == "3"


def test_those_given_one_by_one_are_one_notice_a_day(as_user, manager, asha, now):
    noon = timezone.localtime(now).replace(hour=12) - timedelta(days=1)
    for minutes in range(4):
        moment = noon + timedelta(minutes=minutes)
        actions.assign_one(customer=CustomerFactory(), to=asha, by=manager, now=moment)
    actions.assign_one(customer=CustomerFactory(), to=asha, by=manager, now=noon - timedelta(days=1))
    assert told(as_user(asha)) == ["4 new customers from Meena", "1 new customer from Meena"]


def test_the_number_opens_the_list_of_just_those(as_user, manager, asha, now):
    CustomerFactory.create_batch(2, assigned_to=asha)
    give(3, asha, by=manager, now=now)
    actions.assign_one(customer=CustomerFactory(name="Alone"), to=asha, by=manager, now=now)
    client = as_user(asha)
    for notice in client.get(URL, headers=JSON).json()["results"]:
        listed = client.get(notice["url"], headers=JSON).json()
        assert listed["count"] == int(notice["text"].split()[0])
    assert "Given" in client.get(notice["url"]).text


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "7",
        "999999-2026-11-25",
        "1-2026-13-45",
        "1-9999-12-31",
        "1-0001-01-01",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_an_act_that_never_was_is_refused(as_user, asha, text):
    assert as_user(asha).get(reverse("customers:list"), {"came": text}).status_code == 400


def test_hand_overs_and_rules_say_why(as_user, manager, asha, ravi, now):
    CustomerFactory.create_batch(3, assigned_to=asha)
    actions.hand_over(user=asha, by=manager, now=now, to=[ravi])
    [got] = as_user(ravi).get(URL, headers=JSON).json()["results"]
    [lost] = as_user(asha).get(URL, headers=JSON).json()["results"]
    assert (got["text"], got["why"]) == ("3 new customers from Meena", "Asha is away")
    assert (lost["text"], lost["why"]) == ("3 of your customers passed on by Meena", "Asha is away")


def test_what_comes_with_a_file_is_told_once(as_user, manager, asha, ravi):
    rows = [f"Person {n},98111 0001{n}".encode() for n in range(6)]
    deal = {"how": "even", "among": None}
    imported(manager, b"\n".join([b"Name,Phone", *rows]), deal=deal)
    assert told(as_user(asha)) == ["3 new customers from Meena"]


def test_what_she_took_herself_is_no_news(as_user, asha, now):
    actions.assign_one(customer=CustomerFactory(), to=asha, by=asha, now=now)
    assert (told(as_user(asha)), bell(as_user(asha))) == ([], "")


def test_what_was_taken_back_is_not_hers_any_more(as_user, manager, asha, now):
    shared = give(3, asha, by=manager, now=now - timedelta(minutes=1))
    actions.begin_undoing(batch=Batch.objects.get(pk=shared.batch), by=manager, now=now)
    actions.undo_slice(batch_id=shared.batch, now=now)
    assert (told(as_user(asha)), bell(as_user(asha))) == ([], "")


def test_what_is_given_a_second_time_is_told_once(as_user, manager, asha, now):
    shared = give(3, asha, by=manager, now=now - timedelta(minutes=2))
    actions.begin_undoing(batch=Batch.objects.get(pk=shared.batch), by=manager, now=now - timedelta(minutes=1))
    actions.undo_slice(batch_id=shared.batch, now=now - timedelta(minutes=1))
    actions.assign(customers=Customer.objects.all(), to=asha, by=manager, now=now)
    client = as_user(asha)
    [notice] = client.get(URL, headers=JSON).json()["results"]
    assert client.get(notice["url"], headers=JSON).json()["count"] == 3
    assert bell(client) == "1"


def test_those_she_has_back_are_not_told_as_gone(as_user, manager, asha, ravi, now):
    customer = CustomerFactory(assigned_to=asha)
    actions.assign_one(customer=customer, to=ravi, by=manager, now=now - timedelta(minutes=2))
    actions.assign_one(customer=customer, to=asha, by=manager, now=now - timedelta(minutes=1))
    assert told(as_user(asha)) == ["1 new customer from Meena"]
    assert told(as_user(ravi)) == ["1 of your customers passed on by Meena"]


def test_a_merged_away_customer_is_no_news(as_user, manager, asha, ravi, now):
    lost, got = CustomerFactory(assigned_to=asha), CustomerFactory()
    actions.assign_one(customer=lost, to=ravi, by=manager, now=now)
    actions.assign_one(customer=got, to=asha, by=manager, now=now)
    Customer.objects.filter(pk__in=[lost.pk, got.pk]).update(merged_into=CustomerFactory())
    assert (told(as_user(asha)), bell(as_user(asha))) == ([], "")


# --- Seen -----------------------------------------------------------------------------------------


def test_seen_is_read_and_what_comes_then_is_new(as_user, manager, asha, now):
    give(2, asha, by=manager, now=now - timedelta(minutes=2))
    client = as_user(asha)
    first = client.get(URL)
    assert first.text.count(">New<") == 1
    assert bell(client) == ""
    assert client.get(URL).text.count(">New<") == 0

    give(1, asha, by=manager, now=now - timedelta(minutes=1))
    assert bell(client) == "1"
    assert [notice["new"] for notice in client.get(URL, headers=JSON).json()["results"]] == [True, False]


def test_asked_for_by_a_script_nothing_is_seen_yet(as_user, manager, asha, now):
    give(2, asha, by=manager, now=now)
    client = as_user(asha)
    client.get(URL, headers=JSON)
    assert bell(client) == "1"


def test_what_is_older_than_a_fortnight_is_no_news(as_user, manager, asha, now):
    give(2, asha, by=manager, now=now - timedelta(days=16))
    assert (told(as_user(asha)), bell(as_user(asha))) == ([], "")


def test_seeing_never_goes_back_in_time(manager, asha, now):
    stale = User.objects.get(pk=asha.pk)
    see_notices(user=asha, until=now)
    see_notices(user=stale, until=now - timedelta(hours=1))
    asha.refresh_from_db()
    assert asha.notices_seen_at == now


# --- A manager's files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "state", "words"),
    [
        (b"Name,Phone\nFarah,98111 00001\n", State.DONE, "1 added"),
        (b"Name,Area\nFarah,Kochi\n", State.NEEDS_MAPPING, "phone"),
        (b"Name,Phone\n", State.REFUSED, ""),
    ],
)
def test_her_own_files_tell_what_became_of_them(as_user, manager, vikram, content, state, words):
    import_ = imported(manager, content, "fair.csv")
    assert import_.state == state
    client = as_user(manager)
    assert bell(client) == "1"
    [notice] = client.get(URL, headers=JSON).json()["results"]
    assert notice["text"].startswith("fair.csv: ")
    assert words in notice["text"]
    assert client.get(notice["url"]).status_code == 200
    assert (told(as_user(vikram)), bell(as_user(vikram))) == ([], "")


def test_the_history_shows_them_too(as_user, manager, vikram):
    imported(manager, b"Name,Phone\nFarah,98111 00001\n")
    client = as_user(manager)
    client.get("/import/history/", headers=JSON)
    as_user(vikram).get("/import/history/")
    assert bell(client) == "1"
    client.get("/import/history/")
    assert bell(client) == ""


def test_a_file_under_way_or_stopped_is_no_news(as_user, manager):
    import_ = imported(manager, b"Name,Phone\nFarah,98111 00001\n")
    for state in set(State) - {State.DONE, State.CHECKED, State.NEEDS_MAPPING, State.REFUSED, State.FAILED}:
        Import.objects.filter(pk=import_.pk).update(state=state)
        assert (told(as_user(manager)), bell(as_user(manager))) == ([], "")


# --- Nothing, and many ----------------------------------------------------------------------------


def test_nothing_says_so_and_what_next(as_user, manager, asha):
    for user, way_on in ((manager, "Import"), (asha, "Next call")):
        page = as_user(user).get(URL).text
        assert "Nothing to tell" in page
        assert way_on in page


@pytest.mark.parametrize("acts", [3, 30])
def test_many_cost_no_more_than_few(as_user, manager, asha, now, acts, django_assert_num_queries):
    for number in range(acts):
        give(2, asha, by=manager, now=now - timedelta(minutes=number))
        imported(manager, f"Name,Phone\nFarah,98111 {number:05d}\n".encode(), deal={"how": "nobody"})
    for user, reads in ((asha, 3), (manager, 1)):
        client = as_user(user)
        with django_assert_num_queries(3 + reads + 1):  # session, person, the frame; the notices; seen
            client.get(URL)
        with django_assert_num_queries(3):
            client.get("/password/change/done/")
