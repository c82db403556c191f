"""Customers who may be one person, and how far the search for them has come."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from customers.models.customer import Customer


class LikelyDuplicateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of which both are visible: one may not tell of the other."""
        visible = Customer.objects.visible_to(user)
        return self.filter(one__in=visible, other__in=visible)

    def open(self):
        """Those that wait for an answer."""
        return self.filter(state=LikelyDuplicate.State.OPEN, one__erased_at=None, other__erased_at=None)

    def of(self, customer: Customer):
        return self.filter(Q(one=customer) | Q(other=customer))


class LikelyDuplicate(models.Model):
    """A pair, found once, and what was said of it. `one` is the older entry."""

    class Why(models.TextChoices):
        NUMBER = "number", "A number of one is a further number of the other"
        CLOSE = "close", "Same name, nearly the same number"

    class State(models.TextChoices):
        OPEN = "open", "To be looked at"
        APART = "apart", "Two people"
        MERGED = "merged", "Merged"

    one = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices)
    found_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True, help_text="When it was answered.")

    objects = LikelyDuplicateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="likely_duplicate_once"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="likely_duplicate_older_first"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="open"), name="likely_duplicate_open")]  # the list

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"

    @property
    def both(self) -> list[Customer]:
        return [self.one, self.other]


class DuplicateSearch(models.Model):
    """One row: the last ids that the search has looked at. It begins where the search before the last one ended.

    So a row that was written while a later one was read already is seen by the next search.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    places = models.JSONField(default=dict)
    ended_before = models.JSONField(default=dict)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="duplicate_search_one_row")]

    def __str__(self) -> str:
        return "The search for duplicates"
