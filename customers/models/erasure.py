"""Who was erased, and the numbers that must not bring her back."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from customers.models.customer import Customer, OfCustomerQuerySet

REASON_LENGTH = 300


class Erasure(models.Model):
    """A customer's data was erased: who did it, when and why. There is no way back."""

    customer = models.OneToOneField(Customer, models.PROTECT, related_name="erasure")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=REASON_LENGTH)

    objects = OfCustomerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.customer_id} erased"


class ErasedNumber(models.Model):
    """A number of somebody who was erased, as a keyed hash: it is known again when it comes, and never told."""

    digest = models.CharField(max_length=64, editable=False, help_text="See customers.erased.")
    erasure = models.ForeignKey(Erasure, models.PROTECT, related_name="numbers")
    let_in_at = models.DateTimeField(null=True, blank=True, help_text="When the number was let in again.")
    let_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=Q(let_in_at=None), name="erased_number_once"),
        ]

    def __str__(self) -> str:
        return f"A number of {self.erasure_id}"
