"""The parameters of the customers list: read strictly, unknown names ignored."""

from functools import cache, cached_property
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db.models import Exists, F, Model, OuterRef, Q
from django.forms import BoundField
from django.http import QueryDict
from django.utils.timezone import localdate

from accounts.access import Anybody
from accounts.models import Role, User, called
from crm.lib.http import Unclear, form_errors
from crm.lib.pagination import MAX_PAGE_SIZE, PAGE_SIZE, Sort
from crm.lib.phones import spaced
from crm.lib.prepared import Prepared
from customers.forms.fields import DayField, LineField, NumbersField, SeveralField
from customers.happenings import NO_REASON, Happening
from customers.lists import ANYBODY, DAYS, NEWEST, NOBODY, SORTS, Filters, Gift
from customers.models import Batch, Course, Customer, LostReason, Origin, Source, Stage, Status

SEARCH_LENGTH = 100
FOLLOW_UP_CHOICES = [
    ("due", "Due or overdue"),
    ("overdue", "Overdue"),
    ("now", "Due now"),
    ("rest", "Later today"),
    ("today", "Today"),
    ("later", "After today"),
    ("none", "None planned"),
    ("event", "Waiting for an event"),
    ("exhausted", "Tried in vain"),
]
ASSIGNED_CHOICES = [("today", "Today")]
WON_CHOICES = [("month", "This month")]
CONTACTED_CHOICES = [("today", "Today"), ("ever", "Ever"), ("never", "Never")]
TRIES_CHOICES = [("0", "None"), ("1", "1"), ("2", "2"), ("3+", "3 or more"), ("6+", "6 or more")]
ENQUIRED_CHOICES = [("again", "More than once"), ("once", "Once")]
DO_NOT_CALL_CHOICES = [("no", "May be called"), ("yes", "Must not be called")]
CHOICES = ("follow_up", "contacted", "assigned", "reached", "won", "tries", "enquired", "do_not_call")
RECENT_IMPORTS = 30
NO_GIFT = "Nobody was given customers so."
FILTER_NAMES = tuple(Filters.__dataclass_fields__)


def one_of(choices: list[tuple[str, str]]) -> str:
    return "Choose one of: " + ", ".join(code for code, _ in choices) + "."


def unknown(what: str) -> dict[str, str]:
    return {"invalid_choice": f"There is no {what} “%(value)s”.", "invalid_list": f"There is no such {what}."}


def choice(label: str, choices: list[tuple[str, str]], blank: str = "Any") -> forms.ChoiceField:
    """One of the choices, or the blank one."""
    errors = {"invalid_choice": one_of(choices)}
    return forms.ChoiceField(required=False, label=label, choices=[("", blank), *choices], error_messages=errors)


# The menus of the filters: read for every list, and so put together once.


@cache
def _statuses() -> Prepared:
    return Prepared(Status.objects.in_order().values_list("code", "label"))


@cache
def _people() -> Prepared:
    """Whose customers a manager may ask for; whoever is a manager now may have some left from before."""
    has_some = Exists(
        Customer.objects.visible_to(Anybody(is_manager=True, is_sales=False)).filter(assigned_to=OuterRef("pk"))
    )
    people = User.objects.filter(Q(role=Role.SALES) | has_some).order_by("-is_active", "first_name", "username")
    return Prepared(people.values_list("pk", "first_name", "last_name", "username"))


@cache
def _named(model: type[Model]) -> Prepared:
    words = model.objects.order_by(F("name").asc(), "pk")
    words = words.filter(merged_into=None) if model is not LostReason else words
    return Prepared(words.values_list("pk", "name"))


class ListForm(forms.Form):
    """What the list is narrowed to and how it is sorted. `user` decides which owners may be named."""

    search = LineField(
        required=False,
        max_length=SEARCH_LENGTH,
        error_messages={"max_length": "Search for at most 100 characters."},
    )
    status = SeveralField(required=False, error_messages=unknown("status"))
    owner = SeveralField(required=False, label="Counsellor", error_messages=unknown("counsellor"))
    area = LineField(required=False, max_length=200)
    source = SeveralField(required=False, error_messages=unknown("source"))
    course = SeveralField(required=False, error_messages=unknown("course"))
    origin = forms.UUIDField(
        required=False, label="From", error_messages={"invalid": "This is not the id of an import."}
    )
    date_from = DayField(required=False, label="Enquired from")
    date_to = DayField(required=False, label="Enquired until")
    added_from = DayField(required=False, label="Added from")
    added_to = DayField(required=False, label="Added until")
    contact_from = DayField(required=False, label="Last contact from")
    contact_to = DayField(required=False, label="Last contact until")
    tries = choice("Tries", TRIES_CHOICES)
    enquired = choice("Enquired", ENQUIRED_CHOICES)
    do_not_call = choice("Calls", DO_NOT_CALL_CHOICES)
    numbers = NumbersField(required=False, label="Numbers")
    follow_up = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), *FOLLOW_UP_CHOICES],
        error_messages={"invalid_choice": one_of(FOLLOW_UP_CHOICES)},
    )
    contacted = forms.ChoiceField(
        required=False,
        choices=[("", "Any time"), *CONTACTED_CHOICES],
        error_messages={"invalid_choice": one_of(CONTACTED_CHOICES)},
    )
    assigned = forms.ChoiceField(
        required=False,
        choices=[("", "Any time"), *ASSIGNED_CHOICES],
        error_messages={"invalid_choice": one_of(ASSIGNED_CHOICES)},
    )
    stage = SeveralField(required=False, choices=Stage.choices, error_messages=unknown("stage"))
    reached = forms.ChoiceField(required=False, label="Ever reached", error_messages=unknown("status"))
    won = forms.ChoiceField(
        required=False,
        label="Admitted",
        choices=[("", "Any time"), *WON_CHOICES],
        error_messages={"invalid_choice": one_of(WON_CHOICES)},
    )
    came = forms.CharField(required=False, max_length=40, label="Given")
    happened = forms.CharField(required=False, max_length=60, label="In the reports")
    lost = forms.ChoiceField(required=False, label="Lost", error_messages=unknown("reason"))
    sort = forms.ChoiceField(
        required=False,
        choices=[(sort.name, sort.label) for sort in SORTS.values()],
        error_messages={"invalid_choice": one_of([(name, name) for name in SORTS])},
    )
    page_size = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_PAGE_SIZE,
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], "A page has 1 to 100 rows."),
    )
    count = forms.ChoiceField(
        required=False, choices=[("exact", "exact")], error_messages={"invalid_choice": "Only “exact” is known."}
    )
    cursor = forms.CharField(required=False)

    def __init__(self, data: QueryDict, *, user: User):
        super().__init__(data)
        self.user = user
        # Looked up only when the parameter is given or the page draws its filters, and then once.
        for name in ("status", "owner", "source", "course"):
            self.fields[name].choices = lambda name=name: getattr(self, f"{name}_choices")
        self.fields["lost"].choices = lambda: [("", "Any"), (NO_REASON, "No reason given"), *self._words(LostReason)]
        self.fields["reached"].choices = lambda: [("", "Anything"), *self.status_choices]

    @cached_property
    def status_choices(self) -> list[tuple[str, str]]:
        return _statuses().rows()

    @cached_property
    def owner_choices(self) -> list[tuple[str, str]]:
        """Whose customers may be asked for: anybody's and nobody's, or a sales user's own."""
        if not self.user.is_manager:
            return [(str(self.user.pk), str(self.user))]
        people = ((str(pk), called(*names)) for pk, *names in _people().rows())
        return [(NOBODY, "Nobody"), (ANYBODY, "Anybody"), *people]

    @cached_property
    def source_choices(self) -> list[tuple[str, str]]:
        return [(NOBODY, "No source given"), *self._words(Source)]

    @cached_property
    def course_choices(self) -> list[tuple[str, str]]:
        return self._words(Course)

    @staticmethod
    def _words(model) -> list[tuple[str, str]]:
        return [(str(word_id), name) for word_id, name in _named(model).rows()]

    @cached_property
    def origin_choices(self) -> list[tuple[str, str]]:
        """The latest imports, and whatever the list is narrowed to now."""
        recent = Origin.objects.filter(kind=Origin.Kind.IMPORT).order_by("-id")[:RECENT_IMPORTS]
        named = {str(pk): label for pk, label in recent.values_list("pk", "label")}
        if chosen := self.cleaned_data["origin"]:
            named.setdefault(str(chosen.pk), chosen.label)
        return list(named.items())

    @property
    def day_pairs(self) -> list[tuple[dict, dict]]:
        """The beginnings and ends that the filter sheet asks for, as its date boxes take them."""
        days = [{"name": name, "label": self[name].label, "value": self.cleaned_data[name] or ""} for name in DAYS]
        for day in days:
            day["value"] = day["value"] and day["value"].isoformat()
        return list(zip(days[::2], days[1::2], strict=True))

    @property
    def pasted(self) -> str:
        """The numbers as the box shows them again, one a line."""
        return "\n".join(spaced(number, settings.HOME_COUNTRY) for number in self.cleaned_data["numbers"])

    @property
    def single_choices(self) -> list[BoundField]:
        """What the filter sheet asks with a list to choose one from."""
        return [self[name] for name in ("follow_up", "contacted", "tries", "enquired", "do_not_call")]

    def clean_origin(self) -> Origin | None:
        origin_id = self.cleaned_data["origin"]
        if origin_id is None:
            return None
        if origin := Origin.objects.filter(pk=origin_id).first():
            return origin
        raise forms.ValidationError("There is no such import.")

    def clean_came(self) -> str:
        """A Gift that there was; `given` keeps by whom and when."""
        text = self.cleaned_data["came"]
        if not text:
            return ""
        self.given = self._given(text)
        return text

    def clean_happened(self) -> str:
        text = self.cleaned_data["happened"]
        if text:
            try:
                self.happening = Happening.read(text)
            except ValueError as error:
                raise forms.ValidationError("Nothing of the kind is on record.") from error
        return text

    @staticmethod
    def _given(text: str) -> str:
        try:
            gift = Gift.read(text)
        except ValueError as error:
            raise forms.ValidationError(NO_GIFT) from error
        found = Batch.objects.select_related("by").filter(pk=gift.batch).first() if gift.batch else None
        by = found.by if found else User.objects.filter(pk=gift.by).first()
        if by is None:
            raise forms.ValidationError(NO_GIFT)
        day = localdate(found.at) if found else gift.day
        return f"by {by}, {day:%d/%m/%Y}"

    def clean(self) -> dict:
        for first, last in zip(DAYS[::2], DAYS[1::2], strict=True):
            first, last = self.cleaned_data.get(first), self.cleaned_data.get(last)
            if first and last and first > last:
                raise forms.ValidationError("The first day lies after the last one.")
        return self.cleaned_data

    def checked(self) -> "ListForm":
        """The form itself. Raises Unclear with a sentence when parameters make no sense."""
        if not self.is_valid():
            # Of days that contradict each other any may be the wrong one.
            wrong = {*self.errors, *(DAYS if self.non_field_errors() else ())}
            rest = {name: values for name, values in self.data.lists() if name not in wrong}
            raise Unclear(form_errors(self), urlencode(rest, doseq=True))
        return self

    @cached_property
    def filters(self) -> Filters:
        values = self.cleaned_data
        return Filters(
            **{name: values[name] for name in ("search", "area", "came", "happened", "lost", *DAYS, *CHOICES)},
            **{name: tuple(values[name]) for name in ("status", "owner", "source", "stage", "numbers")},
            course=tuple(map(int, values["course"])),
            origin=str(values["origin"].pk) if values["origin"] else "",
        )

    @property
    def sorting(self) -> Sort:
        return SORTS[self.cleaned_data["sort"] or NEWEST]

    @property
    def size(self) -> int:
        return self.cleaned_data["page_size"] or PAGE_SIZE

    @property
    def exact(self) -> bool:
        return self.cleaned_data["count"] == "exact"

    @property
    def position(self) -> str:
        return self.cleaned_data["cursor"]

    def shown(self) -> list[tuple[str, str, str]]:
        """(parameter, its label, what it is set to) of every filter in use, in words."""
        values = self.cleaned_data
        found = []
        for name in FILTER_NAMES:
            if name in self.fields and (value := values.get(name)):
                found.append((name, self[name].label, self._in_words(name, value)))
        return found

    @property
    def in_words(self) -> str:
        """ "Status: Interested · Area: Kochi"; nothing for the whole list."""
        return " · ".join(f"{label}: {value}" for _, label, value in self.shown())

    def _in_words(self, name: str, value) -> str:
        if name in DAYS:
            return f"{value:%d/%m/%Y}"
        if name == "numbers":
            return spaced(value[0], settings.HOME_COUNTRY) if len(value) == 1 else f"{len(value)} pasted"
        if name in ("came", "happened"):
            return self.given if name == "came" else self.happening.in_words
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            return str(value)
        labels = dict(field.choices)
        return ", ".join(labels[choice] for choice in (value if isinstance(value, list) else [value]))
