"""What calamine does not show of an xls: which rows are hidden, and which cells are errors ([MS-XLS])."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import olefile

from .values import ERROR_CODES

_BOF, _EOF, _SHEET, _ROW, _BOOLEAN_OR_ERROR, _FORMULA = 0x0809, 0x000A, 0x0085, 0x0208, 0x0205, 0x0006
_ROW_IS_HIDDEN = 0x20
_STREAMS = ("Workbook", "Book")


@dataclass
class Unseen:
    """Of one sheet, by row number: rows that are hidden, and {column from 0: error} of those with errors."""

    hidden: set[int] = field(default_factory=set)
    errors: dict[int, dict[int, str]] = field(default_factory=dict)


def unseen(file: BinaryIO) -> list[Unseen]:
    """One for each sheet in the workbook's order; [] when the file is not in order (then calamine says what of it)."""
    try:
        with olefile.OleFileIO(file) as compound:
            name = next(name for name in _STREAMS if compound.exists(name))
            stream = compound.openstream(name).read()
        return [_unseen_of(stream, start) for start in _sheet_starts(stream)]
    except (OSError, StopIteration, struct.error, ValueError, IndexError, TypeError, AttributeError):
        return []


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, those of substreams inside it (charts) left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheet_starts(stream: bytes) -> list[int]:
    return [struct.unpack_from("<I", body)[0] for kind, body in _records(stream, 0) if kind == _SHEET]


def _unseen_of(stream: bytes, start: int) -> Unseen:
    found = Unseen()
    for kind, body in _records(stream, start):
        if kind == _ROW and body[12] & _ROW_IS_HIDDEN:
            found.hidden.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == _BOOLEAN_OR_ERROR and body[7]:
            _note_error(found, body, body[6])
        elif kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff":  # its result is an error
            _note_error(found, body, body[8])
    return found


def _note_error(found: Unseen, body: bytes, code: int) -> None:
    row, column = struct.unpack_from("<HH", body)
    found.errors.setdefault(row + 1, {})[column] = ERROR_CODES.get(code, "#N/A")
