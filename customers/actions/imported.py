"""What a file writes: many customers at once, each change on the record. The import decides, this writes.

`Snapshot` is a known customer as the import sees and changes her; `NewCustomer` one that it adds.
"""

import datetime as dt
import threading
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import User
from crm.lib import bulk, lookups  # noqa: F401 - one_of
from crm.lib.ids import time_ordered_ids
from crm.lib.text import fold_word, search_text
from customers.actions.errors import Conflict
from customers.models import (
    AssignmentChange,
    ContactNumber,
    Customer,
    Enquiry,
    FieldChange,
    FollowUp,
    Origin,
    Status,
    StatusChange,
)

WHY = "Import"
_new_ids, _one_at_a_time = time_ordered_ids(), threading.Lock()


def new_id() -> str:
    """The key of a customer to be, as a UUID's 32 digits: they are only written."""
    with _one_at_a_time:
        return next(_new_ids)


@dataclass(slots=True)
class Asked:
    """One enquiry: when and about what, and where in the file it stands."""

    on: dt.date | None
    source_id: int | None
    course_id: int | None
    sheet: str
    row: int


@dataclass(slots=True)
class NewCustomer:
    phone_number: str
    asked: Asked
    name: str = ""
    area: str = ""
    remark: str = ""
    email: str = ""
    extra: dict = field(default_factory=dict)
    extra_phones: Sequence[str] = ()
    person: int = 1
    status: str = Status.NEW
    mark: int = 0  # that of a status it brings
    owner_id: int | None = None
    follow_up_at: datetime | None = None  # only with an owner
    id: str = field(default_factory=new_id)
    encoded: tuple | None = None  # see `encode`


@dataclass(slots=True)
class Change:
    """One field of a known customer that a row of the file changed, in words for the timeline."""

    field: str
    old: str
    new: str
    row: int


@dataclass(slots=True)
class Snapshot:
    """A known customer as she was read; the import changes its fields and notes down what it did."""

    id: uuid.UUID
    phone_number: str
    person: int
    name: str
    area: str
    date: dt.date | None
    remark: str
    email: str
    source_id: int | None
    course_id: int | None
    extra: dict
    origin_id: uuid.UUID
    hand_edited: int
    enquiry_count: int
    last_enquired_at: dt.date | None
    version: int
    numbers: set[str] = field(default_factory=set)  # hers, the contact number included
    sources: set[int] = field(default_factory=set)  # what she asked through and about, of all her enquiries
    courses: set[int] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    new_numbers: list[str] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return bool(self.changes or self.asked or self.new_numbers)


_READ = (
    "id phone_number person name area date remark email source_id course_id extra origin_id hand_edited "
    "enquiry_count last_enquired_at version"
).split()


class KnownCustomers:
    """The customers at some numbers or with some ids, merged ones as their survivors; three queries or four."""

    def __init__(self, numbers: Collection[str], ids: Collection[str] = ()):
        self.by_id: dict[uuid.UUID, Snapshot] = {}
        self._at: dict[str, list[uuid.UUID]] = {}
        self._survivors: dict[uuid.UUID, uuid.UUID] = {}
        self._persons: dict[str, int] = {}
        self._erased: set[uuid.UUID] = set()
        self._load(Customer.objects.at_numbers(numbers))
        if missing := {uuid.UUID(given) for given in ids} - self.by_id.keys():
            self._load(Customer.objects.filter(pk__one_of=missing))
        if missing := set(self._survivors.values()) - self.by_id.keys():
            self._load(Customer.objects.filter(pk__one_of=missing))
        self._add_numbers()
        self._add_enquiries()

    def at(self, number: str) -> list[Snapshot]:
        """Who lives at a number, each once, by their `person`."""
        if number not in self._at:
            return []
        ids = dict.fromkeys(self._survivors.get(pk, pk) for pk in self._at[number])
        return [self.by_id[pk] for pk in ids if pk in self.by_id]

    def persons_at(self, number: str) -> int:
        """The highest `person` at a number, 0 where nobody lives."""
        return self._persons.get(number, 0)

    def with_id(self, given: str) -> Snapshot | None:
        pk = uuid.UUID(given)
        return self.by_id.get(self._survivors.get(pk, pk))

    def is_erased(self, given: str) -> bool:
        """Whether the one with that id was erased, by herself or with her survivor."""
        return uuid.UUID(given) in self._erased

    def _load(self, customers) -> None:
        rows = customers.order_by("phone_number", "person").values_list("merged_into_id", "erased_at", *_READ)
        for merged_into, erased_at, *values in rows:
            pk, number, person = values[:3]
            if erased_at:
                self._erased.add(pk)
                continue
            self._persons[number] = max(person, self._persons.get(number, 0))
            places = self._at.setdefault(number, [])
            if number and pk not in places:
                places.append(pk)
            if merged_into:
                self._survivors[pk] = merged_into
            else:
                self.by_id[pk] = Snapshot(*values, numbers={number})

    def _add_numbers(self) -> None:
        for loser, winner in self._survivors.items():
            if winner in self.by_id:
                self.by_id[winner].numbers.update(number for number, ids in self._at.items() if loser in ids)
        of_them = ContactNumber.objects.filter(customer__one_of=self.by_id)
        for pk, number in of_them.values_list("customer_id", "number") if self.by_id else ():
            self.by_id[pk].numbers.add(number)

    def _add_enquiries(self) -> None:
        for known in self.by_id.values():
            known.sources.update(filter(None, [known.source_id]))
            known.courses.update(filter(None, [known.course_id]))
        # An only enquiry says what the customer's own row says, unless a person has corrected that or it is another's.
        merged = set(self._survivors.values())
        more = [pk for pk, known in self.by_id.items() if known.enquiry_count > 1 or known.hand_edited or pk in merged]
        of_them = Enquiry.objects.filter(customer__one_of=more).order_by()
        rows = of_them.values_list("customer_id", "source_id", "course_id").distinct() if more else ()
        for pk, source_id, course_id in (*rows, *self._asked_by_merged(more)):
            self.by_id[pk].sources.update(filter(None, [source_id]))
            self.by_id[pk].courses.update(filter(None, [course_id]))

    def _asked_by_merged(self, survivors: Collection[uuid.UUID]) -> Iterable[tuple]:
        """(survivor, source, course) of the enquiries that stand on the rows merged into these."""
        if not survivors:
            return ()
        merged = dict(Customer.objects.filter(merged_into__one_of=survivors).values_list("pk", "merged_into"))
        rows = Enquiry.objects.filter(customer__one_of=merged).order_by() if merged else Enquiry.objects.none()
        asked = rows.values_list("customer_id", "source_id", "course_id").distinct()
        return [(merged[pk], source_id, course_id) for pk, source_id, course_id in asked]


_CUSTOMER = (
    "id name phone_number person area area_key date remark email source course status assigned_to assigned_at extra "
    "origin hand_edited search_text been_at last_contact_at attempts next_follow_up_at enquiry_count last_enquired_at "
    "do_not_call merged_into version created_at updated_at"
).split()
_ENQUIRY = ("customer", "enquired_on", "source", "course", "origin", "sheet", "row")
_NUMBER = ("customer", "number")
_STATUS_CHANGE = (
    "customer previous_status new_status changed_by happened_at changed_at notes kind client_token undone_at "
    "lost_reason batch"
).split()
_ASSIGNMENT = ("customer", "previous_owner", "new_owner", "by", "at", "batch", "why")
_FOLLOW_UP = "customer owner due_at promised_at kind state created_by created_at closed_by closed_at".split()
_FIELD_CHANGE = ("customer", "field", "old", "new", "by", "at", "origin", "row")
_UPDATED = (
    "name area area_key date remark email source course extra search_text enquiry_count last_enquired_at updated_at"
).split()


def encode(*, customers: Sequence[NewCustomer], origin: Origin, now: datetime) -> None:
    """Work out beforehand, and without the database, what adding these will write. They may not change afterwards."""
    rows = bulk.encoded(Customer, _CUSTOMER, (_customer_row(new, origin, now) for new in customers))
    enquiries = bulk.encoded(Enquiry, _ENQUIRY, (_enquiry_row(new.id, new.asked, origin) for new in customers))
    for new, *said in zip(customers, rows, enquiries, strict=True):
        new.encoded = tuple(said)


def add_imported(*, customers: Sequence[NewCustomer], origin: Origin, by: User, now: datetime) -> None:
    """Add `customers`, each with her first enquiry and, where the file brings one, a status, an owner, a next call.

    Raises IntegrityError when one of them was added by somebody else in the meantime; the caller holds the transaction.
    """
    if not customers:
        return
    ready = [new.encoded for new in customers if new.encoded]
    others = [new for new in customers if not new.encoded]
    bulk.insert_encoded(Customer, _CUSTOMER, [row for row, _ in ready])
    bulk.insert(Customer, _CUSTOMER, (_customer_row(new, origin, now) for new in others))
    bulk.insert_encoded(Enquiry, _ENQUIRY, [row for _, row in ready])
    bulk.insert(Enquiry, _ENQUIRY, (_enquiry_row(new.id, new.asked, origin) for new in others))
    if numbers := [(new.id, number) for new in customers for number in dict.fromkeys(new.extra_phones)]:
        bulk.insert(ContactNumber, _NUMBER, numbers)
    if moved_in := [new for new in customers if new.status != Status.NEW]:
        kind = StatusChange.Kind.IMPORT
        rows = ((c.id, None, c.status, by.pk, now, now, "", kind, None, None, None, None) for c in moved_in)
        bulk.insert(StatusChange, _STATUS_CHANGE, rows)
    if owned := [new for new in customers if new.owner_id]:
        rows = ((new.id, None, new.owner_id, by.pk, now, None, WHY) for new in owned)
        bulk.insert(AssignmentChange, _ASSIGNMENT, rows)
    if promised := [new for new in customers if new.follow_up_at]:
        bulk.insert(FollowUp, _FOLLOW_UP, (_follow_up_row(new, by, now) for new in promised))


def _follow_up_row(new: NewCustomer, by: User, now: datetime) -> tuple:
    at = new.follow_up_at
    return (new.id, new.owner_id, at, at, FollowUp.Kind.PROMISE, FollowUp.State.OPEN, by.pk, now, None, None)


def _customer_row(new: NewCustomer, origin: Origin, now: datetime) -> tuple:
    asked = new.asked
    return (
        new.id, new.name, new.phone_number, new.person, new.area, fold_word(new.area), asked.on, new.remark, new.email,
        asked.source_id, asked.course_id, new.status, new.owner_id, now if new.owner_id else None, new.extra,
        origin.pk, 0, search_text(name=new.name, area=new.area, numbers=[new.phone_number, *new.extra_phones]),
        new.mark, None, 0, new.follow_up_at, 1, asked.on, False, None, 1, now, now,
    )  # fmt: skip


def _enquiry_row(pk: uuid.UUID | str, asked: Asked, origin: Origin) -> tuple:
    return (pk, asked.on, asked.source_id, asked.course_id, origin.pk, asked.sheet, asked.row)


def change_imported(*, customers: Iterable[Snapshot], origin: Origin, by: User, now: datetime) -> None:
    """Write what the import changed in known customers, with a FieldChange for each value.

    Raises Conflict when somebody else changed one of them since she was read; the caller holds the transaction.
    """
    changed = sorted((known for known in customers if known.is_changed), key=lambda known: known.id)
    rows = [(known.id, known.version, *_updated_row(known, now)) for known in changed]
    if bulk.update(Customer, ("id", "version"), _UPDATED, rows, bump="version") != len(changed):
        raise Conflict("Somebody changed one of these customers at the same moment.")
    changes = (
        (known.id, c.field, c.old, c.new, by.pk, now, origin.pk, c.row) for known in changed for c in known.changes
    )
    bulk.insert(FieldChange, _FIELD_CHANGE, changes)
    bulk.insert(
        Enquiry, _ENQUIRY, (_enquiry_row(known.id, asked, origin) for known in changed for asked in known.asked)
    )
    bulk.insert(ContactNumber, _NUMBER, ((known.id, number) for known in changed for number in known.new_numbers))


def _updated_row(known: Snapshot, now: datetime) -> tuple:
    numbers = [known.phone_number, *sorted(known.numbers - {known.phone_number})]
    return (
        known.name, known.area, fold_word(known.area), known.date, known.remark, known.email, known.source_id,
        known.course_id, known.extra, search_text(name=known.name, area=known.area, numbers=numbers),
        known.enquiry_count, known.last_enquired_at, now,
    )  # fmt: skip
