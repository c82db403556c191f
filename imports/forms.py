"""What the import pages take in."""

import uuid

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat

from crm.lib.pagination import MAX_PAGE_SIZE, PAGE_SIZE
from imports.models import Outcome
from imports.options import ENCODINGS
from imports.reasons import Reason, message
from imports.rows import WARNED

NO_FILE = "Choose the spreadsheet first: Excel, LibreOffice or CSV."
TOO_LARGE = "This file is larger than {limit}. Split it into several files, or save it as CSV, and upload those."
MOST_ROWS = 1_000
KNOWN_AT_ONCE = [  # the fourth, fields to replace, is chosen after a look at what would change
    ("update", "Fill blanks, and replace what only files have said"),
    ("fill", "Only fill blanks"),
    ("skip", "Leave them as they are"),
]

NO_ROOM = (
    "The server could not keep the file: its disk is full. Nothing of it was stored. Tell whoever looks after the "
    "server, then send the file again."
)


class UploadForm(forms.Form):
    """`too_large`, `without_room`: the file was dropped while it arrived, so there is none here."""

    file = forms.FileField(
        label="Spreadsheet",
        error_messages={
            "required": NO_FILE,
            "invalid": NO_FILE,
            "missing": NO_FILE,
            "empty": message(Reason.FILE_EMPTY),
        },
    )
    token = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    check = forms.BooleanField(required=False, label="Check first")
    known = forms.ChoiceField(
        choices=KNOWN_AT_ONCE,
        required=False,
        label="Customers we know",
        widget=forms.Select({"class": "form-select"}),
    )
    encoding = forms.ChoiceField(
        choices=[("", "Find out"), *ENCODINGS],
        required=False,
        label="Letters of a CSV file",
        widget=forms.Select({"class": "form-select"}),
    )

    def __init__(self, *args, too_large: bool = False, without_room: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.too_large, self.without_room = too_large, without_room
        if too_large or without_room:
            self.fields["file"].required = False

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if self.without_room:
            raise forms.ValidationError(NO_ROOM)
        if self.too_large or (file and file.size > settings.MAX_UPLOAD_BYTES):
            raise forms.ValidationError(TOO_LARGE.format(limit=filesizeformat(settings.MAX_UPLOAD_BYTES)))
        return file

    @property
    def choices(self) -> list:
        """What need not be chosen, for the page."""
        return [self["known"], self["encoding"]]

    def options(self) -> dict:
        """The choices as `options.checked_options` takes them."""
        cleaned = self.cleaned_data
        return {"dry_run": cleaned["check"], "known": cleaned["known"], "encoding": cleaned["encoding"]}

    def clean_token(self) -> str:
        """A post without one (curl) is an upload of its own."""
        return self.cleaned_data["token"] or str(uuid.uuid4())


class PageForm(forms.Form):
    """Which page of a list."""

    cursor = forms.CharField(max_length=2_000, required=False)
    page_size = forms.IntegerField(min_value=1, max_value=MAX_PAGE_SIZE, required=False)

    def clean_page_size(self) -> int:
        return self.cleaned_data["page_size"] or PAGE_SIZE


class RowsForm(PageForm):
    """Which of an import's rows."""

    outcome = forms.ChoiceField(choices=[*Outcome.choices, (WARNED, "With a warning")], required=False)


class ProblemsForm(RowsForm):
    """Which of its problem rows."""

    reason = forms.CharField(max_length=40, required=False)


class DecisionForm(forms.Form):
    """Whether the ticked rows mean the people we know at their numbers."""

    SAME, ANOTHER = "same", "another"

    decision = forms.ChoiceField(
        choices=[(SAME, "The same person"), (ANOTHER, "Another person at this number")],
        error_messages={"required": "Say whether it is the same person or another one."},
    )
    rows = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "Tick the rows you mean first."})

    def __init__(self, data, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        sent = data.getlist("rows")[: MOST_ROWS + 1]
        ids = [value for value in sent if value.isascii() and value.isdecimal() and len(value) < 19]
        self.fields["rows"].choices = [(value, value) for value in ids]

    def clean_rows(self) -> list[int]:
        rows = self.cleaned_data["rows"]
        if len(rows) > MOST_ROWS:
            raise forms.ValidationError(f"At most {MOST_ROWS:,} rows at a time.")
        return rows


class MappingForm(forms.Form):
    """Which column is what: one select a column.

    `sheets`: of each its `name` and `columns`, of each of those `label`, `field`, `samples`; `fields` the choices. The
    selects are named s0c0 … by place, for labels may be anything.
    """

    def __init__(self, data=None, *, sheets: list[dict], fields: list[tuple[str, str]], **kwargs):
        super().__init__(data, **kwargs)
        self._sheets = sheets
        for name, column in self._named():
            self.fields[name] = forms.ChoiceField(
                label=column["label"],
                choices=fields,
                required=False,
                initial=column["field"],
                help_text=" · ".join(column["samples"]),
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def _named(self):
        for place, sheet in enumerate(self._sheets):
            for number, column in enumerate(sheet["columns"]):
                yield f"s{place}c{number}", column

    @property
    def sheets(self) -> list[dict]:
        """Each sheet's `name` and its bound `fields`, for the page."""
        return [
            {"name": sheet["name"], "fields": [self[f"s{place}c{number}"] for number in range(len(sheet["columns"]))]}
            for place, sheet in enumerate(self._sheets)
        ]

    def chosen(self) -> dict[str, dict[str, str]]:
        """{sheet name: {label: field, "" for none}}."""
        return {
            sheet["name"]: {
                column["label"]: self.cleaned_data[f"s{place}c{number}"]
                for number, column in enumerate(sheet["columns"])
            }
            for place, sheet in enumerate(self._sheets)
        }

    def as_json(self) -> list[dict]:
        """The columns and the names of their fields in a post, for scripts."""
        return [
            {"parameter": name, "column": column["label"], "field": column["field"], "samples": column["samples"]}
            for name, column in self._named()
        ]
