"""What a file does to customers we know."""

from datetime import date

import pytest
from django.utils import timezone

from customers import actions as customer_actions
from customers.models import Customer, Enquiry, FieldChange
from customers.tests.factories import CustomerFactory
from imports import actions
from imports.tests.factories import ASHA, counts, csv_bytes, imported, upload


class TestKnownCustomers:
    def test_same_file_again_changes_nothing(self, manager):
        imported(manager, csv_bytes(ASHA, "Ravi,9876543211,Aluva,06/03/2026,"))
        before = list(Customer.objects.order_by("pk").values())
        again = imported(manager, csv_bytes(ASHA, "Ravi,9876543211,Aluva,06/03/2026,"))
        assert counts(again) == {"unchanged": 2}
        assert list(Customer.objects.order_by("pk").values()) == before
        assert Enquiry.objects.count() == 2
        assert not FieldChange.objects.exists()

    def test_file_replaces_what_files_have_set_and_says_so(self, manager):
        imported(manager, csv_bytes(ASHA))
        second = imported(manager, csv_bytes("Asha Nair,9876543210,Aluva,05/03/2026,"), "second.csv")
        asha = Customer.objects.get()
        assert counts(second) == {"updated": 1}
        assert (asha.area, asha.area_key, asha.remark, asha.version) == ("Aluva", "aluva", "first", 2)
        assert "aluva" in asha.search_text
        change = FieldChange.objects.get()
        assert (change.field, change.old, change.new, change.origin, change.row) == (
            "area",
            "Kochi",
            "Aluva",
            second.origin,
            2,
        )
        assert second.import_rows.get().before == {"area": "Kochi"}

    def test_persons_edit_outlives_the_file(self, manager):
        imported(manager, csv_bytes(ASHA))
        asha = Customer.objects.get()
        customer_actions.edit_customer(customer=asha, by=manager, now=timezone.now(), area="Fort Kochi")
        second = imported(manager, csv_bytes("Asha Nair,9876543210,Aluva,05/03/2026,"))
        asha.refresh_from_db()
        assert asha.area == "Fort Kochi"
        assert counts(second) == {"unchanged": 1}
        row = second.import_rows.get()
        assert row.warnings == [{"code": "kept_hand_edit", "column": "area", "text": "Aluva"}]
        assert row.cells[:3] == ["Asha Nair", "9876543210", "Aluva"]

    def test_enquired_again_with_history(self, manager):
        imported(manager, csv_bytes(ASHA))
        second = imported(manager, csv_bytes("Asha Nair,9876543210,,09/03/2026,"))
        asha = Customer.objects.get()
        assert (asha.date, asha.last_enquired_at, asha.enquiry_count) == (date(2026, 3, 5), date(2026, 3, 9), 2)
        assert counts(second) == {"updated": 1}
        assert second.import_rows.get().detail == {"enquired_again": True}
        assert asha.enquiries.count() == 2

    def test_status_and_owner_stay(self, manager, ravi, asha):
        known = CustomerFactory(name="Meera", phone_number="+919876543210", assigned_to=ravi)
        head = "Name,Phone,Status,Counsellor"
        import_ = imported(manager, csv_bytes("Meera,9876543210,Interested,asha", header=head))
        known.refresh_from_db()
        assert (known.status_id, known.assigned_to) == ("NEW", ravi)
        assert counts(import_) == {"unchanged": 1}

    def test_merged_away_number_leads_to_the_survivor(self, manager):
        survivor = CustomerFactory(name="Asha Nair", phone_number="+919876543211", area="")
        CustomerFactory(name="Asha", phone_number="+919876543210", merged_into=survivor)
        import_ = imported(manager, csv_bytes(ASHA))
        survivor.refresh_from_db()
        assert survivor.area == "Kochi"
        assert import_.import_rows.get().customer == survivor
        assert Customer.objects.count() == 2
        assert not survivor.numbers.exists()

    def test_customer_id_names_the_person_whatever_the_name(self, manager):
        first = CustomerFactory(name="Asha", phone_number="+919876543210")
        second = CustomerFactory(name="Ravi", phone_number="+919876543210", person=2)
        head = "Customer ID,Name,Phone,Area"
        rows = [f"{second.pk},Ravindran,9876543210,Aluva", f"{first.pk},Asha,9876543210,Pune"]
        import_ = imported(manager, csv_bytes(*rows, header=head))
        first.refresh_from_db()
        second.refresh_from_db()
        assert counts(import_) == {"updated": 2}
        assert (first.name, first.area) == ("Asha", "Pune")
        assert (second.name, second.area) == ("Ravindran", "Aluva")

    def test_siblings_of_another_database_come_in_as_two_people(self, manager):
        head = "Customer ID,Name,Phone"
        rows = [f"0199d7a0-0000-7000-8000-00000000000{n},{name},9876543210" for n, name in ((1, "Asha"), (2, "Ravi"))]
        assert counts(imported(manager, csv_bytes(*rows, header=head))) == {"created": 2}
        assert list(Customer.objects.order_by("person").values_list("person", "name")) == [(1, "Asha"), (2, "Ravi")]
        assert counts(imported(manager, csv_bytes(*rows, header=head))) == {"unchanged": 2}

    @pytest.mark.parametrize(
        ("options", "area"),
        [
            ({"known": "skip"}, "Kochi"),
            ({"known": "fill"}, "Kochi"),
            ({"known": "overwrite", "overwrite": ["area"]}, "Aluva"),
        ],
    )
    def test_manager_may_choose_otherwise(self, manager, options, area):
        imported(manager, csv_bytes(ASHA))
        customer = Customer.objects.get()
        customer_actions.edit_customer(customer=customer, by=manager, now=timezone.now(), area="Kochi.")
        customer_actions.edit_customer(customer=customer, by=manager, now=timezone.now(), area="Kochi")
        imported(manager, csv_bytes("Asha Nair,9876543210,Aluva,05/03/2026,"), **options)
        assert Customer.objects.get().area == area

    def test_nonsense_options_are_refused(self, manager):
        with pytest.raises(actions.ActionError):
            upload(manager, csv_bytes(ASHA), known="delete everybody")
        with pytest.raises(actions.ActionError):
            upload(manager, csv_bytes(ASHA), known="overwrite", overwrite=["status"])


class TestOtherNameAtTheNumber:
    @pytest.fixture
    def import_(self, manager):
        CustomerFactory(name="Ravi Kumar", phone_number="+919876543210", area="Pune")
        return imported(manager, csv_bytes(ASHA))

    def test_changes_nothing_and_is_listed(self, import_):
        row = import_.import_rows.get()
        assert (row.outcome, row.reason, row.detail["known"]) == ("unchanged", "different_name", "Ravi Kumar")
        assert row.cells[0] == "Asha Nair"
        assert Customer.objects.get().area == "Pune"

    def test_decided_as_another_person(self, import_, manager):
        row = import_.import_rows.get()
        decided = actions.decide_names(import_=import_, rows=[row.pk], same=False, by=manager, now=timezone.now())
        assert decided.created == 1
        added = Customer.objects.get(person=2)
        assert (added.name, added.phone_number, added.area) == ("Asha Nair", "+919876543210", "Kochi")
        row.refresh_from_db()
        import_.refresh_from_db()
        assert (row.outcome, row.reason, row.customer) == ("created", "", added)
        assert counts(import_) == {"created": 1}
        # And the same decision again finds nothing to do
        again = actions.decide_names(import_=import_, rows=[row.pk], same=False, by=manager, now=timezone.now())
        assert (again.created, again.left) == (0, 1)
        assert Customer.objects.count() == 2

    def test_decided_as_the_same_person(self, import_, manager):
        row = import_.import_rows.get()
        decided = actions.decide_names(import_=import_, rows=[row.pk], same=True, by=manager, now=timezone.now())
        assert decided.updated == 1
        assert (Customer.objects.get().name, Customer.objects.get().area) == ("Asha Nair", "Kochi")
        import_.refresh_from_db()
        assert counts(import_) == {"updated": 1}

    def test_rows_of_another_import_are_refused(self, import_, manager):
        other = imported(manager, csv_bytes("Zoya,9876543299,,,"), "other.csv")
        with pytest.raises(actions.ActionError):
            actions.decide_names(
                import_=import_, rows=[other.import_rows.get().pk], same=True, by=manager, now=timezone.now()
            )
