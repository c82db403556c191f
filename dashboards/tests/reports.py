"""Reports as tests read them: of all days, as JSON."""

from collections.abc import Iterator

from dashboards.reports import REPORTS

AS_JSON = {"accept": "application/json"}
EVER = {"date_from": "", "date_to": ""}


def told(client, url: str, **query) -> dict:
    return client.get(url, {**EVER, **query}, headers=AS_JSON).json()


def rows_of(client, url: str, **query) -> list[dict]:
    return told(client, url, **query)["rows"]


def all_told(client) -> dict:
    """What every report says."""
    return {report.name: told(client, report.url) for report in REPORTS.values()}


def doors_of(client, url: str, **query) -> Iterator[tuple[int, int, str]]:
    """(what a cell says, how long its list of customers is, its address) of each cell with one, but for calls."""
    answer = told(client, url, **query)
    for row in [*answer["rows"], *filter(None, [answer["total"]])]:
        for name, address in row["lists"].items():
            if name == "calls" or not address.startswith("/customers/"):
                continue
            yield row[name], client.get(address, headers=AS_JSON).json()["count"], address
