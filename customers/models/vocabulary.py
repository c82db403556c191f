"""The words customers are described with: rows that admins and managers edit, code that only reads them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from uuid6 import uuid7


class Stage(models.TextChoices):
    """Where a status stands on the way from an enquiry to an admission."""

    NEW = "new", "New"
    CONTACT = "contact", "In contact"
    INTEREST = "interest", "Interested"
    WON = "won", "Won"
    LOST = "lost", "Lost"


CLOSED_STAGES = (Stage.WON, Stage.LOST)
OPEN_STAGES = (Stage.NEW, Stage.CONTACT, Stage.INTEREST)


class StatusQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def in_order(self):
        return self.order_by("order", "code")

    def closed(self):
        return self.filter(stage__in=CLOSED_STAGES)


class Status(models.Model):
    """What a counsellor records after a call. The code is the key and never changes; retired, never deleted."""

    NEW = "NEW"
    MOST = 63  # of them have a mark in a column of 64 bits

    code = models.CharField(max_length=30, primary_key=True)
    label = models.CharField(max_length=60)
    colour = models.CharField(max_length=7, default="#6c757d", help_text="As #rrggbb.")
    order = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    rung = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Its step on the funnel; empty when it is none."
    )
    reached = models.BooleanField(default=False, help_text="Somebody was talked to.")
    hotkey = models.CharField(max_length=1, blank=True)
    is_active = models.BooleanField(default=True, help_text="A retired status stays in histories but cannot be chosen.")
    prompts_note = models.BooleanField(default=False)
    prompts_follow_up = models.BooleanField(default=False)
    mark = models.BigIntegerField(unique=True, editable=False, help_text="Its bit in Customer.been_at; stays for ever.")

    objects = StatusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "statuses"

    def __str__(self) -> str:
        return self.label

    def save(self, *args, **kwargs) -> None:
        """A new one gets its mark here, wherever it is added. Raises ValueError when there are as many as can be."""
        if self.mark is None:
            self.mark = self.free_mark()
        super().save(*args, **kwargs)

    @classmethod
    def free_mark(cls) -> int:
        """The mark of the next one that is added. Raises ValueError when there are as many as can be."""
        marks = cls.objects.order_by("-mark").values_list("mark", flat=True)
        mark = 2 * (marks.first() or 0) or 1
        if mark >= 1 << cls.MOST:
            raise ValueError(f"There are {cls.MOST} statuses already.")
        return mark

    @property
    def closes(self) -> bool:
        """Won and lost: nobody has to call again."""
        return self.stage in CLOSED_STAGES

    @property
    def is_unanswered(self) -> bool:
        """A call in vain: to be tried again."""
        return not self.reached and not self.closes and self.stage != Stage.NEW


class Source(models.Model):
    """Where enquiries come from, and what it cost."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120, unique=True, editable=False, help_text="The name, folded.")
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    name = models.CharField(max_length=160)
    key = models.CharField(max_length=160, unique=True, editable=False, help_text="The name, folded.")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class LostReason(models.Model):
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120, unique=True, editable=False, help_text="The name, folded.")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Alias(models.Model):
    """Another spelling of a source, a course or a reason, as spreadsheets write it."""

    class Kind(models.TextChoices):
        SOURCE = "source", "Source"
        COURSE = "course", "Course"
        LOST_REASON = "lost_reason", "Reason"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=160, help_text="The spelling, folded.")
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="aliases")
    course = models.ForeignKey(Course, models.CASCADE, null=True, blank=True, related_name="aliases")
    lost_reason = models.ForeignKey(LostReason, models.CASCADE, null=True, blank=True, related_name="aliases")

    class Meta:
        verbose_name_plural = "aliases"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="alias_once_per_kind"),
            models.CheckConstraint(
                name="alias_points_at_its_kind",
                condition=Q(kind="source", source__isnull=False, course=None, lost_reason=None)
                | Q(kind="course", course__isnull=False, source=None, lost_reason=None)
                | Q(kind="lost_reason", lost_reason__isnull=False, source=None, course=None),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Origin(models.Model):
    """Where a customer, or a value of hers, came from."""

    class Kind(models.TextChoices):
        IMPORT = "import", "Import"
        MANUAL = "manual", "Typed in"
        API = "api", "API"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    label = models.CharField(max_length=255)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.kind == self.Kind.IMPORT and not self.label:
            raise ValidationError("An import's origin is named after its file.")
