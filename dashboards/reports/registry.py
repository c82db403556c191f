"""Which reports there are, in the order of their tabs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from dashboards.reports import (
    activity,
    ageing,
    counsellors,
    files,
    first_contact,
    follow_ups,
    funnel,
    lost,
    sources,
)
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
        Report(
            "files",
            "Files",
            "The files that brought those who first enquired in the period.",
            files.table,
        ),
        Report(
            "counsellors",
            "Counsellors",
            "Those who first enquired in the period, by who looks after them now, and what mix of sources that is.",
            counsellors.table,
        ),
        Report(
            "first_contact",
            "First contact",
            "Those who first enquired in the period, and how long they waited for a call.",
            first_contact.table,
        ),
        Report(
            "ageing",
            "Untouched",
            "Those who are open and whom nobody has ever called, by how many days ago they were added.",
            ageing.table,
            period="ever",
        ),
        Report(
            "activity",
            "Activity",
            "What was recorded in the period, whenever they enquired.",
            activity.table,
            period="month",
        ),
        Report(
            "follow_ups",
            "Follow-ups",
            "The calls that were promised for the period.",
            follow_ups.table,
            period="month",
        ),
        Report(
            "lost",
            "Lost",
            "Those who first enquired in the period and are lost now.",
            lost.table,
        ),
    )
}
