"""ods, as a stream: content.xml of OpenDocument 1.3 (part 3, sections 9.1 and 19.385), repeats and all."""

import datetime
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from .archive import Archive
from .merged import Area, MergedAreas
from .number_formats import clock_text, plain_number, time_of_day
from .options import Limits, Options
from .parts import elements, feed, local, refuse_doctypes, safe_parser
from .refused import Refused
from .source import MAX_COLUMNS, BookSource, SheetSource, Tally, is_blank
from .spans import count
from .values import CellError, NoValue, Row

CONTENT = "content.xml"
MANIFEST = "META-INF/manifest.xml"
_DURATION = re.compile(r"P(?:(\d{1,6})D)?T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:[.,](\d+))?S)?")
# LibreOffice keeps an error as a text without a value type that looks like this; Err:5xx are its own.
_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)|Err:\d{3}")


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """Raises Refused: password_protected, unreadable_file, xml_entities_forbidden, too_large_uncompressed."""
    archive = Archive(file, limits)
    refuse_doctypes(archive)
    if MANIFEST in archive and any(name == "encryption-data" for _, name, _ in elements(archive.chunks(MANIFEST))):
        raise Refused("password_protected")
    return BookSource(list(_sheets(archive, limits)))


def _sheets(archive: Archive, limits: Limits) -> Iterator[SheetSource]:
    hidden_styles: set[str] = set()
    style = ""
    position = 0
    for parent, name, attributes in elements(archive.chunks(CONTENT)):
        if name == "style":
            style = attributes.get("name", "")
        elif name == "table-properties" and attributes.get("display") == "false":
            hidden_styles.add(style)
        elif name == "table" and parent == "spreadsheet":
            hidden = attributes.get("style-name") in hidden_styles
            yield SheetSource(attributes.get("name", ""), partial(_rows, archive, limits, position), hidden)
            position += 1


def _rows(archive: Archive, limits: Limits, position: int, tally: Tally) -> Iterator[Row]:
    merged = MergedAreas(tally)
    content = ContentParser(position, merged)
    for number, cells, hidden, repeated in content.rows(archive.chunks(CONTENT)):
        if is_blank(cells):
            continue
        if repeated * len(cells) > limits.max_cells:  # refused before a single one is made
            raise Refused("too_large_uncompressed", cells=limits.max_cells)
        for offset in range(repeated):
            copy = cells.copy()
            merged.fill(number + offset, copy)
            yield Row(number + offset, copy, hidden)


class ContentParser:
    """The rows of the table at one position: number of the first, cells, hidden, how often the row repeats."""

    def __init__(self, position: int, merged: MergedAreas):
        self._skip = position + 1  # tables to come, the wanted one included
        self._merged = merged
        self._path: list[str] = [""]
        self._done: list[tuple[int, list[Any], bool, int]] = []
        self._next = 1  # number of the next row
        self._row: list[Any] = []
        self._blanks = 0  # cells without content since the last one with some
        self._hidden = False
        self._repeated = 1
        self._cell: dict[str, str] | None = None
        self._depth = 0  # of elements inside the cell
        self._mute = 0  # depth at which something began that is no text of the cell: a comment, a picture, a guide
        self._paragraphs: list[str] = []

    def rows(self, chunks: Iterator[bytes]) -> Iterator[tuple[int, list[Any], bool, int]]:
        parser = safe_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._gather
        for _ in feed(parser, chunks):
            yield from self._done
            self._done.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if self._cell is not None:
            self._start_inside(name, attributes)
        elif name == "table" and self._path[-1] == "spreadsheet":
            self._skip -= 1
        elif self._skip == 0 and name == "table-row":
            self._start_row({local(key): value for key, value in attributes.items()})
        elif self._skip == 0 and name in ("table-cell", "covered-table-cell"):
            self._cell = {local(key): value for key, value in attributes.items()}
            self._paragraphs = []
            self._depth = self._mute = 0
        self._path.append(name)
        if len(self._path) > 1000:
            raise Refused("unreadable_file")

    def _end(self, name: str) -> None:
        name = local(name)
        self._path.pop()
        if self._cell is not None and self._depth:
            self._mute = 0 if self._mute == self._depth else self._mute
            self._depth -= 1
        elif self._cell is not None:
            self._end_cell(covered=name == "covered-table-cell")
        elif self._skip == 0 and name == "table-row":
            self._done.append((self._next, self._row, self._hidden, self._repeated))
            self._next += self._repeated
        elif self._skip == 0 and name == "table":
            self._skip = -1

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = []
        self._blanks = 0
        self._hidden = attributes.get("visibility") in ("collapse", "filter")
        self._repeated = count(attributes.get("number-rows-repeated"))

    def _start_inside(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._mute:
            return
        if name == "p" and self._depth == 1:
            self._paragraphs.append("")
        elif name in ("annotation", "frame", "note", "ruby-text", "custom-shape", "table", "shapes"):
            self._mute = self._depth
        elif self._paragraphs:
            self._paragraphs[-1] += _spacing(name, {local(key): value for key, value in attributes.items()})

    def _gather(self, data: str) -> None:
        if self._cell is not None and self._depth and not self._mute and self._paragraphs:
            self._paragraphs[-1] += data

    def _end_cell(self, covered: bool) -> None:
        attributes, self._cell = self._cell, None
        value = None if covered else cell_value(attributes, "\n".join(self._paragraphs))
        repeated = count(attributes.get("number-columns-repeated"), limit=MAX_COLUMNS)
        if value is None or value == "":
            self._blanks += repeated
            return
        room = MAX_COLUMNS - len(self._row) - self._blanks
        if room > 0:
            self._row += [None] * self._blanks
            self._span(count(attributes.get("number-rows-spanned")))
            self._row += [value] * min(repeated, room)
        self._blanks = 0

    def _span(self, rows: int) -> None:
        self._merged.announce(Area(self._next, self._next + rows - 1, len(self._row)))


def _spacing(name: str, attributes: dict[str, str]) -> str:
    """OpenDocument collapses white space, so it spells out the runs and breaks that count."""
    if name == "s":
        return " " * count(attributes.get("c"), limit=1000)
    return {"tab": "\t", "line-break": "\n"}.get(name, "")


def cell_value(attributes: dict[str, str], text: str) -> Any:
    """The value from the attributes, which are exact; the text only shows it."""
    kind = attributes.get("value-type")
    formula = "formula" in attributes
    if kind == "error" or (formula and _ERROR.fullmatch(text)):
        return CellError(text)
    if kind is None and not text:
        return NoValue() if formula else None
    try:
        return _typed(kind, attributes, text)
    except (ValueError, OverflowError):
        return text


def _typed(kind: str | None, attributes: dict[str, str], text: str) -> Any:
    match kind:
        case "float" | "currency" | "percentage":
            return plain_number(attributes.get("value", text))
        case "date":
            return _date(attributes.get("date-value", ""))
        case "time":
            return _time(attributes.get("time-value", ""))
        case "boolean":
            return attributes.get("boolean-value") == "true"
    return text or attributes.get("string-value", "")


def _date(text: str) -> datetime.datetime | datetime.date:
    moment = datetime.datetime.fromisoformat(text).replace(tzinfo=None)
    return moment.date() if moment.time() == datetime.time() else moment


def _time(text: str) -> Any:
    """PT09H15M30S as a time of day, 24 hours and more as text."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(text)
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups()[:4])
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    milliseconds = int(((match.group(5) or "") + "000")[:3])
    return clock_text(total) if total >= 86_400 else time_of_day(total * 1000 + milliseconds)
