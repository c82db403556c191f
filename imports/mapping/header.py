"""Where a sheet's header stands: below titles and notes, in one row or two, or nowhere."""

import re
from functools import cached_property

from crm.lib.datetexts import read_date
from crm.lib.text import cell_text, clean_line
from imports.mapping.columns import map_columns
from imports.mapping.fields import Column, Field, Header
from imports.mapping.labels import GROUP_SEPARATOR, guess, key, name_part
from imports.mapping.values import is_mobile

MOST_ROWS = 60
_LONGEST_GROUP = 40
_LEAST_NUMBER_OF_DATA = 100_000
_SHORT_NUMBER = re.compile(r"\d{1,4}(?:\s?[-/–]\s?\d{1,4})?")  # '7', '2026', '2025-26'
_MOST_DIGITS_IN_A_LABEL = 3  # 'Phone 1', '10th %' and '2026 batch' are not labels of data, '9876543210' is data


def find_header(rows: list) -> Header | None:
    """The header among a sheet's first rows (those that are not blank), and what its columns fill.

    None when the sheet holds no table; `first_row` None when it holds one without a header.
    """
    rows = [Line(row) for row in rows[:MOST_ROWS]]
    rows = [row for row in rows if row.texts]
    found = _by_labels(rows)
    if found is None:
        found = _by_values(rows)
    if found is None:
        return _without_header(rows)
    return _header(rows, *_with_neighbours(rows, found))


class Line:
    """One row of the sheet as the search for the header sees it."""

    def __init__(self, row):
        self.number = row.number
        self.row = row
        self.cells = [clean_line(cell_text(cell)) for cell in row.cells]
        self.texts = [text for text in self.cells if text]

    @cached_property
    def labels(self) -> list[str]:
        cells = zip(self.cells, self.row.cells, strict=True)
        return [text for text, cell in cells if text and _is_label_cell(cell)]

    @cached_property
    def fields(self) -> set:
        return {field for field in map(_field, self.labels) if field}

    @property
    def is_all_labels(self) -> bool:
        is_merged_title = len(self.texts) > 1 and len(set(self.texts)) == 1 and not self.has_phone_label
        return len(self.labels) >= 0.75 * len(self.texts) and not is_merged_title

    @property
    def has_phone_label(self) -> bool:
        return Field.PHONE in self.fields or Field.OTHER_PHONE in self.fields

    @property
    def could_be_header(self) -> bool:
        if self.is_all_labels:
            return self.has_phone_label or len(self.fields) >= 2
        return self.has_phone_label and len(self.fields) >= 2 and self.rest_are_days_or_years

    @property
    def rest_are_days_or_years(self) -> bool:
        """Whether what is no label stands above columns of their own: 'Name | Phone | 2026 | 05/03/2026 | 7'."""
        rest = [
            cell for cell, text in zip(self.row.cells, self.cells, strict=True) if text and not _is_label_cell(cell)
        ]
        return all(_is_day_or_year(cell) for cell in rest)

    @property
    def score(self) -> int:
        return len(self.fields) + 2 * self.has_phone_label

    @cached_property
    def has_number(self) -> bool:
        return any(is_mobile(cell) for cell in self.row.cells)


def _is_label_cell(cell) -> bool:
    return isinstance(cell, str) and _is_label(clean_line(cell))


def _is_day_or_year(cell) -> bool:
    if isinstance(cell, int | float):
        return abs(cell) < _LEAST_NUMBER_OF_DATA
    text = clean_line(cell_text(cell))
    return bool(_SHORT_NUMBER.fullmatch(text)) or read_date(cell).day is not None


def _is_label(text: str) -> bool:
    return sum(map(str.isdigit, text)) <= _MOST_DIGITS_IN_A_LABEL and any(map(str.isalpha, text)) and "@" not in text


def _field(label: str) -> Field | str | None:
    if name_part(label) is not None:
        return "part of a name"
    found = guess(label, close=False)
    return found.field if found else None


# -- which row ------------------------------------------------------------------------------------------------------


def _by_labels(rows: list[Line]) -> int | None:
    """The best of the rows that read like a header, before the first customer below them."""
    best = None
    for index, row in enumerate(rows):
        if best is not None and row.has_number:
            break
        if row.could_be_header and (best is None or row.score > rows[best].score):
            best = index
    return best


def _by_values(rows: list[Line]) -> int | None:
    """A header in words that we do not know: the row of text right above the first number."""
    for index, row in enumerate(rows):
        if not row.has_number:
            continue
        above = rows[index - 1] if index else None
        if above and above.is_all_labels and len(above.texts) >= min(2, len(row.texts)) and _covers(above, row):
            return index - 1
        return None
    table = [i for i, row in enumerate(rows[:-1]) if row.is_all_labels and len(row.texts) > 1 < len(rows[i + 1].texts)]
    return table[0] if table else None


def _covers(above: Line, row: Line) -> bool:
    """Whether the row above has a text over every number of the row."""
    numbers = [index for index, cell in enumerate(row.row.cells) if is_mobile(cell)]
    return all(index < len(above.cells) and above.cells[index] for index in numbers)


def _without_header(rows: list[Line]) -> Header | None:
    if not any(row.has_number for row in rows):
        return None
    return Header(None, None, map_columns([None] * _width(rows), [row.row for row in rows]))


# -- one row or two -------------------------------------------------------------------------------------------------


def _with_neighbours(rows: list[Line], found: int) -> tuple[int, int]:
    """First and last index of the header: a row of groups may stand above the labels, or the labels below it."""
    if _are_one_header(rows, found - 1) and rows[found - 1].score < rows[found].score:
        return found - 1, found
    if _are_one_header(rows, found) and rows[found + 1].fields and not rows[found + 1].has_number:
        return found, found + 1
    return found, found


def _are_one_header(rows: list[Line], top: int) -> bool:
    if top < 0 or top + 1 >= len(rows):
        return False
    groups, labels = rows[top], rows[top + 1]
    return (
        labels.number == groups.number + 1
        and groups.is_all_labels
        and len(groups.texts) > 1
        and len(labels.labels) == len(labels.texts) > 1
        and not any(":" in text or len(text) > _LONGEST_GROUP for text in groups.texts)
        and any(_in_a_group(groups.cells, index) for index, text in enumerate(labels.cells) if text)
    )


def _in_a_group(groups: list[str], index: int) -> bool:
    """Whether a column has no label of its own above it: blank, or the one to its left again (merged cells)."""
    return index >= len(groups) or not groups[index] or index > 0 and groups[index] == groups[index - 1]


def _header(rows: list[Line], first: int, last: int) -> Header:
    below = rows[last + 1 :]
    labels = _joined(rows[first].cells, rows[last].cells) if last > first else list(rows[last].cells)
    labels += [""] * (_width([rows[last], *below]) - len(labels))
    columns = map_columns(_trimmed(labels, below), [row.row for row in below if not _repeats(row, labels)])
    return Header(rows[first].number, rows[last].number, columns)


def _joined(groups: list[str], labels: list[str]) -> list[str]:
    """One label out of two rows: 'Parent › Mobile'. A group reaches over the blanks to its right."""
    joined, group = [], ""
    for index in range(max(len(groups), len(labels))):
        top = groups[index] if index < len(groups) else ""
        own = labels[index] if index < len(labels) else ""
        if top:
            group = top if own else ""
        above = top or (group if own else "")
        joined.append(f"{above}{GROUP_SEPARATOR}{own}" if above and own and above != own else own or above)
    return joined


def _width(rows: list[Line]) -> int:
    return max((_filled_width(row.cells) for row in rows), default=0)


def _filled_width(cells: list[str]) -> int:
    return max((index + 1 for index, text in enumerate(cells) if text), default=0)


def _trimmed(labels: list[str], below: list[Line]) -> list[str]:
    return labels[: max(_filled_width(labels), _width(below))]


def _repeats(row: Line, labels: list[str]) -> bool:
    return row.texts == [text for text in labels if text]


# -- rows that are no customers -------------------------------------------------------------------------------------

_TOTALS = ("total", "grand total", "sub total", "subtotal", "totals", "overall total", "कुल", "कुल योग", "योग", "एकूण")


def is_total_row(cells: list, columns: list[Column]) -> bool:
    """Whether a row sums up the sheet: 'Total enquiries | 3' in few cells and without a phone number."""
    texts = [text for text in (clean_line(cell_text(cell)) for cell in cells) if text]
    if not texts or any(_is_number_at(cells, column) for column in columns):
        return False
    said = next(filter(None, map(_letters_of, texts)), "")  # a serial number may stand before it
    return any(said == total or said.startswith(f"{total} ") for total in _TOTALS) and len(texts) <= 4


# What forms and portals write below a header to say how a column is filled in.
_HINT = re.compile(
    r"\W*(?:(?:dd?|mm?)[/.\- ]+(?:dd?|mmm?)[/.\- ]+y{2,4}|yyyy[/.\- ]+mm[/.\- ]+dd)\W*"
    r"|.*\b(?:mandatory|compulsory|required|optional|\d+[ -]?digits?|digits only|numbers? only|numeric|alphanumeric|"
    r"free text|text|max(?:imum)?\.? \d+|characters|drop-?down|select from|choose from|yes/no|y/n|without \+?(?:91|0)|"
    r"e\.?g\b|eg\b|example|sample|format|as per|do not|don't|enter)\b.*|[(\[].*[)\]]",
    re.I | re.S,
)


def is_hint_row(cells: list, columns: list[Column]) -> bool:
    """Whether a row only says how to fill in the columns: 'as in Aadhaar | 10 digits | dd/mm/yyyy'.

    Asked of the first row below a header. A hint about the number must be among them, so that a customer whose number
    is missing is never taken for one.
    """
    texts = {index: text for index, cell in enumerate(cells) if (text := clean_line(cell_text(cell)))}
    hints = {index for index, text in texts.items() if _HINT.fullmatch(text)}
    about_phone = {column.index for column in columns if column.field is Field.PHONE}
    return bool(about_phone & hints) and len(hints) >= 0.5 * len(texts) and not any(map(is_mobile, cells))


def _letters_of(text: str) -> str:
    letters = (c if c.isalpha() or not c.isascii() else " " for c in text.casefold())
    return " ".join("".join(letters).split())


def _is_number_at(cells: list, column: Column) -> bool:
    is_phone = column.field in (Field.PHONE, Field.OTHER_PHONE)
    return is_phone and column.index < len(cells) and is_mobile(cells[column.index])


def is_repeated_header(cells: list, columns: list[Column]) -> bool:
    """Whether a row is the header again, as printed lists have it on every page."""
    labels = {column.index: key(column.label.rpartition(GROUP_SEPARATOR)[2]) for column in columns}
    filled = {
        index: key(clean_line(cell)) for index, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()
    }
    if not filled or len(filled) < sum(cell is not None and cell != "" for cell in cells):
        return False
    same = sum(_same_label(text, labels.get(index, "")) for index, text in filled.items())
    return same == len(filled) or same >= 2 and same >= 0.75 * len(filled)


def _same_label(text: str, label: str) -> bool:
    """'Phone' in the sheet and 'Phone (2)' as shown are one label."""
    return bool(text) and (label == text or label.startswith(text) and label[len(text) :].isdigit())
