"""Which reports there are, in the order of their tabs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from dashboards.reports import funnel, sources
from dashboards.reports.scope import Scope
from dashboards.reports.table import Table


@dataclass(frozen=True)
class Report:
    """`lead` says what the period means. `period`: which one is shown when none is asked for."""

    name: str
    title: str
    lead: str
    table: Callable[[Scope], Table]
    period: str = "year"

    @property
    def url_name(self) -> str:
        return f"dashboards:report_{self.name}" if self.name != FIRST else "dashboards:reports"

    @property
    def url(self) -> str:
        return reverse(self.url_name)


FIRST = "funnel"
REPORTS = {
    report.name: report
    for report in (
        Report(
            "funnel",
            "Funnel",
            "Those who first enquired in the period: where they stand now, and how far they ever came.",
            funnel.table,
        ),
        Report(
            "sources",
            "Sources",
            "Those who first enquired in the period, by where they came from, and what an admission cost.",
            sources.table,
        ),
    )
}
