"""Which of two entries stays, and whose value of each field: the left one's or the right one's."""

from dataclasses import dataclass

from django import forms

from customers.forms.fields import LineField
from customers.models import Customer
from customers.models.customer import CHOICES
from customers.models.timeline import FIELD_LABELS
from customers.values import shown

LEFT, RIGHT, TOGETHER = "left", "right", "both"
SIDES = [(LEFT, "The left one"), (RIGHT, "The right one")]
LABELS = {"extra": "what else the file said", "owner": "counsellor", **FIELD_LABELS}
SEARCH_LENGTH = 100


class OtherForm(forms.Form):
    """The parameters of the page: the other one by id, or words to look for her."""

    other = forms.UUIDField(required=False, error_messages={"invalid": "This is not the id of a customer."})
    search = LineField(
        required=False,
        max_length=SEARCH_LENGTH,
        label="Name, number or area",
        error_messages={"max_length": f"Search for at most {SEARCH_LENGTH} characters."},
    )


@dataclass(frozen=True)
class Line:
    """One field of both, side by side; `chosen` is None where there is nothing to choose."""

    field: str
    label: str
    left: str
    right: str
    chosen: str | None
    together: bool = False


class MergeForm(forms.Form):
    """What is not said is as `initial_choices` would have it: blanks are filled, nothing is lost."""

    restored = False  # what was chosen before its author had to sign in again

    survivor = forms.ChoiceField(
        choices=SIDES, error_messages={"required": "Say which entry stays.", "invalid_choice": "Say left or right."}
    )
    seen = forms.RegexField(r"^\d{1,9}\.\d{1,9}$", required=False, error_messages={"invalid": "Open the page again."})

    def __init__(self, data, *, left: Customer, right: Customer, **kwargs):
        super().__init__(data, **kwargs)
        self.left, self.right = left, right
        for name in CHOICES:
            sides = [*SIDES, (TOGETHER, "Both")] if name == "remark" else SIDES
            self.fields[name] = forms.ChoiceField(
                required=False, choices=sides, error_messages={"invalid_choice": "Say left or right."}
            )

    def choice(self) -> dict:
        """The arguments of the action."""
        values = self.cleaned_data
        first = values["survivor"]
        filled = initial_choices(self.left, self.right, first) | {k: v for k, v in values.items() if v}
        versions = tuple(int(part) for part in values["seen"].split(".")) if values["seen"] else None
        survivor, loser = (self.left, self.right) if first == LEFT else (self.right, self.left)
        return {
            "survivor": survivor,
            "loser": loser,
            "take": {name for name in CHOICES if filled[name] not in (first, TOGETHER)},
            "join_remarks": filled["remark"] == TOGETHER,
            "seen": versions[::-1] if versions and first == RIGHT else versions,
        }

    @property
    def lines(self) -> list[Line]:
        return [self._line(name) for name in CHOICES]

    def _line(self, name: str) -> Line:
        left, right = (in_words(customer, name) for customer in (self.left, self.right))
        chosen = None if left == right else self[name].value()
        together = name == "remark" and bool(left and right)
        return Line(name, LABELS.get(name, name), left, right, chosen, together)


def initial_choices(left: Customer, right: Customer, survivor: str = "") -> dict[str, str]:
    """What the page offers: the entry that more was done with stays, and gives every value that it has.

    The status is that of the last contact; of two remarks both stay.
    """
    survivor = survivor or (RIGHT if right.attempts > left.attempts else LEFT)
    first, second = (left, right) if survivor == LEFT else (right, left)
    other = RIGHT if survivor == LEFT else LEFT
    found = {"survivor": survivor}
    for name in CHOICES:
        found[name] = survivor if in_words(first, name) or not in_words(second, name) else other
    if in_words(first, "remark") and in_words(second, "remark"):
        found["remark"] = TOGETHER
    talked_to = [customer.last_contact_at for customer in (first, second)]
    if talked_to[1] and (talked_to[0] is None or talked_to[1] > talked_to[0]):
        found["status"] = other
    return found


def in_words(customer: Customer, name: str) -> str:
    """A value of hers as the page shows it."""
    if name == "status":
        return customer.status.label
    if name == "owner":
        return str(customer.assigned_to or "")
    if name == "extra":
        return "\n".join(f"{column}: {value}" for column, value in customer.extra.items() if value)
    value = getattr(customer, name)
    return value.name if name in ("source", "course") and value else shown(value)
