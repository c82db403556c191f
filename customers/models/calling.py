"""How people are called here: the rules that admins set, and what was done besides talking."""

from datetime import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from crm.lib.hours import MOST_STEPS, Hours, read_ladder
from customers.models.customer import Customer, OfCustomerQuerySet
from customers.models.timeline import person

PLACEHOLDERS = ("name", "course", "counsellor")
WHATSAPP_TEXT = (
    "Hello {name}, this is {counsellor} from the admissions office, about your enquiry for {course}. "
    "When may I call you?"
)
TEXT_LENGTH = 1_000


class CallingRules(models.Model):
    """When people are called, how often they are tried, what a message says: one row, or else the defaults."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    opens = models.TimeField("calls from", default=time(9), help_text="Nobody is offered for a call before.")
    closes = models.TimeField("calls until", default=time(21), help_text="Nobody is offered for a call after.")
    ladder = models.CharField(
        "steps to the next try",
        max_length=200,
        default="3h, other half, 3d",
        help_text="After each unanswered call: 30m, 3h, 2d, or “other half” (tomorrow, the other half of the day).",
    )
    tries = models.PositiveSmallIntegerField(
        "unanswered calls, at most",
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_STEPS * 2)],
        help_text="Then nobody is called again by itself: the managers see her as tried in vain.",
    )
    day_limit = models.PositiveSmallIntegerField(
        "follow-ups a day",
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(1_000)],
        help_text="From so many on, a counsellor's day is called full.",
    )
    whatsapp_text = models.TextField(
        "WhatsApp message",
        max_length=TEXT_LENGTH,
        blank=True,
        default=WHATSAPP_TEXT,
        help_text="{name}, {course} and {counsellor} are filled in. Empty: the chat opens without a text.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "calling rules"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="calling_rules_one_row"),
            models.CheckConstraint(
                condition=Q(opens__lt=models.F("closes")),
                name="calling_rules_open_before_they_close",
                violation_error_message="Calls must begin before they end.",
            ),
        ]

    def __str__(self) -> str:
        return "Calling rules"

    @classmethod
    def current(cls) -> "CallingRules":
        """The rules in force. One query."""
        return cls.objects.filter(pk=cls.ONLY).first() or cls()

    @cached_property
    def hours(self) -> Hours:
        return Hours(self.opens, self.closes)

    def step_after(self, tries: int):
        """The step after so many unanswered calls in a row, the last one again and again; None: tried in vain."""
        if tries >= self.tries:
            return None
        steps = read_ladder(self.ladder)
        return steps[min(tries, len(steps)) - 1]

    def message(self, customer: Customer, counsellor) -> str:
        """The WhatsApp text to `customer`, filled in."""
        course = customer.course.name if customer.course else "our courses"
        values = {"name": customer.name or "there", "course": course, "counsellor": str(counsellor)}
        text = self.whatsapp_text
        for name in PLACEHOLDERS:
            text = text.replace(f"{{{name}}}", values[name])
        return text

    def clean(self) -> None:
        try:
            read_ladder(self.ladder)
        except ValueError as error:
            raise ValidationError({"ladder": str(error)}) from error


class CallTap(models.Model):
    """She tapped Call or WhatsApp: an attempt, whatever came of it."""

    class Kind(models.TextChoices):
        CALL = "call", "Call"
        WHATSAPP = "whatsapp", "WhatsApp"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="taps", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CALL)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "at"], name="call_tap_timeline"),  # the customer's page
            models.Index(fields=["by", "at"], name="call_tap_day"),  # her own day
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind}"


class Skip(models.Model):
    """Not now, and why: she comes back at `until`."""

    class Reason(models.TextChoices):
        LATER = "later", "Not a good time: in 2 hours"
        TOMORROW = "tomorrow", "Better tomorrow"
        ASK = "ask", "I have to ask somebody first: tomorrow"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="skips", db_index=False)
    by = person()
    at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=10, choices=Reason.choices)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["customer", "until"], name="skip_until")]

    def __str__(self) -> str:
        return f"{self.customer_id} until {self.until}"
