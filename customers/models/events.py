"""What many follow-ups wait for: "CBSE results"."""

from datetime import date, timedelta

from django.db import models

from customers.models.timeline import Batch, person

NAME_LENGTH = 80
# So long after its day an event can still be chosen for a follow-up.
OFFERED_FOR = timedelta(days=14)
OFFERED_AT_MOST = 6


class EventQuerySet(models.QuerySet):
    def in_order(self):
        """The next day first, those without a day after them; at the end the closed ones, the last closed first."""
        closed, day = models.F("closed_at").desc(nulls_first=True), models.F("happens_on").asc(nulls_last=True)
        return self.order_by(closed, day, "name", "pk")

    def offered(self, today: date):
        """Those that a follow-up can wait for, the newest named first, at most OFFERED_AT_MOST."""
        waiting = models.Q(happens_on__isnull=True) | models.Q(happens_on__gte=today - OFFERED_FOR)
        return self.filter(waiting, closed_at=None).order_by("-pk")[:OFFERED_AT_MOST]


class Event(models.Model):
    """Something that follow-ups hang on. Its day is set, or moved, for all of them at once."""

    name = models.CharField(max_length=NAME_LENGTH)
    key = models.CharField(max_length=NAME_LENGTH * 2, unique=True, help_text="The name, folded.")
    happens_on = models.DateField(null=True, blank=True)
    planned = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = person()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True, help_text="It is over, and nothing waits for it any more.")
    closed_by = person(null=True, blank=True)

    objects = EventQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
