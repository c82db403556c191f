"""What came of a call: status, note and next follow-up in one; or a note alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.lib.hours import Hours
from customers.forms.fields import MomentField, TextAreaField, read_moment
from customers.models import Event, Status
from customers.models.timeline import NOTES_LENGTH

TOKEN_LENGTH = 64
TOO_LONG = f"A note has at most {NOTES_LENGTH:,} characters. Shorten it and save again."
# What the page's chips send besides a time.
AS_IT_IS, NO_FOLLOW_UP, IN_AN_HOUR, AT = "", "none", "1h", "at"
# Below that a save was only slow.
WAITED_AT_LEAST = timedelta(minutes=1)
ON_EVENT = re.compile(r"event:([0-9]{1,9})", re.ASCII)


def notes_field(*, required: bool) -> TextAreaField:
    words = {"max_length": TOO_LONG, "required": "Write the note first."}
    return TextAreaField(required=required, max_length=NOTES_LENGTH, label="Note", error_messages=words)


class WhenForm(forms.Form):
    """A follow-up's time. A script sends `follow_up_at`; the page's chips send `follow_up` beside it."""

    follow_up = forms.CharField(required=False, max_length=40, label="Follow-up")
    follow_up_at = MomentField(required=False, label="Follow-up")

    def __init__(self, data=None, *, now: datetime, **kwargs):
        super().__init__(data, **kwargs)
        self.now = now

    def clean_follow_up(self) -> datetime | Event | str:
        choice = self.cleaned_data["follow_up"]
        if choice in (AS_IT_IS, NO_FOLLOW_UP, AT):
            return choice
        if choice == IN_AN_HOUR:
            return self.now + timedelta(hours=1)
        if on_event := ON_EVENT.fullmatch(choice):
            return _event(int(on_event[1]))
        try:
            return read_moment(choice)
        except (ValueError, OverflowError) as error:
            raise ValidationError("Choose one of the times, or give one.") from error

    def clean(self) -> dict:
        choice, typed = self.cleaned_data.get("follow_up", AS_IT_IS), self.cleaned_data.get("follow_up_at")
        if typed and choice not in (AS_IT_IS, AT):
            self.add_error("follow_up_at", "Two follow-ups were given. Keep one of them.")
        elif choice == AT and not typed and "follow_up_at" not in self.errors:
            self.add_error("follow_up_at", "Give the day and the time.")
        return self.cleaned_data


def _event(pk: int) -> Event:
    found = Event.objects.filter(pk=pk).first()
    if found is None:
        raise ValidationError("There is no such event.")
    if found.closed_at:
        raise ValidationError(f"“{found}” is over. Choose a time instead.")
    return found


class PutOffForm(WhenForm):
    """A new time for a follow-up that is open."""

    def clean(self) -> dict:
        super().clean()
        if not self.errors and self.due_at is None:
            self.add_error("follow_up_at", "Say until when.")
        return self.cleaned_data

    @property
    def due_at(self) -> datetime | None:
        chosen = self.cleaned_data["follow_up"]
        return self.cleaned_data["follow_up_at"] or (chosen if isinstance(chosen, datetime) else None)


class StatusForm(WhenForm):
    """The fields of update-status. `conflict`: refused because somebody else recorded something in between."""

    conflict = False

    status = forms.ModelChoiceField(
        Status.objects.all(),
        error_messages={"required": "Choose a status.", "invalid_choice": "There is no such status."},
    )
    notes = notes_field(required=False)
    client_token = forms.CharField(required=False, max_length=TOKEN_LENGTH)
    waited = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=10**9,
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], "Say in seconds how long it waited."),
    )

    field_order = ["status", "notes", "follow_up", "follow_up_at", "client_token"]

    def outcome(self) -> dict:
        """What is recorded. Without `follow_up_at` in it the status decides; there with None it is closed."""
        values = self.cleaned_data
        recorded = {name: values[name] for name in ("status", "notes", "client_token")}
        waited = timedelta(seconds=values["waited"] or 0)
        recorded["waited"] = waited if waited >= WAITED_AT_LEAST else timedelta()
        choice, typed = values["follow_up"], values["follow_up_at"]
        if typed:
            return {**recorded, "follow_up_at": typed}
        if isinstance(choice, datetime):
            return {**recorded, "follow_up_at": choice}
        if isinstance(choice, Event):
            return {**recorded, "event": choice}
        closed = choice == NO_FOLLOW_UP or ("follow_up" not in self.data and "follow_up_at" in self.data)
        return {**recorded, "follow_up_at": None} if closed else recorded


class NoteForm(forms.Form):
    """A note without a call: the same box as in StatusForm."""

    conflict = False

    notes = notes_field(required=True)
    client_token = forms.CharField(required=False, max_length=TOKEN_LENGTH)

    def typed(self) -> dict:
        return {"text": self.cleaned_data["notes"], "client_token": self.cleaned_data["client_token"]}


class ChangeNoteForm(forms.Form):
    """A note changed, or pinned: one of the two."""

    text = notes_field(required=False)
    pinned = forms.ChoiceField(
        required=False,
        choices=[("yes", "Pin"), ("no", "Unpin")],
        error_messages={"invalid_choice": "Say yes or no."},
    )

    def clean(self) -> dict:
        if not self.errors and not (self.cleaned_data["text"] or self.cleaned_data["pinned"]):
            self.add_error("text", "Write the note first.")
        return self.cleaned_data


@dataclass(frozen=True)
class Chip:
    """A follow-up time for one tap or key."""

    value: str
    label: str
    key: str
    moment: datetime | None = None


def follow_up_chips(
    now: datetime,
    hours: Hours = Hours(),  # noqa: B008 - frozen
    events: Iterable[Event] = (),
) -> list[Chip]:
    """In 1 h, tonight at 7 while it lies ahead, tomorrow at 11, and the next Saturday that is not tomorrow.

    None lies outside the calling `hours`, should they be others than usual. After them the `events` to wait for.
    """
    today = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    tonight, tomorrow = today.replace(hour=19), today.replace(hour=11) + timedelta(days=1)
    saturday = tomorrow + timedelta(days=(5 - tomorrow.weekday()) % 7 or 7)
    chips = []
    if hours.is_open(now + timedelta(hours=1)):
        chips.append(Chip(IN_AN_HOUR, "In 1 h", "h"))
    if now < tonight - timedelta(minutes=30):
        chips.append(_chip(tonight, "Tonight 7", "t"))
    chips += [_chip(tomorrow, "Tomorrow 11", "m"), _chip(saturday, "Saturday 11", "s")]
    chips = [chip for chip in chips if chip.moment is None or hours.is_open(chip.moment)]
    return chips + [Chip(f"event:{event.pk}", f"After {event}", "") for event in events]


def _chip(moment: datetime, label: str, key: str) -> Chip:
    return Chip(moment.isoformat(timespec="minutes"), label, key, moment)
