"""What undoing an import does to customers: those it added go, what it changed comes back, each value on the record.

The import decides, this writes; the caller holds the transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Max, QuerySet

from accounts.models import User
from customers.actions.imported import _READ, Change, Snapshot, change_imported
from customers.models import (
    CallTap,
    ContactNumber,
    Customer,
    Enquiry,
    FieldChange,
    FollowUp,
    Merge,
    Note,
    Origin,
    StatusChange,
)
from customers.values import shown

# Why a customer whom a file added stays although the file is undone.
CONTACT, STATUS, NOTE, EDITED = "contact", "status", "note", "edited"
FOLLOW_UP, ASKED, MERGED, ERASED = "follow_up", "asked", "merged", "erased"


@dataclass(slots=True)
class TakeBack:
    """A known customer whose values come back: her snapshot with the old ones set, and what was added to her."""

    known: Snapshot
    numbers: list[str] = field(default_factory=list)
    enquiries: list[Enquiry] = field(default_factory=list)


def traces(*origin_ids: UUID) -> list[tuple[str, QuerySet, str]]:
    """What somebody did with a customer of one of these origins: (reason, rows, their column with the customer).

    Being given to a counsellor is not among them: that is done to whole lists, before anybody looks.
    """
    # A next call that came with her in the file stays open and as old as she is until somebody has to do with her.
    came_along = {"created_at": F("customer__created_at"), "state": FollowUp.State.OPEN}
    by_hand = StatusChange.objects.exclude(kind=StatusChange.Kind.IMPORT)
    return [
        (CONTACT, by_hand.filter(kind=StatusChange.Kind.CONTACT), "customer"),
        (CONTACT, CallTap.objects.all(), "customer"),  # called, whatever came of it
        (STATUS, by_hand.exclude(kind=StatusChange.Kind.CONTACT), "customer"),
        (NOTE, Note.objects.all(), "customer"),
        (EDITED, FieldChange.objects.filter(origin=None), "customer"),
        (EDITED, Customer.objects.filter(hand_edited__gt=0), "pk"),
        (FOLLOW_UP, FollowUp.objects.exclude(**came_along), "customer"),
        (ASKED, Enquiry.objects.exclude(origin__in=origin_ids), "customer"),
        (ERASED, Customer.objects.filter(erased_at__isnull=False), "pk"),
        (MERGED, Merge.objects.all(), "winner"),
        (MERGED, Merge.objects.all(), "loser"),
        (MERGED, Customer.objects.filter(merged_into__isnull=False), "pk"),
        (MERGED, Customer.objects.filter(merged_into__isnull=False), "merged_into"),
    ]


def of_origins(ids: Collection[UUID], origins: QuerySet) -> set[UUID]:
    """Those of `ids` who came from one of `origins`."""
    return set(Customer.objects.filter(pk__in=ids, origin__in=origins).values_list("pk", flat=True)) if ids else set()


def worked_on(ids: Collection[UUID], *origin_ids: UUID) -> dict[UUID, list[str]]:
    """Those of `ids` with whom somebody did something since, each with the reasons; a query each."""
    found: dict[UUID, list[str]] = {}
    if not ids:
        return found
    for why, rows, column in traces(*origin_ids):
        of_them = rows.filter(**{f"{column}__in": ids}).order_by()
        for pk in of_them.values_list(column, flat=True).distinct():
            reasons = found.setdefault(pk, [])
            if why not in reasons:
                reasons.append(why)
    return found


def erased_of(ids: Collection[UUID]) -> set[UUID]:
    """Those of `ids` who were erased: nothing comes back to them."""
    return set(Customer.objects.filter(pk__in=ids, erased_at__isnull=False).values_list("pk", flat=True))


def merged_of(ids: Collection[UUID]) -> set[UUID]:
    """Those of `ids` whose row was merged with another: their values belong to the merge."""
    merges = Merge.objects.filter(undone_at=None)
    found = set(merges.filter(winner__in=ids).values_list("winner", flat=True))
    found |= set(merges.filter(loser__in=ids).values_list("loser", flat=True))
    return found | set(Customer.objects.filter(pk__in=ids, merged_into__isnull=False).values_list("pk", flat=True))


def locked(ids: Collection[UUID]) -> dict[UUID, Snapshot]:
    """The customers as they are now, held until the transaction ends: nobody works on them meanwhile."""
    rows = Customer.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)).values_list(*_READ)
    found = {values[0]: Snapshot(*values, numbers={values[1]}) for values in rows}
    for pk, number in ContactNumber.objects.filter(customer__in=found).values_list("customer_id", "number"):
        found[pk].numbers.add(number)
    return found


def remove_added(ids: Collection[UUID]) -> int:
    """Customers whom nobody worked on go, with all that came with them. Returns how many."""
    _, of_each = Customer.objects.filter(pk__in=ids).delete() if ids else (0, {})
    return of_each.get(Customer._meta.label, 0)


def enquiries_of(ids: Collection[UUID], origin_id: UUID) -> dict[UUID, list[Enquiry]]:
    """What each of `ids` asked through that origin."""
    found: dict[UUID, list[Enquiry]] = {}
    rows = Enquiry.objects.filter(customer__in=ids, origin=origin_id).select_related("source", "course")
    for enquiry in rows.order_by("pk"):
        found.setdefault(enquiry.customer_id, []).append(enquiry)
    return found


def asked_elsewhere(ids: Collection[UUID], origin: Origin) -> dict[UUID, date]:
    """The last day each of `ids` asked on, that origin left out."""
    others = Enquiry.objects.filter(customer__in=ids).exclude(origin=origin)
    rows = others.order_by().values_list("customer_id").annotate(Max("enquired_on"))
    return {pk: day for pk, day in rows if day}


def take_back(*, customers: Iterable[TakeBack], origin: Origin, by: User, now: datetime) -> None:
    """Write what came back, in the name of the one who undoes, and take away what was added."""
    customers = [taken for taken in customers if taken.known.is_changed or taken.enquiries or taken.numbers]
    for taken in customers:
        _without_numbers(taken)
        for enquiry in taken.enquiries:
            taken.known.changes.append(Change("enquiry", _in_words(enquiry), "", None))
        taken.known.enquiry_count = max(0, taken.known.enquiry_count - len(taken.enquiries))
    change_imported(customers=[taken.known for taken in customers], origin=origin, by=by, now=now)
    _delete(customers)


def _without_numbers(taken: TakeBack) -> None:
    if not taken.numbers:
        return
    known = taken.known
    before = _listed(known)
    known.numbers -= set(taken.numbers)
    known.changes.append(Change("extra_phones", before, _listed(known), None))


def _listed(known: Snapshot) -> str:
    return ", ".join(shown(number) for number in sorted(known.numbers - {known.phone_number}))


def _delete(customers: Sequence[TakeBack]) -> None:
    Enquiry.objects.filter(pk__in=[enquiry.pk for taken in customers for enquiry in taken.enquiries]).delete()
    wanted = {(taken.known.id, number) for taken in customers for number in taken.numbers}
    if wanted:
        rows = ContactNumber.objects.filter(customer__in={pk for pk, _ in wanted}).values_list(
            "pk", "customer_id", "number"
        )
        ContactNumber.objects.filter(pk__in=[row for row, pk, number in rows if (pk, number) in wanted]).delete()


def _in_words(enquiry: Enquiry) -> str:
    parts = [shown(enquiry.enquired_on), enquiry.source and enquiry.source.name, enquiry.course and enquiry.course.name]
    return " · ".join(filter(None, parts)) or "without a date"
