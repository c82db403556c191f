"""Every figure of every report against a recount by hand, over random lives; and each against the list it opens."""

import random
from collections import Counter
from datetime import timedelta
from statistics import quantiles

import pytest
from django.utils import timezone

from customers.models import Customer, FollowUp, LostReason, Stage, Status, StatusChange
from customers.tests.factories import CustomerFactory, FollowUpFactory, SourceFactory, StatusChangeFactory
from dashboards.reports import REPORTS
from dashboards.tests.reports import AS_JSON, EVER, doors_of, rows_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OPEN = (Stage.NEW, Stage.CONTACT, Stage.INTEREST)
CONTACT, IMPORT = StatusChange.Kind.CONTACT, StatusChange.Kind.IMPORT
KEPT = {"kept": FollowUp.State.DONE, "late": FollowUp.State.MISSED, "dropped": FollowUp.State.CANCELLED}


class World:
    """Random lives, written as rows; what is asked of it is counted over objects in Python."""

    def __init__(self, seed: int, people: list):
        self.draw, self.now, self.people = random.Random(seed), timezone.now(), people  # noqa: S311 - repeatable
        self.statuses = {status.pk: status for status in Status.objects.all()}
        self.reasons = [LostReason.objects.create(name=name, key=name.lower()) for name in ("Fees", "Too far")]
        self.sources = [SourceFactory(cost=1_000), SourceFactory(), None]
        for _ in range(30):
            self._live()
        winner = Customer.objects.filter(merged_into=None).first()
        gone = self._live()
        gone.merged_into = winner
        gone.save()
        self.customers = list(Customer.objects.filter(merged_into=None))
        self.ids = {customer.pk for customer in self.customers}
        changes = StatusChange.objects.filter(undone_at=None).order_by("happened_at", "pk")
        self.changes = [change for change in changes if change.customer_id in self.ids]
        self.promises = [row for row in FollowUp.objects.exclude(promised_at=None) if row.customer_id in self.ids]

    def _live(self) -> Customer:
        draw = self.draw
        created = self.now - timedelta(days=draw.randrange(60), minutes=draw.randrange(1_000))
        customer = CustomerFactory(
            created_at=created,
            date=draw.choice([None, timezone.localdate(created)]),
            assigned_to=draw.choice([*self.people, None]),
            source=draw.choice(self.sources),
        )
        at = created
        for _ in range(draw.randrange(5)):
            at += timedelta(minutes=draw.randrange(1, 3_000))
            self._change(customer, at)
        if draw.random() < 0.6:
            promised = self.now + timedelta(hours=draw.randrange(-300, 100))
            state = draw.choice(FollowUp.State.values)
            FollowUpFactory(customer=customer, due_at=promised, state=state)
        customer.save()
        return customer

    def _change(self, customer: Customer, at) -> None:
        draw = self.draw
        code, undone = draw.choice(list(self.statuses)), draw.random() < 0.2
        kind = draw.choice([CONTACT, CONTACT, CONTACT, IMPORT, StatusChange.Kind.BULK])
        StatusChangeFactory(
            customer=customer,
            previous_status_id=None if kind == IMPORT else customer.status_id,
            new_status_id=code,
            changed_by=draw.choice(self.people),
            happened_at=at,
            kind=kind,
            undone_at=at if undone else None,
            lost_reason=draw.choice([*self.reasons, None]),
        )
        if not undone:
            customer.status_id = code
            if kind == CONTACT:
                customer.last_contact_at = at

    def of(self, customer: Customer) -> list[StatusChange]:
        return [change for change in self.changes if change.customer_id == customer.pk]

    def stage(self, customer: Customer) -> str:
        return self.statuses[customer.status_id].stage

    def top(self, customer: Customer) -> int:
        codes = [customer.status_id, *(change.new_status_id for change in self.of(customer))]
        return max(self.statuses[code].rung or 0 for code in codes)


@pytest.fixture(params=[1, 2, 3])
def world(request, asha, ravi):
    return World(request.param, [asha, ravi])


@pytest.fixture
def client(manager, as_user):
    return as_user(manager)


def name_of(owner) -> str:
    return str(owner) if owner else "Nobody"


def test_the_funnel(world, client):
    rows = {row["name"]: row for row in rows_of(client, "/reports/")}
    for status in world.statuses.values():
        now = sum(customer.status_id == status.pk for customer in world.customers)
        assert rows.get(status.label, {"now": 0})["now"] == now
        if status.rung is not None:
            assert rows[status.label]["ever"] == sum(world.top(one) >= status.rung for one in world.customers)


def test_sources(world, client):
    rows = {row["name"]: row for row in rows_of(client, "/reports/sources/")}
    for source in world.sources:
        hers = [one for one in world.customers if one.source == source]
        row = rows[source.name if source else "No source given"]
        interested = world.statuses["INTERESTED"].rung
        assert row["customers"] == len(hers)
        assert row["contacted"] == sum(one.last_contact_at is not None for one in hers)
        assert row["invalid"] == sum(one.status_id == "INVALID" for one in hers)
        assert row["ever_interested"] == sum(world.top(one) >= interested for one in hers)
        won = sum(world.stage(one) == Stage.WON for one in hers)
        assert row["won"] == won
        cost = 1_000 if source and source.cost else None
        assert row["cost"] == cost
        assert row["cost_per_admission"] == (round(cost / won, 2) if cost and won else None)


def test_counsellors(world, client):
    of_source = {
        source: (
            sum(one.source == source and world.stage(one) == Stage.WON for one in world.customers),
            sum(one.source == source for one in world.customers),
        )
        for source in world.sources
    }
    rows = {row["name"]: row for row in rows_of(client, "/reports/counsellors/")}
    for owner in [*world.people, None]:
        hers = [one for one in world.customers if one.assigned_to == owner]
        row = rows[name_of(owner)]
        assert row["customers"] == len(hers)
        assert row["won"] == sum(world.stage(one) == Stage.WON for one in hers)
        expected = sum(of_source[one.source][0] / of_source[one.source][1] for one in hers)
        assert row["expected"] == pytest.approx(expected, abs=0.051)
        mix = Counter(one.source.pk if one.source else "none" for one in hers)
        assert {name[7:]: n for name, n in row.items() if name.startswith("source_") and n} == {
            str(key): n for key, n in mix.items()
        }


def test_the_first_contact(world, client):
    rows = {row["name"]: row for row in rows_of(client, "/reports/first-contact/")}
    for owner in [*world.people, None]:
        hers = [one for one in world.customers if one.assigned_to == owner]
        calls = [[c.happened_at for c in world.of(one) if c.kind == CONTACT] for one in hers]
        waited = [(min(c) - one.created_at) / timedelta(hours=1) for one, c in zip(hers, calls, strict=True) if c]
        row = rows[name_of(owner)]
        assert (row["contacted"], row["never"]) == (len(waited), len(hers) - len(waited))
        if len(waited) > 1:
            cuts = quantiles(waited, n=10, method="inclusive")
            assert row["median"] == pytest.approx(cuts[4], abs=0.006)
            assert row["most"] == pytest.approx(cuts[8], abs=0.006)


def test_ageing(world, client):
    ages = {"today": (0, 0), "days_1": (1, 2), "days_3": (3, 6), "days_7": (7, 13), "days_14": (14, 29)}
    rows = {row["name"]: row for row in rows_of(client, "/reports/untouched/")}
    today = timezone.localdate(world.now)
    for owner in [*world.people, None]:
        untouched = [
            (today - timezone.localdate(one.created_at)).days
            for one in world.customers
            if one.assigned_to == owner and one.last_contact_at is None and world.stage(one) in OPEN
        ]
        row = rows.get(name_of(owner), Counter())
        assert row["all"] == len(untouched)
        assert row["days_30"] == sum(days >= 30 for days in untouched)
        for name, (least, most) in ages.items():
            assert row[name] == sum(least <= days <= most for days in untouched), name


@pytest.mark.parametrize("days", [20, 200])
def test_activity(world, client, days):
    today = timezone.localdate(world.now)
    first = today - timedelta(days=days)
    rows = rows_of(client, "/reports/activity/", date_from=first.isoformat(), date_to=today.isoformat())
    changes = [c for c in world.changes if c.kind != IMPORT and first <= timezone.localdate(c.happened_at) <= today]
    begins = lambda day: day if days == 20 else day - timedelta(days=day.weekday())  # noqa: E731 - as the report does

    def name(change) -> str:
        day = begins(timezone.localdate(change.happened_at))
        return f"{day:%a %d/%m/%Y}" if days == 20 else f"{day:%d/%m/%Y}"

    calls = Counter(name(c) for c in changes if c.kind == CONTACT)
    talked = {
        (name(c), c.customer_id) for c in changes if c.kind == CONTACT and world.statuses[c.new_status_id].reached
    }
    won = {
        (name(c), c.customer_id)
        for c in changes
        if world.statuses[c.new_status_id].stage == Stage.WON
        and not (c.previous_status_id and world.statuses[c.previous_status_id].stage == Stage.WON)
    }
    assert {row["name"]: row["calls"] for row in rows if row["calls"]} == calls
    assert {row["name"]: row["talked"] for row in rows if row["talked"]} == Counter(day for day, _ in talked)
    assert {row["name"]: row["won"] for row in rows if row["won"]} == Counter(day for day, _ in won)


def test_follow_ups(world, client):
    rows = {row["name"]: row for row in rows_of(client, "/reports/follow-ups/")}
    for owner in [*world.people, None]:
        hers = [row for row in world.promises if row.owner == owner]
        row = rows.get(name_of(owner), Counter())
        assert row["promised"] == len(hers)
        for name, state in KEPT.items():
            assert row[name] == sum(one.state == state for one in hers), name
        waiting = [one for one in hers if one.state == FollowUp.State.OPEN]
        assert row["overdue"] == sum(one.promised_at < world.now - timedelta(minutes=15) for one in waiting)
        assert row["overdue"] + row["ahead"] == len(waiting)


def test_lost(world, client):
    rows = {row["name"]: row["customers"] for row in rows_of(client, "/reports/lost/")}
    expected = Counter()
    for one in world.customers:
        if world.stage(one) == Stage.LOST:
            reason = world.of(one)[-1].lost_reason
            expected[f"{one.status.label}: {reason.name if reason else 'no reason given'}"] += 1
    assert rows == expected


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
def test_each_number_opens_a_list_of_that_length(report, world, client, asha):
    """But for calls, of which one customer may have had several."""
    today = timezone.localdate()
    some = {"date_from": (today - 20 * DAY).isoformat(), "date_to": today.isoformat()}
    for query in (EVER, some, {**EVER, "owner": str(asha.pk)}, {**EVER, "source": str(world.sources[0].pk)}):
        for shown, listed, address in doors_of(client, report.url, **query):
            assert shown == listed, address


def test_a_call_that_is_nobodys_has_no_list(client):
    for text in ("called", "called.x..", "sang...", "called...x"):
        assert client.get("/customers/", {"happened": text}, headers=AS_JSON).status_code == 400
    assert client.get("/customers/", {"lost": "0"}, headers=AS_JSON).status_code == 400
