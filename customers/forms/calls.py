"""What is asked around a call: whom, who rings back, why not now, what a message says."""

from django import forms

from crm.lib.phones import LONGEST_TEXT
from customers.forms.fields import LineField, TextAreaField
from customers.models import CallingRules, CallTap, Skip
from customers.models.calling import PLACEHOLDERS, TEXT_LENGTH


class WhomForm(forms.Form):
    """The parameters of the next call: nobody in particular, one by id, or whoever has a number."""

    customer = forms.UUIDField(required=False, error_messages={"invalid": "This is not the id of a customer."})
    who = LineField(
        required=False,
        max_length=LONGEST_TEXT,
        label="Number",
        error_messages={"max_length": "That is too long for a number."},
    )


class SkipForm(forms.Form):
    reason = forms.ChoiceField(
        choices=Skip.Reason.choices,
        error_messages={"required": "Say why.", "invalid_choice": "Choose one of the reasons."},
    )


class TapForm(forms.Form):
    kind = forms.ChoiceField(
        choices=CallTap.Kind.choices,
        error_messages={"required": "Say what was tapped.", "invalid_choice": "Only call and whatsapp are known."},
    )


class TakeBackForm(forms.Form):
    change = forms.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], "Say what to take back."),
    )


class MessageForm(forms.Form):
    """The WhatsApp message to a customer."""

    text = TextAreaField(
        required=False,
        max_length=TEXT_LENGTH,
        label="WhatsApp message",
        help_text=CallingRules._meta.get_field("whatsapp_text").help_text,
        widget=forms.Textarea({"rows": 5, "class": "form-control"}),
        error_messages={"max_length": f"A message has at most {TEXT_LENGTH:,} characters."},
    )

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        rest = text
        for name in PLACEHOLDERS:
            rest = rest.replace(f"{{{name}}}", "")
        if "{" in rest or "}" in rest:
            names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise forms.ValidationError(f"Only {names} can be filled in.")
        return text
