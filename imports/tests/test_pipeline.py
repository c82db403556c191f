"""From a file to customers through the action and the task: what is written."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate, localtime

from accounts.tests.factories import UserFactory
from customers.models import Alias, AssignmentChange, Course, Customer, FollowUp, Source, StatusChange
from customers.tests.factories import CustomerFactory, SourceFactory
from imports import actions
from imports.models import StagedSlice, State
from imports.tests.factories import ASHA, counts, csv_bytes, imported


class TestNewCustomers:
    def test_values_search_and_enquiry(self, manager):
        # When a file with one person comes in
        import_ = imported(manager, csv_bytes(ASHA))
        # Then she can be found, and her first enquiry says where she stands in the file
        asha = Customer.objects.search("98765-43210").get()
        assert (asha.name, asha.area, asha.area_key, asha.date) == ("Asha Nair", "Kochi", "kochi", date(2026, 3, 5))
        assert (asha.origin, asha.hand_edited, asha.assigned_to, asha.status_id) == (import_.origin, 0, None, "NEW")
        enquiry = asha.enquiries.get()
        assert (enquiry.enquired_on, enquiry.row, enquiry.origin) == (date(2026, 3, 5), 2, import_.origin)
        assert (asha.enquiry_count, asha.last_enquired_at) == (1, date(2026, 3, 5))
        assert not StatusChange.objects.exists()
        assert not StagedSlice.objects.exists()

    def test_unknown_columns_are_kept(self, manager):
        imported(manager, csv_bytes("Asha,9876543210,XII", header="Name,Phone,Class"))
        assert Customer.objects.get().extra == {"Class": "XII"}

    def test_sources_and_courses_are_found_by_any_spelling_or_added(self, manager):
        # Given a source with another spelling, and one merged into it
        fair = SourceFactory(name="Education fair", key="education fair")
        Alias.objects.create(kind="source", key="edu fair", source=fair)
        SourceFactory(name="Fair 2025", key="fair 2025", merged_into=fair)
        # When a file uses them
        head = "Name,Phone,Source,Course"
        rows = ["A,9876543210,EDU FAIR,BCA", "B,9876543211,Fair 2025,bca", "C,9876543212,Website,", "D,9876543213,,"]
        imported(manager, csv_bytes(*rows, header=head))
        # Then only what is new was added, once
        assert [c.source and c.source.name for c in Customer.objects.order_by("name")] == [
            "Education fair",
            "Education fair",
            "Website",
            None,
        ]
        assert [course.name for course in Course.objects.all()] == ["BCA"]

    def test_sources_beyond_the_limit_stay_as_text(self, manager, monkeypatch, small_slices):
        monkeypatch.setattr("imports.pipeline.writing.NEW_WORDS", 10)
        rows = [f"P{n},98765{n:05d},Source {n}" for n in range(12)]
        import_ = imported(manager, csv_bytes(*rows, header="Name,Phone,Source"))
        assert Source.objects.count() == 10
        last = Customer.objects.get(name="P11")
        assert (last.source, last.extra) == (None, {"Source": "Source 11"})
        assert import_.warned == 2
        assert import_.import_rows.get(customer=last).warnings[0]["code"] == "source_limit"

    def test_status_and_counsellor_of_a_team_that_moves_in(self, manager, asha):
        head = "Name,Phone,Status,Counsellor"
        rows = ["A,9876543210,interested,Asha", "B,9876543211,Call-not attended.,asha", "C,9876543212,Hot,Nobody"]
        imported(manager, csv_bytes(*rows, header=head))
        first, second, third = Customer.objects.order_by("name")
        assert (first.status_id, first.assigned_to) == ("INTERESTED", asha)
        assert (second.status_id, second.assigned_to) == ("CALL_NOT_ATTENDED", asha)
        assert (third.status_id, third.assigned_to) == ("NEW", None)
        assert third.extra == {"Status": "Hot", "Counsellor": "Nobody"}
        change = StatusChange.objects.get(customer=first)
        assert (change.previous_status, change.new_status_id, change.kind) == (None, "INTERESTED", "import")
        assert [row.been_at for row in (first, second, third)] == [first.status.mark, second.status.mark, 0]
        assert first.first_contact_at is None
        assert AssignmentChange.objects.filter(new_owner=asha, previous_owner=None, by=manager).count() == 2

    def test_next_calls_of_a_team_that_moves_in(self, manager, asha):
        # Given leads with a counsellor and a call to come, with a time, without, past, closed, and one nobody owns
        today = localdate()
        later, past = f"{today + timedelta(days=9):%d/%m/%Y}", f"{today - timedelta(days=1):%d/%m/%Y}"
        rows = [
            f"A,9876543210,asha,Follow Up,{later} 4:30 pm",
            f"B,9876543211,asha,,{later}",
            f"C,9876543212,asha,,{past}",
            f"D,9876543213,asha,Not Interested,{later}",
            f"E,9876543214,,,{later}",
        ]
        imported(manager, csv_bytes(*rows, header="Name,Phone,Counsellor,Status,Next follow up"))

        # Then those that somebody will make are her open follow-ups
        calls = FollowUp.objects.open().order_by("customer__name")
        assert [(call.customer.name, call.owner, f"{localtime(call.due_at):%H:%M}") for call in calls] == [
            ("A", asha, "16:30"),
            ("B", asha, "11:00"),
        ]
        assert all(call.customer.next_follow_up_at == call.promised_at == call.due_at for call in calls)
        assert all(localdate(call.due_at) == today + timedelta(days=9) for call in calls)
        assert Customer.objects.filter(extra__has_key="Follow-up").count() == 5
        assert Customer.objects.filter(next_follow_up_at=None).count() == 3

    def test_counsellor_who_left_gets_nobody(self, manager):
        UserFactory(username="gone", is_active=False)
        imported(manager, csv_bytes("A,9876543210,gone", header="Name,Phone,Counsellor"))
        assert Customer.objects.get().assigned_to is None


class TestRowsOfOneFile:
    def test_repeats_name_the_first_across_slices(self, manager, small_slices):
        # Given twenty rows, the last of which repeats the first
        rows = [f"Person {n},98765432{n:02d},,," for n in range(20)] + ["Person 0 again,+91 98765 43200,,,"]
        import_ = imported(manager, csv_bytes(*rows))
        assert counts(import_) == {"created": 20, "duplicate_in_file": 1}
        assert import_.import_rows.get(outcome="duplicate_in_file").detail == {
            "of_row": 2,
            "of_sheet": import_.sheets[0]["name"],
        }

    def test_a_row_of_hints_asks_nothing_of_anybody(self, manager):
        import_ = imported(manager, csv_bytes("as in Aadhaar,10 digits,City,dd/mm/yyyy,", ASHA, "Ravi,10 digits,,,"))
        assert counts(import_) == {"created": 1, "rejected": 2}
        assert [row.reason for row in import_.import_rows.filter(outcome="rejected")] == ["test_lead", "phone_invalid"]

    def test_repeat_of_a_rejected_row_is_taken(self, manager):
        rows = [f"{'x' * 300},9876543210,,,", "Asha,9876543210,,,"]
        assert counts(imported(manager, csv_bytes(*rows))) == {"rejected": 1, "created": 1}

    def test_every_row_has_one_outcome_and_they_add_up(self, manager):
        CustomerFactory(name="Ravi Kumar", phone_number="+919876543219")
        rows = [ASHA, ASHA, "Nobody,,,,", "Zoya,9876543219,,,", ",,,,", "Meera,9876543212,,99/99/2026,"]
        import_ = imported(manager, csv_bytes(*rows))
        assert counts(import_) == {"created": 2, "duplicate_in_file": 1, "rejected": 1, "unchanged": 1}
        assert import_.rows == import_.import_rows.count() == import_.done_rows == 5
        assert import_.warned == 1

    def test_dry_run_counts_the_same_and_writes_no_customer(self, manager, small_slices):
        CustomerFactory(name="Ravi Kumar", phone_number="+919876543219")
        rows = [ASHA, ASHA, "Nobody,,,,", "Zoya,9876543219,,,"] + [f"P{n},98765433{n:02d},,," for n in range(20)]
        content = csv_bytes(
            *(f"{row},Source {i}" for i, row in enumerate(rows)), header="Name,Phone,Area,Date,Remark,Source"
        )
        checked = imported(manager, content, dry_run=True)
        assert checked.state == State.CHECKED
        assert Customer.objects.count() == 1
        assert not Source.objects.exists()
        real = imported(manager, content)
        assert counts(checked) == counts(real) == {"created": 21, "duplicate_in_file": 1, "rejected": 1, "unchanged": 1}


class TestMapping:
    CONTENT = csv_bytes("Asha,alpha,Kochi", "Ravi,beta,Pune", header="Name,Where,What")

    def test_without_a_phone_column_it_asks(self, manager):
        import_ = imported(manager, self.CONTENT)
        assert (import_.state, import_.file_error) == (State.NEEDS_MAPPING, "no_phone_column")
        assert import_.file_error_detail == {"columns": ["Name", "Where", "What"]}
        assert [column["samples"] for column in import_.sheets[0]["columns"]] == [
            ["Asha", "Ravi"],
            ["alpha", "beta"],
            ["Kochi", "Pune"],
        ]

    def test_chosen_columns_are_used(self, manager, django_capture_on_commit_callbacks):
        content = csv_bytes("Asha,9876543210,Kochi,9876543299", header="Name,Roll,What,Emergency ID")
        import_ = imported(manager, content)
        assert import_.state == State.NEEDS_MAPPING
        sheet = import_.sheets[0]["name"]
        with django_capture_on_commit_callbacks(execute=True):
            actions.choose_mapping(
                import_=import_, mapping={sheet: {"Roll": "phone", "What": "area"}}, by=manager, now=timezone.now()
            )
        import_.refresh_from_db()
        assert import_.state == State.DONE
        customer = Customer.objects.get()
        assert (customer.phone_number, customer.area) == ("+919876543210", "Kochi")

    @pytest.mark.parametrize(
        "columns", [{"Where": "area"}, {"Where": "phone", "What": "phone"}, {"Where": "phone", "What": "shoe size"}]
    )
    def test_nonsense_is_refused(self, manager, columns):
        import_ = imported(manager, self.CONTENT)
        with pytest.raises(actions.ActionError):
            actions.choose_mapping(import_=import_, mapping={"x": columns}, by=manager, now=timezone.now())

    def test_only_an_import_that_waits_can_be_mapped(self, manager):
        import_ = imported(manager, csv_bytes(ASHA))
        with pytest.raises(actions.ActionError):
            actions.choose_mapping(import_=import_, mapping={"x": {"Phone": "phone"}}, by=manager, now=timezone.now())
