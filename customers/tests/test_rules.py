"""Ordered rules of sharing out, what counsellors take for themselves, and waiting that is an alarm."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from customers import actions, tasks
from customers.dealing import RULES, Scheme
from customers.lists import Filters
from customers.models import AssignmentChange, Batch, Customer, SharingRule, SharingSettings
from customers.tests.factories import CourseFactory, CustomerFactory, SourceFactory

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def now():
    return timezone.now()


def rule(order, *people, area="", source=None, course=None) -> SharingRule:
    about = {"area": area, "source": source, "course": course}
    return actions.save_rule(rule=SharingRule(), order=order, people=people, **about)


def owner_of(customer):
    owner = Customer.objects.get(pk=customer.pk).assigned_to
    return owner and owner.username


# --- Rules -----------------------------------------------------------------------------------------


def test_the_first_rule_that_fits_decides_and_the_rest_waits(manager, asha, ravi, now):
    fair, bca = SourceFactory(name="Kochi fair"), CourseFactory(name="BCA")
    rule(20, ravi, area="kochi")
    rule(10, asha, area="Kochi", source=fair)
    rule(30, ravi, asha, course=bca)
    both = CustomerFactory(area="KOCHI", source=fair)
    area_only = CustomerFactory(area="Kochi")
    courses = CustomerFactory.create_batch(4, area="Aluva", course=bca)
    nobody = CustomerFactory(area="Aluva")

    batch = actions.share_by_rules(customers=Customer.objects.all(), by=manager, now=now)

    assert (owner_of(both), owner_of(area_only), owner_of(nobody)) == ("asha", "ravi", None)
    assert Counter(map(owner_of, courses)) == {"asha": 2, "ravi": 2}
    batch.refresh_from_db()
    assert (batch.counts["assigned"], batch.counts["why"]["no_rule"]) == (6, 1)
    assert AssignmentChange.objects.get(customer=both).why == "Rule: Kochi · Kochi fair"


def test_a_rule_for_everybody_else_leaves_nobody_to_the_rules_below_it(manager, asha, ravi, as_user, now):
    # Given a rule for an area, one for everybody else, and one below that can never be reached
    tara = UserFactory(username="tara")
    rule(10, asha, area="Kochi")
    rule(20, ravi)
    rule(30, tara, area="Aluva")
    kochi, aluva = CustomerFactory(area="Kochi"), CustomerFactory(area="Aluva")
    # When a manager looks, and when she shares out all she has seen
    looked = as_user(manager).post(
        "/customers/random-assign/", {"matching": "1", "owner": "none", "how": "rules", "preview": "1"}, headers=JSON
    )
    batch = actions.share_by_rules(customers=Customer.objects.all(), by=manager, now=now, as_of=now)
    # Then the second rule had the last word, and nobody is said to match none
    shares = {share["username"]: share["count"] for share in looked.json()["shares"]}
    assert (shares, looked.json()["left"]) == ({"asha": 1, "ravi": 1}, 0)
    assert (owner_of(kochi), owner_of(aluva)) == ("asha", "ravi")
    batch.refresh_from_db()
    assert (batch.counts["assigned"], +Counter(batch.counts["why"])) == (2, {})


def test_whom_nobody_of_her_rule_can_take_waits_and_no_other_rule_gets_her(manager, asha, ravi, now):
    today = timezone.localdate(now)
    away = UserFactory(away_from=today, away_until=today)
    rule(1, away, area="Kochi")
    rule(2, asha)
    kochi, other = CustomerFactory(area="Kochi"), CustomerFactory(area="Aluva")

    batch = actions.share_by_rules(customers=Customer.objects.all(), by=manager, now=now)

    assert (owner_of(kochi), owner_of(other)) == (None, "asha")
    batch.refresh_from_db()
    assert batch.counts["why"]["full"] == 1


def test_without_a_rule_nothing_is_shared_out(as_user, manager, asha):
    CustomerFactory()
    data = {"matching": "1", "how": "rules"}
    page = as_user(manager).post("/customers/random-assign/", data, follow=True).content.decode()
    assert "There are no rules yet." in page
    assert not Batch.objects.exists()


def test_the_page_shares_out_by_the_rules_named_ones_and_all_that_match(as_user, manager, asha):
    rule(1, asha, area="Kochi")
    first, second = CustomerFactory(area="Kochi"), CustomerFactory(area="Kochi")
    client = as_user(manager)
    assert 'value="rules"' in client.get("/customers/unassigned/").content.decode()

    client.post("/customers/random-assign/", {"customer_ids": [str(first.pk)], "how": "rules"})
    assert (owner_of(first), owner_of(second)) == ("asha", None)
    page = client.post("/customers/random-assign/", {"matching": "1", "how": "rules"}, follow=True).content.decode()
    assert owner_of(second) == "asha"
    assert "1 was shared out, all to Asha." in page
    batch = Batch.objects.latest("id")
    assert "By the rules" in client.get(f"/customers/batch/{batch.pk}/").content.decode()


def test_the_worker_follows_the_rules_slice_by_slice(manager, asha, ravi, now, monkeypatch):
    monkeypatch.setattr(actions, "REQUEST_LIMIT", 10)
    monkeypatch.setattr(actions, "SLICE", 5)
    rule(1, asha, area="Kochi")
    rule(2, ravi)
    CustomerFactory.create_batch(6, area="Kochi")
    CustomerFactory.create_batch(6, area="Aluva")
    batch = tasks.share_matching(
        filters=Filters(), by=manager, now=now, kind=Batch.Kind.DISTRIBUTE, scheme=Scheme(RULES)
    )

    tasks.share_out_batch.func(str(batch.pk))

    by_area = Customer.objects.values_list("area", "assigned_to__username")
    assert Counter(by_area) == {("Kochi", "asha"): 6, ("Aluva", "ravi"): 6}
    batch.refresh_from_db()
    assert (batch.state, batch.options["how"], batch.counts["assigned"]) == ("done", "rules", 12)


def test_a_rule_is_written_changed_tried_and_deleted_on_the_pages(as_user, manager, asha, ravi):
    fair, client = SourceFactory(name="Kochi fair"), as_user(manager)
    assert "No rules yet" in client.get("/team/rules/").content.decode()
    client.post("/team/rules/new/", {"order": "5", "area": "Kochi", "source": fair.pk, "people": [asha.pk]})
    made = SharingRule.objects.get()
    assert (made.order, made.area_key, list(made.people.all())) == (5, "kochi", [asha])

    tried = client.get("/team/rules/", {"area": "KOCHI", "source": fair.pk}).content.decode()
    assert "<strong>Asha</strong>, by the rule for Kochi · Kochi fair." in tried
    assert "No rule fits" in client.get("/team/rules/", {"area": "Kochi"}).content.decode()
    assert client.get("/team/rules/", {"area": "kochi", "source": fair.pk}, headers=JSON).json()["fits"] == made.pk

    client.post(f"/team/rules/{made.pk}/", {"order": "5", "people": [asha.pk, ravi.pk]})
    made.refresh_from_db()
    assert (str(made), set(made.people.all())) == ("Everybody else", {asha, ravi})

    client.post(f"/team/rules/{made.pk}/delete/")
    assert not SharingRule.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"people": []}, {"people": ["999999"]}, {"order": "-1"}, {"order": "x"}, {"source": "999"}, {"course": "x"}],
)
def test_a_rule_that_makes_no_sense_is_refused_and_keeps_what_was_typed(as_user, manager, asha, wrong):
    data = {"order": "5", "area": "Kochi", "people": [asha.pk], **wrong}
    response = as_user(manager).post("/team/rules/new/", data)
    assert response.status_code == 400
    assert 'value="Kochi"' in response.content.decode()
    assert not SharingRule.objects.exists()


@pytest.mark.parametrize("size", [3, 30])
def test_the_number_of_queries_does_not_grow(as_user, manager, django_assert_num_queries, size):
    for number in range(size):
        rule(number, UserFactory(), area=f"Area {number}")
    client = as_user(manager)
    client.get("/team/rules/")
    with django_assert_num_queries(7):
        client.get("/team/rules/")


# --- Taking from the pool ----------------------------------------------------------------------------


@pytest.fixture
def pool(db):
    SharingSettings.objects.create(pool_a_day=2)


def test_she_takes_the_newest_one_and_calls_her(as_user, asha, pool):
    CustomerFactory()
    newest = CustomerFactory()
    muted = CustomerFactory(do_not_call=True)
    client = as_user(asha)
    assert "Take the next one nobody has" in client.get("/customers/next/").content.decode()

    response = client.post("/customers/take/")

    assert response["Location"] == f"/customers/next/?customer={newest.pk}"
    assert (owner_of(newest), owner_of(muted)) == ("asha", None)
    change = AssignmentChange.objects.get()
    assert (change.by, change.new_owner, change.why) == (asha, asha, "Taken from the unassigned")


def test_no_more_than_her_share_of_the_day(asha, pool, now):
    CustomerFactory.create_batch(4)
    for _ in range(2):
        actions.take_from_pool(by=asha, now=now)
    with pytest.raises(actions.ActionError, match="as many as you may today"):
        actions.take_from_pool(by=asha, now=now)
    assert actions.left_today(asha, now=now + timedelta(days=1)) == 2


def test_switched_off_on_leave_full_or_nobody_there(asha, now):
    CustomerFactory()
    with pytest.raises(actions.ActionError, match="Only managers"):
        actions.take_from_pool(by=asha, now=now)
    SharingSettings.objects.create(pool_a_day=5)
    full = UserFactory(open_cap=0)
    with pytest.raises(actions.ActionError, match="cannot take"):
        actions.take_from_pool(by=full, now=now)
    actions.take_from_pool(by=asha, now=now)
    with pytest.raises(actions.ActionError, match="Nobody is waiting"):
        actions.take_from_pool(by=asha, now=now)


def test_refused_on_the_page_and_as_json(as_user, asha):
    client = as_user(asha)
    assert "Only managers share customers out here." in client.post("/customers/take/", follow=True).content.decode()
    answer = client.post("/customers/take/", headers=JSON)
    assert (answer.status_code, answer.json()) == (400, {"error": "Only managers share customers out here."})


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_who_take_at_once_get_two_different_ones(asha, ravi):
    SharingSettings.objects.create(pool_a_day=5)
    CustomerFactory.create_batch(2)
    start, got = threading.Barrier(2), {}

    def take(user):
        try:
            start.wait()
            got[user.pk] = actions.take_from_pool(by=user, now=timezone.now()).pk
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[user]) for user in (asha, ravi)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got.values())) == 2


# --- Waiting -----------------------------------------------------------------------------------------


def test_whoever_waits_past_the_setting_is_marked_and_told_of(as_user, manager, now):
    CustomerFactory(created_at=now - timedelta(days=3))
    CustomerFactory(created_at=now - timedelta(days=1))
    client = as_user(manager)
    page = client.get("/customers/unassigned/").content.decode()
    assert page.count("cell-next is-due") == 1
    assert "The oldest waits 3 days." in page

    SharingSettings.objects.create(alarm_days=0)
    page = client.get("/customers/unassigned/").content.decode()
    assert "is-due" not in page
