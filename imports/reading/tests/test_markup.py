"""Web pages and XML Spreadsheet 2003 under the name .xls."""

import datetime

import pytest

from imports.reading import CellError, NoValue

from .helpers import everything, refusal, rows_of, write


def page(tmp_path, html, name="report.xls"):
    return write(tmp_path, html, name)


def tables_of(path):
    return [[(row.number, row.cells) for row in rows] for _, rows in everything(path)[1]]


# --- web pages -------------------------------------------------------------------------------------------------------


def test_each_table_is_a_sheet(tmp_path):
    html = (
        "<html><table><tr><td colspan=2>Report</table><p>x</p>"
        "<table><thead><tr><th>Name<th>Phone<tbody><tr><td>Asha<td>1</table>"
    )
    assert tables_of(page(tmp_path, html)) == [[(1, ["Report"])], [(1, ["Name", "Phone"]), (2, ["Asha", "1"])]]


def test_a_table_that_lays_out_the_page(tmp_path):
    html = "<table><tr><td>Menu</td><td><table><tr><td>Name</td></tr><tr><td>Asha</td></tr></table></td></tr></table>"
    assert tables_of(page(tmp_path, html)) == [[(1, ["Menu"])], [(1, ["Name"]), (2, ["Asha"])]]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("a<br style='mso-data-placement:same-cell'>b", "a\nb"),
        ("  a \n  b  ", "a b"),
        ("D&#39;Souza &amp; Sons &lt;x&gt; &eacute;&#x20AC;", "D'Souza & Sons <x> é€"),
        ("<b>98765</b> <font color=red>43210</font>", "98765 43210"),
        ("<script>var a = '<td>';</script>x<style>td {}</style>", "x"),
        ("<!-- no -->x", "x"),
        ('="0987"', "0987"),
    ],
)
def test_text_of_a_cell(tmp_path, html, text):
    assert rows_of(page(tmp_path, f"<table><tr><td>{html}</td></tr></table>")) == [(1, [text])]


def test_spans(tmp_path):
    html = (
        "<table><tr><td>Name<td>Area<td>Phone</tr><tr><td>Asha<td rowspan=2>Kochi<td>1</tr><tr><td>Balaji<td>2</tr>"
        "<tr><td colspan=2>Chitra<td>3</tr></table>"
    )
    _, [(sheet, rows)] = everything(page(tmp_path, html))
    assert [row.cells for row in rows[1:]] == [["Asha", "Kochi", "1"], ["Balaji", "Kochi", "2"], ["Chitra", None, "3"]]
    assert sheet.merged == 1


@pytest.mark.parametrize("span", ["0", "-3", "x", "", "99999999999", "1000000"])
def test_spans_of_strangers(tmp_path, span):
    html = f'<table><tr><td rowspan="{span}" colspan="{span}">a</td></tr><tr><td>b</td></tr></table>'
    assert len(rows_of(page(tmp_path, html))) >= 1


def test_blank_and_hidden_rows_count(tmp_path):
    html = "<table><tr><td>Name</tr><tr><td>&nbsp;</td></tr><tr style='Display: none'><td>Asha</td></tr></table>"
    _, [(sheet, rows)] = everything(page(tmp_path, html))
    assert [(row.number, row.hidden) for row in rows] == [(1, False), (3, True)] and sheet.hidden_rows == 1


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", ""),
        ("cp1252", '<meta http-equiv=Content-Type content="text/html; charset=windows-1252">'),
        ("cp1252", "<meta charset=iso-8859-1>"),
        ("cp1250", "<meta charset=windows-1250>"),
    ],
)
def test_encodings(tmp_path, encoding, head):
    html = f"<html><head>{head}</head><table><tr><td>José – “Goa”</td></tr></table>"
    assert rows_of(page(tmp_path, html.encode(encoding))) == [(1, ["José – “Goa”"])]


def test_a_page_without_a_table(tmp_path):
    assert refusal(page(tmp_path, "<html><body>Please sign in</body></html>")) == "unsupported_type"
    assert refusal(page(tmp_path, "<html><table></table>")) == "unsupported_type"
    assert refusal(page(tmp_path, "<html><table><tr><td> </td></tr></table>")) == "file_empty"


# --- XML Spreadsheet 2003 --------------------------------------------------------------------------------------------

SPACE = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'


def sheet(rows, name="Leads", after=""):
    return f'<Worksheet ss:Name="{name}"><Table>{rows}</Table>{after}</Worksheet>'


def workbook(sheets):
    return f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook {SPACE}>{sheets}</Workbook>'


def data(text, kind="String"):
    return f'<Data ss:Type="{kind}">{text}</Data>'


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        (data("Asha"), "Asha"),
        (data("a&#10;b"), "a\nb"),
        (data("a&#13;&#10;b"), "a\nb"),
        (data("9876543210", "Number"), 9876543210),
        (data("9.87654321E9", "Number"), 9876543210),
        (data("12.5", "Number"), 12.5),
        (data("1", "Boolean"), True),
        (data("#N/A", "Error"), CellError("#N/A")),
        (data("2026-03-05T00:00:00.000", "DateTime"), datetime.date(2026, 3, 5)),
        (data("2026-03-05T14:30:15.000", "DateTime"), datetime.datetime(2026, 3, 5, 14, 30, 15)),
        (data("1899-12-31T09:15:00.000", "DateTime"), datetime.time(9, 15)),
        (data("soon", "DateTime"), "soon"),
        (
            '<ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>98765</B> <I>43210</I></ss:Data>',
            "98765 43210",
        ),
    ],
)
def test_values(tmp_path, xml, value):
    [(_, [read])] = rows_of(page(tmp_path, workbook(sheet(f"<Row><Cell>{xml}</Cell></Row>"))))
    assert read == value and type(read) is type(value)


def test_formula_without_a_value(tmp_path):
    assert rows_of(page(tmp_path, workbook(sheet('<Row><Cell ss:Formula="=1+1"/></Row>')))) == [(1, [NoValue()])]


def test_places_merges_and_hidden_rows(tmp_path):
    rows = (
        f'<Row ss:Index="3"><Cell>{data("Asha")}</Cell><Cell ss:Index="4" ss:MergeDown="1">{data("Kochi")}</Cell></Row>'
        f'<Row ss:Hidden="1"><Cell ss:MergeAcross="1">{data("Balaji")}</Cell><Cell>{data("x")}</Cell></Row>'
        f'<Row ss:Index="9"><Cell><Comment><ss:Data>secret</ss:Data></Comment></Cell><Cell>{data("y")}</Cell></Row>'
    )
    _, [(sheet_, found)] = everything(page(tmp_path, workbook(sheet(rows))))
    assert [(row.number, row.cells, row.hidden) for row in found] == [
        (3, ["Asha", None, None, "Kochi"], False),
        (4, ["Balaji", None, "x", "Kochi"], True),
        (9, [None, "y"], False),
    ]
    assert (sheet_.merged, sheet_.hidden_rows) == (1, 1)


def test_sheets(tmp_path):
    hidden = "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
    one, two = f"<Row><Cell>{data('a')}</Cell></Row>", f"<Row><Cell>{data('b')}</Cell></Row>"
    book, sheets = everything(page(tmp_path, workbook(sheet(one, "Old", hidden) + sheet(two, "A &amp; B"))))
    assert [(info.name, info.hidden) for info in book.sheets] == [("Old", True), ("A & B", False)]
    assert [rows[0].cells for _, rows in sheets] == [["b"]]


def test_utf_16_and_a_blank_line_first(tmp_path):
    xml = workbook(sheet(f"<Row><Cell>{data('देव')}</Cell></Row>"))
    wide = xml.replace('"1.0"?', '"1.0" encoding="UTF-16"?', 1).encode("utf-16")
    assert rows_of(page(tmp_path, wide)) == rows_of(page(tmp_path, "\r\n" + xml)) == [(1, ["देव"])]


def test_refusals(tmp_path):
    xml = workbook(sheet(f"<Row><Cell>{data('a')}</Cell></Row>"))
    evil = xml.replace("<Workbook", '<!DOCTYPE a [<!ENTITY b "c">]><Workbook', 1)
    assert refusal(page(tmp_path, evil)) == "xml_entities_forbidden"
    assert refusal(page(tmp_path, evil.encode("utf-16"))) == "xml_entities_forbidden"
    assert refusal(page(tmp_path, xml[:-40])) == "unreadable_file"
    assert refusal(page(tmp_path, workbook(sheet("")))) == "file_empty"
    assert refusal(page(tmp_path, xml.replace("Asha", "&undefined;").replace(">a<", ">&nbsp;<"))) == "unreadable_file"
