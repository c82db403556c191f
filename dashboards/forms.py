"""What the dashboards and reports can be asked for."""

from django import forms


class WhoseDayForm(forms.Form):
    """Whose dashboard a manager wants to see."""

    user = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class PeriodForm(forms.Form):
    """A span of days; open at either end."""

    date_from = forms.DateField(label="Enquired from", required=False, widget=forms.DateInput({"type": "date"}))
    date_to = forms.DateField(label="to", required=False, widget=forms.DateInput({"type": "date"}))

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("date_from"), cleaned.get("date_to")
        if first and last and last < first:
            self.add_error("date_to", "The last day lies before the first.")
        return cleaned
