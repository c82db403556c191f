"""New customers of a checked file, dealt by the rules: as planned, and when the rules change meanwhile."""

from collections import Counter

import pytest

from accounts.tests.factories import UserFactory
from customers.models import AssignmentChange, Batch, Customer, SharingRule
from customers.tests.factories import SourceFactory
from imports.models import State
from imports.tests.checking import counted_again, gone_ahead
from imports.tests.factories import imported, leads

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair(asha, ravi):
    """Rules: those of the fair to Asha and Tara, who has room for four; else those from Kochi to Asha and Ravi."""
    tara = UserFactory(username="tara", first_name="Tara", open_cap=4)
    source = SourceFactory(name="Kochi fair")
    SharingRule.objects.create(order=1, source=source).people.set([asha, tara])
    SharingRule.objects.create(order=2, area="Kochi", area_key="kochi").people.set([asha, ravi])
    return source


def register() -> bytes:
    """Thirty people of several areas and sources, one of them (Web) new to us."""
    areas, sources = ["Kochi", "KOCHI ", "Aluva"], ["Kochi fair", "Web", "", "Kochi fair"]
    rows = [f"Person {n},98100000{n:02d},{areas[n % 3]},{sources[n % 4]}" for n in range(30)]
    return "\n".join(["Name,Phone,Area,Source", *rows]).encode()


def owners() -> Counter:
    """User id as text -> how many she has."""
    return Counter(str(pk) for pk in Customer.objects.values_list("assigned_to", flat=True) if pk)


def test_dealt_as_planned_over_all_slices_and_in_one_batch(manager, asha, fair, small_slices):
    checked = counted_again(imported(manager, register(), dry_run=True), manager, deal={"how": "rules"})
    plan = checked.check_result["plan"]
    assert sum(plan["dealt"].values()) + plan["left"] == 30
    assert plan["no_rule"] == plan["left"] == 6  # from Aluva, and not through the fair
    assert not AssignmentChange.objects.exists()

    done = gone_ahead(checked, manager)

    assert owners() == plan["dealt"]
    batch = Batch.objects.get()
    assert str(batch.pk) == done.check_result["batch"]
    assert (batch.options["how"], batch.counts["shares"]) == ("rules", plan["dealt"])
    assert batch.counts["why"] == {"no_rule": 6}
    assert set(Customer.objects.filter(source=fair).values_list("assigned_to__username", flat=True)) == {"asha", "tara"}
    assert set(batch.assignment_changes.values_list("why", flat=True)) == {"Rule: Kochi fair", "Rule: Kochi"}


def test_whoever_finds_no_room_is_no_question_of_rules(manager, asha, small_slices):
    asha.open_cap = 12
    asha.save()
    SharingRule.objects.create().people.set([asha])
    checked = counted_again(imported(manager, leads(20), dry_run=True), manager, deal={"how": "rules"})
    plan = checked.check_result["plan"]
    assert (plan["dealt"], plan["left"], plan["no_rule"]) == ({str(asha.pk): 12}, 8, 0)
    gone_ahead(checked, manager)
    assert owners() == plan["dealt"]


def test_rules_that_are_gone_when_it_is_imported_leave_everybody(manager, asha, small_slices):
    SharingRule.objects.create().people.set([asha])
    checked = counted_again(imported(manager, leads(20), dry_run=True), manager, deal={"how": "rules"})
    assert checked.check_result["plan"]["dealt"] == {str(asha.pk): 20}
    SharingRule.objects.all().delete()

    done = gone_ahead(checked, manager)

    assert (done.state, owners()) == (State.DONE, {})
    assert Batch.objects.get().counts["why"] == {"no_rule": 20}
