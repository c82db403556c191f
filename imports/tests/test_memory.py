"""What was decided about a set of headers is taken over by the next file that has them."""

from datetime import date

import pytest
from django.utils import timezone
from openpyxl import Workbook

from customers.models import Customer
from imports import actions, tasks
from imports.models import Import, SheetRead, State
from imports.tests.factories import csv_bytes, imported
from imports.tests.taking_back import undone

pytestmark = pytest.mark.django_db
ODD = "Alpha,Beta,Gamma"  # headers that say nothing, and a landline is taken for a number by nobody unasked


def odd(*rows: str, header: str = ODD) -> bytes:
    return csv_bytes(*rows, header=header)


def chosen(import_: Import, by, **fields: str) -> Import:
    """The import once somebody has said what its columns are, and it has come through."""
    sheet = import_.sheets[0]["name"]
    actions.choose_mapping(import_=import_, mapping={sheet: fields}, by=by, now=timezone.now())
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    return import_


@pytest.fixture
def taught(manager) -> Import:
    """A file whose columns somebody chose, done."""
    waits = imported(manager, odd("Asha,2223456789,Kochi"), "Kochi fair.csv")
    assert waits.state == State.NEEDS_MAPPING
    done = chosen(waits, manager, Alpha="name", Beta="phone", Gamma="area")
    assert done.state == State.DONE
    return done


def fields(import_: Import) -> dict[str, str]:
    return {column["label"]: column["field"] for column in import_.sheets[0]["columns"]}


class TestColumns:
    def test_a_choice_is_taken_over_and_said(self, manager, taught):
        import_ = imported(manager, odd("Bala,2223456780,Aluva"), "Aluva fair.csv")
        assert import_.state == State.DONE
        bala = Customer.objects.get(name="Bala")
        assert (bala.phone_number, bala.area) == ("+912223456780", "Aluva")
        day = timezone.localtime(taught.created_at)
        assert [note["text"] for note in import_.notes] == [f"Kochi fair.csv, {day.day} {day:%b}"]

    def test_the_order_of_the_columns_and_their_spelling_do_not_matter(self, manager, taught):
        import_ = imported(manager, odd("Aluva,Bala,2223456780", header="gamma,ALPHA,Beta :"))
        assert import_.state == State.DONE
        assert Customer.objects.get(name="Bala").area == "Aluva"

    def test_other_headers_know_nothing(self, manager, taught):
        assert imported(manager, odd("Bala,2223456780,Aluva", header="Alpha,Beta,Delta")).state == State.NEEDS_MAPPING

    def test_a_choice_outweighs_every_guess_here_too(self, manager):
        # Given a file of numbers whose second column somebody took for the contact number, against the labels
        content = csv_bytes("Asha,9876543210,9876543211", header="Name,Phone,Parent phone")
        first = imported(manager, content, dry_run=True)
        options = {"mapping": {first.sheets[0]["name"]: {"Name": "name", "Phone": "", "Parent phone": "phone"}}}
        actions.recount(import_=first, options=options, by=manager, now=timezone.now())
        goes_ahead(first, manager)
        # When the next file of these headers comes in at once
        imported(manager, csv_bytes("Bala,9876543220,9876543221", header="Name,Phone,Parent phone"))
        # Then it is read the same way, with no "Phone" to call
        assert Customer.objects.get(name="Bala").phone_number == "+919876543221"

    def test_two_columns_of_one_name_keep_their_own_fields(self, manager):
        head = "Name,Number,Number"
        waits = imported(manager, odd("Asha,2223456789,2223456780", header=head), dry_run=True)
        options = {
            "mapping": {waits.sheets[0]["name"]: {"Name": "name", "Number": "other_phone", "Number (2)": "phone"}}
        }
        actions.recount(import_=waits, options=options, by=manager, now=timezone.now())
        goes_ahead(waits, manager)
        import_ = imported(manager, odd("Bala,2223456781,2223456782", header=head))
        assert fields(import_) == {"Name": "name", "Number": "other_phone", "Number (2)": "phone"}

    def test_a_mended_list_of_problem_rows_is_one_of_the_same_headers(self, manager, taught):
        head = f"{ODD},Row in file,Why,What to do"
        import_ = imported(manager, odd("Bala,2223456780,Aluva,7,because,mend it", header=head))
        assert import_.state == State.DONE
        assert Customer.objects.get(name="Bala").extra == {}


class TestWhoTeaches:
    def test_an_undone_import_teaches_nothing_and_the_one_before_it_holds_again(self, manager, taught):
        second = imported(manager, odd("Bala,2223456780,Aluva"), dry_run=True)
        options = {"mapping": {second.sheets[0]["name"]: {"Alpha": "area", "Beta": "phone", "Gamma": "name"}}}
        actions.recount(import_=second, options=options, by=manager, now=timezone.now())
        goes_ahead(second, manager)
        assert fields(imported(manager, odd("Cyril,2223456781,Pala"), dry_run=True))["Alpha"] == "area"
        undone(second, manager)
        assert fields(imported(manager, odd("Cyril,2223456781,Pala"), dry_run=True))["Alpha"] == "name"

    @pytest.mark.parametrize("state", [State.REFUSED, State.CANCELLED, State.FAILED, State.CHECKED, State.UNDONE])
    def test_only_one_that_came_through_teaches(self, manager, taught, state):
        Import.objects.filter(pk=taught.pk).update(state=state)
        assert imported(manager, odd("Bala,2223456780,Aluva")).state == State.NEEDS_MAPPING

    def test_a_guess_that_lost_most_rows_teaches_nothing(self, manager):
        import_ = imported(manager, csv_bytes("Asha,12", "Bala,13", "Cyril,9876543210", header="Name,Phone"))
        assert (import_.state, import_.rejected) == (State.DONE, 2)
        assert imported(manager, csv_bytes("Dilip,9876543211", header="Name,Phone")).notes == []

    def test_a_sheet_without_a_header_neither_teaches_nor_learns(self, manager):
        imported(manager, b"Asha,9876543210\nBala,9876543211\n")
        assert SheetRead.objects.exclude(key="").count() == 0


class TestDates:
    HEAD = "Name,Phone,Date"

    def file(self, first: int, *dates: str) -> bytes:
        return csv_bytes(*(f"P{n},98765{n:05d},{day}" for n, day in enumerate(dates, first)), header=self.HEAD)

    def test_a_chosen_order_holds_for_the_next_file(self, manager):
        imported(manager, self.file(1, "05/03/2026"), date_order="mdy")
        imported(manager, self.file(2, "05/03/2026"))
        assert Customer.objects.get(name="P2").date == date(2026, 5, 3)

    def test_an_order_that_many_dates_proved_holds_where_none_does(self, manager):
        imported(manager, self.file(1, *["03/25/2026"] * 20))
        imported(manager, self.file(100, "05/03/2026"))
        assert Customer.objects.get(name="P100").date == date(2026, 5, 3)

    def test_and_again_for_the_one_after(self, manager):
        imported(manager, self.file(1, *["03/25/2026"] * 20))
        imported(manager, self.file(100, "05/03/2026"))
        imported(manager, self.file(101, "05/03/2026"))
        assert Customer.objects.get(name="P101").date == date(2026, 5, 3)

    def test_a_few_dates_prove_nothing_about_other_files(self, manager):
        imported(manager, self.file(1, *["03/25/2026"] * 2))
        imported(manager, self.file(100, "05/03/2026"))
        assert Customer.objects.get(name="P100").date == date(2026, 3, 5)


class TestOptions:
    CHOICES = {"known": "skip", "source": "Kochi fair", "course": "BCA"}

    def test_a_check_begins_with_the_last_choices(self, manager):
        imported(manager, csv_bytes("A,9876543210", header="Name,Phone"), **self.CHOICES)
        offered = imported(manager, csv_bytes("B,9876543211", header="Name,Phone"), dry_run=True).options
        assert {name: offered[name] for name in self.CHOICES} == self.CHOICES

    def test_what_is_chosen_now_is_not_overruled(self, manager):
        imported(manager, csv_bytes("A,9876543210", header="Name,Phone"), **self.CHOICES)
        offered = imported(manager, csv_bytes("B,9876543211", header="Name,Phone"), dry_run=True, source="Walk-in")
        assert (offered.options["source"], offered.options["course"]) == ("Walk-in", "BCA")
        actions.recount(import_=offered, options={"known": "update"}, by=manager, now=timezone.now())
        offered.refresh_from_db()
        assert (offered.options["known"], offered.options.get("source")) == ("update", None)

    def test_an_import_at_once_takes_no_source_over_that_nobody_sees(self, manager):
        imported(manager, csv_bytes("A,9876543210", header="Name,Phone"), **self.CHOICES)
        imported(manager, csv_bytes("B,9876543211", header="Name,Phone"))
        assert Customer.objects.get(name="B").source is None

    def test_chosen_sheets_are_read_again(self, manager, two_sheets):
        imported(manager, two_sheets("9876543210", "9876543211"), sheets=["New"])
        import_ = imported(manager, two_sheets("9876543212", "9876543213"))
        assert [sheet["name"] for sheet in import_.sheets] == ["New"]
        assert (import_.state, import_.created) == (State.DONE, 1)


@pytest.fixture
def two_sheets(tmp_path):
    """`two_sheets("98…", "98…")`: a workbook with the sheets Old and New of the same headers."""

    def make(old: str, new: str):
        book = Workbook()
        for sheet, name, phone in ((book.active, "Old", old), (book.create_sheet(), "New", new)):
            sheet.title = name
            sheet.append(["Name", "Phone"])
            sheet.append([f"In {name}", phone])
        path = tmp_path / f"{old}.xlsx"
        book.save(path)
        return path

    return make


def goes_ahead(import_: Import, by) -> None:
    """Import what was checked, as it stands."""
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    assert import_.state == State.CHECKED
    actions.go_ahead(import_=import_, counted=import_.check_result.get("round", 0), by=by, now=timezone.now())
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    assert import_.state == State.DONE
