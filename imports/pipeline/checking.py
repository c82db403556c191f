"""Phase 1: the file is read, its columns understood, every row cleaned and staged."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.timezone import localdate

from crm.lib.text import cell_text, clean_line
from imports import memory
from imports.cleaning import Clean, Cleaner
from imports.column_samples import sample_of
from imports.mapping import (
    Column,
    Field,
    find_header,
    has_phone,
    is_hint_row,
    is_repeated_header,
    is_total_row,
    map_columns,
    signature,
)
from imports.models import Import, Outcome, StagedSlice, State
from imports.pipeline.claims import Claim
from imports.pipeline.files import local_copy
from imports.pipeline.lookout import Lookout, SheetView
from imports.pipeline.overlap import made_ahead
from imports.pipeline.patience import one_of_many, patiently, stop_if_asked, without_collector
from imports.pipeline.repeats import Repeats
from imports.pipeline.staged import put_aside, staged_row
from imports.reading import Book, Limits, Options, Refused, Row, Sheet, open_book
from imports.reasons import Reason

HEAD = 60  # rows among which the header is looked for
SAMPLES = 3
MOST_NAMED = 40
SHEET_LENGTH = 120
_COUNTERS = ("rows", "done_rows", "warned", *Outcome.values)
# Rows that are written in one transaction: on SQLite everybody else waits for it, on PostgreSQL whoever wants one of
# its customers, and that no longer than a second on a busy server either.
SLICE = {"sqlite": 500, "postgresql": 1_000}


class NeedsMapping(Exception):
    """No sheet says which column holds the phone number: a person has to."""

    def __init__(self, code: str, detail: dict):
        super().__init__(code)
        self.code, self.detail = code, detail


def check(claim: Claim, import_: Import) -> None:
    """Read the file anew and stage its rows; the import is then `running`. Raises Refused or NeedsMapping."""
    result = {key: value for key, value in import_.check_result.items() if key != "plan"}
    with transaction.atomic():
        claim.hold(state=State.CHECKING, read_rows=0, notes=[], check_result=result, **dict.fromkeys(_COUNTERS, 0))
        StagedSlice.objects.filter(import_id=import_.pk).delete()
    with closing(Repeats()) as repeats, local_copy(import_) as path:
        reader = _Reader(import_, _Stage(claim, import_, repeats))
        with open_book(path, _options(import_), _limits()) as book, without_collector():
            reader.read(book)
    if sheets := reader.lookout.other_sheets():
        import_.options = {**import_.options, "sheets": sheets}
        check(claim, import_)
        return
    read = reader.lookout.look_back(reader.sheets)
    with transaction.atomic():
        claim.hold(mapping=reader.mapping, notes=reader.lookout.notes + reader.notes, **reader.lookout.kept())
        memory.record(import_, read)
    reader.refuse_if_nothing_was_read()
    with transaction.atomic():
        claim.hold(state=State.RUNNING, rows=reader.stage.number, deaths=0)


def _options(import_: Import) -> Options:
    chosen = import_.options
    sheets = tuple(chosen["sheets"]) if chosen.get("sheets") else None
    return Options(sheets=sheets, encoding=chosen.get("encoding"), delimiter=chosen.get("delimiter"))


def _limits() -> Limits:
    return Limits(max_rows=settings.MAX_IMPORT_ROWS)


class _Stage:
    """Gathers rows to slices and puts these aside, each with the progress in one short transaction."""

    def __init__(self, claim: Claim, import_: Import, repeats: Repeats):
        self.claim, self.import_id, self.repeats = claim, import_.pk, repeats
        self.size = SLICE[connection.vendor]
        self.number = 0
        self.rows: list[list] = []

    def add(self, clean: Clean, row: Row, sheet: Sheet) -> None:
        self.number += 1
        first = None if clean.reason else self.repeats.first(self.number, clean.phone, clean.customer_id)
        self.rows.append(staged_row(self.number, clean, row, sheet.index, first))

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= self.size

    def taken(self) -> list[list]:
        """The rows gathered since the last time."""
        rows, self.rows = self.rows, []
        return rows

    def put_aside(self, rows: list[list]) -> None:
        if rows:
            patiently(lambda: self._write(rows))
        stop_if_asked()

    def _write(self, rows: list[list]) -> None:
        with one_of_many():
            self.claim.hold(read_rows=rows[-1][0])
            put_aside(self.import_id, rows)


class _Reader:
    """Reads the sheets of one book; `mapping` and `notes` are what is kept of how it was understood."""

    def __init__(self, import_: Import, stage: _Stage):
        self.chosen: dict[str, dict[str, str]] = import_.options.get("mapping", {})
        self.lookout = Lookout(import_)
        self.stage = stage
        self.mapping: dict = {}
        self.notes: list[dict] = []
        self.sheets: list[dict] = []

    def read(self, book: Book) -> None:
        self.lookout.names = [info.name for info in book.sheets]
        for sheet in book:
            self._read_sheet(sheet)
        self.stage.put_aside(self.stage.taken())
        if any(sheet["read"] for sheet in self.sheets):
            self._note_unread(book)
        self.mapping = {
            "kind": book.kind,
            "encoding": book.encoding,
            "delimiter": book.delimiter,
            "all_sheets": [{"name": info.name, "hidden": info.hidden} for info in book.sheets],
            "sheets": self.sheets,
        }

    def _note_unread(self, book: Book) -> None:
        """Name the sheets beside those that were read."""
        left = [("sheet_without_phone", sheet["name"]) for sheet in self.sheets if not sheet["read"]]
        left += [("sheet_hidden", info.name) for info in book.sheets if info.hidden and not info.read]
        self.notes += [{"code": code, "sheet": name, "row": None, "text": ""} for code, name in left]

    def refuse_if_nothing_was_read(self) -> None:
        if any(sheet["read"] for sheet in self.sheets):
            if not self.stage.number:
                raise Refused("file_empty")
            return
        if not self.sheets:
            raise Refused("file_empty")
        labels = [column["label"] for sheet in self.sheets for column in sheet["columns"]]
        has_header = any(sheet["header"] for sheet in self.sheets)
        code = Reason.NO_PHONE_COLUMN if has_header else Reason.NO_HEADER
        raise NeedsMapping(code, {"columns": labels[:MOST_NAMED]})

    def _read_sheet(self, sheet: Sheet) -> None:
        rows = iter(sheet)
        head = list(islice(rows, HEAD))
        header = find_header(head)
        if header is None and not head:
            return
        last_row = header.last_row if header and header.last_row is not None else 0
        below = [row for row in head if row.number > last_row]
        columns = header.columns if header else map_columns([None] * _width(head), head)
        columns, view = self._columns(sheet, columns, below, has_header=last_row > 0)
        known = _described(sheet, header, columns, below)
        self.sheets.append(known)
        if not known["read"]:
            return
        with made_ahead(self._slices(sheet, columns, known, chain(below, rows), view)) as slices:
            for slice_ in slices:
                self.stage.put_aside(slice_)

    def _columns(
        self, sheet: Sheet, columns: list[Column], below: list[Row], *, has_header: bool
    ) -> tuple[list[Column], SheetView]:
        """What the columns fill: as a person chose, or as in the last file of these headers, or as guessed."""
        chosen = self.chosen.get(sheet.name)
        view = self.lookout.sheet(sheet.index, sheet.name, columns, has_header=has_header, is_chosen=bool(chosen))
        return map_columns(columns, below, chosen) if chosen else view.fitted(columns), view

    def _slices(
        self, sheet: Sheet, columns: list[Column], known: dict, rows: Iterator[Row], view: SheetView
    ) -> Iterator[list[list]]:
        """Clean the rows and stage them. Yields each slice that is full; what is left over waits for the next sheet."""
        cleaner = Cleaner(columns, region=settings.HOME_COUNTRY, today=localdate(timezone.now()))
        evidence: Counter = Counter()
        example, is_first = "", bool(known["header"])
        for row in rows:
            if cleaner.is_blank(row):
                continue
            clean = cleaner.clean(row)
            if is_first and clean.reason and is_hint_row(row.cells, columns):
                clean.reason = Reason.TEST_LEAD
            is_first = False
            if clean.reason and is_repeated_header(row.cells, columns):
                continue
            if not clean.reason and _is_short(row) and is_total_row(row.cells, columns):
                clean.reject(Reason.PHONE_INVALID, "", clean.name)
            if clean.date_order:
                evidence[clean.date_order] += 1
                example = example or (_date_text(row, columns) if clean.date_order == "mdy" else "")
            self.stage.add(clean, row, sheet)
            view.see(row.cells, "" if clean.reason else clean.phone)
            if self.stage.is_full:
                yield self.stage.taken()
        known["month_first"] = view.is_month_first(evidence)
        if view.is_inferred:
            self._note(Reason.DATE_ORDER_MDY_INFERRED, sheet, text=example)
        self._note_findings(sheet)

    def _note_findings(self, sheet: Sheet) -> None:
        if sheet.merged:
            self._note(Reason.MERGED_CELLS, sheet, text=str(sheet.merged))
        for code, detail in sheet.notes:
            text = ", ".join(f"{key}: {value}" for key, value in detail.items() if key != "row")
            self._note(code, sheet, row=detail.get("row"), text=text)

    def _note(self, code: str, sheet: Sheet, *, row: int | None = None, text: str = "") -> None:
        self.notes.append({"code": str(code), "sheet": sheet.name[:SHEET_LENGTH], "row": row, "text": text})


def _described(sheet: Sheet, header, columns: list[Column], below: list[Row]) -> dict:
    """What is kept of a sheet: its columns, what they fill and why, and a few of their values."""
    return {
        "name": sheet.name[:SHEET_LENGTH],
        "index": sheet.index,
        "read": has_phone(columns),
        "header": [header.first_row, header.last_row] if header and header.first_row is not None else None,
        "signature": signature(columns),
        "month_first": False,
        "columns": [
            {
                "index": column.index,
                "label": column.label,
                "field": str(column.field or ""),
                "why": column.why,
                "samples": _samples(below, column.index),
            }
            for column in columns
        ],
    }


def _samples(rows: list[Row], index: int) -> list[str]:
    texts = (sample_of(row.cells[index]) for row in rows if index < len(row.cells))
    return list(islice(filter(None, dict.fromkeys(texts)), SAMPLES))


def _is_short(row: Row) -> bool:
    """A sum has few cells; asking this first spares the others a closer look."""
    return len(row.cells) - row.cells.count(None) - row.cells.count("") <= 4


def _width(rows: list[Row]) -> int:
    return max((len(row.cells) for row in rows), default=0)


def _date_text(row: Row, columns: list[Column]) -> str:
    for column in columns:
        if column.field is Field.DATE and column.index < len(row.cells):
            return clean_line(cell_text(row.cells[column.index]))[:40]
    return ""
