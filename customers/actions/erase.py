"""A person's data erased for good: what tells who she was goes, what the figures count stays.

Her id, statuses, dates, counsellor, source, course and origin stay: they say how the work went, and hundreds share each
source and course. A name, a number, an address, a text, a column of a file go. The area goes where few live there.
Where other apps keep something of her is their business: they register with `also_erase`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from crm.lib import drafts
from customers.actions.errors import ActionError
from customers.actions.held import refuse_erased
from customers.erased import digest
from customers.models import (
    ContactNumber,
    Customer,
    Enquiry,
    ErasedNumber,
    Erasure,
    FieldChange,
    FollowUp,
    Merge,
    Note,
    StatusChange,
)

# In an area with fewer than this many others the area and a date could still tell who she was.
SHARED_BY = 4
_WRITTEN = (
    "name phone_number area area_key remark email extra search_text do_not_call next_follow_up_at exhausted_at "
    "erased_at version updated_at"
).split()
NOT_ERASED = "This number is not kept out, so there is nothing to let in. Add her as a new customer."


@dataclass(frozen=True)
class KeptFile:
    """A file that holds her still: its name, the day it goes by itself, and where it can be deleted at once."""

    name: str
    until: date
    url: str


class Keeper(Protocol):
    """What an app does that keeps data of customers beside this one."""

    def hold(self, ids: Collection[UUID]) -> None:
        """Lock whatever may be writing about these customers, before they are locked themselves."""

    def forget(self, ids: Collection[UUID], texts: Collection[str], numbers: Collection[str]) -> None:
        """Erase what is kept of them. `texts` and `numbers` are hers, by which rows without her id can be known."""

    def files(self, ids: Collection[UUID]) -> list[KeptFile]:
        """The uploaded files that hold them still."""

    def delete_files(self, ids: Collection[UUID], *, by: User, now: datetime) -> int:
        """Delete those files now. Returns how many."""

    def count(self, ids: Collection[UUID]) -> int:
        """How many rows of files are kept of them as they came."""


KEEPERS: list[Keeper] = []


def also_erase(keeper: Keeper) -> None:
    """Have `keeper` asked whenever somebody is erased."""
    KEEPERS.append(keeper)


@transaction.atomic
def erase(*, customer: Customer, by: User, now: datetime, reason: str, with_files: bool = False) -> Erasure:
    """Erase who `customer` was, and all who were merged into her. `with_files` also deletes the files she came in.

    Raises ActionError when that was done before.
    """
    ids = customer.row_ids
    for keeper in KEEPERS:
        keeper.hold(ids)
    people = list(Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    survivor = next(person for person in people if person.pk == customer.pk)
    refuse_erased(survivor)
    numbers = numbers_of(people)
    for keeper in KEEPERS:
        if with_files:
            keeper.delete_files(ids, by=by, now=now)
        keeper.forget(ids, _texts(people), numbers)
    _erase_histories(ids, by, now)
    for person in people:
        _erase_person(person, now)
    erasure = Erasure.objects.create(customer=survivor, by=by, at=now, reason=reason)
    ErasedNumber.objects.bulk_create(
        (ErasedNumber(digest=digest(number), erasure=erasure) for number in sorted(numbers)), ignore_conflicts=True
    )
    drafts.forget([str(pk) for pk in ids])
    return erasure


def numbers_of(people: Sequence[Customer]) -> set[str]:
    """All their numbers, further ones included."""
    further = ContactNumber.objects.filter(customer__in=people).values_list("number", flat=True)
    return {*filter(None, (person.phone_number for person in people)), *further}


def area_stays(customer: Customer) -> bool:
    """Whether enough others live in her area."""
    others = Customer.objects.filter(area_key=customer.area_key, erased_at=None).exclude(pk=customer.pk)
    return bool(customer.area_key) and len(others.values_list("pk", flat=True)[:SHARED_BY]) >= SHARED_BY


def _texts(people: Sequence[Customer]) -> set[str]:
    """What was written of them, by which a sample of a column is known."""
    return {
        text
        for person in people
        for text in (person.name, person.email, person.remark, *map(str, person.extra.values()))
        if text
    }


def _erase_person(person: Customer, now: datetime) -> None:
    if not area_stays(person):
        person.area = person.area_key = ""
    person.name = person.phone_number = person.remark = person.email = person.search_text = ""
    person.extra = {}
    person.do_not_call = True  # no deal, no next call and no follow-up touches her
    person.next_follow_up_at = person.exhausted_at = None
    person.erased_at = person.updated_at = now
    person.version += 1  # an import that has read her before must look again
    person.save(update_fields=_WRITTEN)


def _erase_histories(ids: Collection[UUID], by: User, now: datetime) -> None:
    """Their rows stay, since figures count them; what was written in them goes."""
    hers = {"customer__in": ids}
    ContactNumber.objects.filter(**hers).delete()
    Note.objects.filter(**hers).update(text="", pinned=False)
    StatusChange.objects.filter(**hers).exclude(notes="").update(notes="")
    FieldChange.objects.filter(**hers).update(old="", new="")
    Enquiry.objects.filter(**hers).update(sheet="", row=None)  # the place in a file leads to her as well
    FollowUp.objects.filter(**hers).open().update(state=FollowUp.State.CANCELLED, closed_by=by, closed_at=now)
    Merge.objects.filter(Q(winner__in=ids) | Q(loser__in=ids)).update(before={})  # nothing for an undo to bring back


@transaction.atomic
def let_in(*, number: str, by: User, now: datetime, why: str) -> None:
    """Let the number (E.164) of somebody who was erased in again: she has enquired anew. What was erased stays so.

    Raises ActionError when it is not kept out.
    """
    kept_out = ErasedNumber.objects.filter(let_in_at=None, digest=digest(number))
    if not kept_out.update(let_in_at=now, let_in_by=by, why=why):
        raise ActionError(NOT_ERASED)
