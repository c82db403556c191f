"""The fast lane through a sheet's XML: rows and cells written the way nearly every program writes them.

Twice as fast as handing each tag to Python. Whatever does not fit the patterns to the last cell (prefixes, comments,
CDATA, text runs, attributes in another order, another encoding) is left, from that place on, to the parser in
worksheet.py; both lanes give the same rows, which the tests hold them to.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from .refused import Refused
from .source import MAX_COLUMNS, column_index, place
from .values import Row

BLOCK = 256 * 1024
MAX_PENDING = 4 * 1024 * 1024
MAX_KINDS = 100_000
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?<worksheet[\s>][^\0]*?<sheetData\s*>")
_FOREIGN_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-?8)", re.I)
_ROW = re.compile(r'<row(?: r="(\d{1,8})")?([^>]*?)(?:/>|>(.*?)</row>)', re.S)
_CELL = re.compile(
    r'<c(?: r="([A-Z]{1,3})\d+")?((?: [a-z]+="[^"<>&]*")*) ?'
    r"(?:/>|>(<f(?:/>| [^>]*/>|(?: [^>]*)?>[^<]*</f>))?"
    r"(?:<v>([^<]*)(</v>)|<v ?/>|<is><t(?: [^>]*)?>([^<]*)</t></is>|)</c>)"
)
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


class Odd(Exception):
    """A row that the patterns do not cover."""


class PlainRows:
    """`rows` ends at the sheet's end, with `rest` None, or at the first odd row: `rest` then begins a parsable document."""

    def __init__(self, value: Callable[[str | None, str | None, str | None, bool], Any]):
        self._value = value
        self._kinds: dict[str, tuple[str | None, str | None]] = {}
        self._columns: dict[str, int] = {}
        self.number = 0
        self.rest: bytes | None = None

    def rows(self, chunks: Iterator[bytes]) -> Iterator[Row]:
        head, pending = _split_head(chunks)
        if head is None:
            self.rest = pending
            return
        for block in self._blocks(chunks, pending):
            try:
                rows = self._block_rows(block)
            except (Odd, UnicodeDecodeError):
                self.rest = head + block + self._pending
                return
            yield from rows
            self.number = rows[-1].number if rows else self.number

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
        rows = []
        number, end = self.number, 0
        for match in _ROW.finditer(text):
            if match.start() != end and not text[end : match.start()].isspace():
                raise Odd
            end = match.end()
            given, attributes, inner = match.groups()
            number = int(given) if given else number + 1
            rows.append(Row(number, self._cells(inner, bool(given)) if inner else [], _hidden(attributes)))
        if text[end:].strip():
            raise Odd
        return rows

    def _cells(self, inner: str, numbered: bool) -> list[Any]:
        cells: list[Any] = []
        found = _CELL.findall(inner)
        if len(found) != inner.count("<c") or not found or not (numbered or not found[0][0]):
            raise Odd
        columns, kinds, value_of = self._columns, self._kinds, self._value
        for letters, attributes, formula, value, has_value, inline in found:
            kind, style = kinds.get(attributes) or self._read_attributes(attributes)
            text = value or inline
            if "&" in text:
                text = _ENTITY.sub(_entity, text)
            if not text and not has_value:
                text = None
            cell = value_of(kind, style, text, bool(formula))
            column = columns.get(letters, -1) if letters else len(cells)
            if column < 0:
                column = columns[letters] = column_index(letters)
            if column == len(cells) < MAX_COLUMNS:
                cells.append(cell)
            else:
                place(cells, column, cell)
        return cells

    def _read_attributes(self, text: str) -> tuple[str | None, str | None]:
        attributes = dict(_ATTRIBUTE.findall(text))
        if "r" in attributes:
            raise Odd
        kind = attributes.get("t"), attributes.get("s")
        if len(self._kinds) < MAX_KINDS:
            self._kinds[text] = kind
        return kind


def _split_head(chunks: Iterator[bytes]) -> tuple[bytes | None, bytes]:
    """All up to the first row and what was read of the rest; None and all that was read when it is not the usual head."""
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
