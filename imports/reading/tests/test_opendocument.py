"""ods as LibreOffice writes it, and as somebody might."""

import datetime

import pytest

from imports.reading import CellError, Limits, NoValue

from .helpers import everything, refusal, rows_of, write, zipped

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
SPACES += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
SPACES += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'


def content(tables, styles=""):
    return (
        f"<office:document-content {SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )


def table(rows, name="Leads", **attributes):
    given = "".join(f' table:{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<table:table table:name="{name}"{given}>{rows}</table:table>'


def row(*cells, **attributes):
    given = "".join(f' table:{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<table:table-row{given}>{''.join(map(cell, cells))}</table:table-row>"


def cell(value):
    if value is None:
        return "<table:table-cell/>"
    if value.startswith("<"):
        return value
    return string(f"<text:p>{value}</text:p>")


def string(inner, **attributes):
    given = "".join(f' table:{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<table:table-cell office:value-type="string"{given}>{inner}</table:table-cell>'


def typed(kind, value, text="shown", more=""):
    name = "value" if kind in ("float", "currency", "percentage") else f"{kind}-value"
    given = f'office:value-type="{kind}" office:{name}="{value}"{more}'
    return f"<table:table-cell {given}><text:p>{text}</text:p></table:table-cell>"


def ods(tmp_path, tables, styles="", **members):
    files = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content(tables, styles)}
    return write(tmp_path, zipped(files | members), "list.ods")


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        (typed("float", "9876543210"), 9876543210),
        (typed("float", "12.5"), 12.5),
        (typed("currency", "500"), 500),
        (typed("percentage", "0.5"), 0.5),
        (typed("boolean", "true"), True),
        (typed("boolean", "false"), False),
        (typed("date", "2026-03-05"), datetime.date(2026, 3, 5)),
        (typed("date", "2026-03-05T14:30:15"), datetime.datetime(2026, 3, 5, 14, 30, 15)),
        (typed("date", "2026-03-05T00:00:00"), datetime.date(2026, 3, 5)),
        (typed("date", "rubbish", "5 March"), "5 March"),
        (typed("time", "PT09H15M30S"), datetime.time(9, 15, 30)),
        (typed("time", "PT25H30M00S"), "25:30:00"),
        (
            '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
            'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>',
            CellError("#DIV/0!"),
        ),
        ('<table:table-cell table:formula="of:=1+1"/>', NoValue()),
        (typed("float", "2", more=' table:formula="of:=1+1"'), 2),
        ("#N/A", "#N/A"),
        ("a<text:s text:c='2'/>b<text:tab/>c<text:line-break/>d", "a  b\tc\nd"),
        ("98<text:span>765</text:span> <text:a>43210</text:a>", "98765 43210"),
        (
            "東<text:ruby><text:ruby-base>京</text:ruby-base><text:ruby-text>きょう</text:ruby-text></text:ruby>都",
            "東京都",
        ),
        (
            string(
                "<office:annotation><text:p>secret</text:p></office:annotation><text:p>one</text:p><text:p>two</text:p>"
            ),
            "one\ntwo",
        ),
        (
            string("<draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame><text:p>one</text:p>"),
            "one",
        ),
    ],
)
def test_values(tmp_path, xml, value):
    [(_, [read])] = rows_of(ods(tmp_path, table(row(xml))))
    assert read == value and type(read) is type(value)


def test_repeats(tmp_path):
    padding = '<table:table-cell table:number-columns-repeated="16383"/>'
    twice = string("<text:p>x</text:p>", number_columns_repeated=2)
    tables = table(
        row("Name", padding)
        + row(None, number_rows_repeated="5")
        + row("Asha", None, twice, padding, number_rows_repeated="3")
        + row(padding, number_rows_repeated="1048567")
    )
    assert rows_of(ods(tmp_path, tables)) == [
        (1, ["Name"]),
        (7, ["Asha", None, "x", "x"]),
        (8, ["Asha", None, "x", "x"]),
        (9, ["Asha", None, "x", "x"]),
    ]


def test_a_stray_cell_in_the_last_corner(tmp_path):
    corner = '<table:table-cell table:number-columns-repeated="16383"/>' + cell("x")
    tables = table(row("Name") + row(None, number_rows_repeated="1048574") + row(corner))
    assert rows_of(ods(tmp_path, tables)) == [(1, ["Name"])]


def test_a_bomb_of_repeats(tmp_path):
    wide = string("<text:p>x</text:p>", number_columns_repeated=900)
    path = ods(tmp_path, table(row(wide, number_rows_repeated="1048576")))
    assert refusal(path, limits=Limits(max_cells=1_000_000)) == "too_large_uncompressed"


def test_merged_and_hidden(tmp_path):
    tall = string("<text:p>Kochi</text:p>", number_rows_spanned=2)
    tables = table(
        row("Name", "Area")
        + row("Asha", tall)
        + row("Balaji", "<table:covered-table-cell/>", visibility="filter")
        + row("Chitra", None, visibility="collapse")
    )
    _, [(sheet, rows)] = everything(ods(tmp_path, tables))
    assert [r.cells[1:] for r in rows[1:]] == [["Kochi"], ["Kochi"], []]
    assert [r.number for r in rows if r.hidden] == [3, 4]
    assert (sheet.merged, sheet.hidden_rows) == (1, 2)


def test_header_rows_and_groups(tmp_path):
    rows = f"<table:table-header-rows>{row('Name')}</table:table-header-rows>"
    rows += f"<table:table-row-group>{row('Asha')}</table:table-row-group>"
    assert rows_of(ods(tmp_path, table(rows))) == [(1, ["Name"]), (2, ["Asha"])]


def test_sheets(tmp_path):
    styles = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    tables = table(row("a"), "One") + table(row("b"), "Two", style_name="ta2") + table(row("c"), "A &amp; B")
    book, sheets = everything(ods(tmp_path, tables, styles))
    assert [(info.name, info.hidden) for info in book.sheets] == [("One", False), ("Two", True), ("A & B", False)]
    assert [[r.cells for r in rows] for _, rows in sheets] == [[["a"]], [["c"]]]


def test_refusals(tmp_path):
    manifest = '<m:manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    assert refusal(ods(tmp_path, table(row("a")), **{"META-INF/manifest.xml": manifest})) == "password_protected"
    evil = '<!DOCTYPE a [<!ENTITY b "c">]>' + content(table(row("&b;")))
    assert refusal(ods(tmp_path, "", **{"content.xml": evil})) == "xml_entities_forbidden"
    assert refusal(ods(tmp_path, "", **{"content.xml": content(table(row("a")))[:-60]})) == "unreadable_file"
    assert refusal(ods(tmp_path, table(""))) == "file_empty"
    assert refusal(ods(tmp_path, "")) == "file_empty"
