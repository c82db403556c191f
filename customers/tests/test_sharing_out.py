"""bulk-assign and random-assign: named ones, all that match, what is refused, what is said."""

import json
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from customers import actions
from customers.models import AssignmentChange, Batch, Customer
from customers.tests.factories import CustomerFactory, FollowUpFactory, SourceFactory

pytestmark = pytest.mark.django_db
BULK, RANDOM, PAGE = "/customers/bulk-assign/", "/customers/random-assign/", "/customers/unassigned/"
JSON = {"accept": "application/json"}


@pytest.fixture
def post(as_user, manager):
    """`post(url, data)` as the manager: (status, body); `post.said(url, data)`: what the page says after it."""
    client = as_user(manager)

    def send(url, data, *, as_json=False):
        response = client.post(url, data, headers=JSON if as_json else {})
        return response.status_code, response.json() if as_json else response.content.decode()

    def page_said(url, data):
        response = client.post(url, data)
        assert (response.status_code, response["Location"]) == (302, PAGE)
        return str(list(get_messages(response.wsgi_request))[-1])

    send.said = page_said
    return send


def ids(customers) -> list[str]:
    return [str(customer.pk) for customer in customers]


def owners() -> Counter:
    return Counter(Customer.objects.values_list("assigned_to__username", flat=True))


# --- Named ones ----------------------------------------------------------------------------------


def test_all_to_one(post, asha):
    said = post.said(BULK, {"customer_ids": ids(CustomerFactory.create_batch(3)), "sales_user": asha.pk})
    assert said == "3 were given to Asha."
    assert owners() == {"asha": 3}


def test_at_random_in_equal_shares(post, asha, ravi):
    said = post.said(RANDOM, {"customer_ids": ids(CustomerFactory.create_batch(6))})
    assert said == "6 were shared out: Asha 3, Ravi 3."
    assert owners() == {"asha": 3, "ravi": 3}


def test_at_random_among_those_named(post, asha, ravi):
    vikram = UserFactory(username="vikram")
    post.said(RANDOM, {"customer_ids": ids(CustomerFactory.create_batch(6)), "sales_users": [asha.pk, vikram.pk]})
    assert owners() == {"asha": 3, "vikram": 3}


def test_the_page_says_how_in_one_form(post, asha, ravi):
    chosen = ids(CustomerFactory.create_batch(4))
    post.said(BULK, {"customer_ids": chosen, "how": "random", "sales_user": ""})
    assert owners() == {"asha": 2, "ravi": 2}


def test_json_list_of_ids(as_user, manager, asha):
    chosen = [*ids(CustomerFactory.create_batch(2)), str(uuid.uuid4())]
    body = json.dumps({"customer_ids": chosen, "sales_user": asha.pk})
    response = as_user(manager).post(BULK, body, content_type="application/json", headers=JSON)
    answer = response.json()
    assert response.status_code == 200
    assert (answer["success"], answer["assigned"], answer["left"]) == (True, 2, 1)
    assert Batch.objects.get().pk == uuid.UUID(answer["batch"])


def test_a_json_list_in_one_field(post, asha):
    chosen = json.dumps(ids(CustomerFactory.create_batch(2)))
    assert post.said(BULK, {"customer_ids": chosen, "sales_user": asha.pk}) == "2 were given to Asha."


def test_unknown_merged_and_repeated_ids_are_left_or_counted_once(post, asha):
    one = CustomerFactory()
    merged = CustomerFactory(merged_into=one)
    chosen = [str(one.pk), str(one.pk), str(merged.pk), str(uuid.uuid4())]
    said = post.said(BULK, {"customer_ids": chosen, "sales_user": asha.pk})
    assert said == "1 was given to Asha. Left: 2 do not exist."
    merged.refresh_from_db()
    assert merged.assigned_to is None


def test_owned_and_muted_ones_are_left_and_said(post, asha, ravi):
    chosen = [CustomerFactory(), CustomerFactory(assigned_to=ravi), CustomerFactory(do_not_call=True)]
    said = post.said(BULK, {"customer_ids": ids(chosen), "sales_user": asha.pk})
    assert said == "1 was given to Asha. 2 left: 1 already has a counsellor, 1 must not be called."


def test_who_took_some_meanwhile_is_named(post, asha, ravi):
    now = timezone.now()
    vikram = UserFactory(manager=True, username="vikram", first_name="Vikram")
    customers = CustomerFactory.create_batch(10, created_at=now - timedelta(days=1))
    for customer in customers[:2]:
        actions.assign_one(customer=customer, to=ravi, by=vikram, now=now - timedelta(minutes=2, seconds=5))
    drawn = (now - timedelta(minutes=9)).isoformat()
    said = post.said(RANDOM, {"customer_ids": ids(customers), "sales_users": [asha.pk], "as_of": drawn})
    assert said == "Vikram took 2 of these two minutes ago. 8 were shared out, all to Asha."


def test_the_same_post_again_changes_nothing(post, asha, manager):
    drawn = timezone.now().isoformat()
    data = {"customer_ids": ids(CustomerFactory.create_batch(2)), "sales_user": asha.pk, "as_of": drawn}
    post.said(BULK, data)
    assert post.said(BULK, data) == "You took 2 of these a moment ago. None were given out."
    assert AssignmentChange.objects.count() == 2


def test_a_moment_to_come_counts_as_now(post, asha, ravi):
    later = (timezone.now() + timedelta(days=300)).isoformat()
    chosen = [CustomerFactory(assigned_to=ravi, assigned_at=timezone.now() - timedelta(days=1))]
    post.said(BULK, {"customer_ids": ids(chosen), "sales_user": asha.pk, "as_of": later})
    assert owners() == {"asha": 1}


# --- All that match ------------------------------------------------------------------------------


@pytest.mark.parametrize("search", ["O'Brien", 'the "old" list', "50% off", "a_b\\c", "नेहा"])
def test_all_that_match_are_those_and_no_others(post, asha, search):
    for n in range(3):
        CustomerFactory(name=f"{search} {n}")
    CustomerFactory.create_batch(47)
    said = post.said(BULK, {"matching": "1", "search": search, "owner": "none", "sales_user": asha.pk})
    assert said == "3 were given to Asha."
    assert set(Customer.objects.filter(assigned_to=asha).values_list("name", flat=True)) == {
        f"{search} {n}" for n in range(3)
    }


def test_all_that_match_by_area_and_source(post, asha):
    fair = SourceFactory(name="Kochi fair")
    CustomerFactory(area="Aluva", source=fair)
    CustomerFactory(area="Aluva")
    CustomerFactory(source=fair)
    data = {"matching": "1", "area": "aluva", "source": fair.pk, "sales_user": asha.pk}
    assert post.said(BULK, data) == "1 was given to Asha."


def test_at_most_so_many_of_them_the_oldest_first(post, asha):
    customers = CustomerFactory.create_batch(5)
    post.said(BULK, {"matching": "1", "limit": "2", "sales_user": asha.pk})
    assert list(Customer.objects.filter(assigned_to=asha).order_by("pk")) == customers[:2]


def test_those_who_no_longer_match_are_named_too(post, asha, ravi):
    now = timezone.now()
    vikram = UserFactory(manager=True, username="vikram", first_name="Vikram")
    customers = CustomerFactory.create_batch(4)
    actions.assign_one(customer=customers[0], to=ravi, by=vikram, now=now - timedelta(minutes=3))
    CustomerFactory(assigned_to=ravi, assigned_at=now - timedelta(days=3))
    drawn = (now - timedelta(minutes=5)).isoformat()
    said = post.said(BULK, {"matching": "1", "owner": "none", "as_of": drawn, "sales_user": asha.pk})
    assert said == "Vikram took 1 of these three minutes ago. 3 were given to Asha."
    assert owners() == {"asha": 3, "ravi": 2}


def test_a_filter_that_makes_no_sense_is_400(post, asha):
    status, answer = post(BULK, {"matching": "1", "status": "HAPPY", "sales_user": asha.pk}, as_json=True)
    assert status == 400
    assert "HAPPY" in answer["error"]


def test_nobody_matches(post, asha):
    said = post.said(BULK, {"matching": "1", "search": "zzz", "sales_user": asha.pk})
    assert said == "None were given out."


# --- More than a request does --------------------------------------------------------------------


@pytest.fixture
def small_limits(monkeypatch):
    monkeypatch.setattr(actions, "REQUEST_LIMIT", 10)
    monkeypatch.setattr(actions, "SLICE", 5)


def test_the_worker_takes_over_in_slices_and_stays_fair(
    as_user, manager, asha, ravi, small_limits, django_capture_on_commit_callbacks
):
    vikram = UserFactory(username="vikram", first_name="Vikram")
    CustomerFactory.create_batch(22)
    CustomerFactory(do_not_call=True)
    client = as_user(manager)
    with django_capture_on_commit_callbacks() as callbacks:
        answer = client.post(RANDOM, {"matching": "1", "owner": "none"}, headers=JSON).json()
    assert (answer["success"], answer["assigned"], answer["state"]) == (True, 0, "queued")
    waiting = client.get(PAGE).content.decode()
    assert "23 customers are being shared out" in waiting
    assert f'data-batch="/customers/batch/{answer["batch"]}/"' in waiting
    told = client.get(f"/customers/batch/{answer['batch']}/", headers=JSON).json()
    assert (told["state"], told["seen"], told["total"]) == ("queued", 0, 23)

    for callback in callbacks:
        callback()

    assert sorted(owners().values()) == [1, 7, 7, 8]
    assert Customer.objects.filter(assigned_to=vikram).count() in (7, 8)
    batch = Batch.objects.get()
    assert (batch.state, batch.counts["assigned"], batch.counts["left"]) == ("done", 22, 1)
    assert AssignmentChange.objects.filter(batch=batch).count() == 22
    assert "22 were shared out: " in client.get(PAGE).content.decode()
    told = client.get(f"/customers/batch/{answer['batch']}/", headers=JSON).json()
    assert (told["state"], told["seen"]) == ("done", 23)


def test_a_task_taken_up_twice_does_nothing_more(manager, asha, small_limits, django_capture_on_commit_callbacks):
    from customers import tasks
    from customers.lists import Filters

    CustomerFactory.create_batch(12)
    with django_capture_on_commit_callbacks(execute=True):
        batch = tasks.share_matching(filters=Filters(), by=manager, now=timezone.now(), kind=Batch.Kind.DISTRIBUTE)
    tasks.share_out_batch.func(str(batch.pk))
    batch.refresh_from_db()
    assert batch.counts["assigned"] == AssignmentChange.objects.count() == 12


def test_a_killed_worker_begins_where_it_stopped(manager, asha, ravi, small_limits):
    from customers import tasks
    from customers.lists import Filters

    CustomerFactory.create_batch(12)
    batch = tasks.share_matching(filters=Filters(), by=manager, now=timezone.now(), kind=Batch.Kind.DISTRIBUTE)
    tasks._next_slice(str(batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.options["seen"], batch.counts["assigned"]) == ("running", 5, 5)
    tasks.share_out_batch.func(str(batch.pk))
    assert owners() == {"asha": 6, "ravi": 6}


def test_when_everybody_is_full_the_worker_stops_and_says_so(manager, small_limits, as_user):
    from customers import tasks
    from customers.lists import Filters

    UserFactory(username="neha", first_name="Neha", daily_cap=5)
    CustomerFactory.create_batch(12)
    batch = tasks.share_matching(filters=Filters(), by=manager, now=timezone.now(), kind=Batch.Kind.DISTRIBUTE)
    tasks.share_out_batch.func(str(batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.counts["assigned"]) == ("failed", 5)
    page = as_user(manager).get(PAGE).content.decode()
    assert "5 were shared out, all to Neha. Then it stopped. Nobody can take new customers now" in page


def test_nobody_eligible_is_said_before_the_worker_begins(post, small_limits):
    CustomerFactory.create_batch(12)
    assert "Nobody can take new customers now" in post.said(RANDOM, {"matching": "1"})
    assert not Batch.objects.exists()


# --- People who left -----------------------------------------------------------------------------


def test_people_who_left_get_nothing_and_their_open_ones_are_listed(post, manager, asha, ravi, as_user):
    now = timezone.now()
    tens = CustomerFactory.create_batch(10, assigned_to=asha, assigned_at=now - timedelta(days=3))
    for customer in tens[:2]:
        FollowUpFactory(customer=customer, due_at=now - timedelta(days=1), created_by=manager)
        Customer.objects.filter(pk=customer.pk).update(next_follow_up_at=now - timedelta(days=1))
    actions.deactivate(user=asha, by=manager, now=now)
    listed = as_user(manager).get(PAGE, headers=JSON).json()
    assert {row["id"] for row in listed["results"]} == set(ids(tens))

    post.said(RANDOM, {"customer_ids": ids(CustomerFactory.create_batch(30))})

    assert owners() == {"ravi": 30, None: 10}
    assert set(AssignmentChange.objects.filter(customer__in=tens).values_list("previous_owner", flat=True)) == {asha.pk}


@pytest.mark.parametrize("url, field", [(BULK, "sales_user"), (RANDOM, "sales_users")])
def test_naming_somebody_who_left_is_refused_on_the_page(post, asha, url, field):
    gone = UserFactory(is_active=False)
    chosen = ids(CustomerFactory.create_batch(2))
    assert "does not exist or has left" in post.said(url, {"customer_ids": chosen, field: gone.pk})
    status, answer = post(url, {"customer_ids": chosen, field: gone.pk}, as_json=True)
    assert status == 400
    assert "does not exist or has left" in answer["error"]
    assert owners() == {None: 2}


def test_somebody_on_leave_is_refused_by_name(post):
    away = UserFactory(first_name="Neha", takes_new=False)
    said = post.said(BULK, {"customer_ids": ids(CustomerFactory.create_batch(1)), "sales_user": away.pk})
    assert said == "Neha cannot take new customers now: on leave, switched off or at the limit."


# --- Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {"customer_ids": "abc"},
        {"customer_ids": "[1, 2]"},
        {"customer_ids": '["x"'},
        {"customer_ids": "[" * 2_000},
        {"customer_ids": "\x00"},
        {"matching": "maybe"},
        {"matching": "1", "limit": "0"},
        {"matching": "1", "limit": "many"},
        {"matching": "1", "as_of": "yesterday"},
        {"matching": "1", "how": "somehow"},
        {"matching": "1", "search": "x" * 101},
    ],
)
@pytest.mark.parametrize("url", [BULK, RANDOM])
def test_nonsense_is_400_with_a_sentence(post, asha, url, data):
    CustomerFactory()
    status, answer = post(url, {"sales_user": asha.pk, **data}, as_json=True)
    assert status == 400
    assert answer["error"]
    assert post(url, {"sales_user": asha.pk, **data})[0] == 400
    assert owners() == {None: 1}


@pytest.mark.parametrize("body", ["{", "[]", '{"customer_ids": {"a": 1}}', '{"customer_ids": [["x"]]}'])
def test_a_broken_json_body_is_400(as_user, manager, body):
    response = as_user(manager).post(BULK, body, content_type="application/json", headers=JSON)
    assert response.status_code == 400
    assert response.json()["error"]


def test_nothing_chosen_is_said_on_the_page(post, asha):
    assert "No customer was chosen" in post.said(BULK, {"sales_user": asha.pk})
    assert post(BULK, {"sales_user": asha.pk, "customer_ids": ""}, as_json=True)[0] == 400


def test_no_counsellor_chosen_is_said_on_the_page(post):
    chosen = ids(CustomerFactory.create_batch(1))
    assert "Choose the one counsellor" in post.said(BULK, {"customer_ids": chosen, "sales_user": ""})


@pytest.mark.parametrize("sales_user", ["abc", "-1", "9" * 40, "1 or 1=1"])
def test_a_counsellor_who_never_was_is_said_on_the_page(post, sales_user):
    chosen = ids(CustomerFactory.create_batch(1))
    assert "does not exist or has left" in post.said(BULK, {"customer_ids": chosen, "sales_user": sales_user})


def test_ten_thousand_ids_are_the_most(post, asha):
    customer = CustomerFactory()
    most = [str(customer.pk), *(str(uuid.uuid4()) for _ in range(9_999))]
    assert "1 was given to Asha. Left: 9,999 do not exist." in post.said(
        BULK, {"customer_ids": most, "sales_user": asha.pk}
    )
    more = [*most, str(uuid.uuid4())]
    assert "all that match" in post.said(BULK, {"customer_ids": more, "sales_user": asha.pk})
    status, answer = post(BULK, {"customer_ids": more, "sales_user": asha.pk}, as_json=True)
    assert status == 400
    assert "all that match" in answer["error"]


@pytest.mark.parametrize("url", [BULK, RANDOM])
def test_strangers_and_other_methods(as_user, manager, asha, url):
    chosen = ids([CustomerFactory(assigned_to=asha)])
    assert as_user(asha).post(url, {"customer_ids": chosen, "sales_user": asha.pk}).status_code == 403
    assert as_user(asha).get(url).status_code == 403
    assert as_user(manager).get(url).status_code == 405


def test_a_batch_of_another_kind_or_none_is_404(as_user, manager, asha):
    other = Batch.objects.create(kind=Batch.Kind.STATUS, by=manager, at=timezone.now())
    assert as_user(manager).get(reverse("customers:batch", args=[other.pk])).status_code == 404
    assert as_user(manager).get(reverse("customers:batch", args=[uuid.uuid4()])).status_code == 404
    assert as_user(asha).get(reverse("customers:batch", args=[other.pk])).status_code == 403
