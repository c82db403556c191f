"""What happened to a customer: who, when, from, to."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from uuid6 import uuid7

from customers.models.customer import Customer, OfCustomerQuerySet
from customers.models.vocabulary import LostReason, Origin, Status

NOTES_LENGTH = 5_000
# So long a save may have waited on a device for its call to be dated back.
BELIEVED = timedelta(hours=24)


def person(**kwargs) -> models.ForeignKey:
    """A user in a history: never deleted, so the name stays."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **kwargs)


class StatusChangeQuerySet(OfCustomerQuerySet):
    def standing(self):
        """Those not taken back."""
        return self.filter(undone_at__isnull=True)

    def contacts(self):
        return self.filter(kind=StatusChange.Kind.CONTACT)

    def newest_first(self):
        return self.order_by("-happened_at", "-id")


class StatusChange(models.Model):
    class Kind(models.TextChoices):
        CONTACT = "contact", "Contact"
        BULK = "bulk", "In bulk"
        IMPORT = "import", "Import"
        CORRECTION = "correction", "Correction"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="status_changes", db_index=False)
    previous_status = models.ForeignKey(Status, models.PROTECT, null=True, related_name="+", db_index=False)
    new_status = models.ForeignKey(Status, models.PROTECT, related_name="+", db_index=False)
    changed_by = person(db_index=False)
    happened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    notes = models.TextField(blank=True, max_length=NOTES_LENGTH)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CONTACT)
    client_token = models.CharField(max_length=64, unique=True, null=True, blank=True)  # noqa: DJ001 - unique when set
    undone_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.ForeignKey(LostReason, models.PROTECT, null=True, blank=True, related_name="+")
    before = models.JSONField(null=True, blank=True, help_text="What taking it back restores besides the status.")
    batch = models.ForeignKey("Batch", models.PROTECT, null=True, blank=True, related_name="status_changes")

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "happened_at"], name="status_change_timeline"),  # the customer's page
            models.Index(
                fields=["happened_at", "kind", "new_status", "previous_status", "customer", "changed_by"],
                condition=Q(undone_at__isnull=True),
                name="status_change_lately",
            ),  # activity on the dashboards; the report of it counts without a look at the table
            models.Index(fields=["new_status", "happened_at"], name="status_change_reached"),  # admissions of a month
            models.Index(fields=["changed_by", "happened_at"], name="status_change_whose"),  # her calls of a day
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.previous_status_id} → {self.new_status_id}"


class FollowUpQuerySet(OfCustomerQuerySet):
    def open(self):
        return self.filter(state=FollowUp.State.OPEN)

    def waiting(self):
        """Those that hang on an event without a day."""
        return self.open().filter(event__isnull=False, due_at=None)


class FollowUp(models.Model):
    """The next step with a customer. At most one is open; it moves with her to her new counsellor."""

    class Kind(models.TextChoices):
        PROMISE = "promise", "Promise"
        RETRY = "retry", "Next try"
        EVENT = "event", "Event"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        MISSED = "missed", "Missed"
        CANCELLED = "cancelled", "Cancelled"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="follow_ups")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="follow_ups", db_index=False
    )
    due_at = models.DateTimeField(null=True, blank=True)  # only while its event has no day yet
    promised_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PROMISE)
    event = models.ForeignKey("Event", models.PROTECT, null=True, blank=True, related_name="follow_ups", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_by = person()
    created_at = models.DateTimeField()
    closed_by = person(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(state="open"), name="follow_up_one_open"),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(event__isnull=False), name="follow_up_due_or_waiting"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "state", "due_at"], name="follow_up_owner_due"),  # follow-ups page, badge
            models.Index(
                fields=["owner", "promised_at"], condition=Q(state="open"), name="follow_up_oldest_promise"
            ),  # next call: overdue
            models.Index(
                fields=["owner", "kind", "due_at"], condition=Q(state="open"), name="follow_up_next_try"
            ),  # next call: retries
            models.Index(
                fields=["event", "id"], condition=Q(state="open", event__isnull=False), name="follow_up_hangs_on"
            ),  # planned when its event gets a day
            # The dashboard's "overdue a week ago": still open (counted from the index alone), or closed since.
            models.Index(
                Coalesce("promised_at", "due_at"),
                include=["promised_at", "due_at", "created_at", "customer"],
                condition=Q(state="open"),
                name="follow_up_kept_open",
            ),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="follow_up_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.due_at}"


class Batch(models.Model):
    """One act on many customers: what was chosen, how, by whom, and how it went."""

    class Kind(models.TextChoices):
        ASSIGN = "assign", "Given to one"
        DISTRIBUTE = "distribute", "Shared out"
        UNASSIGN = "unassign", "Taken back"
        TRANSFER = "transfer", "Handed over"
        STATUS = "status", "Status"
        FOLLOW_UP = "follow_up", "Follow-up"
        SOURCE = "source", "Source"
        EVENT = "event", "Day of an event"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    UNDER_WAY = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    by = person()
    at = models.DateTimeField()
    filter = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DONE)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY


class AssignmentChange(models.Model):
    UNDONE = "Sharing out undone"  # why those come back whom nobody had worked on

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="assignment_changes", db_index=False)
    previous_owner = person(null=True, blank=True, db_index=False)
    new_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    by = person()
    at = models.DateTimeField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="assignment_changes")
    why = models.CharField(max_length=200, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "at"], name="assignment_timeline"),  # the customer's page
            models.Index(fields=["new_owner", "at"], name="assignment_owner_day"),  # daily caps, the team page, notices
            models.Index(fields=["previous_owner", "at"], name="assignment_former_owner"),  # notices, bringing back
            models.Index(
                fields=["at"], condition=Q(previous_owner=None) | Q(new_owner=None), name="assignment_of_nobodys"
            ),  # the dashboard's week of the unassigned; of no use to a counsellor's notices, which read her own
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.previous_owner_id} → {self.new_owner_id}"


class Note(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="notes")
    text = models.TextField(max_length=NOTES_LENGTH)
    by = person()
    at = models.DateTimeField()
    pinned = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    client_token = models.CharField(max_length=64, unique=True, null=True, blank=True)  # noqa: DJ001 - unique when set

    objects = OfCustomerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.text[:60]


FIELD_LABELS = {
    "phone_number": "number",
    "extra_phones": "further numbers",
    "date": "enquiry date",
    "do_not_call": "do not call",
    "follow_up": "follow-up",
}


class FieldChange(models.Model):
    """A value of a customer changed: by a person, or by a file (then with its origin and row)."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="field_changes")
    field = models.CharField(max_length=120)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    by = person()
    at = models.DateTimeField()
    origin = models.ForeignKey(Origin, models.PROTECT, null=True, blank=True, related_name="field_changes")
    row = models.PositiveIntegerField(null=True, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.field}"

    @property
    def label(self) -> str:
        """The field in words."""
        return FIELD_LABELS.get(self.field, self.field)
