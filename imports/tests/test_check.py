"""Check first: counted with nothing written, counted anew with other choices, imported as it was shown."""

from collections import Counter

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.tests.factories import UserFactory
from customers.actions import create_customer, edit_customer
from customers.models import AssignmentChange, Batch, Customer, FieldChange, Source
from customers.tests.factories import CustomerFactory
from imports import actions
from imports.models import ImportRow, Outcome, StagedSlice, State
from imports.pipeline import counting, slices
from imports.tests.checking import counted_again, gone_ahead, worked
from imports.tests.factories import ASHA, counts, csv_bytes, imported, leads, upload

HEAD = "Name,Phone,Area,Remark"


def outcomes(import_):
    return list(ImportRow.objects.filter(import_id=import_.pk).order_by("number").values_list("number", "outcome"))


class TestCounting:
    def test_each_difference_old_and_new_and_what_a_person_typed(self, manager):
        # Given a customer from a file, whose area somebody has corrected
        imported(manager, csv_bytes("Asha Nair,9876543210,Kochi,asks for BCA", header=HEAD))
        known = Customer.objects.get()
        edit_customer(customer=known, area="Aluva", by=manager, now=timezone.now())
        # When a newer file is checked
        checked = imported(manager, csv_bytes("Asha K Nair,9876543210,Pune,asks for fees", header=HEAD), dry_run=True)
        # Then the row says what it would change and what stays, and nothing has changed
        assert (checked.state, counts(checked)) == (State.CHECKED, {"updated": 1})
        row = ImportRow.objects.get(import_id=checked.pk)
        assert row.detail["differences"] == [
            ["name", "Asha Nair", "Asha K Nair"],
            ["remark", "asks for BCA", "asks for fees"],
        ]
        assert row.detail["kept"] == [["area", "Aluva", "Pune"]]
        assert row.before is None
        known.refresh_from_db()
        assert (known.name, known.remark) == ("Asha Nair", "asks for BCA")

    def test_a_customer_met_again_in_a_later_slice_is_counted_as_she_will_be(self, manager, small_slices):
        # Given an export's row for a customer, and twenty rows on the same values under her other number
        known = CustomerFactory(name="Asha Nair", phone_number="+919876543210", area="")
        head = "Customer ID,Name,Phone,Area"
        rows = [f"{known.pk},Asha Nair,9876543210,Kochi"]
        rows += [f",Person {n},98765433{n:02d},Pune" for n in range(20)]
        rows += [f"{known.pk},Asha Nair,9876543210,Kochi", ",Asha Nair,9876543210,Kochi"]
        content = csv_bytes(*rows, header=head)
        # When it is checked and then imported
        checked = imported(manager, content, dry_run=True)
        said = outcomes(checked)
        done = gone_ahead(checked, manager)
        # Then every row became what the check had said
        assert outcomes(done) == said
        assert done.check_result["otherwise"] == {}

    def test_merged_numbers_meet_in_one_customer(self, manager, small_slices, monkeypatch):
        # Given two records of one person, merged
        winner = CustomerFactory(name="Asha", phone_number="+919876543210", area="")
        CustomerFactory(name="Asha", phone_number="+919876543211", area="", merged_into=winner)
        rows = ["Asha,9876543210,Kochi,x"] + [f"P{n},98765433{n:02d},," for n in range(9)]
        content = csv_bytes(*rows, "Asha,9876543211,Kochi,x", header=HEAD)
        # When a file has both, slices apart
        checked = imported(manager, content, dry_run=True)
        # Then the second one has nothing new
        assert counts(checked) == {"created": 9, "updated": 1, "unchanged": 1}
        assert counts(gone_ahead(checked, manager)) == {"created": 9, "updated": 1, "unchanged": 1}

    def test_queries_stay_few(self, manager, django_assert_max_num_queries):
        def run(content):
            import_ = upload(manager, content, dry_run=True)
            return lambda: worked(import_)

        imported(manager, leads(30))
        for number in (3, 30):
            again = run(leads(number) + b"\nOther,9898989898,Pune,,\n")
            with django_assert_max_num_queries(75):
                again()


class TestCountingAgain:
    def test_another_policy_only_counts_again(self, manager, monkeypatch, small_slices):
        imported(manager, csv_bytes(*(f"P{n},98765433{n:02d},Kochi," for n in range(10)), header=HEAD))
        checked = imported(
            manager, csv_bytes(*(f"P{n},98765433{n:02d},Pune," for n in range(12)), header=HEAD), dry_run=True
        )
        assert counts(checked) == {"created": 2, "updated": 10}
        monkeypatch.setattr("imports.pipeline.running.check", None)  # the file is not opened again
        again = counted_again(checked, manager, known="skip")
        assert (again.state, counts(again)) == (State.CHECKED, {"created": 2, "unchanged": 10})
        assert again.check_result["round"] == 1
        assert counts(counted_again(again, manager, known="fill")) == {"created": 2, "unchanged": 10}
        assert counts(counted_again(again, manager, known="overwrite", overwrite=["area"])) == {
            "created": 2,
            "updated": 10,
        }
        assert Customer.objects.filter(area="Kochi").count() == 10

    def test_another_column_is_read_again(self, manager):
        content = csv_bytes("Asha,9876543210,9876543299", "Bala,9876543211,12", header="Name,Phone,Parent Phone")
        checked = imported(manager, content, dry_run=True)
        assert counts(checked) == {"created": 2}
        sheet = checked.sheets[0]["name"]
        mapping = {sheet: {"Name": "name", "Phone": "", "Parent Phone": "phone"}}
        again = counted_again(checked, manager, mapping=mapping)
        assert counts(again) == {"created": 1, "rejected": 1}
        assert ImportRow.objects.filter(import_id=again.pk).count() == 2

    def test_fewer_rows_leave_none_of_the_last_count(self, manager, tmp_path):
        path = workbook(tmp_path, Kochi=[["Asha", "9876543210"]], Pune=[["Bala", "9876543211"], ["Ravi", "9876543212"]])
        checked = imported(manager, path, dry_run=True)
        assert counts(checked) == {"created": 3}
        assert [sheet["name"] for sheet in checked.mapping["all_sheets"]] == ["Kochi", "Pune"]
        again = counted_again(checked, manager, sheets=["Kochi"])
        assert (counts(again), again.rows) == ({"created": 1}, 1)
        assert ImportRow.objects.filter(import_id=again.pk).count() == 1

    def test_month_first(self, manager):
        content = csv_bytes("Asha,9876543210,03/04/2026", header="Name,Phone,Date")
        checked = imported(manager, content, dry_run=True)
        done = gone_ahead(counted_again(checked, manager, date_order="mdy"), manager)
        assert done.state == State.DONE
        assert Customer.objects.get().date.isoformat() == "2026-03-04"

    def test_source_and_course_of_rows_that_bring_none(self, manager):
        content = csv_bytes("Asha,9876543210,Website", "Bala,9876543211,", header="Name,Phone,Source")
        checked = counted_again(imported(manager, content, dry_run=True), manager, source="Kochi fair", course="BCA")
        assert not Source.objects.exists()
        gone_ahead(checked, manager)
        found = Customer.objects.order_by("name").values_list("source__name", "course__name")
        assert list(found) == [("Website", "BCA"), ("Kochi fair", "BCA")]

    @pytest.mark.parametrize(
        "options",
        [
            {"known": "whatever"},
            {"deal": {"how": "lottery"}},
            {"deal": {"how": "one", "among": []}},
            {"mapping": {"x": {"Name": "name"}}},
            {"date_order": "ymd"},
        ],
    )
    def test_nonsense_is_refused_and_the_count_stays(self, manager, options):
        checked = imported(manager, csv_bytes(ASHA), dry_run=True)
        with pytest.raises(actions.ActionError):
            counted_again(checked, manager, **options)
        checked.refresh_from_db()
        assert (checked.state, checked.check_result.get("round", 0)) == (State.CHECKED, 0)


def workbook(tmp_path, **sheets):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in [["Name", "Phone"], *rows]:
            sheet.append(row)
    path = tmp_path / "sheets.xlsx"
    book.save(path)
    return path


class TestGoingAhead:
    def test_exactly_what_was_shown(self, manager, small_slices):
        CustomerFactory(name="Ravi Kumar", phone_number="+919876543219")
        rows = [ASHA, ASHA, "Nobody,,,,", "Zoya,9876543219,,,"] + [f"P{n},98765433{n:02d},,," for n in range(20)]
        checked = imported(manager, csv_bytes(*rows), dry_run=True)
        said = outcomes(checked)
        done = gone_ahead(checked, manager)
        assert (done.state, done.is_dry, outcomes(done)) == (State.DONE, False, said)
        assert (done.check_result["otherwise"], done.check_result["shown"]["created"]) == ({}, 21)
        assert Customer.objects.count() == 22
        assert not StagedSlice.objects.exists()

    def test_what_somebody_did_in_between_is_counted(self, manager, small_slices):
        # Given a check of twenty new ones, two known ones with news, one at a number that is free
        imported(manager, csv_bytes("Known A,9876543001,Kochi,", "Known B,9876543002,Kochi,", header=HEAD))
        rows = [f"P{n},98765433{n:02d},," for n in range(20)]
        rows += ["Known A,9876543001,Pune,", "Known B,9876543002,Pune,", "Zoya,9876543003,,"]
        checked = imported(manager, csv_bytes(*rows, header=HEAD), dry_run=True)
        assert counts(checked) == {"created": 21, "updated": 2}
        # When others add three of them, one under another name, and change a known one
        for name, number in (("P1", "+919876543301"), ("P19", "+919876543319"), ("Xavier", "+919876543003")):
            create_customer(name=name, phone_number=number, by=manager, now=timezone.now())
        changed = Customer.objects.get(name="Known A")
        edit_customer(customer=changed, area="Goa", by=manager, now=timezone.now())
        done = gone_ahead(checked, manager)
        # Then the import says so, row for row
        assert done.check_result["otherwise"] == {
            "created>unchanged": 2,
            "created>different_name": 1,
            "updated>unchanged": 1,
        }
        assert counts(done) == {"created": 18, "updated": 1, "unchanged": 4}

    def test_other_values_are_told_too(self, manager):
        imported(manager, csv_bytes("Asha,9876543210,Kochi,first", header=HEAD))
        checked = imported(manager, csv_bytes("Asha,9876543210,Pune,second", header=HEAD), dry_run=True)
        asha = Customer.objects.get()
        edit_customer(customer=asha, area="Goa", by=manager, now=timezone.now())
        done = gone_ahead(checked, manager)
        assert done.check_result["otherwise"] == {"updated>updated": 1}

    def test_a_count_that_nobody_saw_is_not_imported(self, manager):
        checked = imported(manager, csv_bytes(ASHA), dry_run=True)
        counted_again(checked, manager, known="skip")
        with pytest.raises(actions.ActionError, match="counted leads.csv again"):
            actions.go_ahead(import_=checked, counted=0, by=manager, now=timezone.now())
        assert not Customer.objects.exists()

    def test_a_second_click_is_told(self, manager):
        checked = imported(manager, csv_bytes(ASHA), dry_run=True)
        gone_ahead(checked, manager)
        for act in (actions.go_ahead, actions.recount, actions.discard):
            more = {actions.go_ahead: {"counted": 0}, actions.recount: {"options": {}}}.get(act, {})
            with pytest.raises(actions.ActionError, match="does not wait to be looked at"):
                act(import_=checked, by=manager, now=timezone.now(), **more)
        assert Customer.objects.count() == 1

    def test_a_file_that_comes_in_meanwhile_is_waited_for(self, manager):
        checked = imported(manager, csv_bytes(ASHA), dry_run=True)
        upload(manager, csv_bytes(ASHA))
        with pytest.raises(actions.ActionError, match="same file"):
            actions.go_ahead(import_=checked, counted=0, by=manager, now=timezone.now())
        checked.refresh_from_db()
        assert checked.state == State.CHECKED

    def test_sources_are_added_although_the_check_had_counted_them(self, manager, monkeypatch):
        monkeypatch.setattr("imports.pipeline.writing.NEW_WORDS", 3)
        rows = [f"P{n},98765433{n:02d},Source {n}" for n in range(3)]
        checked = imported(manager, csv_bytes(*rows, header="Name,Phone,Source"), dry_run=True)
        done = gone_ahead(counted_again(checked, manager, known="fill"), manager)
        assert (Source.objects.count(), done.warned) == (3, 0)

    def test_stopped_halfway_leaves_nothing_of_the_check(self, manager, small_slices, monkeypatch):
        checked = imported(manager, leads(20), dry_run=True)
        actions.go_ahead(import_=checked, counted=0, by=manager, now=timezone.now())
        stop_after(monkeypatch, 1)
        stopped = worked(checked)
        assert (stopped.state, stopped.created) == (State.FAILED, 7)
        stopped.state = State.RUNNING
        stopped.save()
        actions.cancel(import_=stopped, by=manager, now=timezone.now())
        assert Customer.objects.count() == ImportRow.objects.filter(import_id=checked.pk).count() == 7
        undone = worked(actions.undo(import_=stopped, by=manager, now=timezone.now()))
        assert (undone.state, Customer.objects.count()) == (State.UNDONE, 0)

    def test_discarded(self, manager):
        checked = imported(manager, leads(20), dry_run=True)
        actions.discard(import_=checked, by=manager, now=timezone.now())
        checked.refresh_from_db()
        assert checked.state == State.CANCELLED
        assert not StagedSlice.objects.exists()
        assert not Customer.objects.exists()


def stop_after(monkeypatch, times: int) -> None:
    """A fault in the slice after so many good ones, once."""
    real, seen = slices.add_imported, []

    def add(**act):
        seen.append(1)
        if len(seen) == times + 1:
            raise RuntimeError("the machine stopped")
        real(**act)

    monkeypatch.setattr(slices, "add_imported", add)


class TestDeal:
    def check(self, manager, count=20, **deal):
        checked = imported(manager, leads(count), dry_run=True)
        return counted_again(checked, manager, deal=deal)

    def test_even_as_planned_one_change_each_one_batch(self, manager, asha, ravi, small_slices):
        UserFactory(username="third")
        # Given a check of twenty rows in three slices, to be shared out among two of three
        checked = self.check(manager, how="even", among=[asha.pk, ravi.pk])
        plan = checked.check_result["plan"]
        assert (sum(plan["dealt"].values()), plan["left"]) == (20, 0)
        assert not AssignmentChange.objects.exists()
        # When it is imported
        done = gone_ahead(checked, manager)
        # Then each got what was shown, with one history row a customer and one batch for all
        got = Counter(str(pk) for pk in Customer.objects.values_list("assigned_to", flat=True))
        assert got == plan["dealt"] == {str(asha.pk): 10, str(ravi.pk): 10}
        batch = Batch.objects.get()
        assert str(batch.pk) == done.check_result["batch"]
        assert batch.counts["shares"] == plan["dealt"]
        changes = AssignmentChange.objects.filter(batch=batch, previous_owner=None, by=manager)
        assert changes.count() == changes.values("customer").distinct().count() == 20

    def test_odd_ones_and_caps_as_planned(self, manager, asha, ravi, small_slices):
        third = UserFactory(username="third", open_cap=3)
        UserFactory(username="away", takes_new=False)
        ravi.dealt_ahead = 0.5
        ravi.save()
        checked = self.check(manager, count=22, how="even")
        plan = checked.check_result["plan"]["dealt"]
        assert plan[str(third.pk)] == 3
        gone_ahead(checked, manager)
        assert Counter(str(pk) for pk in Customer.objects.values_list("assigned_to", flat=True)) == plan
        ravi.refresh_from_db()
        assert ravi.dealt_ahead != 0.5

    def test_nobody_with_room_leaves_them_in_the_pool(self, manager, asha, small_slices):
        asha.daily_cap = 5
        asha.save()
        checked = self.check(manager, how="one", among=[asha.pk])
        assert checked.check_result["plan"] == {"dealt": {str(asha.pk): 5}, "ahead": {}, "left": 15}
        done = gone_ahead(checked, manager)
        assert (done.state, Customer.objects.filter(assigned_to=asha).count()) == (State.DONE, 5)
        assert Customer.objects.unassigned().count() == 15
        counts = Batch.objects.get().counts
        assert (counts["assigned"], counts["left"], counts["why"]["full"]) == (5, 15, 15)

    def test_killed_in_the_middle_of_a_deal(self, manager, asha, ravi, small_slices, monkeypatch):
        checked = self.check(manager, how="even", among=[asha.pk, ravi.pk])
        plan = checked.check_result["plan"]["dealt"]
        actions.go_ahead(import_=checked, counted=1, by=manager, now=timezone.now())
        fail_in_deal(monkeypatch, 1)
        stopped = worked(checked)
        assert (stopped.state, Customer.objects.count(), AssignmentChange.objects.count()) == (State.FAILED, 7, 7)
        done = worked(actions.retry(import_=stopped, by=manager, now=timezone.now()))
        assert done.state == State.DONE
        assert Counter(str(pk) for pk in Customer.objects.values_list("assigned_to", flat=True)) == plan
        assert (AssignmentChange.objects.count(), Batch.objects.count()) == (20, 1)

    def test_a_deal_outlives_a_moment_without_database(self, manager, asha, small_slices, monkeypatch):
        monkeypatch.setattr("imports.pipeline.patience.wait", lambda attempt: None)
        checked = self.check(manager, how="even", among=[asha.pk])
        real, seen = counting.Confirmed._keep_receipts, []

        def away_once(part):
            seen.append(1)
            if len(seen) == 2:
                raise OperationalError("server closed the connection")
            real(part)

        monkeypatch.setattr(counting.Confirmed, "_keep_receipts", away_once)
        monkeypatch.setattr("imports.pipeline.patience.connection", NotInABlock())
        gone_ahead(checked, manager)
        assert Customer.objects.filter(assigned_to=asha).count() == AssignmentChange.objects.count() == 20

    @pytest.mark.parametrize(("deal", "owners"), [("nobody", [None, None]), ("column", ["asha", None]), (None, None)])
    def test_the_column_with_the_counsellor(self, manager, asha, deal, owners):
        content = csv_bytes("A,9876543210,asha", "B,9876543211,Nobody", header="Name,Phone,Counsellor")
        checked = imported(manager, content, dry_run=True)
        if deal:
            checked = counted_again(checked, manager, deal={"how": deal})
        gone_ahead(checked, manager)
        found = list(Customer.objects.order_by("name").values_list("assigned_to__username", flat=True))
        assert found == (owners or ["asha", None])
        if deal == "nobody":
            assert Customer.objects.get(name="A").extra == {"Counsellor": "asha"}

    def test_undo_takes_dealt_ones_back(self, manager, asha):
        done = gone_ahead(self.check(manager, how="one", among=[asha.pk]), manager)
        worked(actions.undo(import_=done, by=manager, now=timezone.now()))
        assert not Customer.objects.exists()


class NotInABlock:
    """The connection as the worker sees it: outside of the test's own transaction."""

    in_atomic_block, vendor = False, "sqlite"

    def close(self):
        pass


def fail_in_deal(monkeypatch, times: int) -> None:
    from customers.actions import arrivals

    real, seen = arrivals.share_out, []

    def share_out(**act):
        shared = real(**act)
        seen.append(1)
        if len(seen) == times + 1:
            raise RuntimeError("killed after the deal, before the receipt")
        return shared

    monkeypatch.setattr(arrivals, "share_out", share_out)


def test_an_import_at_once_leaves_no_check(manager):
    import_ = imported(manager, csv_bytes(ASHA))
    assert (import_.check_result, import_.was_checked) == ({}, False)
    assert not FieldChange.objects.exists()
    assert import_.import_rows.get().outcome == Outcome.CREATED
