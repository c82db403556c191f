"""The fast lane and the parser must give the same rows for the same sheet."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.reading.number_formats import plain_number
from imports.reading.plain_rows import PlainRows
from imports.reading.refused import Refused
from imports.reading.worksheet import Cells, SheetParser, sheet_rows

from .helpers import row, worksheet

STRINGS = ["zero", "one & two", ""]
CELLS = Cells(STRINGS, [plain_number, lambda text: f"date {text}"])


def by_parser(xml):
    return list(SheetParser(CELLS).rows([xml]))


def by_both(xml, size=64 * 1024):
    return list(sheet_rows(CELLS, (xml[i : i + size] for i in range(0, len(xml), size))))


def lane_of(xml):
    plain = PlainRows(CELLS)
    list(plain.rows(iter([xml])))
    return "fast" if plain.rest is None else "parser"


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace("\ufffe", "").replace("\uffff", "")
)
values = st.one_of(
    st.none(),
    st.integers(-5, 9_999_999_999).map(lambda n: f"<c><v>{n}</v></c>"),
    st.integers(0, 2).map(lambda n: f'<c t="s"><v>{n}</v></c>'),
    st.integers(0, 3).map(lambda n: f'<c s="{n}"><v>46086</v></c>'),
    texts.map(lambda text: f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'),
    texts.map(lambda text: f'<c t="str"><f>A1&amp;"x"</f><v>{text}</v></c>'),
    st.sampled_from(
        [
            "<c/>",
            '<c s="1"/>',
            '<c s="1" />',
            "<c><f>1+1</f></c>",
            "<c><f>1+1</f><v></v></c>",
            "<c><f>1+1</f><v /></c>",
            '<c t="str"><f>""</f><v></v></c>',
            '<c><f t="shared" ref="A1:A2" si="0">B1</f><v>3</v></c>',
            '<c><f t="shared" si="0"/><v>3</v></c>',
            '<c t="e"><v>#N/A</v></c>',
            '<c t="b"><v>1</v></c>',
            "<c><v>&#49;2</v></c>",
            "<c><v>1</v><extLst/></c>",
            '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
            "<c><!-- x --><v>1</v></c>",
        ]
    ),
)
rows = st.lists(
    st.tuples(st.integers(1, 3), st.lists(values, max_size=5), st.sampled_from([{}, {"hidden": "1"}, {"ht": "0"}])),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(rows=rows, size=st.sampled_from([7, 50, 64 * 1024]))
def test_both_lanes_agree(rows, size):
    number = 0
    data = ""
    for step, cells, attributes in rows:
        number += step
        data += row(number, *cells, **attributes)
    xml = worksheet(data).encode()
    assert by_both(xml, size) == by_parser(xml)


def test_the_usual_ways_of_writing_take_the_fast_lane():
    for cell in ("<c><v>1</v></c>", '<c s="1" t="s"><v>1</v></c>', "<c><f>A1</f><v>5</v></c>", '<c s="1"/>'):
        for head in ("", '<cols><col min="1" max="3"/></cols>'):
            data = row(1, cell, spans="1:3") + '<row r="2"/>' + row(3, "text &amp; more")
            assert lane_of(worksheet(data, head).encode()) == "fast", cell


@pytest.mark.parametrize(
    "data",
    [
        '<row r="1"><!-- --><c r="A1"/></row>',
        '<row r="1"><c r="A1" t="str"><v><![CDATA[x]]></v></c></row>',
        '<row spans="1:2" r="4"><c r="A4"><v>1</v></c></row>',
        '<row r="1"><c s="1" r="B1"><v>1</v></c></row>',
        '<row><c r="A5"><v>1</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c></row>",
        '<row r="1"><x:c xmlns:x="y" r="A1"><v>1</v></x:c></row>',
        '<row r="1"><c r="a1"><v>1</v></c></row>',
    ],
)
def test_the_rest_is_left_to_the_parser(data):
    xml = worksheet(data + row(7, "last")).encode()
    assert lane_of(xml) == "parser"
    assert by_both(xml) == by_parser(xml)


def test_rows_before_the_odd_one_come_once():
    data = "".join(row(number, "x" * 400, number) for number in range(1, 2000)) + "<row><c><!-- --><v>5</v></c></row>"
    numbers = [found.number for found in by_both(worksheet(data).encode())]
    assert numbers == list(range(1, 2001))


def test_rows_without_cells_only():
    xml = worksheet("".join(f'<row r="{number}"/>' for number in range(1, 400_000)) + row(500_000, 1)).encode()
    assert [found.number for found in by_both(xml) if found.cells] == [500_000]


def test_an_end_that_never_comes():
    xml = worksheet(row(1, "a") + row(2, "b")).encode()
    with pytest.raises(Refused):
        by_both(xml[: xml.index(b"</sheetData>")])
