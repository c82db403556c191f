"""Files by hand: a small xlsx writer that can also be made to write what a good program would not."""

import io
import os
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from imports.reading import Limits, Options, Refused, open_book

REPOSITORY = Path(__file__).resolve().parents[3]
CASES = Path(os.environ.get("CASES_DIR", REPOSITORY.parent / "shared" / "cases"))

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DATE_STYLE = '<xf numFmtId="0"/><xf numFmtId="14"/>'


def everything(path, options=None, limits=None):
    """{sheet name: [rows]} and the sheets as they are after their rows."""
    with open_book(path, options or Options(), limits or Limits()) as book:
        sheets = [(sheet, list(sheet)) for sheet in book]
        return book, sheets


def rows_of(path, **kwargs):
    """The rows of the only sheet that is read, as (number, cells)."""
    _, [(_, rows)] = everything(path, **kwargs)
    return [(row.number, trimmed(row.cells)) for row in rows]


def trimmed(cells):
    """Without the blanks at the end, which mean nothing."""
    cells = list(cells)
    while cells and cells[-1] in (None, ""):
        cells.pop()
    return cells


def refusal(path, **kwargs):
    """The code that a file is refused with."""
    try:
        everything(path, **kwargs)
    except Refused as refused:
        return refused.code
    raise AssertionError("the file was read")


def write(tmp_path, content, name="list.bin"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return buffer.getvalue()


def text_cell(text, reference=""):
    given = f' r="{reference}"' if reference else ""
    return f'<c{given} t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def worksheet(data, before="", after="", root=f'worksheet xmlns="{MAIN}"'):
    return f"<{root}>{before}<sheetData>{data}</sheetData>{after}</worksheet>"


def package(
    sheets=None,
    data="",
    after="",
    before="",
    strings=None,
    styles=DATE_STYLE,
    formats="",
    workbook_head="",
    states=None,
    namespace=MAIN,
    extra=None,
):
    """The members of an xlsx. `sheets` is {name: whole worksheet xml}, or `data` the rows of a single one."""
    sheets = sheets or {"Sheet1": worksheet(data, before, after)}
    states = states or {}
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"'
        + (f' state="{states[name]}"' if name in states else "")
        + "/>"
        for n, name in enumerate(sheets, start=1)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{RELATIONS}">{workbook_head}'
        f"<sheets>{listed}</sheets></workbook>",
    }
    for n, xml in enumerate(sheets.values(), start=1):
        members[f"xl/worksheets/sheet{n}.xml"] = xml
    if styles is not None:
        members["xl/styles.xml"] = (
            f'<styleSheet xmlns="{namespace}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="9"/>'
            f"</cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>"
        )
        relations += f'<Relationship Id="rIdS" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    if strings is not None:
        members["xl/sharedStrings.xml"] = f'<sst xmlns="{namespace}">{strings}</sst>'
        relations += f'<Relationship Id="rIdT" Type="{RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    members["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'
    return members | (extra or {})


def xlsx(tmp_path, *args, name="list.xlsx", **kwargs):
    return write(tmp_path, zipped(package(*args, **kwargs)), name)


def row(number, *cells, **attributes):
    """A row with its number whose cells are ready xml, or texts and numbers to be wrapped."""
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    inner = "".join(_cell(cell, f"{chr(65 + i)}{number}") for i, cell in enumerate(cells) if cell is not None)
    return f'<row r="{number}"{given}>{inner}</row>'


def _cell(cell, reference):
    if isinstance(cell, (int, float)):
        return f'<c r="{reference}"><v>{cell}</v></c>'
    if cell.startswith("<c"):
        return cell.replace("<c", f'<c r="{reference}"', 1)
    return text_cell(cell, reference)
