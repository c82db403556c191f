"""At which statuses a customer ever was and when she was first called: kept with her, right after any write."""

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.urls import reverse

from customers import actions, milestones
from customers.funnel import HowFar
from customers.models import Batch, Customer, Status, StatusChange
from customers.recount import differences
from customers.tests.factories import CustomerFactory, StatusChangeFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
migration = importlib.import_module("customers.migrations.0022_been_at")


@pytest.fixture
def farah(asha) -> Customer:
    return CustomerFactory(name="Farah", assigned_to=asha, created_at=NOW - 9 * HOUR)


def record(customer: Customer, code: str, by, now=NOW, **more) -> StatusChange:
    return actions.record_status(customer=customer, status=Status.objects.get(pk=code), by=by, now=now, **more)


def kept(customer: Customer) -> tuple[set[str], datetime | None]:
    """(the statuses she ever was at, when she was first called), as they stand on her row."""
    customer.refresh_from_db()
    codes = {status.pk for status in Status.objects.all() if customer.been_at & status.mark}
    return codes, customer.first_contact_at


def in_bulk(customer: Customer, code: str, by, at=NOW) -> Batch:
    act = actions.Act(kind=Batch.Kind.STATUS, status=Status.objects.get(pk=code))
    batch = actions.begin_bulk(act=act, by=by, now=at, filters={}, as_of=at, total=1)
    actions.bulk_slice(batch=batch, customers=Customer.objects.filter(pk=customer.pk))
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE)
    return batch


def test_nothing_is_known_of_her_at_first(farah):
    assert kept(farah) == (set(), None)


def test_each_outcome_is_added_and_the_first_call_stays_the_first(farah, asha):
    record(farah, "INTERESTED", asha)
    record(farah, "NOT_INTERESTED", asha, now=NOW + HOUR)
    assert kept(farah) == ({"INTERESTED", "NOT_INTERESTED"}, NOW)


def test_a_late_one_counts_from_when_the_call_was(farah, asha):
    record(farah, "INTERESTED", asha, waited=3 * HOUR)
    assert kept(farah) == ({"INTERESTED"}, NOW - 3 * HOUR)


def test_what_is_taken_back_never_happened(farah, asha):
    record(farah, "INTERESTED", asha)
    again = record(farah, "INTERESTED", asha, now=NOW + HOUR)
    actions.take_back(change=again, by=asha, now=NOW + HOUR)
    assert kept(farah) == ({"INTERESTED"}, NOW)

    mistake = record(farah, "ADMISSION", asha, now=NOW + 2 * HOUR)
    actions.take_back(change=mistake, by=asha, now=NOW + 2 * HOUR)
    assert kept(farah) == ({"INTERESTED"}, NOW)


def test_a_status_in_bulk_is_no_call_and_goes_with_its_undo(farah, asha, manager):
    batch = in_bulk(farah, "SHORTLISTED", manager)
    assert kept(farah) == ({"SHORTLISTED"}, None)

    batch = actions.begin_undoing(batch=batch, by=manager, now=NOW + HOUR)
    actions.undo_bulk_slice(batch=batch, size=5)
    assert kept(farah) == (set(), None)


def test_undone_in_bulk_what_she_was_before_stays(farah, asha, manager):
    record(farah, "INTERESTED", asha, now=NOW - HOUR)
    batch = in_bulk(farah, "NOT_INTERESTED", manager)
    batch = actions.begin_undoing(batch=batch, by=manager, now=NOW + HOUR)
    actions.undo_bulk_slice(batch=batch, size=5)
    assert kept(farah) == ({"INTERESTED"}, NOW - HOUR)


def test_merging_adds_the_status_that_is_taken_over_and_taking_apart_the_one_that_comes_back(farah, asha, manager):
    double = CustomerFactory(assigned_to=asha)
    record(farah, "INTERESTED", asha)
    record(double, "ADMISSION", asha, now=NOW - HOUR)
    merge = actions.merge(survivor=farah, loser=double, by=manager, now=NOW + HOUR, take=["status"])
    assert kept(farah) == ({"INTERESTED", "ADMISSION"}, NOW)

    actions.unmerge(merge=merge, by=manager, now=NOW + 2 * HOUR)
    assert (kept(farah), kept(double)) == (({"INTERESTED", "ADMISSION"}, NOW), ({"ADMISSION"}, NOW - HOUR))
    assert not [found for found in differences() if found.figure in milestones.KEPT]


def test_what_she_was_merged_for_counts_once_she_is_put_back_to_it(asha, manager):
    """She was put by a file, without a history, to what the merge takes from her and its undo gives back."""
    farah = CustomerFactory(assigned_to=asha, status_id="VALID")
    double = CustomerFactory(assigned_to=asha, status_id="INTERESTED")
    merge = actions.merge(survivor=farah, loser=double, by=manager, now=NOW, take=["status"])
    actions.unmerge(merge=merge, by=manager, now=NOW + HOUR)
    assert kept(farah) == ({"INTERESTED", "VALID"}, None)


def test_who_was_erased_was_where_she_was(farah, asha, manager):
    record(farah, "INTERESTED", asha)
    actions.erase(customer=farah, by=manager, now=NOW + HOUR, reason="She asked for it.")
    assert kept(farah) == ({"INTERESTED"}, NOW)


def test_a_status_that_is_put_elsewhere_on_the_funnel_takes_along_who_was_there(farah, asha):
    record(farah, "INTERESTED", asha)
    record(farah, "NOT_INTERESTED", asha, now=NOW + HOUR)
    assert HowFar(Customer.objects.all(), Status.objects.all()).ever(7) == 0

    Status.objects.filter(pk="INTERESTED").update(rung=7)
    assert HowFar(Customer.objects.all(), Status.objects.all()).ever(7) == 1


class TestMarks:
    def add(self, client, code: str):
        values = {
            "code": code,
            "label": code.title(),
            "colour": "#123456",
            "order": 40,
            "stage": "interest",
            "is_active": "on",
        }
        return client.post(reverse("admin:customers_status_add"), values)

    def test_each_has_a_bit_of_its_own(self):
        marks = list(Status.objects.values_list("mark", flat=True))
        assert all(mark.bit_count() == 1 for mark in marks) and len(set(marks)) == len(marks)

    def test_a_new_status_gets_the_next_and_works(self, farah, asha, admin_user, as_user):
        assert self.add(as_user(admin_user), "HOSTEL_VISIT").status_code == 302
        assert Status.objects.get(pk="HOSTEL_VISIT").mark == 2 * Status.objects.get(pk="ADMISSION").mark
        record(farah, "HOSTEL_VISIT", asha)
        assert kept(farah)[0] == {"HOSTEL_VISIT"}

    def test_one_added_elsewhere_than_in_admin_gets_one_too(self, db):
        added = Status.objects.create(code="HOSTEL_VISIT", label="Hostel visit", stage="interest")
        assert added.mark == 2 * Status.objects.get(pk="ADMISSION").mark

    def test_editing_one_leaves_its_mark(self, admin_user, as_user):
        before = Status.objects.get(pk="VALID").mark
        values = {"label": "Checked", "colour": "#123456", "order": 40, "stage": "contact", "is_active": "on"}
        url = reverse("admin:customers_status_change", args=["VALID"])
        assert as_user(admin_user).post(url, values).status_code == 302
        assert (Status.objects.get(pk="VALID").label, Status.objects.get(pk="VALID").mark) == ("Checked", before)

    def test_there_is_room_for_63_and_the_last_one_works_too(self, farah, asha, admin_user, as_user):
        Status.objects.filter(pk="VALID").update(mark=1 << 61)
        client = as_user(admin_user)
        self.add(client, "LAST_ONE")
        record(farah, "LAST_ONE", asha)
        record(farah, "INTERESTED", asha, now=NOW + HOUR)
        assert kept(farah)[0] == {"LAST_ONE", "INTERESTED"}

        answer = self.add(client, "ONE_MORE")
        assert "There are 63 statuses already." in answer.content.decode()


class TestFillingIn:
    """What the migration writes for who was there before it."""

    def test_it_is_what_the_histories_say_slice_by_slice(self, asha, monkeypatch):
        monkeypatch.setattr(migration, "SLICE", 2)
        people = [CustomerFactory(assigned_to=asha, created_at=NOW - HOUR) for _ in range(5)]
        for place, customer in enumerate(people[:4]):
            record(customer, "INTERESTED", asha, now=NOW + place * HOUR)
            StatusChangeFactory(customer=customer, new_status_id="ADMISSION", undone_at=NOW, happened_at=NOW - HOUR)
        in_bulk(people[4], "VALID", asha)
        Customer.objects.update(been_at=0, first_contact_at=None)

        migration.fill_in(apps, None)

        expected = [({"INTERESTED"}, NOW + place * HOUR) for place in range(4)]
        assert [kept(customer) for customer in people] == [*expected, ({"VALID"}, None)]

    def test_the_statuses_are_marked_in_their_order(self):
        places = list(Status.objects.in_order().values_list("mark", flat=True))
        assert places == [1 << place for place in range(len(places))]
