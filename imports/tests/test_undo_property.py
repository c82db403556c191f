"""Import A, then anything by anybody, then undo A: nothing a person touched is lost, all else is as before A."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from customers import actions as work
from customers.models import Customer, FollowUp, Note, Status
from imports.models import State
from imports.presenters import previewed
from imports.tests.factories import csv_bytes, imported
from imports.tests.taking_back import state_of, undone
from imports.undo_preview import Preview

pytestmark = pytest.mark.django_db

HEADER = "Name,Phone,Area,Date,Remark,Source,Course,Other phone,Fees"
EDITABLE = ("area", "remark", "email")
DERIVED = ("hand_edited", "search_text", "area_key")
SEEDS = range(12)


def a_file(draw: random.Random, people: list[int], tag: str) -> bytes:
    """Rows about `people`, each with some of the columns filled."""
    rows = []
    for n in people:
        cells = [
            f"Area {tag}", f"{draw.randint(1, 28):02d}/0{draw.randint(1, 9)}/2026", f"said {tag}", f"Fair {tag}",
            draw.choice(["BCA", "BBA"]), f"91234{draw.randint(0, 99999):05d}", tag,
        ]  # fmt: skip
        filled = [cell if draw.random() < 0.5 else "" for cell in cells]
        rows.append(",".join([f"Person {n}", f"98765{n:05d}", *filled]))
    return csv_bytes(*rows, header=HEADER)


def touch(draw: random.Random, customer: Customer, by) -> tuple[str, str]:
    """Something a person does: (what, the value she typed)."""
    what = draw.choice(["note", "contact", "follow-up", "given", *EDITABLE])
    act = {"customer": customer, "by": by, "now": timezone.now()}
    if what == "note":
        work.add_note(text="Her father decides.", **act)
    elif what == "contact":
        work.record_status(status=Status.objects.get(pk="INTERESTED"), **act)
    elif what == "follow-up":
        work.set_follow_up(due_at=timezone.now() + timedelta(days=2), **act)
    elif what == "given":
        work.assign_one(customer=customer, to=by, by=by, now=timezone.now())
    else:
        value = f"typed{draw.randint(0, 99)}@x.in" if what == "email" else f"typed {draw.randint(0, 99)}"
        work.edit_customer(**act, **{what: value})
        return what, value
    return what, ""


@pytest.mark.parametrize("seed", SEEDS)
def test_undoing_loses_nothing_of_anybodys_and_leaves_nothing_of_its_own(seed, manager, asha, two_a_slice):
    draw = random.Random(seed)  # noqa: S311 - a repeatable choice
    imported(manager, a_file(draw, draw.sample(range(20), 8), "before"), "before.csv")
    known = {customer.pk: state_of(customer) for customer in Customer.objects.all()}
    a = imported(manager, a_file(draw, draw.sample(range(20), 14), "a"), "a.csv")
    touched: dict = {}
    for customer in draw.sample(list(Customer.objects.order_by("pk")), 6):
        touched.setdefault(customer.pk, []).append(touch(draw, customer, asha))
    b_people = draw.sample(range(25), 6)
    imported(manager, a_file(draw, b_people, "b"), "b.csv")
    in_b = set(Customer.objects.filter(phone_number__in=[f"+9198765{n:05d}" for n in b_people]).values_list("pk"))
    in_b = {pk for (pk,) in in_b}
    added = set(Customer.objects.filter(origin=a.origin).values_list("pk", flat=True))

    undone(a, manager)

    assert a.state == State.UNDONE
    left = set(Customer.objects.values_list("pk", flat=True))
    worked_on = {pk for pk, acts in touched.items() if any(what != "given" for what, _ in acts)}
    assert added - left == added - worked_on - in_b  # those it added go, but for those somebody had since
    assert known.keys() <= left
    for pk in touched.keys() & left:
        assert_all_is_there(Customer.objects.get(pk=pk), touched[pk], asha)
    for pk in known.keys() - touched.keys() - in_b:
        assert state_of(Customer.objects.get(pk=pk)) == known[pk]
    assert not Customer.objects.filter(pk__in=known.keys() - in_b, enquiries__origin=a.origin).exists()


def assert_all_is_there(customer: Customer, acts: list[tuple[str, str]], by) -> None:
    """What a person did with her is as she left it."""
    for what in dict(acts):
        if what == "note":
            assert Note.objects.filter(customer=customer).exists()
        elif what == "contact":
            assert customer.status_id == "INTERESTED" and customer.attempts >= 1
        elif what == "follow-up":
            assert FollowUp.objects.filter(customer=customer).exists()
        elif what == "given":
            assert customer.assigned_to == by
        else:
            assert getattr(customer, what) == dict(acts)[what]  # the last one typed


@pytest.mark.parametrize("seed", SEEDS)
def test_two_files_undone_in_either_order_leave_the_world_as_it_was_but_for_what_people_did(
    seed, manager, asha, two_a_slice
):
    # Given known customers, two files over them and over one another, and people who work on some in between
    draw = random.Random(1_000 + seed)  # noqa: S311 - a repeatable choice
    imported(manager, a_file(draw, list(range(8)), "before"), "before.csv")
    known = {customer.pk: state_of(customer) for customer in Customer.objects.all()}
    files, touched = [], {}
    for tag in "ab":
        files.append(imported(manager, a_file(draw, draw.sample(range(14), 9), tag), f"{tag}.csv"))
        for customer in draw.sample(list(Customer.objects.order_by("pk")), draw.choice([0, 3])):
            touched.setdefault(customer.pk, []).append(touch(draw, customer, asha))
    draw.shuffle(files)
    # When both are undone, each with a preview
    for import_ in files:
        preview = previewed(Preview(import_, manager)).counts
        undone(import_, manager)
        assert {name: import_.undo_counts[name] for name in ("gone", "behind", "stay")} == {
            name: preview[name] for name in ("gone", "behind", "stay")
        }
    # Then those they had added are gone, but for those whom somebody worked on
    after = {customer.pk: state_of(customer) for customer in Customer.objects.all()}
    worked_on = {pk for pk, acts in touched.items() if any(what != "given" for what, _ in acts)}
    assert after.keys() == known.keys() | worked_on
    for pk in touched.keys() & after.keys():
        assert_all_is_there(Customer.objects.get(pk=pk), touched[pk], asha)
    # And the known ones are as they were
    untouched = known.keys() - touched.keys()
    changed = {(pk, name) for pk in untouched for name in known[pk] if after[pk][name] != known[pk][name]}
    assert {place: (after[place[0]][place[1]], known[place[0]][place[1]]) for place in changed} == {}
