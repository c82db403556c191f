"""What is done to many customers at once, and to which."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F

from customers.forms.assignment import NONE_CHOSEN, IdsField
from customers.forms.fields import MomentField
from customers.forms.status import notes_field
from customers.models import Batch, Source, Status

CLOSE = "none"


class ChosenForm(forms.Form):
    """Which customers: those ticked, or all that match. The list itself comes from the list's own parameters."""

    act = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (Batch.Kind.STATUS, Batch.Kind.FOLLOW_UP, Batch.Kind.SOURCE)],
        error_messages={
            "required": "Say what to do: status, follow_up or source.",
            "invalid_choice": "Choose one of: status, follow_up, source.",
        },
    )
    customer_ids = IdsField(required=False, label="Customers")
    matching = forms.ChoiceField(required=False, choices=[("1", "yes"), ("0", "no")], label="All that match")
    as_of = MomentField(required=False, label="As of")

    def clean(self) -> dict:
        cleaned = self.cleaned_data
        if "customer_ids" in cleaned and not cleaned["customer_ids"] and cleaned.get("matching") != "1":
            self.add_error("customer_ids", ValidationError(NONE_CHOSEN))
        return cleaned

    @property
    def ids(self) -> list:
        """Those ticked; none when all that match are meant."""
        return [] if self.cleaned_data["matching"] == "1" else self.cleaned_data["customer_ids"]


class StatusAct(forms.Form):
    to_status = forms.ModelChoiceField(
        Status.objects.active().in_order(),
        label="Status",
        empty_label="Choose one",
        error_messages={"required": "Choose a status.", "invalid_choice": "There is no such status in use."},
    )
    note = notes_field(required=False)

    def values(self) -> dict:
        return {"status": self.cleaned_data["to_status"], "note": self.cleaned_data["note"]}


class FollowUpAct(forms.Form):
    """A time for all of them, or none any more."""

    when = forms.ChoiceField(
        choices=[("at", "At"), (CLOSE, "No follow-up any more")], error_messages={"required": "Choose one of the two."}
    )
    due_at = MomentField(required=False, label="Day and time")

    def clean(self) -> dict:
        if (
            self.cleaned_data.get("when") == "at"
            and not self.cleaned_data.get("due_at")
            and "due_at" not in self.errors
        ):
            self.add_error("due_at", "Give the day and the time.")
        return self.cleaned_data

    def values(self) -> dict:
        return {"due_at": None if self.cleaned_data["when"] == CLOSE else self.cleaned_data["due_at"]}


class SourceAct(forms.Form):
    to_source = forms.ModelChoiceField(
        Source.objects.filter(merged_into=None).order_by(F("name").asc(), "pk"),
        label="Source",
        empty_label="Choose one",
        error_messages={"required": "Choose a source.", "invalid_choice": "There is no such source."},
    )

    def values(self) -> dict:
        return {"source": self.cleaned_data["to_source"]}


ACTS = {Batch.Kind.STATUS: StatusAct, Batch.Kind.FOLLOW_UP: FollowUpAct, Batch.Kind.SOURCE: SourceAct}
