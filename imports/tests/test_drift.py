"""A file that is not like the last one with its headers: a sentence, and a halt where wrong values would be written."""

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from imports import actions, tasks
from imports.models import Import, SheetRead, State
from imports.profiles import DRAWN, FIRST, Sample, profiles
from imports.tests.factories import imported

HEAD = "Name,Phone,Area,Date"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def person(n: int) -> str:
    return f"Person {LETTERS[n // 26 % 26]}{LETTERS[n % 26]}"


def sheet(*, start: int = 0, count: int = 30, row="{name},{phone},{area},{day}", days=("25/03/2026",), area="Kochi"):
    """So many rows; `row` says in which order their values stand."""
    lines = [
        row.format(name=person(n), phone=f"98765{n:05d}", area=area, day=days[n % len(days)], n=n)
        for n in range(start, start + count)
    ]
    return "\n".join([HEAD, *lines]).encode()


def codes(import_: Import) -> list[str]:
    return [note["code"] for note in import_.notes if note["code"].startswith("drift")]


@pytest.fixture
def usual(manager) -> Import:
    """The last file with these headers."""
    import_ = imported(manager, sheet(), "Kochi fair.csv")
    assert (import_.state, import_.created) == (State.DONE, 30)
    return import_


@pytest.mark.django_db
class TestGrave:
    def test_swapped_names_and_numbers_are_asked_about_before_anything_is_written(self, manager, as_user, usual):
        swapped = sheet(start=100, row="{phone},{name},{area},{day}")
        import_ = imported(manager, swapped, "Aluva fair.csv")

        assert (import_.state, codes(import_)) == (State.CHECKED, ["drift_swapped"])
        assert Customer.objects.count() == 30
        page = as_user(manager).get(reverse("imports:detail", args=[import_.pk])).content.decode()
        assert "“Name” holds phone numbers here and “Phone” names; in Kochi fair.csv" in page

    def test_the_columns_set_right_it_is_counted_anew_without_the_alarm_and_goes_in(self, manager, usual):
        import_ = imported(manager, sheet(start=100, row="{phone},{name},{area},{day}"), "Aluva fair.csv")
        columns = {"Name": "phone", "Phone": "name", "Area": "area", "Date": "date"}
        options = {**import_.options, "mapping": {import_.sheets[0]["name"]: columns}}
        counted = actions.recount(import_=import_, options=options, by=manager, now=timezone.now())
        tasks.run_import.call(str(import_.pk))
        import_.refresh_from_db()
        assert (import_.state, codes(import_), import_.created) == (State.CHECKED, [], 30)
        actions.go_ahead(import_=import_, counted=counted.check_result["round"], by=manager, now=timezone.now())
        tasks.run_import.call(str(import_.pk))
        assert Customer.objects.filter(origin=import_.origin, name__startswith="Person").count() == 30

    @pytest.mark.parametrize(("then", "now"), [("25/03/2026", "03/25/2026"), ("03/25/2026", "25/03/2026")])
    def test_dates_that_turned_are_asked_about(self, manager, then, now):
        imported(manager, sheet(days=(then, "05/03/2026")), "Kochi fair.csv")
        import_ = imported(manager, sheet(start=100, days=(now, *["05/03/2026"] * 29)), "Aluva fair.csv")
        assert (import_.state, codes(import_)) == (State.CHECKED, ["drift_dates"])
        assert Customer.objects.count() == 30

    @pytest.mark.parametrize("has_to_be_read_again", [False, True])
    def test_somebody_who_looked_is_not_asked_again(self, manager, usual, has_to_be_read_again):
        import_ = imported(manager, sheet(start=100, days=("03/25/2026",)))
        if has_to_be_read_again:
            import_.staged.all().delete()
        actions.go_ahead(import_=import_, counted=0, by=manager, now=timezone.now())
        tasks.run_import.call(str(import_.pk))
        import_.refresh_from_db()
        assert (import_.state, import_.created) == (State.DONE, 30)

    def test_with_the_order_chosen_there_is_nothing_to_ask(self, manager, usual):
        import_ = imported(manager, sheet(start=100, days=("03/25/2026",)), date_order="mdy")
        assert (import_.state, codes(import_)) == (State.DONE, [])

    def test_an_order_somebody_chose_is_held_against_what_a_later_file_proves(self, manager):
        imported(manager, sheet(days=("05/03/2026",)), date_order="dmy")
        import_ = imported(manager, sheet(start=100, days=("03/25/2026",)))
        assert (import_.state, codes(import_)) == (State.CHECKED, ["drift_dates"])

    def test_a_worker_killed_after_the_alarm_still_says_why_it_waits(self, manager, usual):
        import_ = imported(manager, sheet(start=100, days=("03/25/2026",)))
        Import.objects.filter(pk=import_.pk).update(state=State.CHECKING, worker="", heartbeat=None)
        tasks.run_import.call(str(import_.pk))
        import_.refresh_from_db()
        assert (import_.state, len(import_.report["stopped"])) == (State.CHECKED, 1)

    def test_the_command_says_that_it_waits(self, manager, usual, tmp_path, capsys):
        path = tmp_path / "Aluva fair.csv"
        path.write_bytes(sheet(start=100, days=("03/25/2026",)))
        with pytest.raises(SystemExit) as ended:
            call_command("import_customers", str(path), by=manager.username)
        assert ended.value.code == 1
        assert "checked: Nothing has been written yet. The dates in “Date”" in capsys.readouterr().out


@pytest.mark.django_db
class TestNotes:
    def test_a_file_like_the_last_one_says_nothing(self, manager, usual):
        import_ = imported(manager, sheet(start=100))
        assert (import_.state, codes(import_)) == (State.DONE, [])

    @pytest.mark.parametrize(
        ("change", "code", "says"),
        [
            ({"area": ""}, "drift_empty", "“Area” is empty here in nearly every row; in Kochi fair.csv"),
            ({"area": "68{n:04d}"}, "drift_numeric", "“Area” holds only numbers here"),
        ],
    )
    def test_a_column_that_lost_its_meaning_is_named(self, manager, usual, change, code, says):
        row = f"{{name}},{{phone}},{change['area']},{{day}}"
        import_ = imported(manager, sheet(start=100, row=row))
        assert (import_.state, codes(import_)) == (State.DONE, [code])
        assert any(note["text"].startswith(says) for note in import_.notes)

    def test_an_old_file_again_is_noticed_by_its_numbers(self, manager, usual):
        import_ = imported(manager, sheet(days=("26/03/2026",)), "old.csv")
        assert codes(import_) == ["drift_known"]
        assert "30 of 30 numbers looked at are known already; of Kochi fair.csv" in str(import_.notes)

    def test_a_list_that_is_always_known_is_no_news(self, manager, usual):
        for area in ("Aluva", "Pala"):
            import_ = imported(manager, sheet(area=area))
        assert codes(import_) == []

    def test_few_rows_are_compared_with_nothing(self, manager, usual):
        import_ = imported(manager, sheet(start=100, count=19, row="{name},{phone},,{day}"))
        assert codes(import_) == []
        assert SheetRead.objects.get(import_id=import_.pk).profiles == []


class TestProfiles:
    def test_shares_of_each_kind(self):
        rows = [["98765 43210", "Asha", "25/03/2026", 12, None]] * 15 + [
            ["+91 98765-43211", "Asha N.", "2026-03-25"]
        ] * 5
        phone, name, day, number, empty = profiles(rows, 5)
        assert (phone["phone"], phone["distinct"], phone["words"]) == (1.0, 0.1, 0.0)
        assert (name["words"], name["phone"], name["empty"]) == (1.0, 0.0, 0.0)
        assert (day["dates"], day["numeric"]) == (1.0, 0.0)
        assert (number["numeric"], number["empty"]) == (1.0, 0.25)
        assert (empty["empty"], empty["distinct"]) == (1.0, 0.0)

    def test_a_sample_is_bounded_and_the_same_for_the_same_file(self):
        def drawn() -> list[list]:
            sample = Sample("a file")
            for n in range(20_000):
                sample.see([n], "")
            return sample.rows

        rows = [row[0] for row in drawn()]
        assert (len(rows), rows[:FIRST]) == (FIRST + DRAWN, list(range(FIRST)))
        assert drawn() == [[n] for n in rows]
        # Every part of the file has its share: about a quarter of the drawn ones lie in each quarter of the rest
        quarter = (20_000 - FIRST) / 4
        counts = [sum(FIRST + q * quarter <= n < FIRST + (q + 1) * quarter for n in rows[FIRST:]) for q in range(4)]
        assert all(200 < count < 300 for count in counts)
