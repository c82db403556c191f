"""Two managers share the same customers out at the same moment: each is given once, and the later one is told."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from customers import actions, tasks
from customers.lists import NOBODY, Filters
from customers.models import AssignmentChange, Batch, Customer
from customers.receipts import receipt
from customers.tests.factories import CustomerFactory, OriginFactory
from customers.tests.test_at_once import in_two_threads

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MANY = 2_000
WAITING = Filters(owner=(NOBODY,))


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def managers(manager):
    return manager, UserFactory(manager=True, username="vikram", first_name="Vikram")


@pytest.fixture
def waiting(db):
    """The ids of 2,000 customers whom nobody looks after."""
    origin = OriginFactory()
    rows = [CustomerFactory.build(origin=origin, status=None, status_id="NEW") for _ in range(MANY)]
    return [row.pk for row in Customer.objects.bulk_create(rows)]


def check_each_was_given_once(waiting: list, batches: list[Batch]) -> Batch:
    """Each has one owner, the one of her only history row. Returns the later batch, which came away with nothing."""
    changes = AssignmentChange.objects.values_list("customer", "previous_owner", "new_owner")
    assert Counter(pk for pk, *_ in changes) == Counter(waiting)
    owners = dict(Customer.objects.values_list("pk", "assigned_to"))
    assert {pk: (None, owner) for pk, owner in owners.items()} == {pk: (was, to) for pk, was, to in changes}
    for batch in batches:
        batch.refresh_from_db()
        assert batch.counts["assigned"] == batch.assignment_changes.count() == sum(batch.counts["shares"].values())
    first, later = sorted(batches, key=lambda batch: -batch.counts["assigned"])
    assert (first.counts["assigned"], later.counts["assigned"]) == (MANY, 0)
    return later


@pytest.mark.parametrize("who", ["the same people", "other people"])
def test_all_that_match_dealt_by_two(who, waiting, managers, now):
    """Dealt to the same people the acts wait for each other at these; to others, at the customers alone."""
    teams = [UserFactory.create_batch(3), UserFactory.create_batch(3)]
    drawn = now - timedelta(minutes=1)

    batches = in_two_threads(
        lambda n: tasks.share_matching(
            filters=WAITING,
            by=managers[n],
            now=timezone.now(),
            kind=Batch.Kind.DISTRIBUTE,
            among=None if who == "the same people" else teams[n],
            as_of=drawn,
        )
    )

    later = check_each_was_given_once(waiting, batches)
    first = next(manager for manager in managers if manager != later.by)
    assert later.counts["why"]["taken"] == later.counts["left"] == MANY
    said = receipt(later, viewer=later.by, now=timezone.now())
    assert said == f"{first} took 2,000 of these a moment ago. None were given out."


def test_one_gives_them_to_one_while_another_deals_them(waiting, managers, asha, ravi, now):
    """Ticked by name, as those who are free now: without the moment at which the page was drawn."""
    chosen = Customer.objects.filter(pk__in=waiting)

    def act(n):
        if n:
            shared = actions.distribute(customers=chosen.all(), by=managers[1], now=timezone.now(), among=[ravi])
        else:
            shared = actions.assign(customers=chosen.all(), to=asha, by=managers[0], now=timezone.now())
        return Batch.objects.get(pk=shared.batch)

    later = check_each_was_given_once(waiting, in_two_threads(act))
    assert later.counts["why"]["taken"] == MANY
    assert receipt(later, viewer=later.by, now=timezone.now()) == (
        "None were given out. Left: 2,000 already have a counsellor."
    )
