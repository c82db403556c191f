"""A merge that was a mistake: what comes back, what was changed since and stays."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import actions
from customers.models import CallingRules, ContactNumber, Customer, FollowUp, Status
from customers.models.customer import CHOICES
from customers.recount import differences

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(hours=1)
KEPT = [
    field.attname
    for field in Customer._meta.concrete_fields
    # When something happened last, and how often, is no value that comes back; nor is where she ever was: the history
    # keeps both the status that the merge gave her and the one that she got back.
    if field.attname not in ("version", "updated_at", "assigned_at", "hand_edited", "been_at")
]


@pytest.fixture(autouse=True)
def at_any_hour():
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")


def typed_in(by, number, **fields):
    return actions.create_customer(by=by, now=NOW - timedelta(days=5), phone_number=number, **fields)


@pytest.fixture
def farah(asha):
    return typed_in(asha, "+919876543210", name="Farah Khan", area="Kochi", date=date(2026, 3, 5), remark="Hostel")


@pytest.fixture
def double(ravi):
    return typed_in(
        ravi, "+919876543201", name="Farah", course="BCA", date=date(2026, 4, 1), extra_phones=["+919811100001"]
    )


def picture(*customers):
    """Everything that is known of them, search and further numbers included."""
    rows = [Customer.objects.filter(pk=row.pk).values(*KEPT).get() for row in customers]
    for row in rows:
        row["search_text"] = sorted(row["search_text"].split())
        row["numbers"] = sorted(ContactNumber.objects.filter(customer=row["id"]).values_list("number", flat=True))
        planned = FollowUp.objects.open().filter(customer=row["id"])
        row["follow_up"] = planned.values("pk", "due_at", "promised_at", "owner", "closed_at").first()
    return rows


def apart(merge, by, now=LATER):
    found = actions.unmerge(merge=merge, by=by, now=now)
    for row in (merge.winner, merge.loser):
        row.refresh_from_db()
    return found


ACTS = ("INTERESTED", "CALL_NOT_ATTENDED", "ADMISSION", "planned", "do_not_call", "edited", "file")


def act(what, customer, by, at):
    if what == "planned":
        status = Status.objects.get(pk="FOLLOW_UP")
        due = NOW + timedelta(hours=3 + at.minute)
        if not Customer.objects.get(pk=customer.pk).do_not_call:
            actions.record_status(customer=customer, status=status, by=by, now=at, follow_up_at=due)
    elif what == "do_not_call":
        actions.edit_customer(customer=customer, by=by, now=at, do_not_call=True)
    elif what == "edited":
        actions.edit_customer(customer=customer, by=by, now=at, area=f"Area {at.minute}", email=f"a{at.minute}@x.org")
    elif what == "file":
        Customer.objects.filter(pk=customer.pk).update(extra={"School": f"S{at.minute}", f"Only {customer.name}": "1"})
    else:
        actions.record_status(customer=customer, status=Status.objects.get(pk=what), by=by, now=at)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lives=st.lists(st.tuples(st.booleans(), st.sampled_from(ACTS)), max_size=6),
    take=st.sets(st.sampled_from(CHOICES)),
    join=st.booleans(),
)
def test_merged_and_taken_apart_both_are_as_before(lives, take, join, asha, ravi, manager):
    with transaction.atomic():
        one = typed_in(asha, "+919876543210", name="Farah Khan", area="Kochi", remark="Hostel", source="Fair")
        two = typed_in(ravi, "+919876543201", name="Farah", course="BCA", date=date(2026, 4, 1))
        for minutes, (of_one, what) in enumerate(lives):
            act(what, *((one, asha) if of_one else (two, ravi)), NOW - timedelta(days=1) + timedelta(minutes=minutes))
        before = picture(one, two)

        merge = actions.merge(survivor=one, loser=two, by=manager, now=NOW, take=take, join_remarks=join)
        assert list(differences()) == []
        apart(merge, manager)

        assert picture(one, two) == before
        assert list(differences()) == []
        transaction.set_rollback(True)  # the next example types the same in


def test_what_was_changed_since_stays(farah, double, asha, manager):
    merge = actions.merge(survivor=farah, loser=double, by=manager, now=NOW, take=["name", "course", "status"])
    actions.edit_customer(customer=farah, by=asha, now=NOW + timedelta(minutes=1), name="Farah K. Khan")
    actions.record_status(
        customer=farah, status=Status.objects.get(pk="INTERESTED"), by=asha, now=NOW + timedelta(minutes=2)
    )
    parts = actions.parting(merge, *(Customer.objects.get(pk=row.pk) for row in (farah, double)))
    assert (parts.kept, list(parts.fields), parts.recorded) == (["name"], ["course"], 1)
    apart(merge, manager)
    farah.refresh_from_db()
    assert (farah.name, farah.course, farah.status_id, farah.attempts) == ("Farah K. Khan", None, "INTERESTED", 1)
    assert list(differences()) == []


def test_a_promise_answered_since_does_not_come_back(farah, double, asha, ravi, manager):
    for customer, by, hours in ((farah, asha, 5), (double, ravi, 3)):
        actions.record_status(
            customer=customer,
            status=Status.objects.get(pk="FOLLOW_UP"),
            by=by,
            now=NOW - timedelta(hours=1),
            follow_up_at=NOW + timedelta(hours=hours),
        )
    merge = actions.merge(survivor=farah, loser=double, by=manager, now=NOW)
    actions.record_status(customer=farah, status=Status.objects.get(pk="INTERESTED"), by=asha, now=LATER)
    apart(merge, manager, now=LATER + timedelta(minutes=1))
    assert not FollowUp.objects.open().exists()


def test_two_merges_are_taken_apart_in_any_order(farah, double, manager, asha):
    third = typed_in(asha, "+919811100077", name="F. Khan", email="f@example.com")
    before = picture(farah, double, third)
    merges = [
        actions.merge(survivor=farah, loser=loser, by=manager, now=NOW + timedelta(minutes=n), take=[field])
        for n, (loser, field) in enumerate(((double, "course"), (third, "email")))
    ]
    for merge in merges:
        apart(merge, manager)
    assert picture(farah, double, third) == before


def test_a_merge_under_another_comes_apart_after_it(farah, double, manager, asha):
    third = typed_in(asha, "+919811100077", name="F. Khan")
    lower = actions.merge(survivor=double, loser=third, by=manager, now=NOW)
    upper = actions.merge(survivor=farah, loser=double, by=manager, now=NOW + timedelta(minutes=1))
    with pytest.raises(actions.ActionError, match="Take that apart first"):
        actions.unmerge(merge=lower, by=manager, now=LATER)
    apart(upper, manager)
    third.refresh_from_db()
    assert third.merged_into == double
    apart(lower, manager)
    third.refresh_from_db()
    assert third.merged_into is None
    assert list(differences()) == []


def test_only_for_thirty_days_and_only_once(farah, double, manager):
    merge = actions.merge(survivor=farah, loser=double, by=manager, now=NOW)
    with pytest.raises(actions.ActionError, match="30 days"):
        actions.unmerge(merge=merge, by=manager, now=NOW + timedelta(days=31))
    apart(merge, manager, now=NOW + timedelta(days=29))
    assert apart(merge, manager, now=NOW + timedelta(days=29)).undone_at == NOW + timedelta(days=29)
    farah.refresh_from_db()
    assert farah.enquiry_count == 1


def test_a_counsellor_who_left_gets_nobody_back(farah, double, ravi, manager):
    merge = actions.merge(survivor=farah, loser=double, by=manager, now=NOW)
    type(ravi).objects.filter(pk=ravi.pk).update(is_active=False)
    apart(merge, manager)
    double.refresh_from_db()
    assert double.assigned_to is None


def test_merged_anew_after_being_taken_apart(farah, double, manager):
    apart(actions.merge(survivor=farah, loser=double, by=manager, now=NOW), manager)
    actions.merge(survivor=double, loser=farah, by=manager, now=LATER)
    farah.refresh_from_db()
    assert farah.merged_into == double


def test_erased_is_erased(farah, double, manager, asha):
    third = typed_in(asha, "+919811100077", name="F. Khan")
    merge = actions.merge(survivor=farah, loser=double, by=manager, now=NOW)
    actions.erase(customer=farah, by=manager, now=NOW, reason="Asked for it")
    with pytest.raises(actions.ActionError, match="erased"):
        actions.unmerge(merge=merge, by=manager, now=LATER)
    for survivor, loser in ((farah, third), (third, farah)):
        with pytest.raises(actions.ActionError, match="erased"):
            actions.merge(survivor=survivor, loser=loser, by=manager, now=LATER)
