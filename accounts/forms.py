"""Who you are, and your password."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm

from accounts.models import User


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "This name and password do not match. Check both, or set a new password.",
        "inactive": "This name and password do not match. Check both, or set a new password.",
    }

    def __init__(self, request=None, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "User name"


class OwnPasswordForm(PasswordChangeForm):
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "This is not your present password.",
        "password_mismatch": "The two new passwords differ.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Present password"
        _in_our_words(self)


class ChoosePasswordForm(SetPasswordForm):
    error_messages = {"password_mismatch": "The two passwords differ."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _in_our_words(self)


def _in_our_words(form: forms.Form) -> None:
    form.fields["new_password1"].label = "New password"
    form.fields["new_password1"].help_text = "At least 12 characters, not only digits, and not your name."
    form.fields["new_password2"].label = "The new password again"
    form.fields["new_password2"].help_text = ""


class ResetForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "shortcuts"]
        labels = {"email": "E-mail address"}
        help_texts = {
            "email": "Where the link goes when you need a new password.",
            "shortcuts": "Single keys act on lists and pages; switch them off if they get in your way.",
        }
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
