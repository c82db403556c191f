"""Workbooks that no careful program would write, and that people upload."""

import datetime
import zipfile

import openpyxl
import pytest

from imports.reading import CellError, NoValue, Options

from .helpers import (
    MAIN,
    PACKAGE,
    RELATIONS,
    everything,
    package,
    refusal,
    row,
    rows_of,
    text_cell,
    worksheet,
    write,
    xlsx,
    zipped,
)

HEADER = row(1, "Name", "Phone")
DAY = datetime.date(2026, 3, 5)
SERIAL = 46086


def value_of(tmp_path, cell, **kwargs):
    [(_, [value])] = rows_of(xlsx(tmp_path, data=row(1, cell), **kwargs))
    return value


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("9876543210", 9876543210),
        ("9876543210.0", 9876543210),
        ("9.87654321E9", 9876543210),
        ("12.5", 12.5),
        ("-3", -3),
        ("0", 0),
        ("1e300", 1e300),
        ("nan", "nan"),
        ("inf", "inf"),
        ("12 34", "12 34"),
    ],
)
def test_numbers(tmp_path, written, value):
    read = value_of(tmp_path, f"<c><v>{written}</v></c>")
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c t="b"><v>1</v></c>', True),
        ('<c t="b"><v>0</v></c>', False),
        ('<c t="e"><v>#N/A</v></c>', CellError("#N/A")),
        ('<c t="e"><f>A9/0</f><v>#DIV/0!</v></c>', CellError("#DIV/0!")),
        ('<c t="str"><f>"a"&amp;"b"</f><v>a &amp; b</v></c>', "a & b"),
        ("<c><f>1+1</f></c>", NoValue()),
        ("<c><f>1+1</f><v></v></c>", NoValue()),
        ("<c><f>1+1</f><v/></c>", NoValue()),
        ("<c><f>1+1</f><v /></c>", NoValue()),
        ('<c><f t="shared" si="0"/><v>7</v></c>', 7),
        ('<c><f t="shared" si="0"/></c>', NoValue()),
        ('<c t="d"><v>2026-03-05T00:00:00Z</v></c>', DAY),
        ('<c t="d"><v>2026-03-05T09:15:00</v></c>', datetime.datetime(2026, 3, 5, 9, 15)),
        (
            '<c t="inlineStr"><is><r><t>98765</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 43210</t></r></is></c>',
            "98765 43210",
        ),
        ('<c t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>', "東京"),
        ('<c t="inlineStr"><is><t>a_x000D_\nb_x005F_c &#x41;&#66;</t></is></c>', "a\nb_c AB"),
        ('<c t="inlineStr"><is><t><![CDATA[<b>]]></t></is></c>', "<b>"),
        ('<c t="str"><v>=1+1</v></c>', "=1+1"),
    ],
)
def test_kinds_of_cells(tmp_path, cell, value):
    assert value_of(tmp_path, cell) == value


@pytest.mark.parametrize(
    ("code", "serial", "value"),
    [
        ("dd/mm/yyyy;@", "46086", DAY),
        ("[$-4009]dd\\ mmmm\\ yyyy;@", "46086", DAY),
        ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "46086", DAY),
        ("mmm-yy", "46086", DAY),
        ("mmmm", "46086", DAY),
        ("[Red]yyyy", "46086", DAY),
        ("dd/mm/yyyy hh:mm AM/PM", "46086.75", datetime.datetime(2026, 3, 5, 18, 0)),
        ("h:mm", "0.385763888888889", datetime.time(9, 15, 30)),
        ("h:mm", "46086.5", datetime.datetime(2026, 3, 5, 12, 0)),
        ("[h]:mm:ss", "1.0625", "25:30:00"),
        ("[mm]:ss", "0.5", datetime.time(12, 0)),
        ("0.00", "46086", 46086),
        ("General", "46086", 46086),
        ('0" days"', "46086", 46086),
        ("0\\d", "46086", 46086),
        ("[Red]0", "46086", 46086),
        ('"Rs" #,##0.00;[Red]-0', "12.5", 12.5),
        ("0.00E+00", "46086", 46086),
        ("@", "46086", 46086),
        ("#,##0_d", "46086", 46086),
        ("yyyy", "2958466", 2958466),
        ("yyyy", "-1", -1),
        ("yyyy", "1", datetime.date(1900, 1, 1)),
        ("yyyy", "59", datetime.date(1900, 2, 28)),
        ("yyyy", "61", datetime.date(1900, 3, 1)),
        ("yyyy", "0", 0),
    ],
)
def test_number_formats(tmp_path, code, serial, value):
    formats = f'<numFmt numFmtId="164" formatCode="{code.replace(chr(34), "&quot;")}"/>'
    styles = '<xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/>'
    read = value_of(tmp_path, f'<c s="1"><v>{serial}</v></c>', formats=formats, styles=styles)
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize("flag", ["1", "true", "on"])
def test_epoch_of_1904(tmp_path, flag):
    head = f'<workbookPr date1904="{flag}"/>'
    assert value_of(tmp_path, f'<c s="1"><v>{SERIAL - 1462}</v></c>', workbook_head=head) == DAY


@pytest.mark.parametrize("flag", ["0", "false"])
def test_epoch_of_1900_spelled_out(tmp_path, flag):
    assert value_of(tmp_path, f'<c s="1"><v>{SERIAL}</v></c>', workbook_head=f'<workbookPr date1904="{flag}"/>') == DAY


def test_shared_strings(tmp_path):
    strings = (
        "<si><t>Asha</t></si><si/><si><r><t>98</t></r><r><t>76</t></r></si><si><t>東</t><rPh><t>とう</t></rPh></si>"
    )
    data = row(1, *(f'<c t="s"><v>{index}</v></c>' for index in (0, 1, 2, 3)))
    [(_, cells)] = rows_of(xlsx(tmp_path, data=data, strings=strings))
    assert [cell or None for cell in cells] == ["Asha", None, "9876", "東"]


def test_text_that_points_nowhere_is_not_an_empty_name(tmp_path):
    assert (
        refusal(xlsx(tmp_path, data=row(1, '<c t="s"><v>7</v></c>'), strings="<si><t>a</t></si>")) == "unreadable_file"
    )
    assert refusal(xlsx(tmp_path, data=row(1, '<c t="s"><v>0</v></c>'))) == "unreadable_file"


# --- rows, columns, sheets -------------------------------------------------------------------------------------------


def test_a_gap_of_many_rows_and_cells_far_right(tmp_path):
    data = HEADER + row(900, "Asha") + '<row r="901"><c r="AB901"><v>5</v></c></row>'
    rows = rows_of(xlsx(tmp_path, data=data))
    assert [number for number, _ in rows] == [1, 900, 901]
    assert rows[2][1] == [None] * 27 + [5]


@pytest.mark.parametrize(
    "cell", ['<c r="XFD1048576"><v>5</v></c>', '<c r="XFD1048576" s="1"/>', text_cell("x", "XFD1048576")]
)
def test_a_stray_cell_in_the_last_corner(tmp_path, cell):
    path = xlsx(tmp_path, data=HEADER + row(2, "Asha", 1) + f'<row r="1048576">{cell}</row>')
    assert [number for number, _ in rows_of(path)] == [1, 2]


def test_what_is_left_out_is_told(tmp_path):
    path = xlsx(tmp_path, data=HEADER + '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>5</v></c></row>')
    _, [(sheet, rows)] = everything(path)
    assert rows[1].cells[0] == 1 and len(rows[1].cells) == 1000
    assert sheet.notes == [("columns_left_out", {"row": 2, "limit": 1000})]


@pytest.mark.parametrize("dimension", ["A1", "A1:B1", "A1:XFD1048576", "nonsense"])
def test_the_dimension_is_not_believed(tmp_path, dimension):
    path = xlsx(tmp_path, data=HEADER + row(2, "Asha", 1, "Kochi"), before=f'<dimension ref="{dimension}"/>')
    assert rows_of(path)[1] == (2, ["Asha", 1, "Kochi"])


def test_neither_rows_nor_cells_have_addresses(tmp_path):
    data = f"<row>{text_cell('Name')}<c/>{text_cell('Area')}</row><row/><row><c><v>5</v></c></row>"
    assert rows_of(xlsx(tmp_path, data=data)) == [(1, ["Name", None, "Area"]), (3, [5])]


def test_only_the_cells_have_addresses(tmp_path):
    data = '<row><c r="A3"><v>1</v></c><c r="C3"><v>2</v></c></row><row><c r="A7"><v>3</v></c></row>'
    assert rows_of(xlsx(tmp_path, data=data)) == [(3, [1, None, 2]), (7, [3])]


def test_attributes_in_any_order_and_quotes(tmp_path):
    data = f"<row spans='1:2' r='4'><c s='1' r='B4'><v>{SERIAL}</v></c></row>"
    assert rows_of(xlsx(tmp_path, data=data)) == [(4, [None, DAY])]


def test_namespace_prefixes_and_line_breaks(tmp_path):
    xml = (
        f'<?xml version="1.0"?>\n<x:worksheet xmlns:x="{MAIN}">\n <x:sheetData>\n  <x:row r="2">\n'
        '   <x:c r="A2" t="inlineStr"><x:is><x:t>Asha</x:t></x:is></x:c>\n  </x:row>\n </x:sheetData>\n'
        '<x:mergeCells><x:mergeCell ref="A2:A3"/></x:mergeCells></x:worksheet>'
    )
    assert rows_of(xlsx(tmp_path, sheets={"S": xml})) == [(2, ["Asha"])]


def test_indented_xml_with_comments(tmp_path):
    data = '\n <row r="1">\n  <c r="A1">\n   <v>1</v>\n  </c>\n </row>\n <!-- <c r="B1"><v>9</v></c> -->\n'
    assert rows_of(xlsx(tmp_path, data=data)) == [(1, [1])]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_parts_in_utf_16(tmp_path, encoding):
    mark = "" if encoding == "utf-16" else "\ufeff"
    data = row(1, "देव") + row(2, "x", "y")
    xml = (
        mark
        + '<?xml version="1.0" encoding="UTF-16"?>'
        + worksheet(data, after='<mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells>')
    )
    assert rows_of(xlsx(tmp_path, sheets={"S": xml.encode(encoding)}))[0] == (1, ["देव"])


def test_a_part_in_latin_1(tmp_path):
    xml = '<?xml version="1.0" encoding="ISO-8859-1"?>' + worksheet(row(1, "José"))
    assert rows_of(xlsx(tmp_path, sheets={"S": xml.encode("latin-1")})) == [(1, ["José"])]


def test_merged_areas(tmp_path):
    data = HEADER + row(2, "Asha", 1, "Kochi") + row(3, "Balaji", 2) + row(4, "Chitra", 3) + row(5, "Deepa", 4)
    after = '<mergeCells><mergeCell ref="C2:D3"/><mergeCell ref="A1:B1"/><mergeCell ref="B8:B99"/></mergeCells>'
    _, [(sheet, rows)] = everything(xlsx(tmp_path, data=data, after=after))
    assert [row.cells[2:] for row in rows[1:]] == [["Kochi"], ["Kochi"], [], []]
    assert sheet.merged == 1


def test_a_merged_blank_is_no_row(tmp_path):
    data = HEADER + row(2, "Asha", 1) + '<row r="3"><c r="A3"/></row>'
    path = xlsx(tmp_path, data=data, after='<mergeCells><mergeCell ref="A2:A5"/></mergeCells>')
    assert [number for number, _ in rows_of(path)] == [1, 2]


def test_hidden_rows(tmp_path):
    data = HEADER + row(2, "a", hidden="1") + row(3, "b", hidden="true") + row(4, "c", hidden="0") + row(5, "d", ht="0")
    _, [(sheet, rows)] = everything(xlsx(tmp_path, data=data))
    assert [r.number for r in rows if r.hidden] == [2, 3, 5] and sheet.hidden_rows == 3


def test_rows_hidden_by_default(tmp_path):
    data = row(1, "Name", hidden="0") + row(2, "a")
    _, [(_, rows)] = everything(xlsx(tmp_path, data=data, before='<sheetFormatPr zeroHeight="1"/>'))
    assert [r.hidden for r in rows] == [False, True]


def test_hidden_sheets_are_named_and_not_read(tmp_path):
    sheets = {name: worksheet(row(1, name)) for name in ("Leads", "Old", "Lists")}
    path = xlsx(tmp_path, sheets=sheets, states={"Old": "hidden", "Lists": "veryHidden"})
    book, read = everything(path)
    assert [(info.name, info.hidden, info.read) for info in book.sheets] == [
        ("Leads", False, True),
        ("Old", True, False),
        ("Lists", True, False),
    ]
    assert [sheet.name for sheet, _ in read] == ["Leads"]
    book, read = everything(path, Options(sheets=("Old",)))
    assert [(sheet.name, sheet.index) for sheet, _ in read] == [("Old", 1)]


def test_a_chart_sheet_is_no_sheet(tmp_path):
    members = package(sheets={"Chart": "<chartsheet/>", "Leads": worksheet(HEADER)})
    rels = members["xl/_rels/workbook.xml.rels"]
    members["xl/_rels/workbook.xml.rels"] = rels.replace("/worksheet", "/chartsheet", 1)
    book, _ = everything(write(tmp_path, zipped(members)))
    assert [info.name for info in book.sheets] == ["Leads"]


def test_no_rows_at_all(tmp_path):
    assert refusal(xlsx(tmp_path, data="")) == "file_empty"
    assert refusal(xlsx(tmp_path, data='<row r="1"><c r="A1" s="1"/></row>')) == "file_empty"
    empty = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    assert refusal(xlsx(tmp_path, sheets={"S": empty})) == "file_empty"


# --- package ---------------------------------------------------------------------------------------------------------


def test_strict_namespaces(tmp_path):
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    members = package(sheets={"S": worksheet(HEADER, root=f'worksheet xmlns="{strict}"')}, namespace=strict)
    members = {
        name: xml.replace(RELATIONS, "http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, xml in members.items()
    }
    assert rows_of(write(tmp_path, zipped(members))) == [(1, ["Name", "Phone"])]


def test_backslashes_and_capitals_in_member_names(tmp_path):
    members = {name.replace("/", "\\"): xml for name, xml in package(data=HEADER).items()}
    assert rows_of(write(tmp_path, zipped(members))) == [(1, ["Name", "Phone"])]
    members = {name.replace("xl/w", "XL/W"): xml for name, xml in package(data=HEADER).items()}
    assert rows_of(write(tmp_path, zipped(members))) == [(1, ["Name", "Phone"])]


def test_a_workbook_elsewhere(tmp_path):
    relation = f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="/data/one.xml"/>'
    relations = f'<Relationships xmlns="{PACKAGE}">{relation}</Relationships>'
    members = package(data=HEADER)
    sheet = members.pop("xl/worksheets/sheet1.xml")
    members["xl/workbook2.xml"] = members.pop("xl/workbook.xml")
    members["_rels/.rels"] = members["_rels/.rels"].replace('"xl/workbook.xml"', '"/xl/workbook2.xml"')
    del members["xl/_rels/workbook.xml.rels"]
    members |= {"xl/_rels/workbook2.xml.rels": relations, "data/one.xml": sheet}
    assert rows_of(write(tmp_path, zipped(members))) == [(1, ["Name", "Phone"])]


@pytest.mark.parametrize(
    "missing", ["xl/styles.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels", "[Content_Types].xml"]
)
def test_a_missing_part(tmp_path, missing):
    members = package(data=HEADER + row(2, "Asha", 5))
    del members[missing]
    assert rows_of(write(tmp_path, zipped(members))) == [(1, ["Name", "Phone"]), (2, ["Asha", 5])]


def test_styles_that_break_off(tmp_path):
    members = package(data=row(1, f'<c s="1"><v>{SERIAL}</v></c>'))
    members["xl/styles.xml"] = members["xl/styles.xml"].replace("</cellXfs>", "<oops")
    assert rows_of(write(tmp_path, zipped(members))) == [(1, [DAY])]


def test_a_member_written_twice(tmp_path):
    members = list(package(data=row(1, "old")).items())
    with pytest.warns(UserWarning, match="Duplicate"):
        content = zipped([*members, ("xl/worksheets/sheet1.xml", worksheet(row(1, "new")))])
    assert rows_of(write(tmp_path, content)) == [(1, ["new"])]


def test_links_to_other_files_are_not_followed(tmp_path):
    members = package(data=HEADER)
    members["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/worksheet" '
        'TargetMode="External" Target="file:///etc/passwd"/></Relationships>'
    )
    assert refusal(write(tmp_path, zipped(members))) in ("unreadable_file", "file_empty")


def test_zip64_and_stored_members(tmp_path):
    path = tmp_path / "big.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, xml in package(data=HEADER).items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(xml.encode())
    assert rows_of(path) == [(1, ["Name", "Phone"])]


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95, 0.99])
def test_a_file_cut_short(tmp_path, kept):
    content = zipped(package(data=HEADER + "".join(row(n, f"Person {n}", n) for n in range(2, 500))))
    assert refusal(write(tmp_path, content[: int(len(content) * kept)])) == "unreadable_file"


def test_a_sheet_cut_short_inside_a_good_zip(tmp_path):
    whole = worksheet(HEADER + row(2, "Asha", 5))
    for kept in (whole[:-30], whole[: whole.index("Asha")], "", "<worksheet>", whole[: whole.index("<row")]):
        assert refusal(xlsx(tmp_path, sheets={"S": kept})) == "unreadable_file"


def test_what_openpyxl_writes(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "When", "Sum"])
    sheet.append(["Asha & Co <x>", datetime.datetime(2026, 3, 5, 9, 15, 30), "=1+1"])
    sheet.row_dimensions[2].hidden = True
    book.save(tmp_path / "o.xlsx")
    _, [(_, rows)] = everything(tmp_path / "o.xlsx")
    assert rows[1] == (2, ["Asha & Co <x>", datetime.datetime(2026, 3, 5, 9, 15, 30), NoValue()], True)
