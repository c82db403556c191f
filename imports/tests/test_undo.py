"""Undoing an import: what goes, what comes back, what stays and why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers import actions as work
from customers.models import (
    AssignmentChange,
    ContactNumber,
    Customer,
    Enquiry,
    FieldChange,
    FollowUp,
    Merge,
    Source,
    Status,
    StatusChange,
)
from imports import actions
from imports.models import ImportRow, State, Undo
from imports.tests.factories import csv_bytes, imported
from imports.tests.taking_back import FARAH, HEADER, at, at_person, note, rows_of, state_of, undone

pytestmark = pytest.mark.django_db


def record(customer, by, status="INTERESTED", **more):
    return work.record_status(
        customer=customer, status=Status.objects.get(pk=status), by=by, now=timezone.now(), **more
    )


# -- those it added ----------------------------------------------------------------------------------------------------


def test_untouched_customers_go_with_all_that_came_with_them(manager):
    import_ = imported(
        manager, csv_bytes("Farah,9876543210,Kochi,01/05/2026,x,Fair,BCA,f@x.in,9876500001,5000", header=HEADER)
    )
    assert Customer.objects.count() == 1

    undone(import_, manager)

    assert import_.state == State.UNDONE
    assert (import_.undone_by, import_.undo_counts["gone"], import_.undo_counts["why"]) == (manager, 1, {})
    assert import_.undone_at is not None
    for model in (Customer, Enquiry, ContactNumber, StatusChange, FieldChange):
        assert not model.objects.exists(), model
    assert rows_of(import_) == {2: (Undo.GONE, {})}


def test_being_given_to_somebody_protects_nobody(manager, asha):
    import_ = imported(manager, csv_bytes("Farah,9876543210,Kochi,,"))
    work.assign_one(customer=at(FARAH), to=asha, by=manager, now=timezone.now())

    undone(import_, manager)

    assert not Customer.objects.exists()
    assert not AssignmentChange.objects.exists()


def test_a_status_and_a_counsellor_that_the_file_brought_protect_nobody(manager, asha):
    import_ = imported(manager, b"Name,Phone,Status,Counsellor\nFarah,9876543210,Interested,asha\n")
    assert at(FARAH).status_id == "INTERESTED" and at(FARAH).assigned_to == asha

    undone(import_, manager)

    assert not Customer.objects.exists()


def test_a_next_call_that_the_file_brought_protects_nobody_until_it_is_changed(manager, asha):
    later = f"{timezone.now() + timedelta(days=9):%d/%m/%Y}"
    people = f"Farah,9876543210,asha,{later}\nJohn,9876543211,asha,{later}\n"
    import_ = imported(manager, f"Name,Phone,Counsellor,Follow up\n{people}".encode())
    assert FollowUp.objects.open().count() == 2
    follow_up(at(FARAH), asha)

    undone(import_, manager)

    assert list(Customer.objects.values_list("phone_number", flat=True)) == [FARAH]
    assert rows_of(import_)[2] == (Undo.STAYS, {"why": ["follow_up"]})


def contact(customer, by):
    record(customer, by)


def taken_back_contact(customer, by):
    change = record(customer, by, notes="wants a call in June")
    StatusChange.objects.filter(pk=change.pk).update(undone_at=timezone.now())


def bulk_status(customer, by):
    StatusChange.objects.create(
        customer=customer, previous_status_id="NEW", new_status_id="INVALID", changed_by=by,
        happened_at=timezone.now(), changed_at=timezone.now(), kind=StatusChange.Kind.BULK,
    )  # fmt: skip


def edit(customer, by):
    work.edit_customer(customer=customer, by=by, now=timezone.now(), area="Aluva")


def further_number(customer, by):
    work.edit_customer(customer=customer, by=by, now=timezone.now(), extra_phones=["+919876500009"])


def follow_up(customer, by):
    work.set_follow_up(customer=customer, due_at=timezone.now() + timedelta(days=1), by=by, now=timezone.now())


def tap(customer, by):
    work.record_tap(customer=customer, kind="call", by=by, now=timezone.now())


def merged(customer, by):
    other = Customer.objects.exclude(pk=customer.pk).first()
    Merge.objects.create(winner=other, loser=customer, by=by, at=timezone.now())
    Customer.objects.filter(pk=customer.pk).update(merged_into=other)


@pytest.mark.parametrize(
    ("touch", "why"),
    [
        (contact, "contact"),
        (taken_back_contact, "contact"),
        (bulk_status, "status"),
        (note, "note"),
        (edit, "edited"),
        (further_number, "edited"),
        (follow_up, "follow_up"),
        (tap, "contact"),
    ],
)
def test_whom_somebody_worked_on_stays_and_the_row_says_why(touch, why, manager, asha):
    import_ = imported(manager, csv_bytes("Farah,9876543210,Kochi,,", "John,9876543211,Kochi,,"))
    touch(at(FARAH), asha)

    undone(import_, manager)

    assert list(Customer.objects.values_list("phone_number", flat=True)) == [FARAH]
    assert rows_of(import_) == {2: (Undo.STAYS, {"why": [why]}), 3: (Undo.GONE, {})}
    assert import_.undo_counts["gone"] == import_.undo_counts["stay"] == 1
    assert import_.undo_counts["why"] == {why: 1}


def test_a_merged_customer_and_her_survivor_stay(manager):
    import_ = imported(manager, csv_bytes("Farah,9876543210,Kochi,,", "John,9876543211,Kochi,,"))
    merged(at(FARAH), manager)

    undone(import_, manager)

    assert Customer.objects.count() == 2
    assert list(rows_of(import_).values()) == [(Undo.STAYS, {"why": ["merged"]})] * 2


@pytest.mark.parametrize("again", ["Farah,9876543210,Aluva,,", "Farah,9876543210,Kochi,,"])
def test_whom_a_later_file_had_too_stays(again, manager):
    first = imported(manager, csv_bytes("Farah,9876543210,Kochi,,", "John,9876543211,Kochi,,"))
    imported(manager, csv_bytes(again), "later.csv")

    undone(first, manager)

    assert list(Customer.objects.values_list("phone_number", flat=True)) == [FARAH]
    assert rows_of(first)[2] == (Undo.STAYS, {"why": ["later"], "files": ["later.csv"]})


def test_a_later_file_that_was_undone_itself_or_only_checked_protects_nobody(manager):
    first = imported(manager, csv_bytes("Farah,9876543210,Kochi,,"))
    second = imported(manager, csv_bytes("Farah,9876543210,Aluva,,"))
    imported(manager, csv_bytes("Farah,9876543210,Edapally,,"), dry_run=True)

    undone(second, manager)
    assert at(FARAH).area == "Kochi"
    undone(first, manager)

    assert not Customer.objects.exists()


def test_the_same_file_can_be_imported_again(manager):
    content = csv_bytes("Farah,9876543210,Kochi,,")
    first = imported(manager, content)
    undone(first, manager)

    second = imported(manager, content)

    assert second.pk != first.pk
    assert (second.state, second.created) == (State.DONE, 1)
    assert at(FARAH).origin_id == second.origin_id


# -- those it changed --------------------------------------------------------------------------------------------------


@pytest.fixture
def farah(manager):
    """Known before, from a file that said little."""
    imported(manager, csv_bytes("Farah,9876543210,,01/05/2026,,Fair,,,,", header=HEADER), "before.csv")
    return at(FARAH)


FULL = "Farah Khan,9876543210,Kochi,07/05/2026,asks for fees,Website,BCA,f@x.in,9876500001,5000"


def test_every_value_it_changed_comes_back(farah, manager):
    before = state_of(farah)
    import_ = imported(manager, csv_bytes(FULL, header=HEADER))
    assert import_.updated == 1
    changed = state_of(farah)
    assert {name for name in before if before[name] != changed[name]} == {
        "name", "area", "area_key", "remark", "email", "course_id", "extra", "search_text", "enquiry_count",
        "last_enquired_at", "numbers", "enquiries",
    }  # fmt: skip

    undone(import_, manager)

    assert state_of(farah) == before
    [(undo, said)] = rows_of(import_).values()
    assert undo == Undo.BACK
    assert set(said["back"]) == {"name", "area", "remark", "email", "course", "extra_phones", "extra: Fees"}
    counts = {name: import_.undo_counts[name] for name in ("back", "kept", "values", "enquiries", "numbers")}
    assert counts == {"back": 1, "kept": 0, "values": 7, "enquiries": 1, "numbers": 1}


def test_what_came_back_is_on_her_timeline_in_the_name_of_the_one_who_undid(farah, manager, admin_user):
    import_ = imported(manager, csv_bytes("Farah,9876543210,Kochi,07/05/2026,,,,,,", header=HEADER))

    undone(import_, admin_user)

    told = FieldChange.objects.filter(customer=farah, by=admin_user, origin=import_.origin, row=None).order_by("pk")
    assert list(told.values_list("field", "old", "new")) == [("area", "Kochi", ""), ("enquiry", "07/05/2026", "")]


def test_a_date_and_a_source_that_it_filled_are_blank_again(manager):
    imported(manager, csv_bytes("Farah,9876543210,,,"))
    before = state_of(at(FARAH))
    import_ = imported(manager, csv_bytes("Farah,9876543210,,07/05/2026,,Website,,,,", header=HEADER))
    assert at(FARAH).date and at(FARAH).source_id

    undone(import_, manager)

    assert state_of(at(FARAH)) == before


def test_what_a_person_changed_since_stays_the_rest_comes_back(farah, manager, asha):
    import_ = imported(manager, csv_bytes(FULL, header=HEADER))
    work.edit_customer(customer=at(FARAH), by=asha, now=timezone.now(), area="Aluva")

    undone(import_, manager)

    assert (at(FARAH).area, at(FARAH).name, at(FARAH).remark) == ("Aluva", "Farah", "")
    [(undo, said)] = rows_of(import_).values()
    assert undo == Undo.STAYS
    assert (said["kept"]["area"]["why"], said["kept"]["area"]["by"]) == ("hand", str(asha))
    assert import_.undo_counts["values_kept"] == 1


def test_a_value_that_a_person_put_back_to_what_the_file_said_stays(farah, manager, asha):
    import_ = imported(manager, csv_bytes("Farah,9876543210,Kochi,,,,,,,", header=HEADER))
    work.edit_customer(customer=at(FARAH), by=asha, now=timezone.now(), area="Aluva")
    work.edit_customer(customer=at(FARAH), by=asha, now=timezone.now(), area="Kochi")

    undone(import_, manager)

    assert at(FARAH).area == "Kochi"


def test_a_number_it_added_stays_once_a_person_has_gone_through_her_numbers(farah, manager, asha):
    import_ = imported(manager, csv_bytes("Farah,9876543210,,,,,,,9876500001,", header=HEADER))
    work.edit_customer(customer=at(FARAH), by=asha, now=timezone.now(), extra_phones=["+919876500001", "+919876500002"])

    undone(import_, manager)

    assert state_of(farah)["numbers"] == ["+919876500001", "+919876500002"]


@pytest.mark.parametrize("order", ["first things first", "last things first"])
def test_two_files_on_one_field_end_where_they_began_in_whatever_order_they_are_undone(order, farah, manager):
    before = state_of(farah)
    one = imported(manager, csv_bytes("Farah,9876543210,Kochi,07/05/2026,,,,,,11", header=HEADER), "one.csv")
    two = imported(manager, csv_bytes("Farah,9876543210,Aluva,09/05/2026,,,,,,22", header=HEADER), "two.csv")
    if order == "first things first":
        undone(one, manager)
        assert (at(FARAH).area, at(FARAH).extra["Fees"], at(FARAH).enquiry_count) == ("Aluva", "22", 2)
        kept = rows_of(one)[2][1]["kept"]
        assert (kept["area"]["why"], kept["area"]["by"]) == ("file", "two.csv")
        undone(two, manager)
    else:
        undone(two, manager)
        assert (at(FARAH).area, at(FARAH).extra["Fees"]) == ("Kochi", "11")
        undone(one, manager)
    assert state_of(farah) == before


@pytest.mark.parametrize("edited", [False, True])
def test_two_rows_about_one_customer_are_taken_back_together(edited, farah, manager, asha, two_a_slice):
    before = state_of(farah)
    others = [f",Person {n},98765{n:05d},,," for n in range(5)]
    rows = [f"{farah.pk},Farah Khan,9876500099,Kochi,,", *others, ",Farah Khan,9876543210,Aluva,,11"]
    import_ = imported(manager, csv_bytes(*rows, header="Customer ID,Name,Phone,Area,Remark,Fees"))
    assert (import_.updated, at(FARAH).area, at(FARAH).name) == (2, "Aluva", "Farah Khan")
    if edited:
        work.edit_customer(customer=at(FARAH), by=asha, now=timezone.now(), area="Edapally")

    undone(import_, manager)

    after = state_of(farah)
    if edited:
        assert (after.pop("area"), after.pop("hand_edited")) == ("Edapally", 2)
        assert after | {name: before[name] for name in ("area_key", "search_text", "area", "hand_edited")} == before
    else:
        assert after == before
    assert [rows_of(import_)[row][0] for row in (2, 8)] == [Undo.STAYS if edited else Undo.BACK] * 2


def test_a_source_that_is_no_more_cannot_come_back(farah, manager):
    import_ = imported(
        manager, csv_bytes("Farah,9876543210,,,,Website,,,,", header=HEADER), known="overwrite", overwrite=["source"]
    )
    assert at(FARAH).source.name == "Website"
    fair = Source.objects.get(name="Fair")
    Enquiry.objects.filter(source=fair).update(source=None)
    fair.delete()

    undone(import_, manager)

    assert at(FARAH).source.name == "Website"
    assert rows_of(import_)[2][1]["kept"]["source"] == {"why": "gone"}


def test_a_source_merged_since_comes_back_as_the_one_it_is_now(farah, manager):
    import_ = imported(
        manager, csv_bytes("Farah,9876543210,,,,Website,,,,", header=HEADER), known="overwrite", overwrite=["source"]
    )
    fairs = Source.objects.create(name="Fairs", key="fairs")
    Source.objects.filter(name="Fair").update(merged_into=fairs)

    undone(import_, manager)

    assert at(FARAH).source == fairs


def test_sources_it_brought_stay_in_the_lists(manager):
    """Another file may use the word at this moment, and somebody may have put its cost down: managers merge sources."""
    import_ = imported(manager, csv_bytes("Farah,9876543210,,,,Fair,,,,", header=HEADER))

    undone(import_, manager)

    assert Source.objects.filter(name="Fair").exists()


def test_rows_decided_by_name_are_taken_back_like_the_others(farah, manager):
    before = state_of(farah)
    same = imported(manager, csv_bytes("Zubin,9876543210,Kochi,,"))
    another = imported(manager, csv_bytes("Meera,9876543210,Aluva,,"))
    for import_, decision in ((same, True), (another, False)):
        row = ImportRow.objects.get(import_id=import_.pk)
        actions.decide_names(import_=import_, rows=[row.pk], same=decision, by=manager, now=timezone.now())
    assert (at_person(1).name, at_person(2).name) == ("Zubin", "Meera")
    same.refresh_from_db()
    another.refresh_from_db()

    undone(another, manager)
    undone(same, manager)

    assert state_of(farah) == before
    assert Customer.objects.count() == 1


def test_names_of_an_undone_import_are_no_longer_to_be_decided(farah, manager):
    import_ = imported(manager, csv_bytes("Zubin,9876543210,Kochi,,", "John,9876543211,,,"))
    row = ImportRow.objects.get(import_id=import_.pk, reason="different_name")
    undone(import_, manager)

    with pytest.raises(actions.ActionError, match="has been undone"):
        actions.decide_names(import_=import_, rows=[row.pk], same=False, by=manager, now=timezone.now())
