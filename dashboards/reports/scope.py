"""Whom a report is about: a period and the list's own filters, so that each number can say which list it is."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import User
from customers.happenings import Happening
from customers.lists import Filters, narrowed
from customers.models import Customer, CustomerQuerySet
from customers.models.customer import OfCustomerQuerySet

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

    @property
    def today(self) -> date:
        return localdate(self.now)

    @property
    def people(self) -> CustomerQuerySet:
        """Those whom the filters leave, whenever they enquired and whoever looks after them: what happened to them is
        narrowed to the days and the counsellors instead."""
        return self.without("date_from", "date_to", "owner").cohort

    def of_people(self, rows: OfCustomerQuerySet) -> OfCustomerQuerySet:
        """Those of `rows` that belong to `people`."""
        if self.without("date_from", "date_to", "owner").filters == Filters():
            return rows.visible_to(self.viewer)
        return rows.filter(customer__in=self.people.order_by().values("pk"))

    def happened_door(self, happening: Happening) -> str:
        """The address of the list of those to whom it happened."""
        asked = self.filters.owner
        if len(asked) == 1 and asked[0].isdecimal() and happening.by is None:
            happening = replace(happening, by=int(asked[0]))
        elif asked and happening.by is None:
            return ""  # the list knows one who did it, or all
        return self.without("date_from", "date_to", "owner").door(happened=happening)

    def without(self, *names: str) -> "Scope":
        """The same, not narrowed by these filters."""
        return replace(self, filters=replace(self.filters, **{name: _BLANK[name] for name in names}))

    def door(self, **more) -> str:
        """The address of the customers list that is narrowed to this scope and to `more` of the list's parameters."""
        query = urlencode({**self.filters.as_dict(), **more}, doseq=True)
        return f"{reverse('customers:list')}?{query}"


_BLANK = {name: getattr(Filters(), name) for name in NAMES}
