"""The customers list: which filters and sorts there are, and what each means. Knows no request."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.models import User
from crm.lib import lookups  # noqa: F401 - one_of
from crm.lib.pagination import Sort, fingerprint
from crm.lib.text import fold
from customers.days import DUE_FOR, beginning, midnight
from customers.funnel import ever_reached
from customers.happenings import Happening, lost_for
from customers.models import AssignmentChange, ContactNumber, CustomerQuerySet, FollowUp, Stage, StatusChange
from customers.models.customer import HAS_NUMBER

SORTS = {
    sort.name: sort
    for sort in (
        Sort("newest", "Newest", "id"),
        Sort("date", "Enquiry date", "date", nullable=True),
        Sort("last_contact", "Last contact", "last_contact_at", nullable=True),
        Sort("follow_up", "Next follow-up", "next_follow_up_at", descending=False, nullable=True),
        Sort("name", "Name", "name", descending=False, nullable=True, text=True),
    )
}
NEWEST = "newest"
NOBODY, ANYBODY = "none", "any"
MOST_AT_NUMBERS = 500  # people who share the numbers that were asked for as further ones
DAYS = ("date_from", "date_to", "added_from", "added_to", "contact_from", "contact_to")  # filters that are a day


@dataclass(frozen=True)
class Gift:
    """How customers came into somebody's hands: with a batch, or one by one, given by somebody on a day.

    As a text it is the list's parameter `came`; `read` takes it apart again, and raises ValueError.
    """

    batch: UUID | None = None
    by: int | None = None
    day: date | None = None

    def __str__(self) -> str:
        return str(self.batch) if self.batch else f"{self.by}-{self.day:%Y-%m-%d}"

    @classmethod
    def read(cls, text: str) -> "Gift":
        by, _, day = text.partition("-")
        if not (by.isdecimal() and len(by) < 10 and len(day) == 10):
            return cls(batch=UUID(text))
        gift = cls(by=int(by), day=date.fromisoformat(day))
        if not 2000 <= gift.day.year < 3000:  # at the ends of the calendar there is no day before or after
            raise ValueError("Nobody gave customers then.")
        return gift

    def clause(self) -> Q:
        """Those who came so to whoever has them now."""
        still = {"new_owner": F("customer__assigned_to"), "at": F("customer__assigned_at")}
        changes = AssignmentChange.objects.filter(batch=self.batch, **still)
        if self.day:
            until = beginning(self.day + timedelta(days=1))
            changes = changes.filter(by=self.by, at__gte=beginning(self.day), at__lt=until)
        return Q(pk__in=changes.values("customer"))


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; blank means not at all. The names are the parameters of the list's address."""

    search: str = ""
    status: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()  # user ids; NOBODY: those without a counsellor, ANYBODY: those with one
    area: str = ""
    source: tuple[str, ...] = ()  # ids; NOBODY: those without a source
    course: tuple[int, ...] = ()
    origin: str = ""  # an Origin's id
    date_from: date | None = None
    date_to: date | None = None
    added_from: date | None = None
    added_to: date | None = None
    contact_from: date | None = None
    contact_to: date | None = None
    follow_up: str = ""  # a key of FOLLOW_UPS
    contacted: str = ""  # a key of CONTACTED
    assigned: str = ""  # a key of ASSIGNED
    stage: tuple[str, ...] = ()
    reached: str = ""  # a status's code: those who ever came as far on the funnel
    won: str = ""  # a key of WON
    tries: str = ""  # a key of TRIES
    enquired: str = ""  # a key of ENQUIRED
    do_not_call: str = ""  # a key of DO_NOT_CALL
    came: str = ""  # a Gift
    happened: str = ""  # a Happening
    lost: str = ""  # a LostReason's id, or happenings.NO_REASON
    numbers: tuple[str, ...] = ()  # E.164
    ids: tuple[str, ...] = ()

    def as_dict(self) -> dict:
        """Plain values for JSON: a batch remembers them, `from_dict` brings them back."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if getattr(self, f.name)}

    @classmethod
    def from_dict(cls, values: dict) -> "Filters":
        known = {f.name: values[f.name] for f in fields(cls) if f.name in values}
        for name in DAYS:
            if known.get(name):
                known[name] = date.fromisoformat(known[name])
        return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in known.items()})

    def key(self, user: User) -> str:
        """What a cursor of this list is signed for."""
        return fingerprint(user.pk, sorted(self.as_dict().items()))


def _plain(value):
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def narrowed(customers: CustomerQuerySet, filters: Filters, *, now: datetime) -> CustomerQuerySet:
    """`customers` narrowed to `filters`; `now` is what "due" and "today" are measured from."""
    for name, clause in CLAUSES.items():
        if value := getattr(filters, name):
            customers = customers.filter(clause(value, now))
    return customers.search(filters.search) if filters.search else customers


def pointing_at(column: str):
    """A clause for a filter of ids, in which NOBODY stands for a blank column and ANYBODY for a filled one."""

    def clause(values: tuple[str, ...], now: datetime) -> Q:
        found = Q(**{f"{column}__in": [value for value in values if value not in (NOBODY, ANYBODY)]})
        if NOBODY in values:
            found |= Q(**{f"{column}__isnull": True})
        return found | Q(**{f"{column}__isnull": False}) if ANYBODY in values else found

    return clause


def at_numbers(numbers: Collection[str]) -> Q:
    """Those who are reached at one of these numbers, their own or a further one."""
    others = ContactNumber.objects.filter(number__in=numbers).values_list("customer_id", flat=True)
    return HAS_NUMBER & Q(phone_number__in=numbers) | Q(pk__in=list(others[:MOST_AT_NUMBERS]))


def not_found(customers: CustomerQuerySet, numbers: Collection[str]) -> list[str]:
    """Those of `numbers` at which none of `customers` is reached; at most one query for each kind of number."""
    known = set(
        customers.filter(HAS_NUMBER, phone_number__in=numbers).order_by().values_list("phone_number", flat=True)
    )
    others = ContactNumber.objects.filter(number__in=numbers, customer__in=customers.order_by().values("pk"))
    known |= set(others.values_list("number", flat=True))
    return [number for number in numbers if number not in known]


# An id begins with the millisecond in which it was made, which is within a slice of an import, or a form, of the moment
# that is kept: so far apart at most, two clocks included.
_APART = timedelta(days=1)


def first_id(moment: datetime) -> UUID:
    """The lowest id that could have been made at that moment."""
    return UUID(int=int(moment.timestamp() * 1_000) << 80)


def added_between(begin: datetime | None, end: datetime | None) -> Q:
    """Those who were added then, both ends included; read from where the ids of that time begin."""
    found = Q()
    if begin:
        found &= Q(created_at__gte=begin, pk__gte=first_id(begin - _APART))
    return found & Q(created_at__lte=end) if end else found


def _waiting():
    """Her follow-up that hangs on an event without a day."""
    return FollowUp.objects.waiting().filter(customer=OuterRef("pk"))


def with_event(customers: CustomerQuerySet) -> CustomerQuerySet:
    """`customers` with the name of what each waits for, as `waits_for`."""
    return customers.annotate(waits_for=Subquery(_waiting().values("event__name")))


FOLLOW_UPS = {
    "due": lambda now: Q(next_follow_up_at__lte=now),
    "overdue": lambda now: Q(next_follow_up_at__lt=now - DUE_FOR),
    "now": lambda now: Q(next_follow_up_at__gte=now - DUE_FOR, next_follow_up_at__lte=now),
    "today": lambda now: Q(
        next_follow_up_at__gte=midnight(now), next_follow_up_at__lt=midnight(now) + timedelta(days=1)
    ),
    "rest": lambda now: Q(next_follow_up_at__gt=now, next_follow_up_at__lt=midnight(now) + timedelta(days=1)),
    "later": lambda now: Q(next_follow_up_at__gte=midnight(now) + timedelta(days=1)),
    "none": lambda now: Q(next_follow_up_at=None) & ~Q(Exists(_waiting())),
    "event": lambda now: Q(pk__in=FollowUp.objects.waiting().values("customer")),  # few: begun with, not looked for
    "exhausted": lambda now: Q(exhausted_at__isnull=False),
}
CONTACTED = {
    "ever": lambda now: Q(last_contact_at__isnull=False),
    "today": lambda now: Q(last_contact_at__gte=midnight(now)),
    "never": lambda now: Q(last_contact_at=None),
}
TRIES = {
    "0": lambda now: Q(attempts=0),
    "1": lambda now: Q(attempts=1),
    "2": lambda now: Q(attempts=2),
    "3+": lambda now: Q(attempts__gte=3),
    "6+": lambda now: Q(attempts__gte=6),
}
ENQUIRED = {"again": lambda now: Q(enquiry_count__gt=1), "once": lambda now: Q(enquiry_count__lte=1)}
DO_NOT_CALL = {"yes": lambda now: Q(do_not_call=True), "no": lambda now: Q(do_not_call=False)}
ASSIGNED = {"today": lambda now: Q(assigned_at__gte=midnight(now))}


def became_won(**when) -> Q:
    """Those who are won and became so then (lookups of a StatusChange). What a file brought along is older than it."""
    changes = StatusChange.objects.filter(customer=OuterRef("pk"), new_status__stage=Stage.WON, undone_at=None)
    first = changes.exclude(kind=StatusChange.Kind.IMPORT).exclude(previous_status__stage=Stage.WON)
    return Q(Exists(first.filter(**when)), status__stage=Stage.WON)


WON = {"month": lambda now: became_won(happened_at__gte=midnight(now).replace(day=1))}
CLAUSES = {
    "owner": pointing_at("assigned_to"),
    "status": lambda codes, now: Q(status__in=codes),
    "stage": lambda stages, now: Q(status__stage__in=stages),
    "source": pointing_at("source"),
    "course": lambda ids, now: Q(course__in=ids),
    "origin": lambda origin_id, now: Q(origin=origin_id),
    "area": lambda area, now: Q(area_key=fold(area)),
    "date_from": lambda day, now: Q(date__gte=day),
    "date_to": lambda day, now: Q(date__lte=day),
    "added_from": lambda day, now: added_between(beginning(day), None),
    "added_to": lambda day, now: Q(created_at__lt=beginning(day + timedelta(days=1))),
    "contact_from": lambda day, now: Q(last_contact_at__gte=beginning(day)),
    "contact_to": lambda day, now: Q(last_contact_at__lt=beginning(day + timedelta(days=1))),
    "tries": lambda key, now: TRIES[key](now),
    "enquired": lambda key, now: ENQUIRED[key](now),
    "do_not_call": lambda key, now: DO_NOT_CALL[key](now),
    "numbers": lambda numbers, now: at_numbers(numbers),
    "follow_up": lambda key, now: FOLLOW_UPS[key](now),
    "contacted": lambda key, now: CONTACTED[key](now),
    "assigned": lambda key, now: ASSIGNED[key](now),
    "reached": lambda code, now: ever_reached(code),
    "won": lambda key, now: WON[key](now),
    "happened": lambda text, now: Happening.read(text).clause(now),
    "lost": lambda reason, now: lost_for(reason),
    "came": lambda text, now: Gift.read(text).clause(),
    "ids": lambda ids, now: Q(pk__one_of=[UUID(pk) for pk in ids]),
}
