"""The fast lane through a sheet's XML: rows and cells written the way nearly every program writes them.

Twice as fast as handing each tag to Python. Whatever does not fit the patterns to the last cell (prefixes, comments,
CDATA, text runs, attributes in another order, another encoding) is left, from that place on, to the parser in
worksheet.py; both lanes give the same rows, which the tests hold them to.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Protocol

from .refused import Refused
from .source import column_index, place
from .values import Row

BLOCK = 256 * 1024
MAX_PENDING = 4 * 1024 * 1024
MAX_READERS = 100_000
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?<worksheet[\s>][^\0]*?<sheetData\s*>")
_FOREIGN_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-?8)", re.I)
_ROW_START = re.compile(r'\s*<row(?: r="(\d{1,8})")?([^>]*?)(/?)>')
# Possessive (the doubled signs, ++ *+ ?+): nothing here is ever worth a second try, and it is a third faster.
_CELL = re.compile(
    r'<c(?: r="([A-Z]{1,3})[0-9]++")?+((?: [a-z]++="[^"<>&]*+")*+) ?+'
    r"(?:/>|>(<f(?:/>| [^>]*/>|(?: [^>]*)?>[^<]*+</f>))?+"
    r"(?:(?:<v>|<is><t(?: [^>]*+)?+>)([^<]*+)(</v>|</t></is>)|<v ?/>|)</c>)"
)
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));")
_FIRST_COLUMNS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


class Odd(Exception):
    """A row that the patterns do not cover."""


class CellSource(Protocol):
    """What worksheet.Cells offers."""

    def reader(self, kind: str | None, style: str | None) -> Callable[[str], Any]: ...
    def empty(self, kind: str | None, text: str | None, formula: bool) -> Any: ...


class PlainRows:
    """`rows` ends with the sheet, `rest` being None, or at the first odd row: `rest` then begins a whole document."""

    def __init__(self, source: "CellSource"):
        self._source = source
        self._readers = _Readers(source)
        self._columns = _Columns()
        self.number = 0  # of the last row that was read
        self.rest: bytes | None = None

    def rows(self, chunks: Iterator[bytes]) -> Iterator[Row]:
        head, pending = _split_head(chunks)
        if head is None:
            self.rest = pending
            return
        for block in self._blocks(chunks, pending):
            before = self.number
            try:
                rows = self._block_rows(block)
            except (Odd, UnicodeDecodeError):
                self.number = before
                self.rest = head + block + self._pending
                return
            yield from rows

    def _blocks(self, chunks: Iterator[bytes], pending: bytes) -> Iterator[bytes]:
        """Pieces that end with a row, up to the end of the data. What has been read beyond is `_pending`."""
        for chunk in chain([b""], chunks):
            pending += chunk
            end = pending.find(b"</sheetData>")
            if end >= 0:
                self._pending = pending[end:]
                yield pending[:end]
                return
            end = pending.rfind(b"</row>") + len(b"</row>")
            if len(pending) > MAX_PENDING:
                end = len(pending)
            if len(pending) > BLOCK and end > len(b"</row>"):
                self._pending = pending[end:]
                yield pending[:end]
                pending = self._pending
        raise Refused("unreadable_file", cut=len(pending))

    def _block_rows(self, block: bytes) -> list[Row]:
        text = block.decode()
        if "<!" in text or "<?" in text:
            raise Odd
        rows: list[Row] = []
        *pieces, rest = text.split("</row>")
        for piece in pieces:
            start, numbered, hidden = self._row_start(piece)
            rows.append(Row(self.number, self._cells(piece[start:], numbered), hidden))
        if rest.strip():  # rows without cells at the end, mostly; the parser need only read this last block again
            raise Odd
        return rows

    def _row_start(self, text: str) -> tuple[int, bool, bool]:
        """Past rows without cells: where the cells of the first row with some begin; is it numbered; is it hidden."""
        end = 0
        while match := _ROW_START.match(text, end):
            given, attributes, closed = match.groups()
            self.number = int(given) if given else self.number + 1
            end = match.end()
            if not closed:
                return end, bool(given), _hidden(attributes)
        raise Odd

    def _cells(self, inner: str, numbered: bool) -> list[Any]:
        found = _CELL.findall(inner)
        if len(found) != inner.count("<c") or (found and found[0][0] and not numbered) or (inner and not found):
            raise Odd
        readers = self._readers
        values = [
            readers[attributes](text) if text and "&" not in text else self._rare(attributes, formula, text, closed)
            for _, attributes, formula, text, closed in found
        ]
        columns = [cell[0] for cell in found]
        if columns == _FIRST_COLUMNS[: len(columns)]:
            return values
        return self._placed(columns, values)

    def _rare(self, attributes: str, formula: str, text: str, closed: str) -> Any:
        if text:
            return self._readers[attributes](_ENTITY.sub(_entity, text))
        kind = dict(_ATTRIBUTE.findall(attributes)).get("t")
        return self._source.empty(kind, "" if closed else None, bool(formula))

    def _placed(self, columns: list[str], values: list[Any]) -> list[Any]:
        cells: list[Any] = []
        for letters, value in zip(columns, values, strict=True):
            place(cells, self._columns[letters] if letters else len(cells), value)
        return cells


class _Readers(dict[str, Callable[[str], Any]]):
    """By the cell's attributes as they stand there, like ' s="1" t="s"': a sheet has few different ones."""

    def __init__(self, source: "CellSource"):
        self._source = source

    def __missing__(self, text: str) -> Callable[[str], Any]:
        attributes = dict(_ATTRIBUTE.findall(text))
        if "r" in attributes:
            raise Odd
        reader = self._source.reader(attributes.get("t"), attributes.get("s"))
        if len(self) < MAX_READERS:
            self[text] = reader
        return reader


class _Columns(dict[str, int]):
    def __missing__(self, letters: str) -> int:
        self[letters] = column_index(letters)
        return self[letters]


def _split_head(chunks: Iterator[bytes]) -> tuple[bytes | None, bytes]:
    """All up to the first row, and what else was read; None and all that was read if it is not the usual head."""
    read = b""
    for chunk in chunks:
        read += chunk
        if match := _HEAD.match(read):
            head = match.group()
            odd = b"<!" in head or b"zeroHeight" in head or _FOREIGN_ENCODING.match(head)
            return (None, read) if odd else (head, read[match.end() :])
        if len(read) > BLOCK:
            break
    return None, read


def is_hidden(attributes: dict[str, str], by_default: bool = False) -> bool:
    """By hand or by a filter; a row of no height is hidden too."""
    hidden = attributes.get("hidden", "1" if by_default else "0")
    return hidden in ("1", "true") or attributes.get("ht") in ("0", "0.0")


def _hidden(attributes: str) -> bool:
    """The same rule as the parser's, for attributes that are still text."""
    if " r=" in attributes:
        raise Odd
    if "hidden" not in attributes and "ht=" not in attributes:
        return False
    return is_hidden(dict(_ATTRIBUTE.findall(attributes)))


def _entity(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    return _NAMED[name] if name else chr(int(decimal) if decimal else int(hexadecimal, 16))
