"""csv as people have it: any encoding, separator, quoting and line end."""

import csv
import io

import pytest

from imports.reading import Limits, Options, Refused, open_book

from .helpers import everything, refusal, rows_of, write

HEADER = "Name,Phone,Area\r\n"


def read(tmp_path, content, **kwargs):
    return rows_of(write(tmp_path, content, "list.csv"), **kwargs)


def about(tmp_path, content, options=None):
    book, [(sheet, rows)] = everything(write(tmp_path, content, "list.csv"), options)
    return book, sheet, rows


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["देव शर्मा", "Asha", "José D’Souza", "അനില്‍"])
def test_unicode_with_and_without_a_mark(tmp_path, encoding, name):
    text = HEADER + f"{name},98765 43210,Kochi\r\n" * 5
    assert read(tmp_path, text.encode(encoding))[5] == (6, [name, "98765 43210", "Kochi"])


def test_big_endian_mark(tmp_path):
    assert read(tmp_path, b"\xfe\xff" + "Name\tPhone\nदेव\t1\n".encode("utf-16-be")) == [
        (1, ["Name", "Phone"]),
        (2, ["देव", "1"]),
    ]


def test_the_odd_byte_comes_last(tmp_path):
    text = HEADER + "Asha,98765 43210,Kochi\r\n" * 30_000 + "José,98765 43211,“Pune” – east\r\n"
    assert read(tmp_path, text.encode("cp1252"))[-1] == (30_002, ["José", "98765 43211", "“Pune” – east"])


def test_one_bad_byte_in_utf_8_is_replaced_and_told(tmp_path):
    text = HEADER + "देव,1,Kochi\r\nJosé,2,Pune\r\n"
    book, sheet, rows = about(tmp_path, text.encode() + b"Ab\x92c,3,Goa\r\n")
    assert book.encoding == "utf-8"
    assert rows[1].cells[0] == "देव" and rows[3].cells[0] == "Ab\ufffdc"
    assert sheet.notes == [("character_unreadable", {"row": 4})]


def test_utf_8_cut_inside_a_character(tmp_path):
    _, sheet, rows = about(tmp_path, (HEADER + "देव,1,कोच्चि").encode()[:-1])
    assert rows[1].cells[0] == "देव" and rows[1].cells[2].endswith("\ufffd")
    assert sheet.notes == [("character_unreadable", {"row": 2})]


@pytest.mark.parametrize(
    "text",
    [
        "José",
        "D’Souza",
        "10–20 calls",
        "“urgent”",
        "Café Müller",
        "ÉLODIE",
        "Élodie",
        "£500",
        "São João",
        "½ day",
        "Zoë–Ann ok",
    ],
)
def test_windows_1252(tmp_path, text):
    book, _, rows = about(tmp_path, f"{HEADER}{text},98765 43210,Kochi\r\n".encode("cp1252"))
    assert (book.encoding, rows[1].cells[0]) == ("cp1252", text)


def test_a_mac(tmp_path):
    text = "Name,Phone\rJosé García,1\rZoë Müller,2\rFrançoise,3\r"
    assert [cells[0] for _, cells in read(tmp_path, text.encode("mac_roman"))] == [
        "Name",
        "José García",
        "Zoë Müller",
        "Françoise",
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "王伟 李娜 张敏 刘洋,请联系我们学校"),
        ("big5", "王小明 陳美玲,請聯絡我們學校"),
        ("cp932", "東京太郎 やまだ はなこ,れんらくしてください"),
        ("euc_kr", "김철수 이영희,연락 주세요"),
        ("cp1251", "Иван Петров,перезвонить"),
        ("koi8_r", "Иван Петров,перезвонить"),
        ("cp1256", "محمد علي,اتصل"),
        ("iso8859_7", "Γιώργος Παπαδόπουλος,τηλέφωνο"),
        ("tis_620", "สมชาย ใจดี,โทรกลับ"),
    ],
)
def test_other_code_pages_are_right_or_refused(tmp_path, encoding, text):
    content = f"Name,Remark\r\n{text}\r\n".encode(encoding)
    try:
        assert read(tmp_path, content)[1] == (2, text.split(","))
    except Refused as refused:
        assert refused.code == "encoding_unknown"


def test_indian_fonts_of_the_nineties_are_refused(tmp_path):
    mush = bytes(range(0xA1, 0xFB)) * 3
    assert refusal(write(tmp_path, HEADER.encode() + mush + b",1,Kochi\r\n")) == "encoding_unknown"


def test_a_person_names_the_encoding(tmp_path):
    content = "Name,Phone\r\nИван,1\r\n".encode("cp1251")
    book, _, rows = about(tmp_path, content, Options(encoding="cp1251"))
    assert (book.encoding, rows[1].cells[0]) == ("cp1251", "Иван")
    assert refusal(write(tmp_path, content), options=Options(encoding="no-such")) == "encoding_unknown"
    assert refusal(write(tmp_path, content), options=Options(encoding="zlib")) == "encoding_unknown"


def test_zeros_inside_cells_and_a_padded_tail(tmp_path):
    content = HEADER.encode() + b"As\0ha,98765\0 43210,K\0\r\n" + b"\0" * 5000
    assert read(tmp_path, content) == [(1, ["Name", "Phone", "Area"]), (2, ["Asha", "98765 43210", "K"])]


# --- separators ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_separator(tmp_path, delimiter):
    lines = ["Name", "Phone", "Area"], ["Asha, Nair", "98765 43210", "Flat 4; Kochi"], ["Deepa", "1"]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(lines)
    book, _, rows = about(tmp_path, out.getvalue())
    assert book.delimiter == delimiter
    assert [row.cells for row in rows] == list(lines)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Name;Amount\nA;12,5\nB;13,7\nC;1,5\n", ";"),
        ("Name,Courses\nAsha,BBA;BCA\nDeepa,BBA;BCA\n", ","),
        ("Name|Remark\nAsha|a, b, c\nDeepa|a, b\n", "|"),
        ("Name\tRemark\nAsha\ta, b\nDeepa\tc, d\n", "\t"),
        ("Leads of March, Kochi\nName;Phone;Area\nAsha;1;Kochi\nDeepa;2;Pune\n", ";"),
        ("Report\n\nName,Phone,Area\nAsha,1,Kochi\nDeepa,2,Pune\n", ","),
        ("Mobile\n9876543210\n9876543211\n", ","),
        ("Name;Phone\n", ";"),
        ("x", ","),
    ],
)
def test_the_separator_is_found(tmp_path, text, delimiter):
    book, _, _ = about(tmp_path, text)
    assert book.delimiter == delimiter


def test_excels_own_first_line(tmp_path):
    assert read(tmp_path, "sep=;\r\nName;Phone\r\nAsha, N;1\r\n") == [(1, ["Name", "Phone"]), (2, ["Asha, N", "1"])]


def test_a_person_names_the_separator(tmp_path):
    _, _, rows = about(tmp_path, "a,b;c\n", Options(delimiter=";"))
    assert rows[0].cells == ["a,b", "c"]


# --- quotes and lines ------------------------------------------------------------------------------------------------


def test_quotes(tmp_path):
    text = 'Name,Remark\n"Nair, Asha","said ""yes""\r\nthen ""no"""\nDeepa,5\'8" tall\n"X" y,12"\n,""\n"last",'
    assert read(tmp_path, text) == [
        (1, ["Name", "Remark"]),
        (2, ["Nair, Asha", 'said "yes"\nthen "no"']),
        (3, ["Deepa", "5'8\" tall"]),
        (4, ["X y", '12"']),
        (6, ["last"]),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        '"Asha,1,Kochi\n' + "Deepa,2,Pune\n" * 20,
        'Asha,1,"Kochi\n' + 'Deepa,2,Pune\n"Balaji, M",3,Goa\n' * 3,
        '"Asha,1,Kochi\n' + "Deepa,2,Pune\n" * 1_000_000,
    ],
)
def test_an_open_quote_swallows_nobody(tmp_path, bad):
    assert refusal(write(tmp_path, HEADER + bad)) == "csv_unbalanced_quote"


def test_the_row_of_the_open_quote_is_named(tmp_path):
    path = write(tmp_path, HEADER + 'Deepa,2,Pune\n"Asha,1,Kochi\nChitra,3,Goa\n')
    with pytest.raises(Refused) as caught:
        everything(path)
    assert caught.value.detail == {"row": 3}


def test_an_open_quote_in_the_last_line_costs_nothing(tmp_path):
    assert read(tmp_path, HEADER + 'Asha,1,"Kochi') == [(1, ["Name", "Phone", "Area"]), (2, ["Asha", "1", "Kochi"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path, end):
    assert read(tmp_path, end.join(["Name,Phone", "Asha,1", "", "Deepa,2"])) == [
        (1, ["Name", "Phone"]),
        (2, ["Asha", "1"]),
        (4, ["Deepa", "2"]),
    ]


def test_mixed_line_ends_and_separators_of_unicode(tmp_path):
    text = "Name,Phone\r\nAsha\u2028Nair,1\nDe\x85epa,2\rEl\x0bsa,3"
    assert [cells[0] for _, cells in read(tmp_path, text)] == ["Name", "Asha\u2028Nair", "De\x85epa", "El\x0bsa"]


def test_short_long_and_blank_rows(tmp_path):
    assert read(tmp_path, "a,b\n1\n1,2,3\n,,\n\n5,6") == [
        (1, ["a", "b"]),
        (2, ["1"]),
        (3, ["1", "2", "3"]),
        (6, ["5", "6"]),
    ]


def test_guarded_numbers(tmp_path):
    text = 'Name,Phone\nAsha,="0987"\nDeepa,"=""0042"""\nElsa,=1+1\nGita,="say ""hi"""\n'
    assert [cells[1] for _, cells in read(tmp_path, text)] == ["Phone", "0987", "0042", "=1+1", 'say "hi"']


def test_a_huge_field(tmp_path):
    assert len(read(tmp_path, f"Name,Remark\nAsha,{'x' * 900_000}\n")[1][1][1]) == 900_000


@pytest.mark.parametrize("content", ["", "\ufeff", " \r\n\t\n", "\0" * 50, ",,,\n,,\n", '""\n', "\ufeff\r\n"])
def test_nothing_in_it(tmp_path, content):
    assert refusal(write(tmp_path, content)) == "file_empty"


def test_more_rows_than_allowed(tmp_path):
    path = write(tmp_path, "Name\n" + "Asha\n" * 1000)
    assert refusal(path, limits=Limits(max_rows=1000)) == "too_many_rows"
    assert len(rows_of(path, limits=Limits(max_rows=1001))) == 1001


def test_rows_come_before_the_file_is_through(tmp_path):
    path = write(tmp_path, "Name\n" + "Asha\n" * 200_000)
    with open_book(path) as book:
        first = next(iter(next(iter(book))))
    assert first.cells == ["Name"]


def test_lines_that_are_quoted_as_a_whole(tmp_path):
    content = '"Name,Phone"\r\n"Asha ""A"",9876543210"\r\n"""Kochi, Aluva"",2"\r\n'
    assert rows_of(write(tmp_path, content)) == [
        (1, ["Name", "Phone"]),
        (2, ['Asha "A"', "9876543210"]),
        (3, ["Kochi, Aluva", "2"]),
    ]
    one_column = '"Kochi, Aluva"\n"Pune"\n'
    assert rows_of(write(tmp_path, one_column)) == [(1, ["Kochi, Aluva"]), (2, ["Pune"])]
