"""Customers who may be one person: found in slices, each pair once; what was said of a pair is remembered.

Three walks, each by primary key from where it last ended: over new customers, new further numbers, and changes of a
name, an area or a number. Every look-up goes through an index: a number is compared with those written one mistake
away, of which there are about a hundred, and never with all. So a million customers cost minutes once, and afterwards
only what is new.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from crm.lib import lookups, phones  # noqa: F401 - one_of
from crm.lib.text import same_name
from customers.models import ContactNumber, Customer, DuplicateSearch, FieldChange, LikelyDuplicate

SLICE = 500
# A further number of more people than this is an agent's or a school's, and says nothing of who they are.
SHARED_BY = 4
LOOKED_AT = ("name", "area", "phone_number")
_WANTED = ("pk", "name", "area_key", "phone_number")
Pair = tuple[UUID, UUID, str]


def not_the_same(*, pair: LikelyDuplicate, by: User, now: datetime) -> LikelyDuplicate:
    """Two people: the pair is offered no more, whatever the search finds later."""
    with transaction.atomic():
        pair = LikelyDuplicate.objects.select_for_update().get(pk=pair.pk)
        if pair.state == LikelyDuplicate.State.OPEN:
            pair.state, pair.by, pair.at = LikelyDuplicate.State.APART, by, now
            pair.save(update_fields=["state", "by", "at"])
        return pair


def pairs_merged(loser: Customer, by: User, now: datetime) -> None:
    """The loser is nobody's any more: what waits for an answer about her waits no longer."""
    waiting = LikelyDuplicate.objects.of(loser).filter(state=LikelyDuplicate.State.OPEN)
    waiting.update(state=LikelyDuplicate.State.MERGED, by=by, at=now)


def pairs_apart(winner: Customer, loser: Customer, merged_at: datetime, by: User, now: datetime) -> None:
    """Taken apart, these two are two people; about the others it is to be asked again."""
    closed = LikelyDuplicate.objects.of(loser).filter(state=LikelyDuplicate.State.MERGED, at=merged_at)
    closed.of(winner).update(state=LikelyDuplicate.State.APART, by=by, at=now)
    closed.update(state=LikelyDuplicate.State.OPEN, by=None, at=None)


# -- the search -----------------------------------------------------------------------------------------------------


def begin_search(*, now: datetime) -> None:
    """Begin a search, or go on with one that was broken off."""
    with transaction.atomic():
        DuplicateSearch.objects.get_or_create(pk=DuplicateSearch.ONLY)
        search = DuplicateSearch.objects.select_for_update().get()
        if search.begun_at is None or search.ended_at is not None:
            search.places, search.ended_before = search.ended_before, search.places
            search.begun_at, search.ended_at = now, None
            search.save()


def search_slice(*, now: datetime) -> bool:
    """Look at the next slice; its pairs and its place are written together. Returns whether there may be more.

    Looking takes long beside writing, and nobody waits for it: the transaction begins after it.
    """
    places = DuplicateSearch.objects.get().places
    for name, walk in WALKS.items():
        place, pairs = walk(places.get(name))
        if place is not None:
            _go_on(places, {**places, name: place}, pairs, now)
            return True
    DuplicateSearch.objects.filter(places=places).update(ended_at=now)
    return False


def _go_on(before: dict, after: dict, pairs: Iterable[Pair], now: datetime) -> None:
    """The pairs are noted in any case; the place only moves from where this slice began."""
    with transaction.atomic():
        search = DuplicateSearch.objects.select_for_update().get()
        note_pairs(pairs, now)
        if search.places == before:
            search.places = after
            search.save(update_fields=["places"])


def note_pairs(pairs: Iterable[Pair], now: datetime) -> None:
    """Each pair once; one that is known keeps what was said of it."""
    ordered = {tuple(sorted(pair[:2])): pair[2] for pair in pairs}
    LikelyDuplicate.objects.bulk_create(
        (LikelyDuplicate(one_id=one, other_id=other, why=why, found_at=now) for (one, other), why in ordered.items()),
        ignore_conflicts=True,
    )


def _living():
    return Customer.objects.filter(merged_into=None, erased_at=None)


def _new_customers(after: str | None) -> tuple[str | None, list[Pair]]:
    rows = _living().filter(pk__gt=UUID(after)) if after else _living()
    rows = list(rows.order_by("pk").values_list(*_WANTED)[:SLICE])
    return (str(rows[-1][0]), pairs_of(rows)) if rows else (None, [])


def _new_numbers(after: int | None) -> tuple[int | None, list[Pair]]:
    rows = ContactNumber.objects.filter(pk__gt=after or 0).order_by("pk")
    rows = list(rows.values_list("pk", "number")[:SLICE])
    return (rows[-1][0], _further({number for _, number in rows})) if rows else (None, [])


def _changed(after: int | None) -> tuple[int | None, list[Pair]]:
    rows = FieldChange.objects.filter(pk__gt=after or 0).order_by("pk")
    rows = list(rows.values_list("pk", "field", "customer_id")[: SLICE * 10])
    ids = list({pk for _, field, pk in rows if field in LOOKED_AT})
    pairs = [pair for start in range(0, len(ids), SLICE) for pair in _pairs_with(ids[start : start + SLICE])]
    return (rows[-1][0], pairs) if rows else (None, [])


WALKS = {"customers": _new_customers, "numbers": _new_numbers, "changes": _changed}


def _pairs_with(ids: Collection[UUID]) -> list[Pair]:
    return pairs_of(list(_living().filter(pk__one_of=ids).values_list(*_WANTED)))


def pairs_of(rows: list[tuple]) -> list[Pair]:
    """The likely duplicates of these customers, given as (id, name, area key, number); three queries."""
    found = {tuple(sorted(pair[:2])): pair for pair in _close(rows)}
    found |= {tuple(sorted(pair[:2])): pair for pair in _further({row[3] for row in rows if row[3]})}
    return list(found.values())


def _further(numbers: Collection[str]) -> list[Pair]:
    """Whose own number, among these, is a further number of somebody else."""
    if not numbers:
        return []
    held = ContactNumber.objects.filter(number__one_of=numbers, customer__merged_into=None, customer__erased_at=None)
    holders: dict[str, list[UUID]] = {}
    for number, pk in held.values_list("number", "customer_id"):
        holders.setdefault(number, []).append(pk)
    owners = _living().at_numbers(holders).values_list("pk", "phone_number") if holders else ()
    return [
        (pk, holder, LikelyDuplicate.Why.NUMBER)
        for pk, number in owners
        for holder in holders[number]
        if holder != pk and len(holders[number]) <= SHARED_BY
    ]


def _close(rows: list[tuple]) -> list[Pair]:
    """Who has the same name and area as one of these, and a number one mistake away from hers."""
    near: dict[str, list[tuple]] = {}
    for row in rows:
        if row[1] and row[3]:
            for number in phones.one_mistake_away(row[3]):
                near.setdefault(number, []).append(row)
    others = _living().at_numbers(near).values_list(*_WANTED) if near else ()
    return [
        (row[0], other[0], LikelyDuplicate.Why.CLOSE)
        for other in others
        for row in near[other[3]]
        if row[0] != other[0] and _alike(row, other)
    ]


def _alike(row: tuple, other: tuple) -> bool:
    """Where an area is not known it speaks against nothing."""
    return (row[2] == other[2] or not (row[2] and other[2])) and same_name(row[1], other[1])
