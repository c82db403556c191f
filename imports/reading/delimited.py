"""csv and its relatives, as a stream: any encoding, any of four separators, quotes, odd line ends."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from . import charset
from .options import Limits, Options
from .refused import Refused
from .source import BookSource, SheetSource, Tally
from .values import Row

MAX_FIELD = 4_000_000
DELIMITERS = ",;\t|"
SAMPLE_LINES = 300
_SEP_LINE = re.compile(r"sep=(.)[\r\n]*", re.I | re.S)
_WRAPPED = re.compile(r'="(.*)"\s*', re.S)


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """One sheet without a name. Raises Refused: encoding_unknown, file_empty."""
    csv.field_size_limit(MAX_FIELD)
    found = charset.chosen(file, options.encoding) if options.encoding else charset.find(file)
    table = Table(file, found, options.delimiter)
    sheet = SheetSource("", table.rows)
    return BookSource([sheet], encoding=found.encoding, delimiter=table.delimiter)


class Table:
    def __init__(self, file: BinaryIO, found: charset.Finding, delimiter: str | None):
        self._file = file
        self._found = found
        sample = list(islice(self._lines(), SAMPLE_LINES))
        self._sep_line = _SEP_LINE.fullmatch(sample[0]) if sample else None
        named = self._sep_line.group(1) if self._sep_line else None
        self.delimiter = delimiter or named or guess_delimiter(sample)
        self._inner = None if delimiter or named else delimiter_inside(sample)
        self.delimiter = self._inner or self.delimiter

    def _lines(self) -> Iterator[str]:
        """The text's lines with their ends (CR alone is one too), without NULs, a mark or a DOS file end."""
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, self._found.encoding, errors="replace", newline="")
        try:
            for number, line in enumerate(text):
                if number == 0:
                    line = line.removeprefix("\ufeff")
                yield line.replace("\0", "").replace("\x1a", "") if "\0" in line or "\x1a" in line else line
        finally:
            text.detach()

    def rows(self, tally: Tally) -> Iterator[Row]:
        lines = self._lines()
        if self._sep_line:  # Excel obeys this line and does not show it, so it is not counted either
            next(lines)
        for number, cells, raw in records(lines, self.delimiter):
            if self._inner and len(cells) == 1:
                cells = next(csv.reader(cells[0].splitlines(keepends=True), delimiter=self._inner), cells)
            if self._found.damaged and any("\ufffd" in line for line in raw):
                tally.note("character_unreadable", row=number)
            if any('="' in line for line in raw):
                cells = [unwrap(cell) for cell in cells]
            if len(raw) > 1:
                cells = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in cells]
            yield Row(number, cells, False)


def records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """Record number, fields and the lines the record was made of. Raises Refused('csv_unbalanced_quote')."""
    taken = _Taken(lines)
    number = 0
    try:
        for number, fields in enumerate(csv.reader(taken, delimiter=delimiter), start=1):
            raw = taken.lines
            if len(raw) > 1 and (taken.ended or not _well_quoted(raw, delimiter)):
                raise Refused("csv_unbalanced_quote", row=number)
            yield number, fields, raw
            taken.lines = []
    except csv.Error as error:  # a field beyond the limit: nothing else is an error outside strict mode
        raise Refused("csv_unbalanced_quote", row=number + 1) from error


class _Taken:
    """Lines on their way into the csv reader: those of the current record, and whether it asked for one too many."""

    def __init__(self, lines: Iterable[str]):
        self._source = iter(lines)
        self.lines: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        for line in self._source:
            self.lines.append(line)
            yield line
        self.ended = True


def _well_quoted(raw: list[str], delimiter: str) -> bool:
    """Whether a record of several lines is what its quotes say.

    A stray opening quote swallows lines up to the next opening quote, after which no separator follows: an error only
    the strict reader names.
    """
    try:
        return len(list(csv.reader(raw, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def unwrap(cell: str) -> str:
    """Portals write ="0987" to keep Excel from reading a number."""
    wrapped = _WRAPPED.fullmatch(cell) if cell.startswith('="') else None
    return wrapped.group(1).replace('""', '"') if wrapped else cell


def guess_delimiter(sample: list[str]) -> str:
    """The separator under which most lines have equally many fields; a comma when there is only one column."""
    return max(DELIMITERS, key=lambda delimiter: _fitness(sample, delimiter))


def delimiter_inside(sample: list[str]) -> str | None:
    """The separator of lines that are quoted as a whole: a csv that was opened as text and saved once more."""
    lines = [fields for fields in csv.reader(sample) if any(fields)]
    if len(lines) < 2 or any(len(fields) > 1 for fields in lines) or not all(s[:1] == '"' for s in sample if s.strip()):
        return None
    inside = [fields[0] for fields in lines]
    found = guess_delimiter(inside)
    return found if all(found in line for line in inside) else None


def _fitness(sample: list[str], delimiter: str) -> float:
    """0 for a separator that separates nothing.

    More fields weigh more, and so does a first line that agrees: semicolons within one column's values are as regular
    as the commas between the columns, but the header has none.
    """
    widths = [len(fields) for fields in csv.reader(sample, delimiter=delimiter) if any(fields)]
    width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
    if width < 2:
        width, count = Counter(w for w in widths if w > 1).most_common(1)[0] if max(widths, default=1) > 1 else (1, 0)
    share = count / max(1, len(widths))
    agrees = bool(widths) and widths[0] == width and share >= 0.6
    return share * (1 - 1 / width) + 0.5 * agrees
