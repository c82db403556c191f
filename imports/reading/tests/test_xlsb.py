"""xlsb, record by record: as Excel writes it, and in the short form of other programs."""

import datetime
import struct

import pytest

from imports.reading import CellError

from .helpers import PACKAGE, RELATIONS, everything, refusal, rows_of, write, zipped

BLANK, RK, ERROR, BOOL, REAL, TEXT, SHARED = range(1, 8)


def record(kind, body=b""):
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(body), b""
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes([low | 0x80 if size else low])
        if not size:
            return head + length + body


def wide(text):
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def row(number, hidden=False):
    return record(0, struct.pack("<IIHBBB", number - 1, 0, 300, 0, 0x10 if hidden else 0, 0))


def cell(kind, column, value, style=0):
    return record(kind, struct.pack("<II", column, style) + value)


def short(kind, value, style=0):
    return record(kind + 11, struct.pack("<I", style) + value)


def rk(number, hundredth=False):
    return struct.pack("<i", number << 2 | 2 | hundredth)


def real(number):
    return struct.pack("<d", number)


def book(data, *, after=b"", strings=(), hidden=0, is_1904=False, sheets=("Leads",)):
    listed = b"".join(
        record(156, struct.pack("<II", hidden, place) + wide(f"rId{place}") + wide(name))
        for place, name in enumerate(sheets, start=1)
    )
    kinds = [("worksheet", f"worksheets/sheet{place}.bin") for place in range(1, len(sheets) + 1)]
    kinds += [("styles", "styles.bin"), ("sharedStrings", "sharedStrings.bin")]
    related = "".join(
        f'<Relationship Id="rId{place}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(kinds, start=1)
    )
    formats = record(44, struct.pack("<H", 164) + wide("dd/mm/yyyy hh:mm"))
    styles = b"".join(record(47, struct.pack("<HH", 0, number) + b"\0" * 12) for number in (0, 14, 164))
    return zipped(
        {
            "xl/workbook.bin": record(153, struct.pack("<I", is_1904) + b"\0" * 8) + listed,
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
            "xl/styles.bin": formats + record(617, b"\3\0\0\0") + styles + record(618),
            "xl/sharedStrings.bin": b"".join(record(19, b"\0" + wide(text)) for text in strings),
            **{
                f"xl/worksheets/sheet{n}.bin": record(145) + data + record(146) + after
                for n in range(1, len(sheets) + 1)
            },
        }
    )


def xlsb(tmp_path, *args, **kwargs):
    return write(tmp_path, book(*args, **kwargs), "list.xls")


def test_every_kind_of_cell(tmp_path):
    data = row(1) + cell(SHARED, 0, struct.pack("<I", 1)) + cell(TEXT, 1, wide("देव")) + cell(RK, 3, rk(98765))
    data += row(3) + cell(RK, 0, rk(-150, hundredth=True)) + cell(REAL, 1, real(9876543210)) + cell(BOOL, 2, b"\1")
    data += cell(ERROR, 3, b"\x2a") + cell(BLANK, 4, b"") + cell(62, 5, b"\1" + wide("rich") + b"\0" * 8)
    data += row(4) + cell(8, 0, wide("came to") + b"\0" * 9) + cell(9, 1, real(2.5) + b"\0" * 9)
    data += cell(10, 2, b"\0" + b"\0" * 9) + cell(11, 3, b"\x07" + b"\0" * 9)
    assert rows_of(xlsb(tmp_path, data, strings=["x", "Name"])) == [
        (1, ["Name", "देव", None, 98765]),
        (3, [-1.5, 9876543210, True, CellError("#N/A"), None, "rich"]),
        (4, ["came to", 2.5, False, CellError("#DIV/0!")]),
    ]


def test_cells_in_short_stand_right_beside_the_last_one(tmp_path):
    data = row(1) + short(SHARED, struct.pack("<I", 0)) + short(TEXT, wide("Phone"))
    data += row(2) + cell(TEXT, 1, wide("Asha")) + short(REAL, real(9876543210)) + short(RK, rk(5)) + short(BLANK, b"")
    data += short(ERROR, b"\x17") + short(BOOL, b"\1")
    assert rows_of(xlsb(tmp_path, data, strings=["Name"])) == [
        (1, ["Name", "Phone"]),
        (2, [None, "Asha", 9876543210, 5, None, CellError("#REF!"), True]),
    ]


@pytest.mark.parametrize("is_1904", [False, True])
def test_dates_on_both_epochs(tmp_path, is_1904):
    days = 46086 - 1462 * is_1904
    data = row(1) + cell(REAL, 0, real(days), style=1) + short(RK, rk(days), style=1) + short(REAL, real(days + 0.5), 2)
    day = datetime.date(2026, 3, 5)
    expected = [day, day, datetime.datetime(2026, 3, 5, 12)]
    assert rows_of(xlsb(tmp_path, data, is_1904=is_1904)) == [(1, expected)]


def test_hidden_rows_merged_areas_and_several_sheets(tmp_path):
    data = row(1) + cell(TEXT, 0, wide("Kochi")) + cell(TEXT, 1, wide("a"))
    data += row(2, hidden=True) + cell(TEXT, 1, wide("b")) + row(3) + cell(TEXT, 1, wide("c"))
    after = record(177, b"\1\0\0\0") + record(176, struct.pack("<4I", 0, 1, 0, 0)) + record(178)
    _, sheets = everything(xlsb(tmp_path, data, after=after, sheets=("A", "B")))
    assert [sheet.name for sheet, _ in sheets] == ["A", "B"]
    for sheet, rows in sheets:
        assert [(row.cells, row.hidden) for row in rows] == [
            (["Kochi", "a"], False), (["Kochi", "b"], True), ([None, "c"], False),
        ]  # fmt: skip
        assert (sheet.merged, sheet.hidden_rows) == (1, 1)


def test_a_hidden_sheet_is_not_read(tmp_path):
    assert refusal(xlsb(tmp_path, row(1) + cell(TEXT, 0, wide("Name")), hidden=1)) == "file_empty"


@pytest.mark.parametrize(
    "data",
    [
        row(1) + cell(SHARED, 0, struct.pack("<I", 7)),
        record(0, b"\0"),
        row(1) + record(REAL, b"\0\0"),
        b"\x05\xff\xff\xff\xff",
    ],
)
def test_broken(tmp_path, data):
    assert refusal(xlsb(tmp_path, data)) in ("unreadable_file", "file_empty")
