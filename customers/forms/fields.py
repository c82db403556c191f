"""Fields that read what people type: lines, texts, days and moments, in the ways they are written here."""

import re
from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.lib.phones import read_numbers
from crm.lib.text import clean_line, clean_text

EARLIEST_YEAR, LATEST_YEAR = 1950, 2199
DAY_FORMATS = ["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"]
MOMENT_FORMATS = [f"{day} %H:%M" for day in DAY_FORMATS]
FURTHEST_AHEAD = timedelta(days=5 * 366)


class LineField(forms.CharField):
    """One line of text, cleaned."""

    def to_python(self, value) -> str:
        return clean_line(super().to_python(value))


class TextAreaField(forms.CharField):
    """Many lines of text, cleaned; its length is counted after that, so that line ends count once."""

    widget = forms.Textarea

    def to_python(self, value) -> str:
        return clean_text(super().to_python(value))


class DayField(forms.DateField):
    """dd/mm/yyyy or ISO."""

    default_error_messages = {"invalid": "Write the date as dd/mm/yyyy, for example 15/04/2026."}

    def __init__(self, **kwargs):
        super().__init__(input_formats=DAY_FORMATS, **kwargs)

    def to_python(self, value):
        day = super().to_python(value)
        if day and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            raise ValidationError(f"The year {day.year} cannot be right.")
        return day


class MomentField(forms.Field):
    """A moment: ISO with or without a zone, or dd/mm/yyyy HH:MM; without a zone it is meant at home."""

    default_error_messages = {
        "invalid": "Write the time as dd/mm/yyyy HH:MM, for example 25/11/2026 11:30.",
        "far": "This time is too far ahead.",
    }

    def to_python(self, value) -> datetime | None:
        text = clean_line(value if isinstance(value, str) else "")
        if not text:
            return None
        try:
            moment = read_moment(text)
            far = moment > timezone.now() + FURTHEST_AHEAD
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if far:
            raise ValidationError(self.error_messages["far"], code="far")
        return moment


def read_moment(text: str) -> datetime:
    """The moment that `text` names, aware. Raises ValueError or OverflowError when it names none."""
    moment = _parsed(text)
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    return moment.astimezone(timezone.get_current_timezone())


def _parsed(text: str) -> datetime:
    for moment_format in MOMENT_FORMATS:
        try:
            return datetime.strptime(text, moment_format)  # noqa: DTZ007 - the zone is read_moment's business
        except ValueError:
            continue
    if not any(mark in text for mark in "T :"):
        raise ValueError("a day without a time")  # midnight would be a guess
    return datetime.fromisoformat(text)


class SeveralField(forms.MultipleChoiceField):
    """Several of the choices: the parameter repeated, or one with commas."""

    class Widget(forms.SelectMultiple):
        def value_from_datadict(self, data, files, name):
            values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
            return [part.strip() for value in values for part in value.split(",") if part.strip()]

    widget = Widget


MOST_NUMBERS = 50
MANY_NUMBERS_LENGTH = 5_000
_BETWEEN_NUMBERS = re.compile(r"[\n\r,;|\t]+| / |\s{2,}")
_LEAST_DIGITS = 8  # of a word that is a number by itself
_PIECE_LENGTH = 180  # of what is read as one way of writing numbers


class NumbersField(forms.CharField):
    """Many phone numbers as they are pasted, in any way of writing them: E.164, each once."""

    widget = forms.Textarea

    def to_python(self, value) -> list[str]:
        text = super().to_python(value)
        if len(text) > MANY_NUMBERS_LENGTH:
            raise ValidationError(self._too_many())
        pieces = [piece.strip() for piece in _BETWEEN_NUMBERS.split(text) if piece.strip()]
        found = [(piece, read_numbers(piece, settings.HOME_COUNTRY)) for piece in pieces for piece in _short(piece)]
        if unread := [piece for piece, numbers in found if numbers.number is None]:
            raise ValidationError(f"“{unread[0][:40]}” is not a complete phone number.")
        numbers = list(dict.fromkeys(n for _, read in found for n in [read.number, *read.extras]))
        if len(numbers) > MOST_NUMBERS:
            raise ValidationError(self._too_many())
        return numbers

    @staticmethod
    def _too_many() -> str:
        return f"At most {MOST_NUMBERS} numbers can be looked up at once."


def _short(piece: str) -> list[str]:
    """One long line of numbers with nothing but blanks between them, number by number."""
    words = piece.split()
    whole = all(sum(map(str.isdigit, word)) >= _LEAST_DIGITS for word in words)
    return words if len(words) > 1 and whole or len(piece) > _PIECE_LENGTH else [piece]
