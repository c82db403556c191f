"""The process that parses: one file on standard input, frames on standard output, limits on everything else.

Started by `process.Child` as `python -m imports.reading.child '{"kind": …, "options": …, "limits": …}'`.
"""

import gc
import importlib
import json
import resource
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO

from .options import MIB, Limits, Options
from .refused import Refused
from .source import BookSource, SheetSource, Tally, is_blank
from .values import Row
from .wire import MAX_FRAME, encode, send

# Each has `read_book(file, options, limits) -> BookSource`; only the one that is needed is imported.
READERS = {
    "csv": "delimited",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "xlsb": "xlsb",
    "xls": "binary",
    "ods": "opendocument",
    "html": "web_page",
    "xml2003": "spreadsheetml",
    "encrypted": "encrypted",
}
BATCH_ROWS = 500
BATCH_CELLS = 20_000
BATCH_BYTES = MIB


def restrict(limits: Limits) -> None:
    """Memory, processor, no file written beyond a complaint, no core dump."""
    for what, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, MIB),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))


def main(order: str) -> None:
    order = json.loads(order)
    limits = Limits(**order["limits"])
    options = Options(**order["options"])
    reader = importlib.import_module(f".{READERS[order['kind']]}", __package__)
    restrict(limits)
    gc.disable()  # millions of small lists and no cycles to speak of: it would cost a tenth of the time
    pipe = sys.stdout.buffer
    try:
        Sender(pipe, limits).send_book(reader.read_book(sys.stdin.buffer, options, limits), options)
    except Refused as refused:
        send(pipe, encode({"refused": [refused.code, refused.detail]}))
    except (MemoryError, RecursionError):
        send(pipe, encode({"refused": ["too_large_uncompressed", {}]}))
    pipe.flush()


class Sender:
    """Sends a book in batches of rows, and keeps the count of what it may send."""

    def __init__(self, pipe: BinaryIO, limits: Limits):
        self._pipe = pipe
        self._limits = limits
        self._rows = self._cells = 0

    def send_book(self, book: BookSource, options: Options) -> None:
        """Raises Refused, file_empty at the end when no sheet had a row."""
        reads = [_is_read(sheet, options) for sheet in book.sheets]
        sheets = [[sheet.name, sheet.hidden, read] for sheet, read in zip(book.sheets, reads, strict=True)]
        self._send({"sheets": sheets, "encoding": book.encoding, "delimiter": book.delimiter})
        for sheet, read in zip(book.sheets, reads, strict=True):
            if read:
                self._send_sheet(sheet)
        if not self._rows:
            raise Refused("file_empty")
        self._send({"done": True})

    def _send(self, message: Any) -> None:
        send(self._pipe, encode(message))
        self._pipe.flush()

    def _send_sheet(self, sheet: SheetSource) -> None:
        tally = Tally()
        hidden_rows = 0
        for batch in self._batches(sheet.rows(tally), tally):
            hidden_rows += sum(row.hidden for row in batch)
            self._send_rows(batch)
        self._send({"end": {"merged": tally.merged, "hidden_rows": hidden_rows, "notes": tally.notes}})

    def _send_rows(self, batch: list[Row]) -> None:
        """Long texts make a heavy batch: it goes in halves, so that the parent never holds much."""
        payload = encode({"rows": batch})
        if len(payload) > BATCH_BYTES and len(batch) > 1:
            middle = len(batch) // 2
            self._send_rows(batch[:middle])
            self._send_rows(batch[middle:])
        elif len(payload) > MAX_FRAME:
            raise Refused("too_large_uncompressed", row=batch[0].number)
        else:
            send(self._pipe, payload)
            self._pipe.flush()

    def _batches(self, rows: Iterator[Row], tally: Tally) -> Iterator[list[Row]]:
        batch: list[Row] = []
        room = BATCH_CELLS
        for row in self._counted(rows, tally):
            batch.append(row)
            room -= len(row.cells)
            if len(batch) == BATCH_ROWS or room <= 0:
                yield batch
                batch, room = [], BATCH_CELLS
        if batch:
            yield batch

    def _counted(self, rows: Iterator[Row], tally: Tally) -> Iterator[Row]:
        """The rows with something in them, within the limits."""
        width = self._limits.max_columns
        for row in rows:
            if len(row.cells) > width:
                if not is_blank(row.cells[width:]):
                    tally.note("columns_left_out", row=row.number, limit=width)
                del row.cells[width:]
            if is_blank(row.cells):
                continue
            self._rows += 1
            self._cells += len(row.cells)
            if self._rows > self._limits.max_rows:
                raise Refused("too_many_rows", limit=self._limits.max_rows)
            if self._cells > self._limits.max_cells:
                raise Refused("too_large_uncompressed", cells=self._limits.max_cells)
            yield row


def _is_read(sheet: SheetSource, options: Options) -> bool:
    return not sheet.hidden if options.sheets is None else sheet.name in options.sheets


def complain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What failed and where, for the log; not the message, which may quote a person's data."""
    lines: list[Any] = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
    sys.stderr.write(f"{kind.__name__} in {' > '.join(lines)}\n")


if __name__ == "__main__":
    sys.excepthook = complain
    main(sys.argv[1])
