"""manage.py import_customers: what scripts rely on."""

import json

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from imports.models import Import, State
from imports.tests.factories import ASHA, csv_bytes

SHAPE = {
    "import", "state", "file_error", "message", "rows", "created", "updated", "unchanged", "duplicate_in_file",
    "rejected", "problems", "warnings",
}  # fmt: skip


@pytest.fixture
def run(manager, tmp_path, capsys):
    """`run(b"…")` is (exit code, the JSON object) for a file with these bytes."""

    def run(content: bytes, *arguments: str, name: str = "leads.csv", by: str = "meena") -> tuple[int, dict]:
        path = tmp_path / name
        path.write_bytes(content)
        code = 0
        try:
            call_command("import_customers", str(path), "--by", by, "--json", *arguments)
        except SystemExit as end:
            code = end.code
        return code, json.loads(capsys.readouterr().out)

    return run


def test_imported(run):
    CustomerFactory(name="Ravi Kumar", phone_number="+919876543219")
    content = csv_bytes(ASHA, ASHA, "Nobody,,,,", "Zoya,9876543219,,,", "Meera,9876543212,,99/99/2026,")
    code, answer = run(content)
    assert code == 0
    assert set(answer) == SHAPE
    assert (answer["state"], answer["file_error"], answer["rows"], answer["created"]) == ("done", None, 5, 2)
    assert answer["import"] == str(Import.objects.get().pk)
    assert [(p["row"], p["outcome"], p["reason"]) for p in answer["problems"]] == [
        (3, "duplicate_in_file", "duplicate_in_file"),
        (4, "rejected", "phone_missing"),
        (5, "unchanged", "different_name"),
    ]
    assert "row 2" in answer["problems"][0]["message"]
    assert "Ravi Kumar" in answer["problems"][2]["message"]
    assert [(w["row"], w["reason"]) for w in answer["warnings"]] == [(6, "date_invalid")]
    assert all(set(line) == {"sheet", "row", "outcome", "reason", "message"} for line in answer["problems"])


def test_dry_run(run):
    code, answer = run(csv_bytes(ASHA), "--dry-run")
    assert (code, answer["state"], answer["created"]) == (0, State.CHECKED, 1)
    assert not Customer.objects.exists()


def test_refused_at_the_first_look(run):
    code, answer = run(b"%PDF-1.7 ...")
    assert (code, answer["state"], answer["file_error"]) == (1, "refused", "unsupported_type")
    assert set(answer) == SHAPE
    assert answer["rows"] == 0


def test_refused_while_reading(run):
    code, answer = run(csv_bytes())
    assert (code, answer["state"], answer["file_error"]) == (1, "refused", "file_empty")


def test_no_phone_column(run):
    code, answer = run(csv_bytes("Asha,Kochi", header="Name,Area"))
    assert (code, answer["state"], answer["file_error"]) == (1, "needs_mapping", "no_phone_column")
    assert "Name, Area" in answer["message"]


def test_words_for_a_person(manager, tmp_path, capsys):
    path = tmp_path / "leads.csv"
    path.write_bytes(csv_bytes(ASHA, "Nobody,,,,"))
    call_command("import_customers", str(path), "--by", "meena")
    said = capsys.readouterr().out
    assert "1  created" in said
    assert "row 3: There is no phone number" in said


@pytest.mark.parametrize("by", ["asha", "nobody"])
def test_only_a_manager_may(run, asha, by):
    with pytest.raises(CommandError):
        run(csv_bytes(ASHA), by=by)
    assert not Import.objects.exists()


def test_file_that_is_not_there(manager):
    with pytest.raises(CommandError):
        call_command("import_customers", "/nowhere/leads.csv", "--by", "meena")
