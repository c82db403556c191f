"""What the dashboards and reports can be asked for."""

from dataclasses import replace
from datetime import datetime

from django import forms
from django.http import QueryDict
from django.utils.timezone import localdate

from accounts.models import User
from customers.forms.lists import ListForm, one_of
from customers.lists import Filters
from dashboards.reports import Report
from dashboards.reports.periods import period
from dashboards.reports.scope import NAMES, Scope

FORMATS = [("csv", "CSV"), ("xlsx", "Excel")]
DAYS = ("date_from", "date_to")


class WhoseDayForm(forms.Form):
    """Whose dashboard a manager wants to see."""

    user = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class ReportForm(ListForm):
    """Whom a report is about, read as the customers list reads it. With no day named it is the report's own period."""

    format = forms.ChoiceField(required=False, choices=FORMATS, error_messages={"invalid_choice": one_of(FORMATS)})

    def __init__(self, data: QueryDict, *, user: User, report: Report, now: datetime):
        data = data.copy()
        if not any(name in data for name in DAYS):
            data.update(period(report.period, localdate(now)).query)
        super().__init__(data, user=user)
        self.now = now
        for name in set(self.fields) - {*NAMES, "format"}:
            del self.fields[name]

    @property
    def scope(self) -> Scope:
        values = self.cleaned_data
        filters = replace(
            Filters(area=values["area"], date_from=values["date_from"], date_to=values["date_to"]),
            owner=tuple(values["owner"]),
            source=tuple(values["source"]),
            course=tuple(map(int, values["course"])),
            origin=str(values["origin"].pk) if values["origin"] else "",
        )
        return Scope(self.user, filters, self.now)

    @property
    def days(self) -> list[dict]:
        """The boxes of the period: a day that makes no sense stays as it was typed."""
        boxes = []
        for name in DAYS:
            read = self.cleaned_data.get(name)
            typed = self.data.get(name, "")
            boxes.append(
                {
                    "name": name,
                    "label": "From" if name == "date_from" else "until",
                    "value": read.isoformat() if read else typed,
                    "type": "text" if self[name].errors else "date",
                    "errors": self[name].errors,
                }
            )
        return boxes

    def checks(self) -> list[dict]:
        """What can be ticked, each with what is ticked now."""
        labels = {"owner": "Counsellor", "source": "Source", "course": "Course"}
        return [
            {
                "name": name,
                "label": label,
                "choices": getattr(self, f"{name}_choices"),
                "chosen": self.cleaned_data.get(name) or [],
            }
            for name, label in labels.items()
        ]

    @property
    def file_choices(self) -> list[tuple[str, str]]:
        """The latest imports, and the one that was asked for."""
        self.cleaned_data.setdefault("origin", None)
        return self.origin_choices

    @property
    def origin_id(self) -> str:
        origin = self.cleaned_data.get("origin")
        return str(origin.pk) if origin else ""

    @property
    def area_typed(self) -> str:
        return self.data.get("area", "")
