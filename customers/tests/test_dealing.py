"""Who gets which: even over many small deals, evened out by load, or in proportion to weights."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.tests.factories import UserFactory
from customers import actions, tasks
from customers.dealing import LOAD, WEIGHTS, Player, Scheme, deal, evened_out, more_ahead
from customers.lists import Filters
from customers.models import Batch, Customer
from customers.tests.factories import CustomerFactory

SEVEN = [User(pk=number, username=f"u{number}") for number in range(1, 8)]


def cards(size):
    return [Customer() for _ in range(size)]


@settings(max_examples=200, deadline=None)
@given(
    deals=st.lists(
        st.tuples(st.integers(0, 40), st.sets(st.integers(1, 7), max_size=6), st.integers(0, 2**32 - 1)),
        min_size=10,
        max_size=10,
    )
)
def test_ten_deals_end_within_one_for_all_who_were_there_on_the_same_days(deals):
    got, ahead = Counter(), Counter()
    for size, away, seed in deals:
        players = [Player(user, ahead=ahead[user.pk]) for user in SEVEN if user.pk not in away]
        dealt = Counter(user.pk for _, user in deal(cards(size), players, seed))
        ahead.update(more_ahead(players, dealt))
        got.update(dealt)
    presence = {user.pk: tuple(user.pk in away for _, away, _ in deals) for user in SEVEN}
    for one in SEVEN:
        for other in SEVEN:
            if presence[one.pk] == presence[other.pk]:
                assert abs(got[one.pk] - got[other.pk]) <= 1


@pytest.mark.django_db
def test_ten_small_deals_among_seven_some_on_leave_end_within_one(manager):
    """The same through the database: each deal is a batch of its own."""
    now, today = timezone.now(), timezone.localdate()
    here = UserFactory.create_batch(5)
    away = UserFactory.create_batch(2, away_from=today, away_until=today)
    for size in (1, 3, 2, 7, 1, 1, 4, 2, 6, 1):
        CustomerFactory.create_batch(size)
        actions.distribute(customers=Customer.objects.all(), by=manager, now=now)

    got = Counter(Customer.objects.values_list("assigned_to", flat=True))
    shares = [got[user.pk] for user in here]
    assert sum(shares) == 28
    assert max(shares) - min(shares) <= 1
    assert [got[user.pk] for user in away] == [0, 0]


@pytest.mark.django_db
def test_whoever_was_full_is_neither_ahead_nor_behind(manager):
    now = timezone.now()
    full, first, second = UserFactory(daily_cap=1), UserFactory(), UserFactory()
    CustomerFactory.create_batch(10)

    actions.distribute(customers=Customer.objects.all(), by=manager, now=now)

    ahead = dict(User.objects.filter(pk__in=[full.pk, first.pk, second.pk]).values_list("pk", "dealt_ahead"))
    assert ahead[full.pk] == 0
    assert sorted([ahead[first.pk], ahead[second.pk]]) == [-0.5, 0.5]


@pytest.mark.django_db
def test_evening_out_fills_up_whoever_has_least(manager, asha, ravi):
    now = timezone.now()
    CustomerFactory.create_batch(6, assigned_to=asha)
    CustomerFactory.create_batch(4, assigned_to=asha, status_id="ADMISSION")  # no load any more
    CustomerFactory.create_batch(1, assigned_to=ravi)
    CustomerFactory.create_batch(9)

    shared = actions.distribute(customers=Customer.objects.unassigned(), by=manager, now=now, scheme=Scheme(LOAD))

    assert shared.shares == {ravi.pk: 7, asha.pk: 2}  # 8 open each
    assert Batch.objects.get(pk=shared.batch).options["how"] == LOAD


@pytest.mark.django_db
def test_weights_are_kept_and_who_has_none_gets_none(manager, asha, ravi):
    other = UserFactory()
    CustomerFactory.create_batch(12)
    scheme = Scheme(WEIGHTS, {asha.pk: 2, ravi.pk: 1})

    shared = actions.distribute(customers=Customer.objects.all(), by=manager, now=timezone.now(), scheme=scheme)

    assert shared.shares == {asha.pk: 8, ravi.pk: 4}
    assert other.pk not in shared.shares
    assert Scheme.from_dict(Batch.objects.get(pk=shared.batch).options) == scheme


@pytest.mark.django_db
def test_the_receipt_tells_no_weight_of_who_could_not_play(manager, asha, ravi):
    away, full = UserFactory(takes_new=False), UserFactory(daily_cap=1)
    CustomerFactory.create_batch(12)
    scheme = Scheme(WEIGHTS, {asha.pk: 2, ravi.pk: 1, away.pk: 1, full.pk: 1})

    shared = actions.distribute(customers=Customer.objects.all(), by=manager, now=timezone.now(), scheme=scheme)

    told = Scheme.from_dict(Batch.objects.get(pk=shared.batch).options)
    assert told.weights == {asha.pk: 2, ravi.pk: 1, full.pk: 1}
    assert shared.shares[full.pk] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", [Scheme(), Scheme(LOAD)])
def test_all_slices_of_the_worker_are_dealt_from_the_seed_on_the_receipt(manager, asha, ravi, monkeypatch, scheme):
    """Each drew its own, and the receipt told the last one's."""
    monkeypatch.setattr(actions, "REQUEST_LIMIT", 5)
    monkeypatch.setattr(actions, "SLICE", 4)
    CustomerFactory.create_batch(10)
    filters, now, seeds = Filters(), timezone.now(), []
    monkeypatch.setattr(
        "customers.actions.assignment.deal",
        lambda cards, players, seed, first=(): seeds.append(seed) or deal(cards, players, seed, first),
    )
    monkeypatch.setattr(
        "customers.actions.assignment.evened_out",
        lambda cards, closed, players, seed: seeds.append(seed) or evened_out(cards, closed, players, seed),
    )

    batch = tasks.share_matching(filters=filters, by=manager, now=now, kind=Batch.Kind.DISTRIBUTE, scheme=scheme)
    tasks.share_out_batch.func(str(batch.pk))

    batch.refresh_from_db()
    assert len(seeds) == 3
    assert set(seeds) == {batch.options["seed"]}
    assert batch.counts["shares"] == {str(asha.pk): 5, str(ravi.pk): 5}


@settings(max_examples=100, deadline=None)
@given(size=st.integers(0, 200), weights=st.lists(st.integers(1, 9), min_size=1, max_size=7), seed=st.integers(0, 99))
def test_a_share_by_weight_is_off_by_less_than_the_number_of_players(size, weights, seed):
    players = [Player(user, weight=weight) for user, weight in zip(SEVEN, weights, strict=False)]
    got = Counter(user.pk for _, user in deal(cards(size), players, seed))
    assert sum(got.values()) == size
    for player in players:
        assert abs(got[player.user.pk] - size * player.weight / sum(weights)) < len(players)


@pytest.mark.django_db
def test_given_to_one_puts_nobody_ahead(manager, asha, ravi):
    CustomerFactory.create_batch(3)
    actions.assign(customers=Customer.objects.all(), to=asha, by=manager, now=timezone.now() - timedelta(hours=1))
    assert set(User.objects.values_list("dealt_ahead", flat=True)) == {0}
