"""manage.py import_customers: what scripts rely on."""

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from imports.models import Import, State
from imports.tests.factories import ASHA, csv_bytes

SHAPE = {
    "import", "state", "file_error", "message", "rows", "created", "updated", "unchanged", "duplicate_in_file",
    "rejected", "problems", "check", "warnings",
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


def test_the_choices_of_the_pages(run):
    run(csv_bytes(ASHA))
    other = csv_bytes("Asha Nair,98765 43210,Aluva,04/13/2026,second")
    _, skipped = run(other, "--known", "skip")
    assert (skipped["unchanged"], Customer.objects.get().area) == (1, "Kochi")
    _, replaced = run(
        other, "--known", "overwrite", "--overwrite", "area", "--overwrite", "date", "--date-order", "mdy"
    )
    known = Customer.objects.get()
    assert (replaced["updated"], known.area, f"{known.date:%Y-%m-%d}") == (1, "Aluva", "2026-04-13")
    code, answer = run("Name,Phone\nИван,9876543211\n".encode("cp1251"), "--encoding", "cp1251")
    assert (code, answer["created"], Customer.objects.filter(name="Иван").count()) == (0, 1, 1)


def test_dry_run(run):
    code, answer = run(csv_bytes(ASHA), "--dry-run")
    assert (code, answer["state"], answer["created"]) == (0, State.CHECKED, 1)
    assert not Customer.objects.exists()


def test_a_dry_run_is_the_check_of_the_page(run, as_user, manager):
    CustomerFactory(name="Asha Nair", phone_number="+919876543210", area="")
    _code, answer = run(csv_bytes(ASHA), "--dry-run")
    page = as_user(manager).get(f"{answer['check']['url']}", headers={"Accept": "application/json"}).json()
    assert page["check"] == answer["check"]
    [example] = answer["check"]["kinds"][0]["examples"]
    assert {"field": "area", "old": "", "new": "Kochi"} in example["differences"]
    _code, imported = run(csv_bytes(ASHA))
    assert imported["check"] is None


def test_a_dry_run_for_a_person(manager, tmp_path, capsys):
    CustomerFactory(name="Asha Nair", phone_number="+919876543210", area="")
    path = tmp_path / "leads.csv"
    path.write_bytes(csv_bytes("Asha Nair,9876543210,Kochi,,"))
    call_command("import_customers", str(path), "--by", "meena", "--dry-run")
    said = capsys.readouterr().out
    assert "row 2: area: blank -> Kochi" in said
    assert f"/import/{Import.objects.get().pk}/check/" in said


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


def book_bytes(**sheets: list[list]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_sentences_are_those_of_the_pages(run, manager, as_user):
    """One source: whoever mended a row by the command's words finds the same ones on the page."""
    CustomerFactory(name="Ravi Kumar", phone_number="+919876543219")
    head = ["Name", "Phone Number", "Area", "Date", "Remark"]
    content = book_bytes(
        Fair=[
            head,
            ["Asha", "9876543210", "Kochi", "99/99/2026", ""],
            ["Asha", "9876543210", "", "", ""],
            ["Bala", "12345", "", "", ""],
            ["Nobody", None, "Kochi", "", ""],
            ["Zoya", "9876543219", "", "", ""],
            ["Two", "9876543211 / 9876543212", "", "", "x" * 25_000],
        ],
        Fees=[["Course", "Fee"], ["BCA", 1000]],
    )
    _, answer = run(content, name="fair.xlsx")
    client = as_user(manager)
    detail, json_ = f"/import/{answer['import']}/", {"accept": "application/json"}
    page = client.get(f"{detail}problems/?page_size=100", headers=json_).json()

    by_row: dict[int, list[str]] = {}
    notes = [line["message"] for line in answer["warnings"] if line["outcome"] is None]
    for line in [*answer["problems"], *answer["warnings"]]:
        if line["outcome"]:
            by_row.setdefault(line["row"], []).append(line["message"])
    assert {line["row"]: line["messages"] for line in page["results"]} == by_row
    assert set(by_row) == {2, 3, 4, 5, 6, 7}
    assert list(client.get(detail).context["notes"]) == notes != []
    assert (
        answer["message"]
        == client.get(detail, headers=json_).json()["message"]
        == "2 added, 1 unchanged, 1 twice in the file, 2 need you"
    )


@pytest.mark.parametrize("name", ["leads.csv", "leads.pdf"])
def test_a_refused_file_is_refused_in_the_words_of_the_upload_page(run, manager, as_user, name):
    content = b"%PDF-1.7 ..."
    _, answer = run(content, name=name)
    upload = {"file": SimpleUploadedFile(name, content)}
    said = as_user(manager).post("/import/", upload, headers={"accept": "application/json"})
    assert (said.status_code, said.json()["error"]) == (400, answer["message"])
    assert answer["message"].startswith("This is not a spreadsheet that can be read, but a PDF document.")


def test_a_file_refused_while_reading_is_refused_in_the_words_of_its_page(run, manager, as_user):
    _, answer = run(csv_bytes())
    page = as_user(manager).get(f"/import/{answer['import']}/", headers={"accept": "application/json"}).json()
    assert page["message"] == answer["message"] != ""


def test_a_dry_run_says_so_in_the_words_of_its_page(run, manager, as_user):
    code, answer = run(csv_bytes(ASHA, "Nobody,,,,"), "--dry-run")
    assert (code, answer["created"], answer["rejected"]) == (0, 1, 1)
    assert answer["message"] == "Checked: nothing is written yet. Look at what it would do, then import it."
    assert [line["reason"] for line in answer["problems"]] == ["phone_missing"]


def test_a_refused_file_for_a_person(manager, tmp_path, capsys):
    path = tmp_path / "leads.csv"
    path.write_bytes(csv_bytes("Asha,Kochi", header="Name,Area"))
    with pytest.raises(SystemExit) as end:
        call_command("import_customers", str(path), "--by", "meena")
    assert end.value.code == 1
    assert capsys.readouterr().out.startswith("needs mapping: No column holds phone numbers.")


def test_words_for_a_person(manager, tmp_path, capsys):
    path = tmp_path / "leads.csv"
    path.write_bytes(csv_bytes(ASHA, "Nobody,,,,", "Meera,9876543212,,99/99/2026,"))
    call_command("import_customers", str(path), "--by", "meena")
    said = capsys.readouterr().out
    assert "2  created" in said
    assert "\nrow 3: There is no phone number" in said
    assert "\nrow 4: The date “99/99/2026” could not be read." in said


@pytest.mark.parametrize("by", ["asha", "nobody"])
def test_only_a_manager_may(run, asha, by):
    with pytest.raises(CommandError):
        run(csv_bytes(ASHA), by=by)
    assert not Import.objects.exists()


def test_file_that_is_not_there(manager):
    with pytest.raises(CommandError):
        call_command("import_customers", "/nowhere/leads.csv", "--by", "meena")
