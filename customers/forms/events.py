"""An event that follow-ups wait for."""

from django import forms

from customers.forms.fields import DayField, LineField
from customers.models.events import NAME_LENGTH


class EventForm(forms.Form):
    name = LineField(
        max_length=NAME_LENGTH,
        label="What is waited for",
        error_messages={
            "required": "Name the event, for example “CBSE results”.",
            "max_length": f"A name has at most {NAME_LENGTH} characters.",
        },
    )
    happens_on = DayField(
        required=False,
        label="Day",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="From this day on they are called. Leave it empty until it is known.",
    )
