"""What one row does to a customer we know, without a database."""

import datetime as dt
from uuid import uuid4

import pytest

from customers.actions.imported import Snapshot
from customers.models.customer import edit_bit
from imports.decisions import FILL, OVERWRITE, SKIP, Incoming, Policy, apply, meant

DAY = dt.date(2026, 3, 5)
NUMBER = "+919876543210"


def known(**fields) -> Snapshot:
    values = {
        "id": uuid4(),
        "phone_number": NUMBER,
        "person": 1,
        "name": "Asha Nair",
        "area": "Kochi",
        "date": DAY,
        "remark": "",
        "email": "",
        "source_id": 1,
        "course_id": 1,
        "extra": {},
        "origin_id": uuid4(),
        "hand_edited": 0,
        "enquiry_count": 1,
        "last_enquired_at": DAY,
        "version": 1,
        "numbers": {NUMBER},
        "sources": {1},
        "courses": {1},
    }
    return Snapshot(**{**values, **fields})


def row(**fields) -> Incoming:
    values = {"phone": NUMBER, "sheet": "Sheet1", "row": 2, "name": "Asha Nair", "area": "Kochi", "date": DAY}
    return Incoming(**{**values, "source_id": 1, "course_id": 1, **fields})


def outcome(customer: Snapshot, incoming: Incoming, policy: Policy | None = None):
    policy = policy or Policy()
    return apply(customer, incoming, policy, lambda field, pk: f"{field} {pk}" if pk else "")


def test_same_row_again_changes_nothing():
    customer = known()
    effect = outcome(customer, row())
    assert not effect.is_update
    assert not customer.is_changed


def test_blanks_are_filled_and_what_files_have_set_is_replaced():
    # Given a customer without a remark whose area only files have set
    customer = known(remark="", area="Kochi")
    # When a file says both
    effect = outcome(customer, row(remark="wants hostel", area="Aluva"))
    # Then she has both, and the old value is on the record and can be given back
    assert (customer.remark, customer.area) == ("wants hostel", "Aluva")
    assert effect.before == {"remark": "", "area": "Kochi"}
    assert [(change.field, change.old, change.new, change.row) for change in customer.changes] == [
        ("area", "Kochi", "Aluva", 2),
        ("remark", "", "wants hostel", 2),
    ]


def test_blank_cell_erases_nothing():
    customer = known(remark="wants hostel", email="a@example.com")
    assert not outcome(customer, row(name="", area="", remark="", date=None, source_id=None, course_id=None)).is_update
    assert (customer.name, customer.remark, customer.date) == ("Asha Nair", "wants hostel", DAY)


@pytest.mark.parametrize("field", ["area", "remark", "email"])
def test_hand_edited_field_is_kept_and_reported(field):
    customer = known(**{field: "as typed"}, hand_edited=edit_bit(field))
    effect = outcome(customer, row(**{field: "as in the file"}))
    assert getattr(customer, field) == "as typed"
    assert effect.kept == [field]
    assert not effect.is_update


def test_field_emptied_by_hand_stays_empty():
    customer = known(remark="", hand_edited=edit_bit("remark"))
    assert outcome(customer, row(remark="wants hostel")).kept == ["remark"]
    assert customer.remark == ""


def test_fuller_name_replaces_and_shorter_does_not():
    customer = known(name="Asha")
    outcome(customer, row(name="Asha Nair"))
    assert customer.name == "Asha Nair"
    outcome(customer, row(name="Asha N"))
    assert customer.name == "Asha Nair"


def test_later_date_is_one_more_enquiry_and_the_first_date_stays():
    customer = known()
    effect = outcome(customer, row(date=DAY + dt.timedelta(days=3)))
    assert effect.enquired_again
    assert (customer.date, customer.last_enquired_at) == (DAY, DAY + dt.timedelta(days=3))
    assert customer.enquiry_count == 2
    # And the same row again adds nothing
    assert not outcome(customer, row(date=DAY + dt.timedelta(days=3))).is_update
    assert customer.enquiry_count == 2


def test_earlier_date_adds_nothing():
    assert not outcome(known(), row(date=DAY - dt.timedelta(days=3))).is_update


def test_other_source_is_one_more_enquiry_and_the_first_source_stays():
    customer = known()
    assert outcome(customer, row(source_id=2)).enquired_again
    assert customer.source_id == 1
    assert not outcome(customer, row(source_id=2)).is_update


def test_missing_source_is_filled_without_a_new_enquiry():
    customer = known(source_id=None, sources=set())
    effect = outcome(customer, row(source_id=2))
    assert customer.source_id == 2
    assert effect.changed == ["source"]
    assert not effect.enquired_again


def test_missing_date_is_filled_and_counts_as_the_last_enquiry():
    customer = known(date=None, last_enquired_at=None)
    effect = outcome(customer, row())
    assert (customer.date, customer.last_enquired_at) == (DAY, DAY)
    assert not effect.enquired_again


def test_extra_columns_and_further_numbers_are_added():
    customer = known(extra={"Class": "XII"})
    effect = outcome(customer, row(extra={"School": "DPS"}, extra_phones=["+919876543211"]))
    assert customer.extra == {"Class": "XII", "School": "DPS"}
    assert customer.new_numbers == ["+919876543211"]
    assert effect.before == {"extra": {"School": None}, "numbers": ["+919876543211"]}


def test_skip_leaves_known_customers_alone():
    customer = known()
    outcome(customer, row(area="Aluva", date=DAY + dt.timedelta(days=9)), Policy(SKIP))
    assert not customer.is_changed


def test_fill_fills_only_blanks():
    customer = known(remark="", extra={"Class": "XI"})
    outcome(customer, row(area="Aluva", remark="new", extra={"Class": "XII"}), Policy(FILL))
    assert (customer.area, customer.remark, customer.extra) == ("Kochi", "new", {"Class": "XI"})


def test_overwrite_wins_over_a_hand_edit_in_the_named_fields_only():
    customer = known(area="typed", remark="typed", hand_edited=edit_bit("area") | edit_bit("remark"))
    effect = outcome(customer, row(area="Aluva", remark="file"), Policy(OVERWRITE, frozenset({"area"})))
    assert (customer.area, customer.remark) == ("Aluva", "typed")
    assert effect.kept == ["remark"]


class TestWhomTheRowMeans:
    """At one number, several persons may live."""

    def test_equal_name_before_a_contained_one(self):
        asha, nair = known(name="Asha"), known(name="Asha Nair", person=2)
        assert meant([asha, nair], "asha nair") is nair

    def test_contained_name(self):
        asha = known(name="Asha Nair")
        assert meant([asha], "Asha") is asha

    def test_blank_name_is_whoever_lives_there(self):
        asha = known()
        assert meant([asha], "") is asha

    def test_customer_without_a_name_is_meant_when_nobody_is_called_so(self):
        ravi, nameless = known(name="Ravi Kumar"), known(name="", person=2)
        assert meant([ravi, nameless], "Asha Nair") is nameless

    def test_nobody(self):
        assert meant([known(name="Ravi Kumar")], "Asha Nair") is None
