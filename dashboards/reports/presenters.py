"""A report as JSON, and as its page shows it."""

import json
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.timezone import localdate

from dashboards.reports.periods import periods
from dashboards.reports.registry import REPORTS, Report
from dashboards.reports.scope import NAMES, Scope
from dashboards.reports.table import Row, Table, chart, plain

DAYS = ("date_from", "date_to")


def as_json(report: Report, scope: Scope, table: Table) -> dict:
    """The rows by the names of their columns, each number with its list beside it."""
    return {
        "report": report.name,
        "date_from": scope.first.isoformat() if scope.first else None,
        "date_to": scope.last.isoformat() if scope.last else None,
        "rows": [_row(table, row) for row in table.rows],
        "total": _row(table, table.total) if table.total else None,
    }


def _row(table: Table, row: Row) -> dict:
    cells = list(zip(table.columns, row.cells, strict=True))
    return {
        "name": row.name,
        **{column.name: plain(column, cell.value) for column, cell in cells},
        "lists": {column.name: cell.url for column, cell in cells if cell.url},
    }


def page(report: Report, form, table: Table | None) -> dict:
    """What the page shows; without a table it says why there is none."""
    given = form.data
    context = {
        "report": report,
        "form": form,
        "tabs": [(one.title, f"{one.url}?{_query(given)}", one is report) for one in REPORTS.values()],
        "presets": _presets(form, given),
        "carried": [(name, value) for name, value in _pairs(given) if name not in DAYS],
    }
    if table is None:
        return context
    query = _query(given)
    return {
        **context,
        "table": table,
        "chart": (drawn := chart(table)),
        "chart_json": json.dumps(drawn),
        "chips": [
            {"label": label, "value": value, "url": f"?{_query(given, name)}"}
            for name, label, value in form.shown()
            if name not in DAYS
        ],
        "clear_url": f"?{_query(given, *(set(NAMES) - set(DAYS)))}",
        "files": [(label, f"?{query}&format={name}") for name, label in form.fields["format"].choices],
    }


def _presets(form, given: QueryDict) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is the one on the page) of each period with a name."""
    asked = tuple(given.get(name, "") for name in DAYS)
    return [
        (period.label, f"?{_query(given, *DAYS, **period.query)}", tuple(period.query.values()) == asked)
        for period in periods(localdate(form.now))
    ]


def _pairs(given: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name in NAMES for value in given.getlist(name) if value or name in DAYS]


def _query(given: QueryDict, *without: str, **added: str) -> str:
    """The report's own parameters as a query string; blank days stay, for they mean every day."""
    return urlencode([*((name, value) for name, value in _pairs(given) if name not in without), *added.items()])
