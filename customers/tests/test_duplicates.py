"""Who may be one person: what the search finds and leaves, what an answer does, and the pages."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from crm.lib import phones
from customers import actions, duplicates
from customers.actions.duplicates import SLICE, begin_search, search_slice
from customers.models import ContactNumber, Customer, DuplicateSearch, LikelyDuplicate
from customers.tests.factories import CustomerFactory, likely_pair

pytestmark = pytest.mark.django_db
NOW = timezone.now()
JSON = {"accept": "application/json"}


def searched(now=NOW) -> set:
    """A whole search; the open pairs as sets of ids, with the reason."""
    begin_search(now=now)
    while search_slice(now=now):
        pass
    return {(frozenset((pair.one_id, pair.other_id)), pair.why) for pair in LikelyDuplicate.objects.open()}


def pair(a, b, why):
    return (frozenset((a.pk, b.pk)), why)


def person(name="Farah Khan", number="9876543210", area="Kochi", **fields):
    return CustomerFactory(name=name, phone_number=f"+91{number}", area=area, **fields)


def test_the_numbers_one_mistake_away():
    near = phones.one_mistake_away("+919876543210")
    assert {"+919876543219", "+919876543201", "+918976543210"} <= near
    assert "+919876543210" not in near
    assert len(near) == 9 * 10 + 9
    assert all(number.startswith("+91") and len(number) == 13 for number in near)
    assert "+12025550134" in phones.one_mistake_away("+12025550143")


class TestFound:
    @pytest.mark.parametrize("number", ["9876543219", "9876543201"])
    def test_the_same_name_and_area_at_nearly_the_same_number(self, number):
        one, other = person(), person("khan  FARAH", number)
        person("Rahul Nair", "9876543211")
        person("Farah Khan", "9876543212", area="Pune")
        person("Farah Khan", "9876549999")
        assert searched() == {pair(one, other, "close")}

    def test_an_area_that_is_not_known_speaks_against_nothing(self):
        one, other = person(), person(number="9876543219", area="")
        assert searched() == {pair(one, other, "close")}

    def test_without_a_name_nothing_is_alike(self):
        person(""), person("", "9876543219"), person("Unknown", "9876543218")
        assert searched() == set()

    @pytest.mark.parametrize("holder_first", [True, False])
    def test_her_number_is_anothers_further_number(self, holder_first):
        people = [person("Farah", "9876543210"), person("Zubeida", "9811100001")]
        holder, owner = people if holder_first else people[::-1]
        ContactNumber.objects.create(customer=holder, number=owner.phone_number)
        assert searched() == {pair(holder, owner, "number")}

    def test_a_number_of_many_says_nothing(self):
        person("Agent", "9811100001")
        for n in range(5):
            ContactNumber.objects.create(customer=person(f"X{n}", f"987650000{n}"), number="+919811100001")
        assert searched() == set()

    def test_two_persons_at_one_number_were_told_apart_already(self):
        person(), person(person=2)
        assert searched() == set()

    def test_nobody_merged_away_or_erased(self, manager):
        one, gone = person(), person(number="9876543219")
        Customer.objects.filter(pk=gone.pk).update(merged_into=one)
        erased = person("Zubeida", "9811100001")
        ContactNumber.objects.create(customer=erased, number=one.phone_number)
        actions.erase(customer=erased, by=manager, now=NOW, reason="Asked for it")
        assert searched() == set()


class TestSearchedAgain:
    def test_what_came_and_what_changed_since(self, asha, manager):
        one = person()
        assert searched() == set()
        late = person("Farah Khan", "9876543219")
        assert searched() == {pair(one, late, "close")}
        far = person("Meera Das", "9811100001")
        assert len(searched()) == 1
        searched(), searched()  # by now it looks at no old row any more
        actions.edit_customer(customer=far, by=manager, now=NOW, phone_number="+919876543218", name="Farah Khan")
        assert pair(one, far, "close") in searched()
        ContactNumber.objects.create(customer=far, number=late.phone_number)
        assert pair(far, late, "close") in searched()

    def test_a_row_that_appears_behind_the_search_is_seen_by_the_next_one(self):
        one, hidden = person(), person(number="9876543219")
        Customer.objects.filter(pk=hidden.pk).update(merged_into=one)
        person("Zubeida", "9811100001")
        assert searched() == set()
        Customer.objects.filter(pk=hidden.pk).update(merged_into=None)  # as if its transaction had just ended
        assert searched() == {pair(one, hidden, "close")}

    def test_an_answer_is_remembered(self, manager):
        person(), person(number="9876543219")
        searched()
        actions.not_the_same(pair=LikelyDuplicate.objects.get(), by=manager, now=NOW)
        assert searched() == searched() == set()
        assert LikelyDuplicate.objects.get().by == manager

    def test_it_goes_on_where_it_was_broken_off(self):
        person()
        begin_search(now=NOW)
        assert search_slice(now=NOW)
        begin_search(now=NOW + timedelta(days=1))
        assert not search_slice(now=NOW)
        assert DuplicateSearch.objects.get().begun_at == NOW

    @pytest.mark.parametrize("size", [3, 30])
    def test_a_slice_costs_the_same_for_three_and_for_thirty(self, size, django_assert_num_queries):
        for n in range(size):
            ContactNumber.objects.create(customer=person(f"X{n}", f"98765432{n:02}"), number=f"+9198111000{n:02}")
        begin_search(now=NOW)
        # The place twice (read, held), one for the close, two for the further numbers, one that keeps them.
        with django_assert_num_queries(8):
            assert search_slice(now=NOW)
        assert size < SLICE


def test_merging_closes_her_pairs_and_taking_apart_opens_them(manager):
    one, other, third = person(), person(number="9876543219"), person(number="9876543218")
    searched()
    assert LikelyDuplicate.objects.open().count() == 3
    merge = actions.merge(survivor=one, loser=other, by=manager, now=NOW)
    assert searched() == {pair(one, third, "close")}
    actions.unmerge(merge=merge, by=manager, now=NOW + timedelta(minutes=1))
    assert searched() == {pair(one, third, "close"), pair(other, third, "close")}


class TestPages:
    def test_a_pair_is_compared_or_told_apart_once(self, manager, as_user):
        one, other = person(), person(number="9876543219")
        waiting = likely_pair(one, other)
        client = as_user(manager)
        page = client.get("/customers/duplicates/").content.decode()
        assert f"/customers/{one.pk}/merge/?other={other.pk}" in page
        assert "1 pair to look at" in page
        answer = client.post(f"/customers/duplicates/{waiting.pk}/", follow=True, headers={"accept": "text/html"})
        assert "stay two customers" in answer.content.decode()
        assert "No likely duplicates" in answer.content.decode()
        assert client.post(f"/customers/duplicates/{waiting.pk}/", headers=JSON).json() == {"success": True}

    def test_json_and_pages(self, manager, as_user):
        for _ in range(27):
            likely_pair(CustomerFactory(), CustomerFactory())
        client = as_user(manager)
        first = client.get("/customers/duplicates/", headers=JSON).json()
        assert (first["count"], len(first["results"])) == (27, 25)
        assert set(first["results"][0]["customers"][0]) == {"id", "name", "phone_number", "area"}
        second = client.get("/customers/duplicates/", {"cursor": first["next"]}, headers=JSON).json()
        assert len(second["results"]) == 2
        assert client.get("/customers/duplicates/", {"cursor": "x"}).status_code == 400

    @pytest.mark.parametrize("size", [3, 30])
    def test_it_costs_the_same_for_three_and_for_thirty(self, size, manager, as_user, django_assert_num_queries):
        for _ in range(size):
            likely_pair(CustomerFactory(), CustomerFactory(assigned_to=manager))
        client = as_user(manager)
        with django_assert_num_queries(5):
            client.get("/customers/duplicates/")

    def test_her_page_says_so_to_whom_it_concerns(self, asha, manager, as_user):
        one, other = person(assigned_to=asha), person("Farah K", "9876543219", assigned_to=asha)
        likely_pair(one, other)
        for user, words in ((asha, "ask your manager"), (manager, "Compare")):
            page = as_user(user).get(f"/customers/{one.pk}/").content.decode()
            assert "Perhaps the same person" in page and "Farah K" in page and words in page


class TestTheWorker:
    @pytest.fixture(autouse=True)
    def queue(self, settings):
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "imports"]}}

    def test_begins_a_search_every_few_hours_and_one_at_a_time(self):
        waiting = DBTaskResult.objects.filter(task_path=duplicates.look_for_duplicates.module_path)
        duplicates.look_when_due(NOW)
        duplicates.look_when_due(NOW)
        assert waiting.count() == 1
        one, other = person(), person(number="9876543219")
        duplicates.look_for_duplicates.func()
        assert LikelyDuplicate.objects.get().one == min((one, other), key=lambda row: row.pk)
        waiting.delete()
        duplicates.look_when_due(timezone.now())
        assert not waiting.exists()
        duplicates.look_when_due(timezone.now() + duplicates.EVERY + timedelta(minutes=1))
        assert waiting.count() == 1

    def test_lets_others_have_their_turn(self, monkeypatch):
        monkeypatch.setattr("customers.duplicates.SLICES_A_TURN", 1)
        person()
        begin_search(now=NOW)
        duplicates.look_for_duplicates.func()
        assert DBTaskResult.objects.filter(task_path=duplicates.look_for_duplicates.module_path).count() == 1
