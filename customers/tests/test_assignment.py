"""Sharing out as an act: fair, complete, on the record, and never twice."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.tests.factories import UserFactory
from customers import actions
from customers.dealing import Player, deal
from customers.models import AssignmentChange, Batch, Customer, FollowUp
from customers.tests.factories import CustomerFactory, FollowUpFactory, OriginFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def origin(db):
    return OriginFactory()


def everybody():
    return Customer.objects.all()


def rows_of(customers):
    return AssignmentChange.objects.filter(customer__in=customers).order_by("at", "pk")


# --- Fairness ------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(
    slices=st.lists(st.integers(0, 40), min_size=1, max_size=5),
    rooms=st.lists(st.none() | st.integers(1, 30), min_size=1, max_size=7),
    seed=st.integers(0, 2**32 - 1),
)
def test_shares_differ_by_at_most_one_over_all_slices_unless_somebody_is_full(slices, rooms, seed):
    users = [User(pk=i + 1, username=f"u{i}") for i in range(len(rooms))]
    had = Counter()
    for turn, size in enumerate(slices):
        left = {u: None if room is None else room - had[u.pk] for u, room in zip(users, rooms, strict=True)}
        left = {u: room for u, room in left.items() if room is None or room > 0}
        cards = [Customer() for _ in range(size)]
        dealt = deal(cards, [Player(u, had[u.pk], room=room) for u, room in left.items()], seed + turn)
        # Nobody is given twice, and only what finds no room is left over.
        assert len({id(card) for card, _ in dealt}) == len(dealt)
        room = None if None in left.values() else sum(left.values())
        assert len(dealt) == (size if room is None else min(size, room))
        had.update(u.pk for _, u in dealt)
    full = {u.pk for u, room in zip(users, rooms, strict=True) if room is not None and had[u.pk] == room}
    most = max(had[u.pk] for u in users)
    for user in users:
        assert had[user.pk] >= most - 1 or user.pk in full
        assert rooms[user.pk - 1] is None or had[user.pk] <= rooms[user.pk - 1]


def test_the_deal_is_a_lottery_and_can_be_repeated_from_its_seed():
    players = [Player(User(pk=i + 1, username=f"u{i}")) for i in range(3)]
    cards = [Customer() for _ in range(30)]
    first, again, other = ([(card.pk, user.pk) for card, user in deal(cards, players, seed)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_caps_of_today_and_of_open_customers_bind(manager, now):
    tight = UserFactory(daily_cap=3)
    full = UserFactory(open_cap=2)
    free = UserFactory()
    CustomerFactory.create_batch(2, assigned_to=full)
    actions.assign_one(customer=CustomerFactory(), to=tight, by=manager, now=now)
    CustomerFactory.create_batch(10)

    shared = actions.distribute(customers=everybody(), by=manager, now=now)

    assert shared.shares == {tight.pk: 2, free.pk: 8}


def test_yesterdays_gifts_do_not_count_today(manager, now):
    tight = UserFactory(daily_cap=1)
    actions.assign_one(customer=CustomerFactory(), to=tight, by=manager, now=now - timedelta(days=1))
    actions.assign_one(customer=CustomerFactory(), to=tight, by=manager, now=now)
    with pytest.raises(actions.ActionError, match="cannot take new customers now"):
        actions.assign_one(customer=CustomerFactory(), to=tight, by=manager, now=now)


def test_what_finds_no_room_is_left_and_said(manager, now):
    UserFactory(daily_cap=3)
    CustomerFactory.create_batch(5)
    shared = actions.distribute(customers=everybody(), by=manager, now=now)
    assert (shared.assigned, shared.left, shared.why["full"]) == (3, 2, 2)


# --- Who gets nothing ----------------------------------------------------------------------------


def test_people_who_left_are_away_or_are_no_counsellors_get_nothing(manager, admin_user, asha, now):
    today = timezone.localdate(now)
    UserFactory(is_active=False)
    UserFactory(takes_new=False)
    UserFactory(away_from=today, away_until=today)
    UserFactory(away_from=today - timedelta(days=9))
    UserFactory(is_staff=True)
    back = UserFactory(away_from=today - timedelta(days=9), away_until=today - timedelta(days=1))
    leaving = UserFactory(away_from=today + timedelta(days=1))
    CustomerFactory.create_batch(30)

    shared = actions.distribute(customers=everybody(), by=manager, now=now)

    assert shared.shares == {asha.pk: 10, back.pk: 10, leaving.pk: 10}


def test_nobody_eligible_changes_nothing(manager, now):
    CustomerFactory.create_batch(2)
    with pytest.raises(actions.ActionError, match="Nobody can take"):
        actions.distribute(customers=everybody(), by=manager, now=now)
    assert not Batch.objects.exists()


def test_do_not_call_is_left_out_of_every_bulk_act(manager, asha, now):
    CustomerFactory(do_not_call=True)
    CustomerFactory()
    shared = actions.assign(customers=everybody(), to=asha, by=manager, now=now)
    assert (shared.assigned, shared.left, shared.why["do_not_call"]) == (1, 1, 1)


def test_without_a_moment_owned_ones_are_left(manager, asha, ravi, now):
    hers = CustomerFactory(assigned_to=ravi)
    CustomerFactory()
    shared = actions.assign(customers=everybody(), to=asha, by=manager, now=now)
    assert (shared.assigned, shared.why["taken"]) == (1, 1)
    assert not rows_of([hers]).exists()


def test_with_a_moment_owned_ones_move_unless_they_changed_hands_since(manager, asha, ravi, now):
    vikram = UserFactory(manager=True, username="vikram")
    customers = CustomerFactory.create_batch(5, assigned_to=ravi, assigned_at=now - timedelta(days=2))
    drawn = now - timedelta(minutes=5)
    for customer in customers[:2]:
        actions.assign_one(customer=customer, to=None, by=vikram, now=now - timedelta(minutes=2))

    shared = actions.assign(customers=everybody(), to=asha, by=manager, now=now, as_of=drawn)

    assert (shared.assigned, shared.left, shared.why["taken"]) == (3, 2, 2)
    assert shared.takers == {vikram.pk: (2, now - timedelta(minutes=2))}


# --- The record ----------------------------------------------------------------------------------


def test_a_change_writes_one_row_and_moves_the_open_follow_up(manager, asha, ravi, now):
    customer = CustomerFactory(assigned_to=ravi)
    open_one = FollowUpFactory(customer=customer)
    done = FollowUpFactory(customer=customer, state=FollowUp.State.DONE)

    actions.assign_one(customer=customer, to=asha, by=manager, now=now)

    row = rows_of([customer]).get()
    assert (row.previous_owner, row.new_owner, row.by, row.at) == (ravi, asha, manager, now)
    open_one.refresh_from_db(), done.refresh_from_db(), customer.refresh_from_db()
    assert (open_one.owner, done.owner) == (asha, ravi)
    assert (customer.assigned_to, customer.assigned_at, customer.version) == (asha, now, 2)


def test_giving_her_to_whom_she_has_already_writes_nothing_even_on_leave(manager, now):
    away = UserFactory(takes_new=False)
    customer = CustomerFactory(assigned_to=away)
    actions.assign_one(customer=customer, to=away, by=manager, now=now)
    assert not rows_of([customer]).exists()


def test_those_who_are_hers_already_are_counted_and_not_written(manager, asha, ravi, now):
    hers = CustomerFactory.create_batch(2, assigned_to=asha)
    CustomerFactory.create_batch(3, assigned_to=ravi)
    shared = actions.assign(customers=everybody(), to=asha, by=manager, now=now, as_of=now)
    assert (shared.assigned, shared.left, shared.why["hers"]) == (3, 2, 2)
    assert not rows_of(hers).exists()
    assert rows_of(everybody()).count() == 3


def test_her_own_do_not_use_up_her_room(manager, ravi, now):
    asha = UserFactory(daily_cap=3)
    CustomerFactory.create_batch(5, assigned_to=asha)
    CustomerFactory.create_batch(3, assigned_to=ravi)
    shared = actions.assign(customers=everybody(), to=asha, by=manager, now=now, as_of=now)
    assert (shared.assigned, shared.why["hers"], shared.why["full"]) == (3, 5, 0)


def test_a_batch_has_its_receipt(manager, asha, ravi, now):
    CustomerFactory.create_batch(4)
    shared = actions.distribute(customers=everybody(), by=manager, now=now)
    batch = Batch.objects.get(pk=shared.batch)
    assert (batch.kind, batch.by, batch.at, batch.state) == ("distribute", manager, now, "done")
    assert batch.counts["shares"] == {str(asha.pk): 2, str(ravi.pk): 2}
    assert batch.assignment_changes.count() == 4
    assert set(batch.assignment_changes.values_list("previous_owner", flat=True)) == {None}


def test_taking_back_writes_who_had_her(manager, asha, now):
    mine = CustomerFactory(assigned_to=asha)
    FollowUpFactory(customer=mine)
    nobodys = CustomerFactory()
    shared = actions.unassign(customers=everybody(), by=manager, now=now, why="moved away")
    row = rows_of([mine]).get()
    assert shared.assigned == 1
    assert (row.previous_owner, row.new_owner, row.why) == (asha, None, "moved away")
    assert FollowUp.objects.get().owner is None
    assert not rows_of([nobodys]).exists()


# --- Many ----------------------------------------------------------------------------------------


def statements(manager, count, origin):
    """How many statements it takes to share out `count` new customers."""
    Customer.objects.bulk_create(
        [
            Customer(
                phone_number=f"+91{7_000_000_000 + n}",
                origin=origin,
                created_at=origin.created_at,
                updated_at=origin.created_at,
            )
            for n in range(count)
        ]
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        actions.distribute(customers=everybody(), by=manager, now=timezone.now())
    # The history goes in by COPY, on SQLite so many rows at a time; nothing else grows with the number of rows.
    inserts = [q for q in queries if 'INSERT INTO "customers_assignmentchange"' in q["sql"]]
    AssignmentChange.objects.all().delete()
    Customer.objects.all().delete()
    return len(queries) - len(inserts), len(inserts)


def test_ten_thousand_take_no_more_statements_than_ten_but_for_the_slices(manager, asha, ravi, origin):
    few, _ = statements(manager, 10, origin)
    many, inserts = statements(manager, 10_000, origin)
    assert many == few
    assert inserts <= 10_000 / 100


# --- Two at once ---------------------------------------------------------------------------------


def at_once(*acts):
    """Run the acts in threads of their own, each with its own connection, and raise what they raised."""
    barrier, errors = threading.Barrier(len(acts)), []

    def run(act):
        try:
            barrier.wait(10)
            act()
        except Exception as error:  # noqa: BLE001 - handed to the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_managers_at_once_never_give_one_customer_twice(manager, admin_user, asha, ravi):
    CustomerFactory.create_batch(300)
    now, done = timezone.now(), []

    def give(by, to):
        return lambda: done.append(actions.assign(customers=everybody(), to=to, by=by, now=now))

    at_once(give(manager, asha), give(admin_user, ravi))

    assert sum(shared.assigned for shared in done) == 300
    assert sorted(shared.assigned + shared.left for shared in done) == [300, 300]
    assert AssignmentChange.objects.count() == 300
    assert AssignmentChange.objects.values("customer").distinct().count() == 300


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_managers_at_once_do_not_exceed_a_cap(manager, admin_user):
    asha = UserFactory(daily_cap=10)
    first, second = CustomerFactory.create_batch(8), CustomerFactory.create_batch(8)
    now = timezone.now()

    def give(by, customers):
        ids = [customer.pk for customer in customers]
        return lambda: actions.assign(customers=everybody().filter(pk__in=ids), to=asha, by=by, now=now)

    at_once(give(manager, first), give(admin_user, second))

    assert Customer.objects.filter(assigned_to=asha).count() == 10


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_is_deactivated_while_sharing_out_keeps_nothing(manager, admin_user, asha, ravi):
    CustomerFactory.create_batch(200)
    now = timezone.now()

    at_once(
        lambda: actions.distribute(customers=everybody(), by=manager, now=now),
        lambda: actions.deactivate(user=asha, by=admin_user, now=now),
    )

    assert not Customer.objects.filter(assigned_to=asha).exists()
