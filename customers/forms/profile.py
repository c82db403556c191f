"""Who a customer is, as a person types it."""

from datetime import datetime

from django import forms
from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from crm.lib import phones
from crm.lib.text import fold
from customers.forms.fields import DayField, LineField, TextAreaField
from customers.models import Course, Customer, Source
from customers.models.customer import AREA_LENGTH, NAME_LENGTH

REMARK_LENGTH = 20_000
EXTRA_PHONES = 10


class PhoneField(forms.CharField):
    """A number in any way of writing it, as E.164."""

    default_error_messages = {"required": "Give a number.", "invalid": "This is not a complete phone number."}

    def to_python(self, value) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        if number := phones.normalise(text, settings.HOME_COUNTRY):
            return number
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class PhonesField(forms.CharField):
    """Further numbers, separated in any way."""

    def to_python(self, value) -> list[str]:
        text = super().to_python(value)
        found = phones.read_numbers(text, settings.HOME_COUNTRY)
        if text and not found.number:
            raise forms.ValidationError("No complete phone number was found here.")
        return [found.number, *found.extras][:EXTRA_PHONES] if found.number else []


class WordField(LineField):
    """The name of a source or a course."""

    def __init__(self, model, **kwargs):
        self.key_length = model._meta.get_field("key").max_length
        list_id = model._meta.model_name + "-names"
        widget = forms.TextInput(attrs={"list": list_id, "autocomplete": "off"})
        super().__init__(max_length=model._meta.get_field("name").max_length, widget=widget, **kwargs)

    def to_python(self, value) -> str:
        text = super().to_python(value)
        if len(fold(text)) > self.key_length:
            raise forms.ValidationError("This name is too long.")
        return text


class ProfileForm(forms.Form):
    """A new customer."""

    name = LineField(required=False, max_length=NAME_LENGTH)
    phone_number = PhoneField(label="Number", widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}))
    extra_phones = PhonesField(required=False, label="Further numbers", help_text="Separate several with commas.")
    area = LineField(required=False, max_length=AREA_LENGTH)
    course = WordField(Course, required=False)
    source = WordField(Source, required=False)
    date = DayField(
        required=False,
        label="Enquired on",
        help_text="dd/mm/yyyy",
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        required=False,
        label="E-mail",
        max_length=254,
        error_messages={"invalid": "This is not a complete e-mail address."},
    )
    remark = TextAreaField(required=False, max_length=REMARK_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict:
        numbers, own = self.cleaned_data.get("extra_phones"), self.cleaned_data.get("phone_number")
        if numbers:
            self.cleaned_data["extra_phones"] = [number for number in dict.fromkeys(numbers) if number != own]
        return self.cleaned_data

    def typed(self) -> dict:
        """What an action takes: the fields by name."""
        return dict(self.cleaned_data)


class EditForm(ProfileForm):
    """A known customer; only the fields that were sent are edited. `seen`: of which moment the values shown are."""

    do_not_call = forms.BooleanField(required=False, label="Do not call", help_text="She asked not to be called again.")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        if data is not None:
            for name in [name for name in self.fields if name not in data]:
                del self.fields[name]

    def clean_seen(self) -> datetime | None:
        try:
            seen = parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            seen = None
        return seen if seen and is_aware(seen) else None

    def clean(self) -> dict:
        if not set(self.fields) - {"seen"}:
            raise forms.ValidationError("Nothing was sent that could be saved.")
        return super().clean()

    def differing(self, stored: dict) -> list[tuple[str, object]]:
        """(label, stored value) of the fields in which what was typed is not what is stored."""
        fields = [self[name] for name in self.fields if name != "seen"]
        return [
            (field.label, stored[field.name])
            for field in fields
            if self._plain(field.value()) != self._plain(stored[field.name])
        ]

    @staticmethod
    def _plain(value) -> str:
        return "" if value in (None, False) else str(value)

    def now_seen(self, customer: Customer) -> None:
        """What is stored was shown beside what was typed: saving it again is a decision."""
        self.data = self.data.copy()
        self.data["seen"] = customer.updated_at.isoformat()


def initial_of(customer: Customer, numbers: list[str]) -> dict:
    """What the form shows of a customer before anything is typed."""
    return {
        "name": customer.name,
        "phone_number": customer.spaced_number,
        "extra_phones": ", ".join(phones.spaced(number, settings.HOME_COUNTRY) for number in numbers),
        "area": customer.area,
        "course": customer.course.name if customer.course else "",
        "source": customer.source.name if customer.source else "",
        "date": f"{customer.date:%d/%m/%Y}" if customer.date else "",
        "email": customer.email,
        "remark": customer.remark,
        "do_not_call": customer.do_not_call,
        "seen": customer.updated_at.isoformat(),
    }
