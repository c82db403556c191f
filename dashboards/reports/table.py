"""What a report answers with: rows of named numbers, each with its list, and what of them is drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

HOUR = timedelta(hours=1)

Value = int | Decimal | timedelta | str | None


@dataclass(frozen=True)
class Column:
    """`name` is its key in JSON, `drawn`: in the chart. `kind`: count, tenth, percent, money, span or text."""

    name: str
    label: str
    kind: str = "count"
    drawn: bool = False


@dataclass(frozen=True)
class Cell:
    """A value, and the list that makes it up ("" for none)."""

    value: Value
    url: str = ""


@dataclass(frozen=True)
class Row:
    name: str
    cells: tuple[Cell, ...]
    url: str = ""
    colour: str = ""  # of a status


@dataclass(frozen=True)
class Table:
    """`subject` heads the first column. `chart`: "bar", "stacked", "line" or "" for none. `total` closes the table."""

    subject: str
    columns: tuple[Column, ...]
    rows: list[Row]
    chart: str = "bar"
    total: Row | None = None
    notes: tuple[str, ...] = ()

    @property
    def with_columns(self) -> Iterator[tuple[Row, list[tuple[Column, Cell]]]]:
        """Each row, its cells beside their columns."""
        for row in self.rows:
            yield row, list(zip(self.columns, row.cells, strict=True))

    @property
    def foot(self) -> list[tuple[Column, Cell]]:
        return list(zip(self.columns, self.total.cells, strict=True)) if self.total else []


def percent(part: int, whole: int) -> int | None:
    """`part` of `whole` in whole percent; None of nothing."""
    return round(100 * part / whole) if whole else None


def plain(column: Column, value: Value) -> int | float | str | None:
    """The value as JSON, a spreadsheet and a chart take it; lengths of time in hours."""
    if isinstance(value, timedelta):
        return round(value / HOUR, 2)
    return float(value) if isinstance(value, Decimal) else value


def heading(column: Column) -> str:
    """What the column is called where its values stand without a unit."""
    return {"span": f"{column.label} (hours)", "percent": f"{column.label} (%)"}.get(column.kind, column.label)


class Sheet:
    """A table as the rows of a file."""

    def __init__(self, table: Table):
        self._table = table
        self.labels = [table.subject, *map(heading, table.columns)]

    def __iter__(self) -> Iterator[list]:
        for row in [*self._table.rows, *([self._table.total] if self._table.total else [])]:
            cells = zip(self._table.columns, row.cells, strict=True)
            yield [row.name, *(plain(column, cell.value) for column, cell in cells)]


def chart(table: Table) -> dict | None:
    """What the page's script draws: labels and series; None for nothing to draw."""
    places = [place for place, column in enumerate(table.columns) if column.drawn]
    if not (table.chart and table.rows and places):
        return None
    return {
        "kind": table.chart,
        "labels": [row.name for row in table.rows],
        "series": [
            {
                "label": heading(table.columns[place]),
                "values": [plain(table.columns[place], row.cells[place].value) for row in table.rows],
            }
            for place in places
        ],
    }
