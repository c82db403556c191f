"""Every case file: what reading promises about it. Phones, dates in text and outcomes are other rooms' promises."""

import datetime
import json
import re

import pytest

from imports.reading import CellError, NoValue, look

from .helpers import CASES, everything, refusal, rows_of, trimmed

if not CASES.is_dir():
    pytest.skip("the case files are not here (CASES_DIR)", allow_module_level=True)

EXPECTED = {name: case for name, case in json.loads((CASES / "expected.json").read_text()).items() if name[0] != "_"}
REFUSED = {name for name, case in EXPECTED.items() if case["file_error"] not in (None, "no_phone_column")}


def squeezed(text):
    return re.sub(r"\s+", " ", str(text).replace("\u200b", "")).strip()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused_with_the_reason(name):
    assert refusal(CASES / name) == EXPECTED[name]["file_error"]


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - REFUSED))
def test_every_row_has_its_number_and_its_name(name):
    _, sheets = everything(CASES / name)
    read = {(sheet.name, row.number): row.cells for sheet, rows in sheets for row in rows}
    numbers = {number: cells for (_, number), cells in read.items()}
    for wanted in EXPECTED[name]["rows"]:
        cells = read[wanted["sheet"], wanted["row"]] if "sheet" in wanted else numbers[wanted["row"]]
        texts = [squeezed(cell) for cell in cells]
        assert wanted["name"] == "" or wanted["name"] in texts, (wanted, texts)
    for rejected in EXPECTED[name]["rejected"]:
        assert rejected["row"] in numbers


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - REFUSED))
def test_dates_of_date_cells_and_remarks(name):
    _, sheets = everything(CASES / name)
    numbers = {(sheet.name, row.number): row.cells for sheet, rows in sheets for row in rows}
    for (sheet, number), cells in numbers.items():
        wanted = [
            w for w in EXPECTED[name]["rows"] if w["row"] == number and w.get("sheet", sheet) == sheet and w["date"]
        ]
        days = [c for c in cells if isinstance(c, datetime.date)]
        for day in days if wanted else ():
            assert str(day)[:10] == wanted[0]["date"]


def test_gaps_and_stray_cell():
    assert [number for number, _ in rows_of(CASES / "stray_last_cell.xlsx")] == [1, 2, 3, 702]


def test_blank_lines_of_a_csv_are_counted():
    assert [number for number, _ in rows_of(CASES / "single_column.csv")] == [1, 2, 3, 5]
    rows = dict(rows_of(CASES / "quoted_newlines.csv"))
    assert rows[2][2:5] == ["Flat 4,\nLake Road", "05/03/2026", 'said "call later"\nthen cut']
    assert rows[3][4] == "5'8\" tall"
    assert list(rows) == [1, 2, 3, 5]


def test_a_number_stays_whole_beside_a_blank():
    rows = dict(rows_of(CASES / "blank_makes_float.xlsx"))
    assert rows[2][1] == 9876543210 and isinstance(rows[2][1], int)
    assert rows[3] == [None, 9876543211, None, None, "walk-in"]


def test_error_cells_are_errors_and_text_stays_text():
    rows = dict(rows_of(CASES / "error_cells.xlsx"))
    assert rows[3][1] == CellError("#N/A")
    assert rows[4] == [CellError("#REF!"), 9876543211, "Thrissur", datetime.date(2026, 3, 5), CellError("#VALUE!")]
    assert rows[2][4] == "#1 choice"


def test_formula_without_a_result_is_not_an_empty_cell():
    rows = dict(rows_of(CASES / "formula_cells.xlsx"))
    assert rows[2][:2] == ["Asha Nair", 9876543210]
    assert rows[3][0] == NoValue() and rows[4][1] == NoValue()
    assert rows[5][2] in (None, "")


def test_hidden_row_is_read_and_told():
    _, [(sheet, rows)] = everything(CASES / "filtered_rows.xlsx")
    assert [row.number for row in rows if row.hidden] == [3]
    assert sheet.hidden_rows == 1


def test_merged_area_reaches_every_row():
    _, [(sheet, rows)] = everything(CASES / "merged_area.xlsx")
    assert [row.cells[2] for row in rows[1:]] == ["Kochi", "Kochi", "Kochi", None]
    assert sheet.merged == 1


def test_every_sheet_is_read():
    book, sheets = everything(CASES / "sheet_per_form.xlsx")
    assert [info.name for info in book.sheets] == ["Summary", "Form A", "Form B", "Sheet4"]
    assert [(sheet.index, sheet.name, len(rows)) for sheet, rows in sheets][1:3] == [(1, "Form A", 3), (2, "Form B", 3)]


def test_a_late_byte_decides_the_encoding():
    book, [(_, rows)] = everything(CASES / "late_cp1252_1050_rows.csv")
    assert book.encoding == "cp1252"
    assert len(rows) == 1051
    assert rows[-1].cells[0] == "José D’Souza" and rows[-1].cells[4] == "10–20 calls “urgent”"


def test_facebooks_csv():
    book, [(_, rows)] = everything(CASES / "meta_leadads_utf16.csv")
    assert (book.kind, book.encoding, book.delimiter) == ("csv", "utf-16-le", "\t")
    assert rows[0].cells[0] == "id" and rows[2].cells[13] == "देव शर्मा"


def test_the_other_csv_oddities():
    assert rows_of(CASES / "gb18030.csv")[1][1][:3] == ["王伟 (exchange student)", "98765 43210", "北京"]
    assert rows_of(CASES / "nul_bytes.csv")[1:] == [
        (2, ["Asha Nair", "98765 43210", "Kochi", "05/03/2026", "ok"]),
        (3, ["Balaji Menon", "98765 43211", "Aluva", "06/03/2026"]),
    ]
    assert rows_of(CASES / "equals_quote.csv")[2][1] == ["Balaji Menon", "9876543211", "Aluva", "06/03/2026", "0042"]
    assert rows_of(CASES / "semicolon_commas.csv")[1][1][2] == "Edappally, Kochi"


def test_web_page_and_xml_called_xls():
    book, sheets = everything(CASES / "portal_html_table.xls")
    assert book.kind == "html"
    rows = {row.number: trimmed(row.cells) for row in sheets[1][1]}
    assert rows[2][5] == "call after 5\nask for Asha" and rows[3][0] == "D'Souza & Sons"
    assert rows_of(CASES / "xml_spreadsheet_2003.xls")[1][1][0] == "Asha Nair"


def test_the_name_is_never_asked():
    with open(CASES / "really_xlsx.csv", "rb") as file:
        assert look(file) == "xlsx"


def test_long_and_rich_texts():
    assert len(rows_of(CASES / "long_cells.xlsx")[1][1][4]) == 32767
    assert rows_of(CASES / "rich_text.xlsx")[2][1][0] == "東京太郎"
    assert rows_of(CASES / "formula_like_text.xlsx")[2][1][4] == "\t=1+1"


def test_padding_of_a_million_rows():
    assert [number for number, _ in rows_of(CASES / "repeated_rows.ods")] == [1, 2, 3]
