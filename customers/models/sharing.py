"""How new customers find somebody: the ordered rules, and what counsellors may take for themselves."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from crm.lib.text import fold
from customers.models.customer import AREA_LENGTH
from customers.models.vocabulary import Course, Source


class SharingSettings(models.Model):
    """One row, or else the defaults."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    pool_a_day = models.PositiveSmallIntegerField(
        "customers a counsellor may take a day",
        default=0,
        validators=[MaxValueValidator(500)],
        help_text="From the unassigned, by herself, one at a time. 0: only managers share out.",
    )
    alarm_days = models.PositiveSmallIntegerField(
        "days until waiting is an alarm",
        default=2,
        validators=[MaxValueValidator(365)],
        help_text="An unassigned customer who has waited as long is marked. 0: never.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "sharing settings"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="sharing_settings_one_row")]

    def __str__(self) -> str:
        return "Sharing settings"

    @classmethod
    def current(cls) -> "SharingSettings":
        """The settings in force. One query."""
        return cls.objects.filter(pk=cls.ONLY).first() or cls()

    def alarm_before(self, now: datetime) -> datetime | None:
        """Whoever has waited since before then is marked; None: nobody."""
        return now - timedelta(days=self.alarm_days) if self.alarm_days else None


class SharingRuleQuerySet(models.QuerySet):
    def in_order(self):
        return self.order_by("order", "pk")


class SharingRule(models.Model):
    """Customers of this area, source and course go to these people; the first rule that fits decides."""

    order = models.PositiveSmallIntegerField(default=10, help_text="Lower ones are asked first.")
    area = models.CharField(max_length=AREA_LENGTH, blank=True, help_text="The whole area. Empty: any.")
    area_key = models.CharField(max_length=AREA_LENGTH * 2, blank=True, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+")
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="sharing_rules")

    objects = SharingRuleQuerySet.as_manager()

    def __str__(self) -> str:
        parts = [self.area, self.source and self.source.name, self.course and self.course.name]
        return " · ".join(part for part in parts if part) or "Everybody else"

    def clause(self) -> Q:
        """Which customers it is about."""
        about = Q(area_key=self.area_key) if self.area_key else Q()
        about &= Q(source=self.source_id) if self.source_id else Q()
        about &= Q(course=self.course_id) if self.course_id else Q()
        # Said, and not left out: an empty Q would vanish from "this rule or that one".
        return about or Q(pk__isnull=False)

    def fits(self, *, area: str, source: Source | None, course: Course | None) -> bool:
        """Whether it is about somebody like this."""
        return self.is_about(fold(area), source and source.pk, course and course.pk)

    def is_about(self, area_key: str, source_id: int | None, course_id: int | None) -> bool:
        """The same of what a row says."""
        return (
            self.area_key in ("", area_key)
            and self.source_id in (None, source_id)
            and self.course_id in (None, course_id)
        )
