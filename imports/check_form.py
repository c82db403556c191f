"""What may be chosen about a checked file before it is imported: its columns, and how its rows are taken."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from customers.actions import Seat
from imports.forms import KNOWN_AT_ONCE, MappingForm
from imports.mapping import Field
from imports.models import Import
from imports.options import COLUMN, DATE_ORDERS, ENCODINGS, EVEN, NOBODY, ONE, OVERWRITABLE, RULES

KNOWN = [*KNOWN_AT_ONCE, ("overwrite", "Replace these fields, whoever wrote them")]
WHOM = [
    (NOBODY, "Nobody yet: they wait in Unassigned"),
    (ONE, "One counsellor"),
    (EVEN, "An even deal"),
    (RULES, "Whom the rules say"),
    (COLUMN, "Whom the file names"),
]
IN_WORDS = {"date": "enquiry date"}
NO_COLUMN = "Choose which column names the counsellor; none of them does yet."
NO_SHEET = "Choose at least one sheet."
NO_FIELD = "Choose the fields that the file may replace."
NO_COUNSELLOR = "Choose the counsellor who gets the new customers."
WIDE, TICK = {"class": "form-select"}, {"class": "form-check-input"}


class CheckForm(MappingForm):
    """The choices of one checked import; they begin as they were counted. `seats`: who can be given customers;
    `has_rules`: whether managers have written rules of sharing out."""

    known = forms.ChoiceField(choices=KNOWN, widget=forms.RadioSelect(TICK), label="Customers we know")
    overwrite = forms.MultipleChoiceField(
        choices=[(name, IN_WORDS.get(name, name)) for name in OVERWRITABLE],
        widget=forms.CheckboxSelectMultiple(TICK),
        required=False,
        label="Fields to replace",
    )
    deal = forms.ChoiceField(choices=WHOM, widget=forms.RadioSelect(TICK), label="The new ones go to")
    to = forms.ChoiceField(required=False, label="The one who gets them", widget=forms.Select(WIDE))
    among = forms.MultipleChoiceField(required=False, label="Dealt among", widget=forms.CheckboxSelectMultiple(TICK))
    source = forms.CharField(
        required=False,
        max_length=120,
        label="Source of rows without one",
        widget=forms.TextInput({"class": "form-control", "list": "sources", "autocomplete": "off"}),
    )
    course = forms.CharField(
        required=False,
        max_length=160,
        label="Course of rows without one",
        widget=forms.TextInput({"class": "form-control", "list": "courses", "autocomplete": "off"}),
    )
    date_order = forms.ChoiceField(required=False, label="Dates like 03/04/2026", widget=forms.Select(WIDE))
    sheet = forms.MultipleChoiceField(required=False, label="Sheets", widget=forms.CheckboxSelectMultiple(TICK))
    encoding = forms.ChoiceField(required=False, label="Letters", widget=forms.Select(WIDE))

    def __init__(
        self, data=None, *, import_: Import, seats: Sequence[Seat], fields: list[tuple[str, str]], has_rules: bool
    ):
        self.import_ = import_
        initial = begun_as(import_)
        if data is not None and "known" not in data:
            data = _completed(data, initial, import_.sheets)
        super().__init__(data, sheets=import_.sheets, fields=fields, initial=initial)
        self._seat(seats, initial)
        if not has_rules and initial["deal"] != RULES:
            self.fields["deal"].choices = [way for way in WHOM if way[0] != RULES]
        self._offer_ways_to_read()

    def _seat(self, seats: Sequence[Seat], initial: dict) -> None:
        people = [(str(seat.pk), seat.label) for seat in seats]
        known = {value for value, _ in people}
        gone = [(pk, "No longer available") for pk in {initial["to"], *initial["among"]} if pk and pk not in known]
        self.fields["to"].choices = [("", "Choose who"), *people, *gone]
        self.fields["among"].choices = [*people, *gone]

    def _offer_ways_to_read(self) -> None:
        mapping = self.import_.mapping
        found = "month first" if any(sheet["month_first"] for sheet in self.import_.sheets) else "day first"
        self.fields["date_order"].choices = [
            ("", f"As found: {found}" if not self.import_.options.get("date_order") else "As found"),
            *zip(DATE_ORDERS, ("Day first: 3 April", "Month first: 4 March"), strict=True),
        ]
        self.fields["sheet"].choices = [
            (str(place), f"{sheet['name']} (hidden)" if sheet["hidden"] else sheet["name"] or "Sheet")
            for place, sheet in enumerate(all_sheets(self.import_))
        ]
        if len(self.fields["sheet"].choices) < 2:
            del self.fields["sheet"]
        if mapping.get("encoding"):
            codes = dict(ENCODINGS)
            name = codes.get(mapping["encoding"].lower().replace("-sig", ""), mapping["encoding"])
            chosen = self.import_.options.get("encoding")
            self.fields["encoding"].choices = [("", "As found" if chosen else f"As found: {name}"), *ENCODINGS]
        else:
            del self.fields["encoding"]

    @property
    def ways_to_read(self) -> list:
        """The fields about how the file is read, for the page."""
        return [self[name] for name in ("date_order", "encoding") if name in self.fields]

    def clean(self) -> dict:
        cleaned = super().clean()
        chosen = cleaned.get("deal")
        if chosen == COLUMN and not self._names_counsellors():
            self.add_error("deal", NO_COLUMN)
        if chosen == ONE and not cleaned.get("to"):
            self.add_error("to", NO_COUNSELLOR)
        if cleaned.get("known") == "overwrite" and not cleaned.get("overwrite"):
            self.add_error("overwrite", NO_FIELD)
        if "sheet" in self.fields and not cleaned.get("sheet"):
            self.add_error("sheet", NO_SHEET)
        return cleaned

    def _names_counsellors(self) -> bool:
        return any(self.cleaned_data.get(name) == Field.OWNER for name, _ in self._named())

    def options(self) -> dict:
        """The choices as `options.checked_options` takes them; what the form does not ask stays."""
        cleaned = self.cleaned_data
        options = {**self.import_.options, "known": cleaned["known"], "overwrite": cleaned["overwrite"]}
        for name in ("source", "course", "date_order", "encoding"):
            options[name] = cleaned.get(name) or None
        if any(name in self.changed_data for name, _ in self._named()):
            options["mapping"] = {**options.get("mapping", {}), **self.chosen()}
        if "sheet" in self.changed_data:
            options["sheets"] = self._sheets_chosen()
        if {"deal", "to", "among"} & set(self.changed_data):
            options["deal"] = self._deal_chosen()
        return options

    def _sheets_chosen(self) -> list[str] | None:
        """Their names; None for all that can be seen, which is what happens unasked."""
        sheets = all_sheets(self.import_)
        chosen = [sheets[int(place)]["name"] for place in self.cleaned_data["sheet"]]
        return None if chosen == [sheet["name"] for sheet in sheets if not sheet["hidden"]] else chosen

    def _deal_chosen(self) -> dict:
        how, old = self.cleaned_data["deal"], self.import_.options.get("deal", {})
        among = {ONE: [self.cleaned_data["to"]], EVEN: self.cleaned_data["among"]}.get(how, [])
        deal = {"how": how, "among": [int(pk) for pk in among] or None}
        is_same = all(deal[key] == old.get(key) for key in deal)
        return {**deal, "seed": old.get("seed")} if is_same else deal

    def as_json(self) -> dict:
        """What a script may post: the columns and the other parameters, with what they are now and can be."""
        others = [name for name in self.fields if name not in dict(self._named())]
        return {
            "columns": super().as_json(),
            "choices": [
                {
                    "parameter": name,
                    "value": self.initial.get(name),
                    "values": [value for value, _ in getattr(self.fields[name], "choices", [])] or None,
                }
                for name in others
            ],
        }


def begun_as(import_: Import) -> dict:
    """The choices that an import was counted with."""
    options = import_.options
    deal = options.get("deal") or {"how": COLUMN if _has_owner_column(import_) else NOBODY}
    among = [str(pk) for pk in deal.get("among") or []]
    names = options.get("sheets")
    read = [sheet["name"] in names if names else not sheet["hidden"] for sheet in all_sheets(import_)]
    return {
        "known": options.get("known", "update"),
        "overwrite": options.get("overwrite", []),
        "source": options.get("source", ""),
        "course": options.get("course", ""),
        "date_order": options.get("date_order") or "",
        "encoding": options.get("encoding") or "",
        "sheet": [str(place) for place, is_read in enumerate(read) if is_read],
        "deal": deal["how"],
        "to": among[0] if deal["how"] == ONE and among else "",
        "among": among if deal["how"] == EVEN else [],
    }


def all_sheets(import_: Import) -> list[dict]:
    """Every sheet of the file, the hidden ones too: `name`, `hidden`."""
    return import_.mapping.get("all_sheets", [])


def _has_owner_column(import_: Import) -> bool:
    return any(column["field"] == Field.OWNER for sheet in import_.sheets for column in sheet["columns"])


def _completed(data: QueryDict, initial: dict, sheets: list[dict]) -> QueryDict:
    """What a script left out stays as it is; a page sends all of it."""
    full = QueryDict(mutable=True)
    for name, value in initial.items():
        full.setlist(name, value if isinstance(value, list) else [value])
    for place, sheet in enumerate(sheets):
        for number, column in enumerate(sheet["columns"]):
            full[f"s{place}c{number}"] = column["field"]
    for name, values in data.lists():
        full.setlist(name, values)
    return full
