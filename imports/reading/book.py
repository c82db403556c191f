"""The parent's side: hands out rows as they come from the child, and believes nothing it says without looking."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from typing import Any, BinaryIO

from .compound import ENCRYPTED
from .kinds import look
from .options import Limits, Options
from .process import Child, checked_detail
from .refused import Refused
from .values import PLAIN, Row, unpack

_DEFAULT_OPTIONS = Options()
_DEFAULT_LIMITS = Limits()
_SECONDS_TO_OPEN = 20


@dataclass(frozen=True)
class SheetInfo:
    name: str
    hidden: bool
    read: bool


def open_book(
    path: str | PathLike[str], options: Options = _DEFAULT_OPTIONS, limits: Limits = _DEFAULT_LIMITS
) -> "Book":
    """A file's sheets as streams of rows, read by a child process. Use it as a context manager. Raises Refused."""
    with open(path, "rb") as file:
        return Book(file, look(file, limits), options, limits)


def look_closely(file: BinaryIO) -> str:
    """As `look`, but what is encrypted is given to a child to open, and refused when that needs a password."""
    kind = look(file)
    if kind == ENCRYPTED:
        with tempfile.TemporaryFile() as copy:  # the child's standard input has to be a real file
            file.seek(0)
            shutil.copyfileobj(file, copy)
            Book(copy, kind, _DEFAULT_OPTIONS, Limits(seconds=_SECONDS_TO_OPEN)).close()
    return kind


class Sheet:
    """One sheet; its rows can be iterated once. `merged`, `hidden_rows` and `notes` are known when they are through."""

    def __init__(self, name: str, index: int, messages: Iterator[dict[str, Any]]):
        self.name = name
        self.index = index
        self.merged = 0
        self.hidden_rows = 0
        self.notes: list[tuple[str, dict[str, str | int]]] = []
        self._rows = self._stream(messages)

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def _stream(self, messages: Iterator[dict[str, Any]]) -> Iterator[Row]:
        for message in messages:
            if "end" in message:
                self._finish(message["end"])
                return
            yield from _rows(message.get("rows"))

    def _finish(self, end: Any) -> None:
        with doubt():
            self.merged = int(end["merged"])
            self.hidden_rows = int(end["hidden_rows"])
            self.notes = [(str(code), checked_detail(detail)) for code, detail in end["notes"]]


class Book:
    """What `open_book` gives. Iterating yields the sheets that are read, in the file's order, once."""

    def __init__(self, file: BinaryIO, kind: str, options: Options, limits: Limits):
        self.kind = kind
        self._rows_left = limits.max_rows
        self._child = Child(file, kind, options, limits)
        try:
            self._begin(self._child.receive())
        except Exception:  # whatever was wrong, nobody else knows of the child and would end it; raised again below
            self.close()
            raise

    def _begin(self, message: dict[str, Any]) -> None:
        with doubt():
            self.encoding = text_or_none(message["encoding"])
            self.delimiter = text_or_none(message["delimiter"])
            self.sheets = [SheetInfo(str(name), bool(hidden), bool(read)) for name, hidden, read in message["sheets"]]

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child, whether it is done or not."""
        self._child.close()

    def __iter__(self) -> Iterator[Sheet]:
        """A sheet that is left before its last row is skipped to its end."""
        for index, info in enumerate(self.sheets):
            if info.read:
                sheet = Sheet(info.name, index, self._messages())
                yield sheet
                for _ in sheet:
                    pass
        self._child.receive()  # "done", or the refusal that a book without any row ends with

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            message = self._child.receive()
            with doubt():
                self._rows_left -= len(message.get("rows", ()))
            if self._rows_left < 0:
                raise Refused("too_many_rows")
            yield message


def _rows(batch: Any) -> Iterator[Row]:
    """Rows from the child's lists [number, cells, hidden]."""
    with doubt():
        for number, cells, hidden in batch:
            yield Row(number.__index__(), [c if c.__class__ in PLAIN else unpack(c) for c in cells], hidden is True)


@contextmanager
def doubt() -> Iterator[None]:
    """Around whatever takes apart what the child sent. Raises Refused for what has another shape than agreed."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Refused("unreadable_file") from error


def text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
