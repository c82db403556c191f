"""What a cell can be, and how it crosses the pipe between the reading child and the parent.

None, str, int, float and bool cross as JSON has them. Everything else crosses as a two-item list, tag and text, so that
the parent can rebuild it without trusting anything but the text.
"""

import datetime
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class CellError:
    """A formula that came to nothing: #N/A, #REF! …"""

    text: str


@dataclass(frozen=True)
class NoValue:
    """A formula whose result the writing program never stored."""


class Row(NamedTuple):
    """One row that holds something. `number` is what Excel shows beside it (csv: the record's number)."""

    number: int
    cells: list[Any]
    hidden: bool


# How the binary formats write the error of a cell ([MS-XLS] 2.5.10 BErr).
ERROR_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip

PLAIN = frozenset({type(None), str, int, float, bool})

_TAGS = {
    datetime.datetime: "datetime",
    datetime.date: "date",
    datetime.time: "time",
    CellError: "error",
    NoValue: "no_value",
}
_REBUILD = {
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "error": CellError,
    "no_value": lambda text: NoValue(),
}


def pack(value: Any) -> list[str]:
    """For json.dumps(default=…): a cell that JSON does not know, as tag and text."""
    tag = _TAGS[type(value)]
    if tag == "no_value":
        return [tag, ""]
    return [tag, value.text if tag == "error" else value.isoformat()]


def unpack(value: Any) -> Any:
    """The cell that `pack` packed. Raises ValueError for anything else."""
    match value:
        case [str(tag), str(text)] if tag in _REBUILD:
            return _REBUILD[tag](text)
    raise ValueError("not a cell")
