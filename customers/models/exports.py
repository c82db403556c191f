"""Who took which list out of the house, when and why."""

from django.db import models
from uuid6 import uuid7

from customers.models.timeline import person

REASON_LENGTH = 300


class Export(models.Model):
    """One list written to a file. The row is there before the first line of the file is."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    by = person()
    at = models.DateTimeField()
    format = models.CharField(max_length=4, choices=Format.choices)
    filters = models.JSONField(default=dict, blank=True, help_text="The parameters of the list's address.")
    sort = models.CharField(max_length=20)
    words = models.TextField(blank=True, help_text="The filters in words, as they were named that day.")
    reason = models.CharField(max_length=REASON_LENGTH)
    count = models.PositiveIntegerField(default=0, help_text="How many customers were written.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="Empty: the file broke off.")

    def __str__(self) -> str:
        return f"{self.by} {self.at:%Y-%m-%d %H:%M}"
