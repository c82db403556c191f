"""An import and what became of each of its rows."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from customers.models import Customer, Origin
from imports.reading.values import unpack


class State(models.TextChoices):
    QUEUED = "queued", "Waiting"
    CHECKING = "checking", "Reading"
    CHECKED = "checked", "Checked"
    NEEDS_MAPPING = "needs_mapping", "Needs you"
    RUNNING = "running", "Importing"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"


IMPORTING_STATES = (State.QUEUED, State.CHECKING, State.RUNNING)
WORKING_STATES = (*IMPORTING_STATES, State.UNDOING)


class Outcome(models.TextChoices):
    """Every row has exactly one."""

    CREATED = "created", "Added"
    UPDATED = "updated", "Updated"
    UNCHANGED = "unchanged", "Unchanged"
    DUPLICATE_IN_FILE = "duplicate_in_file", "Twice in the file"
    REJECTED = "rejected", "Not imported"


class Undo(models.TextChoices):
    """What undoing the import did about a row; blank: nothing yet, or there was nothing to take back."""

    GONE = "gone", "Taken back"
    BACK = "back", "As before"
    STAYS = "stays", "Stays"


def upload_to(instance: "Import", filename: str) -> str:
    """Where an upload is kept: under its id, never under a name that somebody chose."""
    return f"imports/{instance.pk}"


class Import(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    origin = models.OneToOneField(Origin, models.PROTECT, related_name="imported_by")
    file = models.FileField(upload_to=upload_to, blank=True)
    original_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    token = models.CharField(max_length=64, unique=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=14, choices=State.choices, default=State.QUEUED)
    file_error = models.CharField(max_length=40, blank=True)
    file_error_detail = models.JSONField(default=dict, blank=True)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    duplicate_in_file = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    warned = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=list, blank=True)
    read_rows = models.PositiveIntegerField(default=0, help_text="Progress of reading, in rows.")
    done_rows = models.PositiveIntegerField(default=0, help_text="Progress of writing, in rows.")
    worker = models.CharField(max_length=80, blank=True, help_text="Whose it is while it is being worked on.")
    heartbeat = models.DateTimeField(null=True, blank=True)
    deaths = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How many workers were lost with it since it last came on."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undo_started_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_counts = models.JSONField(default=dict, blank=True, help_text="What undoing did so far, in numbers.")
    report = models.JSONField(default=dict, blank=True, help_text="What the worker found out on the day.")
    check_result = models.JSONField(default=dict, blank=True, help_text="What a check showed, and what then was else.")
    purged_at = models.DateTimeField(null=True, blank=True, help_text="When the file and the raw rows were deleted.")
    purged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            # The same file sent twice at the same moment is one import.
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(state__in=IMPORTING_STATES), name="import_same_file_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_working(self) -> bool:
        return self.state in WORKING_STATES

    @property
    def written(self) -> int:
        """How many rows have an outcome: fewer than were read when it was stopped."""
        return sum(getattr(self, outcome) for outcome in Outcome.values)

    @property
    def is_dry(self) -> bool:
        """Whether it only counts what it would do."""
        return bool(self.options.get("dry_run"))

    @property
    def can_be_counted(self) -> bool:
        """Whether its check may be counted (again): also one that other choices led nowhere, to take those back."""
        led_nowhere = self.state in (State.NEEDS_MAPPING, State.REFUSED) and self.is_dry and self.check_result
        return self.state == State.CHECKED or bool(led_nowhere and self.check_result.get("round"))

    @property
    def was_checked(self) -> bool:
        """Whether somebody saw its check and then had it imported."""
        return "shown" in self.check_result

    @property
    def sheets(self) -> list[dict]:
        """What is known of each sheet: `name`, `read`, `columns` (dicts of `index`, `label`, `field`, `samples`) …"""
        return self.mapping.get("sheets", [])

    def labels_of(self, sheet: str) -> list[str]:
        """The column names of one sheet, as shown."""
        for known in self.sheets:
            if known["name"] == sheet:
                return [column["label"] for column in known["columns"]]
        return []


class Worker(models.Model):
    """A worker process that was alive a moment ago; one that ends takes its row along."""

    id = models.CharField(primary_key=True, max_length=80)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class StagedSlice(models.Model):
    """Rows that were read and cleaned and wait to become customers all at once. None are left when it is done."""

    id = models.BigAutoField(primary_key=True)
    # Checked by nobody but the one pipeline that writes here.
    vars()["import"] = models.ForeignKey(
        Import, models.CASCADE, related_name="staged", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField(help_text="Of its first row: its place in the file, counted over all sheets.")
    data = models.TextField(help_text="JSON that only Python reads; see pipeline.staged.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["import", "number"], name="staged_slice_once")]

    def __str__(self) -> str:
        return f"{self.import_id} {self.number}"


class ImportRow(models.Model):
    id = models.BigAutoField(primary_key=True)
    # The field is called "import", which only Python's grammar minds: write import_id.
    # Both only ever name what the same transaction holds or has just written: a check of each row would cost a tenth.
    vars()["import"] = models.ForeignKey(
        Import, models.CASCADE, related_name="import_rows", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField(help_text="Its place in the file, counted over all sheets.")
    sheet = models.CharField(max_length=120, blank=True)
    row = models.PositiveIntegerField(help_text="The row as the spreadsheet shows it.")
    outcome = models.CharField(max_length=18, choices=Outcome.choices)
    reason = models.CharField(max_length=40, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    detail = models.JSONField(default=dict, blank=True, help_text="What the reason is about: the first row, the name…")
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="import_rows", db_constraint=False
    )
    before = models.JSONField(null=True, blank=True, help_text="Old values of what was changed, for undo.")
    raw = models.JSONField(null=True, blank=True, help_text="The cells as they came; problem rows only. See `cells`.")
    # The database fills it in: writing a million receipts is not made dearer by what few of them ever need.
    undo = models.CharField(max_length=5, choices=Undo.choices, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["import", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["import", "outcome", "number"], name="import_row_outcome"),  # rows by outcome
            models.Index(  # the problem rows page
                fields=["import", "number"], name="import_row_problem", condition=Q(raw__isnull=False)
            ),
            models.Index(  # what stays after an undo
                fields=["import", "number"], name="import_row_stays", condition=Q(undo="stays")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}: {self.outcome}"

    @property
    def cells(self) -> list:
        """The cells as they were read: texts, numbers, dates, CellError, NoValue; [] when none were kept."""
        return [unpack(cell) if isinstance(cell, list) else cell for cell in self.raw or []]


class SheetRead(models.Model):
    """How a sheet of an import was read, found again by its headers. See `memory`."""

    id = models.BigAutoField(primary_key=True)
    vars()["import"] = models.ForeignKey(Import, models.CASCADE, related_name="sheets_read", db_index=False)
    place = models.PositiveIntegerField(help_text="Of the sheet in its file.")
    key = models.CharField(max_length=32, blank=True, help_text="Of its headers, in whatever order; see memory.key_of.")
    columns = models.JSONField(default=list, help_text="[label, field or ''] of each.")
    by_person = models.BooleanField(help_text="Somebody chose the fields, for this file or for one before it.")
    date_order = models.CharField(max_length=3, blank=True, help_text="dmy or mdy; blank: nothing says which.")
    date_order_chosen = models.BooleanField()
    proofs = models.JSONField(default=dict, help_text="How many dates can only be read as dmy, and as mdy.")
    profiles = models.JSONField(default=list, help_text="What each column looks like; see `profiles`.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["import", "place"], name="sheet_read_once")]
        indexes = [
            models.Index(
                fields=["key", "import"], condition=~Q(key=""), name="sheet_read_key"
            )  # the same headers again
        ]

    def __str__(self) -> str:
        return f"{self.import_id} {self.place}"
