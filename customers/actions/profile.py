"""Who a customer is: typed in, edited; each change on the record."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from accounts.models import User
from crm.lib.text import fold, search_text
from customers.actions.errors import ActionError, AlreadyKnown, AlreadyLookedAfter, Conflict, KeptOut
from customers.actions.follow_ups import close_follow_up
from customers.actions.held import held
from customers.actions.vocabulary import KINDS, word
from customers.erased import erased_among
from customers.models import (
    AssignmentChange,
    ContactNumber,
    Customer,
    Enquiry,
    FieldChange,
    FollowUp,
    Note,
    Origin,
    Status,
)
from customers.models.customer import AREA_LENGTH, HAS_NUMBER, edit_bit
from customers.values import shown

PASSED_ON = "Passed to the team: this number is already being looked after."
PASSED_ON_A_DAY = 20
KEPT_OUT = "This number belongs to somebody whose data was erased, so it is kept out."
PASSED_ON_LABEL = "Typed in for a known number"
# The same entry by the same person again within this time is a second press of the same button.
DOUBLE_SUBMIT = timedelta(minutes=2)


def refresh_search(customer: Customer, extra_numbers: Iterable[str] | None = None) -> None:
    """Set the derived columns that lists search and filter by. The caller saves them."""
    if extra_numbers is None:
        extra_numbers = ContactNumber.objects.filter(customer=customer).values_list("number", flat=True)
    customer.area_key = fold(customer.area)[: AREA_LENGTH * 2]  # a folded text can be much longer than it was
    customer.search_text = search_text(
        name=customer.name, area=customer.area, numbers=[customer.phone_number, *extra_numbers]
    )


def create_customer(
    *, by: User, now: datetime, phone_number: str, extra_phones: Iterable[str] = (), **fields
) -> Customer:
    """Add a customer typed in by `by`; a sales user's becomes her own. `fields` are of EDITABLE_FIELDS.

    `source` and `course` may be texts. The same entry again at once returns the customer of the first time.
    Raises AlreadyKnown when the number is known and visible to `by`. When somebody else looks after it, a sales
    user's entry is kept as an enquiry and a note there, and AlreadyLookedAfter is raised. Raises KeptOut when the
    number belonged to somebody who was erased.
    """
    entry = {"by": by, "now": now, "phone_number": phone_number, "extra_phones": list(extra_phones), "fields": fields}
    try:
        return _typed_in(**entry)
    except IntegrityError:  # the same number was saved in this very moment: now it is known
        return _typed_in(**entry)


def _typed_in(*, by: User, now: datetime, phone_number: str, extra_phones: list[str], fields: dict) -> Customer:
    with transaction.atomic():
        fields = _with_words(fields)
        known = _known(phone_number)
        if known is None:
            _refuse_erased_numbers([phone_number, *extra_phones])
            return _create(by=by, now=now, phone_number=phone_number, extra_phones=extra_phones, fields=fields)
        if _is_double_submit(known, by, now, phone_number, fields):
            return known
        _refuse_visible(known, by)
        _pass_on(known, by, now, fields)
    raise AlreadyLookedAfter(PASSED_ON)


def _with_words(fields: dict) -> dict:
    """`fields` with the rows that its texts for source and course name."""
    return {
        field: word(field, value) if field in KINDS and isinstance(value, str) else value
        for field, value in fields.items()
    }


def _known(phone_number: str) -> Customer | None:
    """Who has that number, as her own or as a further one."""
    customers = Customer.objects.select_related("merged_into", "origin").order_by("person")
    known = customers.filter(HAS_NUMBER, phone_number=phone_number).first()
    if known is None:
        known = customers.filter(numbers__number=phone_number).order_by("pk").first()
    return (known.merged_into or known) if known else None


def _is_double_submit(known: Customer, by: User, now: datetime, phone_number: str, fields: dict) -> bool:
    origin = known.origin
    just_now = (
        origin.kind == Origin.Kind.MANUAL and origin.created_by_id == by.pk and now - known.created_at < DOUBLE_SUBMIT
    )
    return just_now and known.phone_number == phone_number and known.name == fields.get("name", "")


def _refuse_erased_numbers(numbers: Iterable[str]) -> None:
    if erased_among(list(numbers)):
        raise KeptOut(KEPT_OUT)


def _refuse_visible(known: Customer, by: User) -> None:
    """What `by` may see she may be told of."""
    if Customer.objects.visible_to(by).filter(pk=known.pk).exists():
        raise AlreadyKnown(f"This number is already in the list: {known.shown_name}.", known)


def _create(*, by: User, now: datetime, phone_number: str, extra_phones: list[str], fields: dict) -> Customer:
    origin = Origin.objects.create(kind=Origin.Kind.MANUAL, label=f"Typed in by {by}", created_by=by, created_at=now)
    customer = Customer(
        phone_number=phone_number, status_id=Status.NEW, origin=origin, created_at=now, updated_at=now, **fields
    )
    customer.hand_edited = sum(edit_bit(field) for field, value in fields.items() if value)
    customer.last_enquired_at = customer.date
    if by.is_sales:
        customer.assigned_to, customer.assigned_at = by, now
    refresh_search(customer, extra_phones)
    customer.save(force_insert=True)
    ContactNumber.objects.bulk_create(ContactNumber(customer=customer, number=number) for number in extra_phones)
    Enquiry.objects.create(
        customer=customer,
        enquired_on=customer.date,
        source=customer.source,
        course=customer.course,
        origin=origin,
    )
    if by.is_sales:
        AssignmentChange.objects.create(customer=customer, new_owner=by, by=by, at=now, why="Typed in")
    return customer


def _pass_on(known: Customer, by: User, now: datetime, fields: dict) -> None:
    """Keep a colleague's entry for a number that is not hers, without telling her whose it is."""
    origin = _passing_on(by, now)
    Enquiry.objects.create(
        customer=known,
        enquired_on=fields.get("date") or localdate(now),
        source=fields.get("source"),
        course=fields.get("course"),
        origin=origin,
    )
    typed = "\n".join(f"{field}: {shown(value)}" for field, value in fields.items() if value)
    Note.objects.create(customer=known, text=f"{by} typed this number in as well.\n{typed}".strip(), by=by, at=now)
    known = Customer.objects.select_for_update().get(pk=known.pk)
    known.enquiry_count += 1
    known.version += 1
    known.last_enquired_at = max(filter(None, [known.last_enquired_at, localdate(now)]))
    known.updated_at = now
    known.save(update_fields=["enquiry_count", "last_enquired_at", "version", "updated_at"])


def _passing_on(by: User, now: datetime) -> Origin:
    """The record of one such entry; refused past the number of a day, or the form would be a way to try numbers."""
    since = now - timedelta(days=1)
    passed_on = Origin.objects.filter(label=PASSED_ON_LABEL, created_by=by, created_at__gt=since).count()
    if passed_on >= PASSED_ON_A_DAY:
        raise ActionError("That is enough new entries for one day. Ask your manager to add this one.")
    return Origin.objects.create(kind=Origin.Kind.MANUAL, label=PASSED_ON_LABEL, created_by=by, created_at=now)


def edit_customer(
    *,
    customer: Customer,
    by: User,
    now: datetime,
    seen: datetime | None = None,
    extra_phones: Iterable[str] | None = None,
    **fields,
) -> Customer:
    """Change what is known of a customer; only what differs is written, with one FieldChange a field.

    `source` and `course` may be texts. `seen` is the moment that the form's values are of: Conflict when somebody else
    changed one of the same fields since. `extra_phones` None leaves the further numbers alone. Raises AlreadyKnown
    when the number belongs to another whom `by` may see; when somebody else looks after that one, a note is left
    there, nothing is changed, and AlreadyLookedAfter is raised. Raises KeptOut for a new number of somebody erased.
    """
    try:
        with transaction.atomic():
            stored = held(customer.pk)
            fields = _with_words(fields)
            changed = {field: value for field, value in fields.items() if getattr(stored, field) != value}
            if seen is not None:
                _refuse_conflict(stored, changed, by, seen, numbers=extra_phones)
            other = _holder_of(stored, changed.get("phone_number"))
            if other is None:
                _refuse_erased_numbers(_new_numbers(stored, changed, extra_phones))
                return _edit(stored, changed, extra_phones, by, now)
            _refuse_visible(other, by)
            _passing_on(by, now)
            text = f"{by} wanted to give this number to another customer."
            Note.objects.create(customer=other, text=text, by=by, at=now)
    except IntegrityError as error:  # the same number was saved by somebody else in this very moment
        raise ActionError("This number was saved a moment ago. Send it once more to see what became of it.") from error
    raise AlreadyLookedAfter(PASSED_ON)


def _holder_of(customer: Customer, phone_number: str | None) -> Customer | None:
    """Who has the number that `customer` is to get, or None."""
    if not phone_number:
        return None
    taken = Customer.objects.select_related("merged_into").filter(
        HAS_NUMBER, phone_number=phone_number, person=customer.person
    )
    other = taken.exclude(pk=customer.pk).first()
    return (other.merged_into or other) if other else None


def _new_numbers(stored: Customer, changed: dict, extra_phones: Iterable[str] | None) -> set[str]:
    """The numbers that an edit would give `stored` and that she has not yet."""
    new = {*filter(None, [changed.get("phone_number")]), *(extra_phones or ())}
    if new:
        new -= {stored.phone_number, *stored.numbers.values_list("number", flat=True)}
    return new


def _edit(stored: Customer, changed: dict, extra_phones: Iterable[str] | None, by: User, now: datetime) -> Customer:
    FieldChange.objects.bulk_create(
        FieldChange(customer=stored, field=field, old=shown(getattr(stored, field)), new=shown(value), by=by, at=now)
        for field, value in changed.items()
    )
    for field, value in changed.items():
        setattr(stored, field, value)
        stored.hand_edited |= edit_bit(field)
    numbers_changed = extra_phones is not None and _replace_numbers(stored, list(extra_phones), by, now)
    if not (changed or numbers_changed):
        return stored
    if changed.get("do_not_call"):
        close_follow_up(customer=stored, by=by, now=now, state=FollowUp.State.CANCELLED)
    refresh_search(stored)
    stored.version += 1
    stored.updated_at = now
    derived = ["next_follow_up_at", "hand_edited", "area_key", "search_text", "version", "updated_at"]
    stored.save(update_fields=[*changed, *derived])
    return stored


def _refuse_conflict(customer: Customer, changed: dict, by: User, seen: datetime, *, numbers) -> None:
    """A form drawn before a colleague's edit may not silently put her values back."""
    fields = [*changed, *(["extra_phones"] if numbers is not None else [])]
    since = FieldChange.objects.filter(customer=customer, field__in=fields, at__gt=seen).exclude(by=by).order_by("at")
    latest = {change.field: change for change in since.select_related("by")}
    clashes = [
        f"{change.by} set {change.label} to “{change.new}”" if change.new else f"{change.by} emptied {change.label}"
        for change in latest.values()
    ]
    if clashes:
        raise Conflict(f"In the meantime {', '.join(clashes)}. Check your entry and save it again.")


def _replace_numbers(customer: Customer, numbers: list[str], by: User, now: datetime) -> bool:
    old = set(ContactNumber.objects.filter(customer=customer).values_list("number", flat=True))
    new = {number for number in numbers if number != customer.phone_number}
    if old == new:
        return False
    ContactNumber.objects.filter(customer=customer, number__in=old - new).delete()
    ContactNumber.objects.bulk_create(ContactNumber(customer=customer, number=number) for number in sorted(new - old))
    FieldChange.objects.create(
        customer=customer,
        field="extra_phones",
        old=", ".join(map(shown, sorted(old))),
        new=", ".join(map(shown, sorted(new))),
        by=by,
        at=now,
    )
    return True
