"""Whom a report is about: a period and the list's own filters, so that each number can say which list it is."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from customers.lists import Filters, narrowed
from customers.models import Customer, CustomerQuerySet

NAMES = ("date_from", "date_to", "owner", "source", "origin", "course", "area")  # of `Filters`


@dataclass(frozen=True)
class Scope:
    """`filters` uses the names above alone."""

    viewer: User
    filters: Filters
    now: datetime

    @property
    def first(self) -> date | None:
        return self.filters.date_from

    @property
    def last(self) -> date | None:
        return self.filters.date_to

    @property
    def cohort(self) -> CustomerQuerySet:
        """Those who first enquired in the period, narrowed to the filters."""
        return narrowed(Customer.objects.visible_to(self.viewer), self.filters, now=self.now)

    def without(self, *names: str) -> "Scope":
        """The same, not narrowed by these filters."""
        return replace(self, filters=replace(self.filters, **{name: _BLANK[name] for name in names}))

    def door(self, **more) -> str:
        """The address of the customers list that is narrowed to this scope and to `more` of the list's parameters."""
        query = urlencode({**self.filters.as_dict(), **more}, doseq=True)
        return f"{reverse('customers:list')}?{query}"


_BLANK = {name: getattr(Filters(), name) for name in NAMES}
