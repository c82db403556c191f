"""Files to damage, and ways to damage them: `test_fuzz` reads a few dozen, scripts/fuzz_imports.py thousands."""

import io
import zipfile

from imports.reading import Limits, Refused, open_book
from imports.reading.options import MIB
from imports.reading.process import FILE_REASONS

from .compound_files import biff8, compound_file, encrypted, label8, merged, number
from .helpers import CASES, package, row, zipped
from .test_markup import data, sheet, workbook
from .test_opendocument import content, table
from .test_opendocument import row as ods_row
from .test_xlsb import REAL, TEXT, cell, real, short, wide
from .test_xlsb import book as xlsb
from .test_xlsb import row as xlsb_row

SECONDS = 20
LIMITS = Limits(seconds=SECONDS, memory_bytes=512 * MIB)
NASTY = [
    b"\0", b"\xff", b"<", b">", b'"', b"&", b"<!--", b"]]>", b"<!DOCTYPE a [", b"999999999999", b"-1", b"&#x0;", b"\r",
    b"</row>", b"<row>", b"<c/>", b"</sheetData>", b"XFD1048576", b"A0", b"=\"", b"_xD800_", b"\xed\xa0\x80", b"nan",
]  # fmt: skip


def samples():
    strings = "<si><t>Asha</t></si><si><r><t>De</t></r><r><t>epa</t></r></si>"
    body = (
        row(1, "Name", "Phone") + row(2, '<c t="s"><v>0</v></c>', 9876543210) + row(3, '<c s="1"><v>46086</v></c>', "x")
    )
    after = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    cells = label8(0, 0, "Name") + label8(1, 0, "देव") + number(1, 1, 9876543210) + number(2, 1, 46086, style=1)
    made = {
        "made.xlsx": zipped(package(data=body, after=after, strings=strings)),
        "made.xls": compound_file("Workbook", biff8(cells, after=merged(0, 1, 0, 0))),
        "made_locked.xls": compound_file("Workbook", encrypted(biff8(cells), "VelvetSweatshop")),
        "made.xlsb": xlsb(
            xlsb_row(1)
            + short(TEXT, wide("Name"))
            + short(TEXT, wide("Phone"))
            + xlsb_row(2, hidden=True)
            + cell(TEXT, 0, wide("देव"))
            + short(REAL, real(9876543210))
            + cell(REAL, 3, real(46086), style=1)
        ),
        "made.ods": zipped(
            {"content.xml": content(table(ods_row("Name", None) + ods_row("Asha", number_rows_repeated="3")))}
        ),
        "made.xml": workbook(sheet(f'<Row ss:Index="2"><Cell ss:MergeDown="2">{data("a")}</Cell></Row>')).encode(),
        "made.html": b"<table><tr><td rowspan=2>a<td>b<tr><td>c<table><tr><td>d</table></table>",
        "made.csv": 'Name;Phone\r\n"Asha ""A"" N";="0987"\r\nदेव;2\r\n'.encode("utf-16"),
    }
    files = sorted(CASES.iterdir()) if CASES.is_dir() else []
    kept = {
        path.name: path.read_bytes() for path in files if path.suffix not in (".md", ".json") and path.stat().st_size
    }
    return made | kept


def mutate(content, rng):
    """The bytes of a file, damaged; for a zip half the time one of its members, in a zip that is whole again."""
    if content.startswith(b"PK") and rng.random() < 0.6:
        return _mutate_member(content, rng)
    return _damage(content, rng)


def _mutate_member(content, rng):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist() if info.file_size < 1_000_000}
    name = rng.choice(sorted(members))
    members[name] = _damage(members[name], rng)
    return zipped(members)


def _damage(content, rng):
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5, 30])):
        place = rng.randrange(len(content) + 1)
        match rng.randrange(6):
            case 0:
                content[place : place + 1] = bytes([rng.randrange(256)])
            case 1:
                content[place:place] = rng.choice(NASTY)
            case 2:
                del content[place : place + rng.choice([1, 2, 10, 200])]
            case 3:
                piece = content[place : place + rng.choice([4, 40, 400])]
                content[place:place] = piece * rng.choice([1, 2, 50])
            case 4:
                other = rng.randrange(len(content) + 1)
                content[place : place + 8] = content[other : other + 8]
            case 5:
                content[place : place + 4] = rng.randrange(2**32).to_bytes(4, "little")
    return bytes(content[: rng.randrange(len(content) + 1)] if rng.random() < 0.1 else content)


def outcome(path):
    """'rows' or the reason. Anything else that is raised is a fault of ours."""
    try:
        with open_book(path, limits=LIMITS) as book:
            for found in book:
                for _ in found:
                    pass
    except Refused as refused:
        assert refused.code in FILE_REASONS
        return refused.code
    return "rows"
