"""A rule of sharing out, and who it is asked about."""

from django import forms
from django.http import QueryDict

from accounts.models import User
from customers.forms.fields import LineField
from customers.models import Course, SharingRule, Source
from customers.models.customer import AREA_LENGTH


def _words(model):
    return model.objects.filter(merged_into=None).order_by("name", "pk")


class AboutForm(forms.Form):
    """Somebody's area, source and course."""

    area = LineField(required=False, max_length=AREA_LENGTH)
    source = forms.ModelChoiceField(queryset=None, required=False, empty_label="Any")
    course = forms.ModelChoiceField(queryset=None, required=False, empty_label="Any")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = _words(Source)
        self.fields["course"].queryset = _words(Course)
        self.fields["source"].error_messages["invalid_choice"] = "There is no such source."
        self.fields["course"].error_messages["invalid_choice"] = "There is no such course."


class WhoGetsForm(AboutForm):
    """The tester: who would get somebody like this?"""


class RuleForm(AboutForm):
    order = forms.IntegerField(min_value=0, max_value=9_999, initial=10, help_text="Lower ones are asked first.")
    people = forms.ModelMultipleChoiceField(
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one counsellor.", "invalid_choice": "There is no such counsellor."},
    )
    field_order = ("area", "source", "course", "people", "order")

    def __init__(self, data=None, *, instance: SharingRule, initial: dict | None = None):
        start = {"order": instance.order, "area": instance.area, "source": instance.source, "course": instance.course}
        if instance.pk:
            start["people"] = instance.people.all()
        super().__init__(data, initial=initial or start)
        self.fields["people"].queryset = User.objects.sales_users().order_by("first_name", "username")
        self.fields["area"].help_text = "As it is written on the customers, the whole of it. Empty: any area."

    @classmethod
    def as_initial(cls, typed: QueryDict) -> dict:
        """What was typed, as the form shows it again."""
        return {**typed.dict(), "people": typed.getlist("people")}
