"""Who is to be given to whom."""

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.models import User, UserQuerySet
from customers.dealing import EVENLY, LOAD, RULES, WEIGHTS, Scheme
from customers.forms.fields import MomentField

MOST_IDS = 10_000
TOO_MANY = (
    "At most 10,000 customers can be named one by one. To act on more, choose “all that match”: "
    "it takes the list's filter instead of the names."
)
NONE_CHOSEN = "No customer was chosen. Tick those to share out, or choose all that match."
NO_SUCH_COUNSELLOR = "This counsellor does not exist or has left. Choose another one."
WHICH_COUNSELLOR = "Choose the one counsellor who gets them."
WAYS = ("one", "random", "load", "weights", "rules")
MOST_WEIGHT = 99
WHICH_WEIGHT = "A weight is a whole number from 0 to 99."
NO_WEIGHT = "Give at least one counsellor a weight above 0."
# Errors of a request that is well formed: a person sees them on the page she came from.
REFUSALS = {"too_many", "none_chosen", "no_such_counsellor", "no_weight"}


class CounsellorField(forms.ModelChoiceField):
    default_error_messages = {"invalid_choice": NO_SUCH_COUNSELLOR}


class AssignForm(forms.Form):
    """One customer: her new counsellor, or, left empty, nobody."""

    sales_user = CounsellorField(queryset=None, required=False, label="Counsellor", empty_label="Nobody (unassigned)")

    def __init__(self, data=None, *, counsellors: UserQuerySet, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["sales_user"].queryset = counsellors

    def clean(self) -> dict:
        # Leaving the field out is a slip, not a wish to take her away from somebody.
        if "sales_user" not in self.data:
            raise ValidationError("Say who: `sales_user` is the counsellor's id, or empty for nobody.")
        return self.cleaned_data


class IdsField(forms.Field):
    """Ids of customers: the parameter repeated, or one JSON list."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "invalid": "“%(value)s” is not the id of a customer.",
        "not_a_list": "The ids must be repeated fields or one JSON list.",
    }

    def to_python(self, value) -> list[uuid.UUID]:
        ids = [self._id(text) for text in self._texts(list(value or []))]
        if len(ids) > MOST_IDS:
            raise ValidationError(TOO_MANY, code="too_many")
        return list(dict.fromkeys(ids))

    def _texts(self, values: list[str]) -> list:
        if len(values) != 1 or not values[0].lstrip().startswith("["):
            return [value for value in values if value]
        try:
            return json.loads(values[0])
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.error_messages["not_a_list"], code="not_a_list") from error

    def _id(self, text) -> uuid.UUID:
        try:
            return uuid.UUID(text)
        except (ValueError, AttributeError, TypeError) as error:
            params = {"value": str(text)[:40]}
            raise ValidationError(self.error_messages["invalid"], code="invalid", params=params) from error


class CounsellorsField(forms.Field):
    """Ids of counsellors, the parameter repeated; a single unknown one refuses them all."""

    widget = forms.MultipleHiddenInput
    queryset: UserQuerySet

    def to_python(self, value) -> list[User]:
        # Compared as text: no number is too large for it.
        wanted = {text.strip() for text in value or [] if text.strip()}
        if not wanted:
            return []
        found = [user for user in self.queryset if str(user.pk) in wanted]
        if len(found) < len(wanted):
            raise ValidationError(NO_SUCH_COUNSELLOR, code="no_such_counsellor")
        return found


@dataclass(frozen=True)
class Chosen:
    """What was ticked and chosen to share out, to be shown again. `gone`: how many of the ticked are on no row here."""

    ticked: set[uuid.UUID] = field(default_factory=set)
    gone: int = 0
    matching: bool = False
    limit: str = ""
    how: str = ""
    one: str = ""
    seats: frozenset[str] = frozenset()
    weights: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, typed: QueryDict, on_page: Iterable[uuid.UUID]) -> "Chosen":
        """`typed` as it was posted, for a page with these customers."""
        sent = set(typed.getlist("customer_ids"))
        ticked = {pk for pk in on_page if str(pk) in sent}
        return cls(
            ticked=ticked,
            gone=len(sent) - len(ticked),
            matching=typed.get("matching") == "1",
            limit=typed.get("limit", ""),
            how=how if (how := typed.get("how", "")) in WAYS else "",
            one=typed.get("sales_user", ""),
            seats=frozenset(typed.getlist("sales_users")),
            weights={int(name[7:]): typed[name] for name in typed if re.fullmatch(r"weight_[0-9]{1,18}", name)},
        )


class ShareForm(forms.Form):
    """Which customers, and to whom: to one, or at random among several (none named: among all who can take)."""

    ONE, RANDOM, LOAD, WEIGHTS, RULES = WAYS

    customer_ids = IdsField(required=False, label="Customers")
    matching = forms.ChoiceField(required=False, choices=[("1", "yes"), ("0", "no")], label="All that match")
    limit = forms.IntegerField(required=False, min_value=1, max_value=10_000_000, label="How many")
    as_of = MomentField(required=False, label="As of")
    how = forms.ChoiceField(
        required=False,
        choices=[
            (RANDOM, "At random, fairly"),
            (LOAD, "Even out"),
            (WEIGHTS, "By weights"),
            (RULES, "By the rules"),
            (ONE, "To one"),
        ],
    )
    sales_user = CounsellorsField(required=False)
    sales_users = CounsellorsField(required=False)

    def __init__(self, data, *, counsellors: UserQuerySet, how: str):
        super().__init__(data)
        self.default_how = how
        for name in ("sales_user", "sales_users"):
            self.fields[name].queryset = counsellors

    @property
    def all_matching(self) -> bool:
        return self.cleaned_data.get("matching") == "1"

    @property
    def way(self) -> str:
        return self.cleaned_data.get("how") or self.default_how

    @property
    def to_one(self) -> bool:
        return self.way == self.ONE

    @property
    def scheme(self) -> Scheme:
        """How they are dealt."""
        if self.way == self.WEIGHTS:
            return Scheme(WEIGHTS, self.cleaned_data["weights"])
        return Scheme(self.way) if self.way in (LOAD, RULES) else EVENLY

    def _clean_weights(self, cleaned: dict) -> None:
        """`weight_<user id>`: a whole number from 0 (gets none) to 99; among those ticked, or among all."""
        among = self.fields["sales_users"].queryset
        ticked = {user.pk for user in cleaned.get("sales_users") or among}
        weights = {}
        for user_id in ticked:
            text = str(self.data.get(f"weight_{user_id}", "")).strip() or "1"
            if not text.isascii() or not text.isdigit() or int(text[:4]) > MOST_WEIGHT:
                self.add_error(None, ValidationError(WHICH_WEIGHT, code="no_weight"))
                return
            weights[user_id] = int(text)
        cleaned["weights"] = {user_id: weight for user_id, weight in weights.items() if weight}
        if not cleaned["weights"]:
            self.add_error(None, ValidationError(NO_WEIGHT, code="no_weight"))

    def clean(self) -> dict:
        cleaned = self.cleaned_data
        if "customer_ids" in cleaned and not cleaned["customer_ids"] and not self.all_matching:
            self.add_error("customer_ids", ValidationError(NONE_CHOSEN, code="none_chosen"))
        if self.way == self.WEIGHTS:
            self._clean_weights(cleaned)
        if self.to_one and "sales_user" in cleaned and len(cleaned["sales_user"]) != 1:
            self.add_error("sales_user", ValidationError(WHICH_COUNSELLOR, code="no_such_counsellor"))
        return cleaned

    @property
    def among(self) -> list[User] | None:
        """Those to deal to; None is everybody who can take."""
        return self.cleaned_data["sales_user"] if self.to_one else (self.cleaned_data["sales_users"] or None)

    @property
    def refusal(self) -> str:
        """What to say on the page when everything wrong with the input is a choice, not its form; else ""."""
        errors = [error for listed in self.errors.as_data().values() for error in listed]
        codes = {error.code for error in errors}
        return " ".join(text for error in errors for text in error) if codes <= REFUSALS else ""
