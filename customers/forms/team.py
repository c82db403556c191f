"""Counsellors: what they take, and who takes over when they leave."""

from django import forms
from django.http import QueryDict

from accounts.models import User
from customers.forms.fields import DayField

MOST_A_DAY, MOST_OPEN = 10_000, 1_000_000


class WhoseForm(forms.Form):
    """Whose follow-ups to look at, and of which day; empty: everybody's one may see, as they are due."""

    owner = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label="Everybody",
        label="Counsellor",
        error_messages={"invalid_choice": "There is no such counsellor."},
    )
    day = DayField(required=False, label="Day")

    def __init__(self, data, *, counsellors):
        super().__init__(data)
        self.fields["owner"].queryset = counsellors


class RescueForm(forms.Form):
    """Over how many days an overdue backlog is spread, and how much each of them takes."""

    owner = forms.ModelChoiceField(
        queryset=None, label="Counsellor", error_messages={"invalid_choice": "There is no such counsellor."}
    )
    days = forms.IntegerField(
        label="Days",
        min_value=1,
        max_value=30,
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], "Over 1 to 30 days."),
    )
    per_day = forms.IntegerField(
        label="Follow-ups a day, at most",
        min_value=1,
        max_value=1_000,
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], "1 to 1,000 a day."),
    )

    def __init__(self, data, *, counsellors):
        super().__init__(data)
        self.fields["owner"].queryset = counsellors


class NewCounsellorForm(forms.ModelForm):
    """Somebody who joins the team; she chooses her password herself, by a link."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email"]
        labels = {"username": "User name", "email": "E-mail address"}
        help_texts = {
            "username": "What she signs in with: letters, digits and @ . + - _",
            "email": "May be empty. It is where the link goes if she forgets her password.",
        }

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(f"There is already somebody called {username}. Choose another name.")
        return username


class LinkForm(forms.Form):
    """A new link for choosing a password."""

    at_once = forms.BooleanField(
        required=False, label="End her password and sign her out everywhere now, as when a phone was lost"
    )


class AvailabilityForm(forms.ModelForm):
    """Whether and how many new customers she takes."""

    away_from = DayField(label="On leave from", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    away_until = DayField(
        label="On leave until",
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text="The last day of the leave. Empty: until further notice.",
    )
    daily_cap = forms.IntegerField(
        label="New customers a day, at most",
        required=False,
        min_value=0,
        max_value=MOST_A_DAY,
        help_text="Empty: no limit.",
    )
    open_cap = forms.IntegerField(
        label="Open customers, at most", required=False, min_value=0, max_value=MOST_OPEN, help_text="Empty: no limit."
    )

    class Meta:
        model = User
        fields = ["takes_new", "away_from", "away_until", "daily_cap", "open_cap"]

    @classmethod
    def as_initial(cls, typed: QueryDict) -> dict:
        """What was typed, as the form shows it again; a box that is not sent was not ticked."""
        return {**typed.dict(), "takes_new": "takes_new" in typed}

    def clean(self) -> dict:
        cleaned = super().clean()
        if "away_from" in cleaned and cleaned.get("away_until"):
            if cleaned["away_from"] is None:
                self.add_error("away_from", "Say when the leave begins.")
            elif cleaned["away_until"] < cleaned["away_from"]:
                self.add_error("away_until", "The leave ends before it begins.")
        return cleaned


class HandoverForm(forms.Form):
    """What becomes of her open customers."""

    POOL, ONE, SEVERAL = "pool", "one", "several"

    hand_over = forms.ChoiceField(
        choices=[
            (POOL, "Back to the unassigned"),
            (ONE, "All to one"),
            (SEVERAL, "Shared out evenly among several"),
        ],
        initial=POOL,
        widget=forms.RadioSelect,
        label="Her open customers go",
        error_messages={"required": "Say where her open customers go.", "invalid_choice": "Choose one of the three."},
    )
    one = forms.ModelChoiceField(queryset=None, required=False, label="To", empty_label="Choose who")
    several = forms.ModelMultipleChoiceField(
        queryset=None, required=False, widget=forms.CheckboxSelectMultiple, label="Among"
    )

    @classmethod
    def as_initial(cls, typed: QueryDict) -> dict:
        """What was chosen, as the form shows it again."""
        return {**typed.dict(), "several": typed.getlist("several")}

    def __init__(self, data=None, *, heirs, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["one"].queryset = self.fields["several"].queryset = heirs
        for name, css in (("hand_over", "form-check-input"), ("one", "form-select"), ("several", "form-check-input")):
            self.fields[name].widget.attrs["class"] = css

    def clean(self) -> dict:
        cleaned = self.cleaned_data
        how = cleaned.get("hand_over")
        if how == self.ONE and "one" in cleaned and not cleaned["one"]:
            self.add_error("one", "Choose who gets them.")
        if how == self.SEVERAL and "several" in cleaned and not cleaned["several"]:
            self.add_error("several", "Tick at least one.")
        return cleaned

    @property
    def heirs(self) -> list[User]:
        """Who gets them; empty is the pool."""
        how = self.cleaned_data["hand_over"]
        if how == self.ONE:
            return [self.cleaned_data["one"]]
        return list(self.cleaned_data["several"]) if how == self.SEVERAL else []
