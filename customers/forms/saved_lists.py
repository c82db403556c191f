"""Saved lists and columns, as they are chosen on the page."""

from django import forms

from accounts.models import User
from customers.columns import offered
from customers.forms.fields import LineField, SeveralField
from customers.models.saved_lists import VIEW_NAME_LENGTH


class SaveViewForm(forms.Form):
    """A name for the list on screen; the list itself comes from its own parameters."""

    name = LineField(
        max_length=VIEW_NAME_LENGTH,
        error_messages={
            "required": "Give the list a name.",
            "max_length": f"A name has at most {VIEW_NAME_LENGTH} characters.",
        },
    )
    is_shared = forms.BooleanField(required=False)
    pin = forms.BooleanField(required=False)


class ViewActForm(forms.Form):
    """What to do with a saved list."""

    act = forms.ChoiceField(
        choices=[("pin", "Put into the menu"), ("unpin", "Take off the menu"), ("delete", "Delete")],
        error_messages={"required": "Say what to do.", "invalid_choice": "Choose one of: pin, unpin, delete."},
    )


class ColumnsForm(forms.Form):
    """The columns of the list; none stands for the usual ones."""

    columns = SeveralField(
        required=False, error_messages={"invalid_choice": "There is no column “%(value)s”.", "invalid_list": "Choose."}
    )

    def __init__(self, data, *, user: User):
        super().__init__(data)
        self.fields["columns"].choices = [(column.name, column.label) for column in offered(user)]
