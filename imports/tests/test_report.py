"""GET /import/<uuid>/report/: what a file was like on the day, and what became of those it brought."""

import uuid
from array import array
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.actions import record_status
from customers.models import Customer, Status
from customers.tests.factories import CustomerFactory
from imports.models import Import
from imports.report.overlap import note_overlap
from imports.report.runs import suspicious_runs
from imports.tests.factories import csv_bytes, imported
from imports.tests.taking_back import undone

JSON = {"Accept": "application/json"}
HEAD = "Name,Phone,Source"


def url(import_: Import) -> str:
    return reverse("imports:report", args=[import_.pk])


def card(client, import_: Import) -> dict:
    return client.get(url(import_), headers=JSON).json()


def counts(figures: list[dict]) -> dict[str, int]:
    return {figure["name"]: figure["count"] for figure in figures}


@pytest.fixture
def fair(manager) -> Import:
    """Two new, one known, one twice, one invalid."""
    CustomerFactory(name="Dilip", phone_number="+919876543213")
    rows = ["Asha,9876543210,Fair", "Bala,9876500041,", "Asha,9876543210,Fair", "Cyril,12,Fair", "Dilip,9876543213,"]
    return imported(manager, csv_bytes(*rows, header=HEAD), "Kochi fair.csv")


@pytest.mark.django_db
class TestOnTheDay:
    def test_each_outcome_and_its_list(self, as_user, manager, fair):
        client = as_user(manager)
        found = card(client, fair)["on_the_day"]
        assert counts(found) == {
            "rows": 5,
            "created": 2,
            "updated": 0,
            "unchanged": 1,
            "duplicate_in_file": 1,
            "rejected": 1,
        }
        for figure in found:
            assert len(client.get(figure["list"]).context["rows"]) == figure["count"], figure["name"]

    def test_the_page_shows_it_and_the_import_leads_to_it(self, as_user, manager, fair):
        client = as_user(manager)
        assert url(fair) in client.get(reverse("imports:detail", args=[fair.pk])).content.decode()
        page = client.get(url(fair))
        assert page.status_code == 200
        assert "Known already, nothing new" in page.content.decode()


@pytest.mark.django_db
class TestWhatBecameOfThem:
    def record(self, name: str, status: str, by) -> None:
        customer = Customer.objects.get(name=name)
        record_status(customer=customer, status=Status.objects.get(pk=status), notes="", by=by, now=timezone.now())

    def test_those_who_ever_came_so_far_and_the_lists_that_say_so(self, as_user, manager, fair):
        # Given one who was interested and lost interest, and one who never answered
        self.record("Asha", "INTERESTED", manager)
        self.record("Asha", "NOT_INTERESTED", manager)
        self.record("Bala", "CALL_NOT_ATTENDED", manager)
        self.record("Dilip", "ADMISSION", manager)  # came with another file
        client = as_user(manager)
        became = card(client, fair)["became"]
        found = counts(became)
        assert (found["added"], found["contacted"]) == (2, 2)
        assert (found["VALID"], found["INTERESTED"], found["SHORTLISTED"], found["ADMISSION"]) == (1, 1, 0, 0)
        for figure in became:
            listed = client.get(figure["list"], headers=JSON).json()
            assert listed["count"] == figure["count"], figure["name"]

    def test_by_source(self, as_user, manager, fair):
        sources = card(as_user(manager), fair)["sources"]
        assert [(figure["words"], figure["count"]) for figure in sources] == [("No source given", 1), ("Fair", 1)]
        for figure in sources:
            assert as_user(manager).get(figure["list"], headers=JSON).json()["count"] == 1

    def test_as_many_queries_for_thirty_rows_as_for_three(
        self, as_user, manager, django_assert_num_queries, django_assert_max_num_queries
    ):
        client = as_user(manager)
        few = imported(manager, csv_bytes(*(f"P{n},98765{n:05d}," for n in range(3)), header=HEAD))
        many = imported(manager, csv_bytes(*(f"Q{n},98766{n:05d},S{n}" for n in range(30)), header=HEAD))
        client.get(url(few))
        with django_assert_max_num_queries(14) as first:
            client.get(url(few))
        with django_assert_num_queries(len(first.captured_queries)):
            client.get(url(many))


@pytest.mark.django_db
class TestEarlierFiles:
    def test_which_and_how_many(self, as_user, manager, fair):
        second = imported(manager, csv_bytes("Asha,9876543210,", "Eva,9876500099,", header=HEAD), "Aluva.csv")
        third = imported(
            manager, csv_bytes("Asha,9876543210,", "Bala,9876500041,", "Eva,9876500099,", header=HEAD), "Pala.csv"
        )
        client = as_user(manager)
        found = card(client, third)["earlier_files"]
        assert found["count"] == 2
        assert {f["name"]: f["count"] for f in found["largest"]} == {str(fair.pk): 2, str(second.pk): 2}
        assert counts(card(client, second)["earlier_files"]["largest"]) == {str(fair.pk): 1}
        assert card(client, fair)["earlier_files"] == {"count": 0, "largest": []}
        assert "Kochi fair.csv" in client.get(url(third)).content.decode()

    def test_it_is_counted_slice_by_slice_to_the_same_sum(self, manager, monkeypatch):
        rows = [f"P{n},98765{n:05d}," for n in range(7)]
        imported(manager, csv_bytes(*rows, header=HEAD))
        again = imported(manager, csv_bytes(*rows, "New,9876600000,", header=HEAD))
        whole = again.report["overlap"]
        Import.objects.filter(pk=again.pk).update(report={})
        monkeypatch.setattr("imports.report.overlap.SLICE", 3)
        note_overlap(again.pk)
        again.refresh_from_db()
        assert again.report["overlap"] == whole
        assert whole["largest"][0][1] == 7

    def test_an_undone_import_says_so(self, as_user, manager, fair):
        undone(fair, manager)
        page = as_user(manager).get(url(fair)).content.decode()
        assert "This import has been undone since." in page


class TestRuns:
    def found(self, *numbers: int) -> dict:
        return suspicious_runs(array("Q", numbers))

    def test_numbers_one_after_the_other_in_whatever_order(self):
        found = self.found(919876500003, 919876500001, 919876500005, 919876500002, 919876500004, 919876500002)
        assert found["examples"] == [
            {"kind": "consecutive", "first": "+919876500001", "last": "+919876500005", "count": 5}
        ]

    def test_four_are_no_run(self):
        assert self.found(*range(919876500001, 919876500005), 919000000000)["found"] == 0

    @pytest.mark.parametrize("place", [0, 1, 4, 8])
    def test_one_digit_changed_wherever_it_stands(self, place):
        numbers = [
            919136927458 + digit * 10**place
            for digit in (-4, -2, 0, 1, 2, 4)
            if 0 <= (919136927458 // 10**place) % 10 + digit <= 9
        ]
        family = [n for n in numbers if n // 10 ** (place + 1) == 919136927458 // 10 ** (place + 1)]
        found = self.found(*family, 917000000001, 918111111112)
        expected = [(min(family), max(family), len(family))] if len(family) >= 5 else []
        assert [(int(r["first"][1:]), int(r["last"][1:]), r["count"]) for r in found["examples"]] == expected

    def test_a_run_is_not_told_twice(self):
        found = self.found(*range(919876500000, 919876501000))
        assert [(run["kind"], run["count"]) for run in found["examples"]] == [("consecutive", 1000)]

    @pytest.mark.parametrize("numbers", [(), (1,), (919876543210,) * 9])
    def test_too_few_are_no_run(self, numbers):
        assert self.found(*numbers) == {"found": 0, "numbers": 0, "examples": []}

    @pytest.mark.django_db
    def test_the_card_names_them_and_opens_their_list(self, as_user, manager):
        rows = [f"P{n},98765{n:05d}," for n in (*range(10, 30), 77, 5000)]
        import_ = imported(manager, csv_bytes(*rows, header=HEAD))
        runs = card(as_user(manager), import_)["suspicious_runs"]
        assert (runs["count"], runs["numbers"]) == (1, 20)
        assert runs["examples"][0]["words"] == "9876500010 to 9876500029, one after the other"
        address = urlsplit(runs["examples"][0]["list"])
        assert parse_qs(address.query)["origin"] == [str(import_.origin_id)]
        assert as_user(manager).get(runs["examples"][0]["list"], headers=JSON).json()["count"] >= 20


@pytest.mark.django_db
def test_a_file_that_has_written_nothing_has_no_card_yet(as_user, manager):
    import_ = imported(manager, b"Kandidat,Kod\nAsha,red\n")
    page = as_user(manager).get(url(import_)).content.decode()
    assert "There is nothing to report yet" in page


def test_a_stranger_a_wrong_method_and_a_bad_id(as_user, asha, client, manager, fair):
    assert as_user(asha).get(url(fair)).status_code == 403
    assert client.get(url(fair)).status_code == 302
    assert as_user(manager).post(url(fair)).status_code == 405
    assert as_user(manager).get(reverse("imports:report", args=[uuid.uuid4()])).status_code == 404
