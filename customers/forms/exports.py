"""Which list leaves the house, as what, and why."""

from django import forms
from django.http import QueryDict

from customers.forms.assignment import IdsField
from customers.forms.fields import LineField
from customers.models import Export
from customers.models.exports import REASON_LENGTH


class ExportForm(forms.Form):
    """The list itself comes from the list's own parameters, unless rows were ticked."""

    reason = LineField(
        max_length=REASON_LENGTH,
        label="What is it for?",
        error_messages={
            "required": "Write what the list is for: it is kept with the export.",
            "max_length": f"Say it in at most {REASON_LENGTH} characters.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Mailing before the open day"}),
    )
    format = forms.ChoiceField(
        choices=Export.Format.choices,
        initial=Export.Format.XLSX,
        error_messages={"required": "Choose CSV or Excel.", "invalid_choice": "Choose CSV or Excel: csv or xlsx."},
    )
    customer_ids = IdsField(required=False, label="Customers")
    matching = forms.ChoiceField(required=False, choices=[("1", "yes"), ("0", "no")], label="All that match")

    @classmethod
    def unsent(cls, data: QueryDict) -> "ExportForm":
        """The form before it is sent: with the rows that were ticked, and with what was typed before, if anything."""
        form = cls(data)
        form.is_valid()
        for name in ("reason", "format"):
            form.errors.pop(name, None)
        return form

    @property
    def chosen(self) -> list:
        """The rows that were ticked; none when the whole list is meant."""
        return [] if self.cleaned_data.get("matching") == "1" else self.cleaned_data.get("customer_ids") or []
