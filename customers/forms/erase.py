"""Erasing a person, and letting a number in again."""

from django import forms
from django.core.exceptions import ValidationError

from customers.forms.fields import LineField
from customers.forms.profile import PhoneField
from customers.models.erasure import REASON_LENGTH

WORD = "erase"


class EraseForm(forms.Form):
    reason = LineField(
        max_length=REASON_LENGTH,
        label="Reason",
        help_text="It stays on the record, so name nobody in it: “asked for it by mail on 3 May”.",
        error_messages={"required": "Say why. The reason stays on the record."},
    )
    with_files = forms.BooleanField(required=False, label="Also delete these files now")
    confirm = LineField(
        label="To confirm, type: erase",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Type the word erase. Nothing was erased."},
    )

    def clean_confirm(self) -> str:
        if self.cleaned_data["confirm"].casefold() != WORD:
            raise ValidationError("Type the word erase. Nothing was erased.")
        return WORD


class LetInForm(forms.Form):
    phone_number = PhoneField(label="Number", widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}))
    why = LineField(
        max_length=REASON_LENGTH,
        label="Why",
        help_text="It stays on the record: “enquired anew at the Kochi fair”.",
        error_messages={"required": "Say why. It stays on the record."},
    )
