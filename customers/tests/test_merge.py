"""Two entries that are one person: what stays, what is added up, and who may still see what."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import UserFactory
from customers import actions
from customers.models import AssignmentChange, CallingRules, Customer, FieldChange, FollowUp, Merge, Note, Status
from customers.recount import differences
from customers.tests.factories import CourseFactory, CustomerFactory, FollowUpFactory
from customers.timeline import Story

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_any_hour():
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")


@pytest.fixture
def farah(asha):
    return actions.create_customer(
        by=asha, now=NOW - timedelta(days=3), phone_number="+919876543210", name="Farah Khan", area="Kochi",
        date=date(2026, 3, 5), source="Fair", remark="Asked for the hostel",
    )  # fmt: skip


@pytest.fixture
def double(ravi):
    return actions.create_customer(
        by=ravi, now=NOW - timedelta(days=2), phone_number="+919876543201", name="Farah", email="f@example.com",
        extra_phones=["+919811100001"], date=date(2026, 4, 1), source="Website", course="BCA", remark="Evenings only",
    )  # fmt: skip


def called(customer, by, status="INTERESTED", at=NOW - timedelta(days=1), **more):
    return actions.record_status(customer=customer, status=Status.objects.get(pk=status), by=by, now=at, **more)


def merged(survivor, loser, by, **choices):
    """The merge, with both read anew."""
    found = actions.merge(survivor=survivor, loser=loser, by=by, now=NOW, **choices)
    survivor.refresh_from_db()
    loser.refresh_from_db()
    survivor.__dict__.pop("row_ids", None)
    return found


def numbers(customer):
    return sorted(customer.numbers.values_list("number", flat=True))


def test_the_survivor_takes_over_what_was_chosen_and_nothing_else(farah, double, manager):
    merged(farah, double, manager, take=["email", "course"], join_remarks=True)

    assert (farah.name, farah.area, farah.email, farah.course.name) == ("Farah Khan", "Kochi", "f@example.com", "BCA")
    assert (farah.source.name, farah.date) == ("Fair", date(2026, 3, 5))
    assert farah.remark == "Asked for the hostel\nEvenings only"
    assert numbers(farah) == ["+919811100001", "+919876543201"]
    assert {change.field for change in FieldChange.objects.filter(customer=farah)} == {
        "email", "course", "remark", "extra_phones"
    }  # fmt: skip
    assert farah.is_hand_edited("email")
    assert Customer.objects.visible_to(manager).search("98765 43201").get() == farah
    assert Customer.objects.visible_to(manager).search("43201").get() == farah


def test_the_loser_stays_behind_the_survivor_with_her_own_history(farah, double, asha, ravi, manager, as_user):
    called(double, ravi, notes="Asked for the fees")
    Note.objects.create(customer=double, text="Father decides", by=ravi, at=NOW - timedelta(days=1), pinned=True)
    merged(farah, double, manager)

    assert double.merged_into == farah
    assert list(Customer.objects.visible_to(manager)) == [farah]
    assert double.status_changes.count() == 1
    kinds = {entry.kind for entry in Story(farah, asha).entries(now=NOW)[0]}
    assert {"status", "note", "enquiry", "assignment", "merge"} <= kinds
    assert [change.notes for change in Story(farah, asha).status_history()[0]] == ["Asked for the fees"]
    assert [note.text for note in Story(farah, asha).pinned()] == ["Father decides"]
    assert Story(farah, ravi).entries(now=NOW)[0] == []
    page = as_user(asha).get(f"/customers/{double.pk}/", follow=True)
    assert page.redirect_chain[-1][0] == f"/customers/{farah.pk}/"
    assert "Asked for the fees" in page.content.decode()
    assert as_user(ravi).get(f"/customers/{double.pk}/").status_code == 403


def test_figures_are_added_up_and_recounting_agrees(farah, double, asha, ravi, manager):
    called(farah, asha, at=NOW - timedelta(days=2))
    called(double, ravi, "CALL_NOT_ATTENDED")
    called(double, ravi, "CALL_NOT_ATTENDED", at=NOW - timedelta(hours=2))
    merged(farah, double, manager)

    assert (farah.attempts, farah.enquiry_count) == (3, 2)
    assert farah.last_contact_at == NOW - timedelta(hours=2)
    assert farah.last_enquired_at == date(2026, 4, 1)
    assert list(differences()) == []


def test_columns_of_both_files_stay(farah, double, manager):
    Customer.objects.filter(pk=farah.pk).update(extra={"School": "GHS", "Marks": "", "Hobby": "Chess"})
    Customer.objects.filter(pk=double.pk).update(extra={"School": "St. Mary's", "Marks": "91", "Bus": "yes"})
    merged(farah, double, manager)
    assert farah.extra == {"School": "GHS", "Marks": "91", "Hobby": "Chess", "Bus": "yes"}


def test_the_other_files_columns_go_first_when_chosen(farah, double, manager):
    Customer.objects.filter(pk=farah.pk).update(extra={"School": "GHS", "Hobby": "Chess"})
    Customer.objects.filter(pk=double.pk).update(extra={"School": "St. Mary's"})
    merged(farah, double, manager, take=["extra"])
    assert farah.extra == {"School": "St. Mary's", "Hobby": "Chess"}


class TestFollowUps:
    def plan(self, customer, hours, kind="promise"):
        due = NOW + timedelta(hours=hours)
        promised = due if kind == "promise" else None
        owner = customer.assigned_to
        row = FollowUpFactory(
            customer=customer, owner=owner, due_at=due, promised_at=promised, kind=kind, created_by=owner
        )
        Customer.objects.filter(pk=customer.pk).update(next_follow_up_at=due)
        return row

    @pytest.mark.parametrize(
        ("hers", "others", "stays"),
        [
            ((2, "promise"), (5, "promise"), "hers"),
            ((5, "promise"), (2, "promise"), "others"),
            ((5, "promise"), (2, "retry"), "hers"),
            ((5, "retry"), (2, "retry"), "others"),
        ],
    )
    def test_the_earlier_promise_stays_and_is_the_survivors(self, hers, others, stays, farah, double, manager):
        rows = {"hers": self.plan(farah, *hers), "others": self.plan(double, *others)}
        merged(farah, double, manager)
        left = FollowUp.objects.open().get()
        assert left == rows[stays]
        assert (left.customer, left.owner) == (farah, farah.assigned_to)
        assert (farah.next_follow_up_at, double.next_follow_up_at) == (left.due_at, None)
        assert list(differences()) == []

    def test_none_is_left_when_she_must_not_be_called(self, farah, double, asha, manager):
        self.plan(farah, 2)
        Customer.objects.filter(pk=double.pk).update(do_not_call=True)
        merged(farah, double, manager)
        assert farah.do_not_call
        assert not FollowUp.objects.open().exists()
        assert farah.next_follow_up_at is None

    def test_none_is_left_of_the_other_when_won_or_lost_stays(self, farah, double, ravi, manager):
        self.plan(farah, 2)
        called(double, ravi, "ADMISSION")
        merged(farah, double, manager, take=["status"])
        assert farah.status_id == "ADMISSION"
        assert not FollowUp.objects.open().exists()
        assert list(differences()) == []


@pytest.mark.parametrize("vain", ["both", "one"])
def test_tried_in_vain_is_who_was_so_at_both_numbers(vain, farah, double, manager):
    Customer.objects.filter(pk=farah.pk).update(exhausted_at=NOW - timedelta(days=2))
    if vain == "both":
        Customer.objects.filter(pk=double.pk).update(exhausted_at=NOW - timedelta(days=1))
    merged(farah, double, manager)
    assert farah.exhausted_at == (NOW - timedelta(days=1) if vain == "both" else None)


def test_tries_at_either_number_count_on_the_ladder(farah, double, asha, ravi, manager):
    for hours in (5, 4, 3):
        called(double, ravi, "CALL_NOT_ATTENDED", at=NOW - timedelta(hours=hours))
    merged(farah, double, manager)
    called(farah, asha, "CALL_NOT_ATTENDED", at=LATER)
    farah.refresh_from_db()
    assert farah.exhausted_at == LATER


def test_the_chosen_counsellor_gets_her_with_a_history_row_on_both(farah, double, asha, ravi, manager):
    merged(farah, double, manager, take=["owner", "status"])
    assert farah.assigned_to == ravi
    change = AssignmentChange.objects.get(customer=farah, at=NOW)
    assert (change.previous_owner, change.new_owner, change.why) == (asha, ravi, "Merged")
    assert list(differences()) == []


def test_what_her_former_counsellor_saves_late_is_kept(farah, double, asha, ravi, manager, as_user):
    page = as_user(ravi).get(f"/customers/{double.pk}/")
    actions.merge(survivor=farah, loser=double, by=manager, now=timezone.now())
    data = {"status": "INTERESTED", "notes": "Wants BCA", "draft": page.context["draft"]}
    answer = as_user(ravi).post(f"/customers/{double.pk}/update-status/", data)
    assert answer.json()["late"]
    assert farah.status_changes.get().notes == "Wants BCA"


def test_whoever_was_merged_into_the_loser_is_the_survivors(farah, double, manager):
    third = CustomerFactory(phone_number="+919811100077")
    merged(double, third, manager)
    merged(farah, double, manager)
    third.refresh_from_db()
    assert third.merged_into == farah
    assert "+919811100077" in numbers(farah)
    assert farah.enquiry_count == 3


def test_a_note_of_the_loser_is_pinned_on_the_survivors_page(farah, double, asha, ravi, manager, as_user):
    note = actions.add_note(customer=double, text="Evenings", by=ravi, now=NOW)
    merged(farah, double, manager)
    url = f"/customers/{farah.pk}/notes/{note.pk}/"
    assert as_user(asha).post(url, {"pinned": "yes"}).status_code == 302
    note.refresh_from_db()
    assert note.pinned


class TestAtTheSameTime:
    def test_the_second_manager_is_told_and_nothing_is_merged_twice(self, farah, double, manager):
        merged(farah, double, manager)
        other = UserFactory(manager=True)
        with pytest.raises(actions.ActionError, match="merged these two"):
            actions.merge(survivor=farah, loser=double, by=other, now=LATER)
        with pytest.raises(actions.ActionError, match="merged in the meantime"):
            actions.merge(survivor=double, loser=farah, by=other, now=LATER)
        assert Merge.objects.count() == 1

    def test_a_double_press_merges_once(self, farah, double, manager):
        first = merged(farah, double, manager)
        assert actions.merge(survivor=farah, loser=double, by=manager, now=NOW) == first
        farah.refresh_from_db()
        assert farah.enquiry_count == 2

    @pytest.mark.parametrize("whose", ["survivor", "loser"])
    def test_what_was_changed_since_is_looked_at_first(self, whose, farah, double, asha, ravi, manager):
        seen = (farah.version, double.version)
        if whose == "survivor":
            actions.edit_customer(customer=farah, by=asha, now=NOW, area="Aluva")
        else:
            called(double, ravi)
        with pytest.raises(actions.Conflict):
            actions.merge(survivor=farah, loser=double, by=manager, now=LATER, seen=seen)
        assert not Merge.objects.exists()

    def test_nobody_is_merged_with_herself_or_with_who_is_gone(self, farah, double, manager):
        gone = Customer.objects.get(pk=double.pk)
        double.delete()
        for other in (farah, gone):
            with pytest.raises(actions.ActionError):
                actions.merge(survivor=farah, loser=other, by=manager, now=NOW)

    def test_the_database_refuses_a_second_merge_of_one(self, farah, double, manager):
        merged(farah, double, manager)
        with pytest.raises(IntegrityError), transaction.atomic():
            Merge.objects.create(winner=CustomerFactory(course=CourseFactory()), loser=double, by=manager, at=NOW)
