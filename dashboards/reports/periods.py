"""The spans of days that a report offers by name."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings


@dataclass(frozen=True)
class Period:
    """A span of days, both ends included; None is open."""

    name: str
    label: str
    first: date | None
    last: date | None

    @property
    def query(self) -> dict[str, str]:
        """As the report's parameters say it."""
        return {"date_from": _iso(self.first), "date_to": _iso(self.last)}


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def periods(today: date) -> list[Period]:
    """What can be chosen by name on that day; whatever is still going on ends with it."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    year = admission_year(today)
    return [
        Period("month", "This month", month, today),
        Period("last_month", "Last month", before.replace(day=1), before),
        Period("quarter", "Last 90 days", today - timedelta(days=89), today),
        Period("year", "This admission year", year, today),
        Period("last_year", "Last admission year", year.replace(year=year.year - 1), year - timedelta(days=1)),
        Period("ever", "All days", None, None),
    ]


def admission_year(today: date) -> date:
    """The first day of the admission year in which that day lies."""
    begins = date(today.year, settings.ADMISSION_YEAR_BEGINS, 1)
    return begins if begins <= today else begins.replace(year=today.year - 1)


def period(name: str, today: date) -> Period:
    return next(period for period in periods(today) if period.name == name)
