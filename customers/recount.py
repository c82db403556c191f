"""What is kept of customers beside their histories, counted anew from these. Reads only, some customers at a time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from crm.lib.text import fold, search_text
from customers import milestones, search_index
from customers.models import AssignmentChange, Batch, ContactNumber, Customer, Enquiry, FollowUp, Status, StatusChange
from customers.models.customer import AREA_LENGTH

SLICE = 1_000
_KEPT = (
    "pk", "name", "phone_number", "area", "area_key", "search_text", "status_id", "attempts", "last_contact_at",
    "been_at", "first_contact_at",
    "assigned_to_id", "assigned_at", "next_follow_up_at", "enquiry_count", "last_enquired_at", "merged_into_id",
    "erased_at",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """A figure that is not what its rows add up to."""

    whose: str
    figure: str
    kept: object
    counted: object
    mended: bool = False

    def __str__(self) -> str:
        done = ", mended" if self.mended else ""
        return f"{self.whose}: {self.figure} is {self.kept}, counted {self.counted}{done}"


@dataclass(slots=True)
class History:
    """What the rows of one customer say."""

    status: str = Status.NEW
    been_at: set[int] = field(default_factory=set)
    first_contact_at: datetime | None = None
    attempts: int = 0
    last_contact_at: datetime | None = None
    owner: int | None = None
    assigned_at: datetime | None = None
    next_follow_up_at: datetime | None = None
    follow_up_owner: int | None = None
    enquiries: int = 0
    last_enquired_at: date | None = None
    numbers: list[str] = field(default_factory=list)
    behind: list["History"] = field(default_factory=list)  # of those who were merged into her


def differences(*, mend: bool = False) -> Iterator[Difference]:
    """Every figure of a customer, and of the deals, that is wrong; none when all is well.

    `mend` writes anew those that follow from a history alone, what `milestones` keeps, and the search's index.
    """
    last = None
    while ids := _next_ids(last):
        wrong = {pk for pk, _ in _compared(ids)}
        if wrong:
            # Somebody may have been at work between two of our queries: look again while nobody can.
            with transaction.atomic():
                held = Customer.objects.filter(pk__in=wrong).order_by("pk").select_for_update(of=("self",))
                found = list(_compared([row.pk for row in held.only("pk")]))
                found = _mended(found) if mend else found
            yield from (difference for _, difference in found)
        last = ids[-1]
    yield from _deals()
    if not search_index.is_true():
        if mend:
            search_index.rebuild()
        yield Difference("All customers", "search index", "out of date", "what they hold", mended=mend)


def _mended(found: list[tuple[UUID, Difference]]) -> list[tuple[UUID, Difference]]:
    milestones.recount({pk for pk, difference in found if difference.figure in milestones.KEPT})
    return [(pk, replace(difference, mended=difference.figure in milestones.KEPT)) for pk, difference in found]


def _next_ids(last: UUID | None) -> list[UUID]:
    rows = Customer.objects.filter(merged_into=None)  # a merged row counts in its survivor's figures
    rows = rows.filter(pk__gt=last) if last else rows
    return list(rows.order_by("pk").values_list("pk", flat=True)[:SLICE])


def _compared(ids: list[UUID]) -> Iterator[tuple[UUID, Difference]]:
    behind = dict(Customer.objects.filter(merged_into__in=ids).values_list("pk", "merged_into"))
    histories = _histories([*ids, *behind])
    for pk, survivor in behind.items():
        histories[survivor].behind.append(histories[pk])
    for row in Customer.objects.filter(pk__in=ids).order_by("pk").values(*_KEPT):
        whose = f"Customer {row['pk']}"
        for figure, kept, counted in _figures(row, histories[row["pk"]]):
            if kept != counted:
                yield row["pk"], Difference(whose, figure, kept, counted)


def _figures(row: dict, history: History) -> Iterator[tuple[str, object, object]]:
    """(name, as kept, as counted) of everything that is kept of one customer."""
    yield "status", row["status_id"], history.status
    yield "been_at", row["been_at"], sum(history.been_at)
    yield "first_contact_at", row["first_contact_at"], history.first_contact_at
    yield "assigned_to", row["assigned_to_id"], history.owner
    yield "assigned_at", row["assigned_at"], history.assigned_at
    yield "next_follow_up_at", row["next_follow_up_at"], history.next_follow_up_at
    if history.next_follow_up_at:
        yield "owner of the follow-up", history.follow_up_owner, row["assigned_to_id"]
    yield "area_key", row["area_key"], fold(row["area"])[: AREA_LENGTH * 2]
    text = search_text(name=row["name"], area=row["area"], numbers=[row["phone_number"], *history.numbers])
    text = "" if row["erased_at"] else text  # nobody finds her any more
    # Further numbers stand in no order.
    yield "search_text", sorted(row["search_text"].split()), sorted(text.split())
    if row["merged_into_id"] is None:  # a row behind another keeps the figures it had
        yield from _sums(row, [history, *history.behind])


def _sums(row: dict, histories: list[History]) -> Iterator[tuple[str, object, object]]:
    """What is counted over a customer's own rows and those of everybody who was merged into her."""
    yield "attempts", row["attempts"], sum(history.attempts for history in histories)
    yield "enquiry_count", row["enquiry_count"], sum(history.enquiries for history in histories)
    contacts = filter(None, (history.last_contact_at for history in histories))
    yield "last_contact_at", row["last_contact_at"], max(contacts, default=None)
    asked = max(filter(None, (history.last_enquired_at for history in histories)), default=None)
    # Her own enquiry date, which a person may correct, counts as well: later than her enquiries it may be.
    if asked and (row["last_enquired_at"] or date.min) < asked:
        yield "last_enquired_at", row["last_enquired_at"], asked


def _histories(ids: list[UUID]) -> defaultdict[UUID, History]:
    """The rows of each and of those merged into her, in the order they happened; seven queries."""
    found: defaultdict[UUID, History] = defaultdict(History)
    of = {pk: pk for pk in ids} | dict(Customer.objects.filter(merged_into__in=ids).values_list("pk", "merged_into"))
    changes = StatusChange.objects.filter(customer__in=of).standing().order_by("happened_at", "pk")
    marks = dict(Status.objects.values_list("pk", "mark"))
    for pk, kind, status, at in changes.values_list("customer", "kind", "new_status", "happened_at"):
        whose = found[of[pk]]
        if pk == of[pk]:
            whose.status = status
            whose.been_at.add(marks[status])
        if kind == StatusChange.Kind.CONTACT:
            if pk == of[pk]:
                whose.first_contact_at = whose.first_contact_at or at
            whose.attempts += 1
            whose.last_contact_at = at
    hands = AssignmentChange.objects.filter(customer__in=ids).order_by("at", "pk")
    for pk, owner, at in hands.values_list("customer", "new_owner", "at"):
        found[pk].owner, found[pk].assigned_at = owner, at
    planned = FollowUp.objects.filter(customer__in=ids).open()
    for pk, owner, due_at in planned.values_list("customer", "owner", "due_at"):
        found[pk].next_follow_up_at, found[pk].follow_up_owner = due_at, owner
    for pk, on in Enquiry.objects.filter(customer__in=of).values_list("customer", "enquired_on"):
        whose = found[of[pk]]
        whose.enquiries += 1
        whose.last_enquired_at = max(filter(None, [on, whose.last_enquired_at]), default=None)
    for pk, number in ContactNumber.objects.filter(customer__in=ids).values_list("customer", "number"):
        found[pk].numbers.append(number)
    return found


def _deals() -> Iterator[Difference]:
    """Who got how many odd ones more: the sum over all deals that stand."""
    ahead: defaultdict[int, float] = defaultdict(float)
    deals = Batch.objects.filter(undone_at=None, options__has_key="ahead").order_by("pk")
    for options in deals.values_list("options", flat=True).iterator(SLICE):
        for user_id, move in options["ahead"].items():
            ahead[int(user_id)] += move
    for user in User.objects.order_by("pk").only("pk", "dealt_ahead").iterator(SLICE):
        if abs(user.dealt_ahead - ahead[user.pk]) > 1e-6:
            yield Difference(f"User {user.pk}", "dealt_ahead", user.dealt_ahead, ahead[user.pk])
