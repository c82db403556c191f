"""The tables of a web page that a portal calls .xls. Rows count the table's own rows."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, BinaryIO

from . import charset
from .delimited import unwrap
from .kinds import HEAD, bom_encoding, utf16_without_bom
from .merged import Area, MergedAreas
from .options import Limits, Options
from .refused import Refused
from .source import MAX_COLUMNS, BookSource, SheetSource, Tally, place
from .spans import count
from .values import Row

MAX_DEPTH = 100  # of tables within tables
_DECLARED = re.compile(rb"<meta[^>]*charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_SILENT = {"script", "style", "template"}
_SPACES = re.compile(r"[ \t\r\n\f]+")


class Table:
    """Cells by row, still with the spans that HTML gives them."""

    def __init__(self) -> None:
        self.rows: list[tuple[list[tuple[str, int, int]], bool]] = []

    def stream(self, tally: Tally) -> Iterator[Row]:
        merged = MergedAreas(tally)
        taken: dict[int, int] = {}  # column: last row that a cell from above reaches
        for number, (row, hidden) in enumerate(self.rows, start=1):
            cells: list[Any] = []
            column = 0
            for text, across, down in row:
                while taken.get(column, 0) >= number:
                    column += 1
                if text:
                    place(cells, column, text)
                    merged.announce(Area(number, number + down - 1, column))
                if down > 1:
                    taken.update(dict.fromkeys(range(column, column + across), number + down - 1))
                column += across
            merged.fill(number, cells)
            yield Row(number, cells, hidden)


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """Each table with a row is a sheet. Raises Refused: unsupported_type when there is none, encoding_unknown."""
    found = charset.chosen(file, options.encoding) if options.encoding else _encoding(file)
    page = Page()
    file.seek(0)
    decoder = charset.decoder(found.encoding)
    while chunk := file.read(charset.CHUNK):
        page.feed(decoder.decode(chunk).replace("\0", ""))
    page.close()
    tables = [table for table in page.tables if table.rows]
    if not tables:
        raise Refused("unsupported_type", kind="html")
    sheets = [SheetSource(f"Table {number}", table.stream) for number, table in enumerate(tables, start=1)]
    return BookSource(sheets, encoding=found.encoding)


def _encoding(file: BinaryIO) -> charset.Finding:
    """The mark, or UTF-8 if it is that, or what the page says, or a guess."""
    file.seek(0)
    head = file.read(HEAD)
    marked = bom_encoding(head) or utf16_without_bom(head)
    declared = _DECLARED.search(head)
    if marked:
        return charset.chosen(file, marked)
    utf8 = charset.chosen(file, "utf-8")
    if not utf8.damaged or declared is None:
        return charset.find(file)
    name = declared.group(1).decode("ascii").lower()
    # What calls itself Latin-1 is Windows-1252 on the web (WHATWG Encoding Standard, 4.2).
    return charset.chosen(file, "cp1252" if name in ("iso-8859-1", "latin1", "us-ascii") else name)


class Page(HTMLParser):
    """Collects tables, also those inside others (portals lay pages out with tables): each holds only its own cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._open: list[_OpenTable] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._start_table()
        elif self._open:
            self._open[-1].start(tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "table" and self._open:
            self._open.pop().end_row()
        elif self._open:
            self._open[-1].end(tag)

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent:
            self._open[-1].gather(data)

    def close(self) -> None:
        super().close()
        while self._open:
            self._open.pop().end_row()

    def _start_table(self) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Refused("unreadable_file")
        table = Table()
        self.tables.append(table)
        self._open.append(_OpenTable(table))


class _OpenTable:
    """The row and cell that are being written. End tags are optional in HTML: a new row or cell ends the one before."""

    def __init__(self, table: Table):
        self._table = table
        self._row: list[tuple[str, int, int]] | None = None
        self._hidden = False
        self._pieces: list[str] | None = None
        self._spans = (1, 1)

    def start(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "tr":
            self.end_row()
            self._row = []
            self._hidden = "display:none" in (attributes.get("style") or "").replace(" ", "").lower()
        elif tag in ("td", "th"):
            self.end_cell()
            self._row = [] if self._row is None else self._row
            self._pieces = []
            rows = count(attributes.get("rowspan"), limit=65_534)
            self._spans = count(attributes.get("colspan"), limit=1_000), rows
        elif tag == "br":
            self.gather("\0")
        elif tag in ("p", "div", "li"):
            self.gather(" ")

    def end(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.end_cell()
        elif tag == "tr":
            self.end_row()

    def gather(self, data: str) -> None:
        if self._pieces is not None:
            self._pieces.append(data)

    def end_cell(self) -> None:
        if self._pieces is not None:
            self._row.append((_text(self._pieces), *self._spans))
            self._pieces = None

    def end_row(self) -> None:
        self.end_cell()
        if self._row is not None and len(self._row) <= MAX_COLUMNS:
            self._table.rows.append((self._row, self._hidden))
        self._row = None


def _text(pieces: list[str]) -> str:
    """White space runs are one space in HTML; \\0 stands for a line break. A lone &nbsp; is an empty cell."""
    text = _SPACES.sub(" ", "".join(pieces))
    lines = [line.strip(" ") for line in text.split("\0")]
    text = "\n".join(lines).strip("\n")
    return unwrap(text) if text.strip("\xa0 \n") else ""
