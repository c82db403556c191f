"""check_figures finds what is wrong, and nothing after a day of work."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from crm.world.loading import build
from customers import actions
from customers.models import Batch, Customer, FollowUp, Merge, Source, Status, StatusChange
from customers.tests.factories import CustomerFactory
from imports.models import Import, State
from imports.tests.factories import csv_bytes, imported
from imports.tests.taking_back import undone

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)  # half past nine in India


@pytest.fixture
def world():
    build(customers=120, users=4, seed=5, at=MORNING)


def checked(capsys) -> list[str]:
    """The differences that were printed; the command must end with 1 exactly when there are any."""
    try:
        call_command("check_figures")
    except CommandError as error:
        lines = capsys.readouterr().out.splitlines()
        assert str(error).startswith(f"{len(lines)} figures")
        return lines
    assert capsys.readouterr().out.startswith("Every figure")
    return []


@pytest.mark.parametrize(
    ("figure", "wrong"),
    [
        ("attempts", F("attempts") + 1),
        ("last_contact_at", MORNING),
        ("been_at", F("been_at") + 2**40),
        ("first_contact_at", MORNING),
        ("next_follow_up_at", MORNING),
        ("assigned_at", MORNING),
        ("enquiry_count", 7),
        ("last_enquired_at", None),
        ("search_text", "somebody else"),
        ("area_key", "nowhere"),
        ("status", "CAMPUS_VISIT"),
        ("assigned_to", None),
    ],
)
def test_a_wrong_figure_is_named(world, capsys, figure, wrong):
    customer = Customer.objects.filter(assigned_to__isnull=False, last_enquired_at__isnull=False).latest("created_at")
    Customer.objects.filter(pk=customer.pk).update(**{figure: wrong})

    lines = checked(capsys)

    assert f"Customer {customer.pk}: {figure} is " in lines[0]
    assert {line.partition(":")[0] for line in lines} == {f"Customer {customer.pk}"}


def test_what_the_last_release_wrote_beside_a_migration_is_mended(world, capsys):
    whose = Customer.objects.filter(attempts__gt=1).order_by("pk")[:2]
    for customer in whose:
        Customer.objects.filter(pk=customer.pk).update(been_at=0, first_contact_at=None)

    call_command("check_figures", mend=True)

    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith(", mended") for line in lines] == [True] * 4 + [False]
    assert checked(capsys) == []


def test_what_cannot_be_mended_is_named_all_the_same(world, capsys):
    customer = Customer.objects.first()
    Customer.objects.filter(pk=customer.pk).update(attempts=99, been_at=2**40)

    with pytest.raises(CommandError, match="1 figures"):
        call_command("check_figures", mend=True)

    capsys.readouterr()
    assert [line.split(": ")[1][:8] for line in checked(capsys)] == ["attempts"]


def test_a_follow_up_in_the_wrong_hands_is_named(world, capsys):
    planned = FollowUp.objects.open().exclude(owner=None).first()
    FollowUp.objects.filter(pk=planned.pk).update(owner=None)

    assert [f"Customer {planned.customer_id}: owner of the follow-up is None, counted {planned.owner_id}"] == checked(
        capsys
    )


def test_wrong_counts_of_an_import_and_of_a_deal_are_named(world, capsys):
    import_ = Import.objects.latest("created_at")
    Import.objects.filter(pk=import_.pk).update(created=F("created") + 1, warned=2)
    user = User.objects.get(username="sales0001")
    User.objects.filter(pk=user.pk).update(dealt_ahead=0.5)

    assert checked(capsys) == [
        f"User {user.pk}: dealt_ahead is 0.5, counted 0.0",
        f"Import {import_.pk}: warned is 2, counted 0",
        f"Import {import_.pk}: created is {import_.created + 1}, counted {import_.created}",
    ]


def test_every_slice_is_looked_at(monkeypatch, capsys, world):
    monkeypatch.setattr("customers.recount.SLICE", 7)
    monkeypatch.setattr("imports.recount.SLICE", 1)
    Customer.objects.update(attempts=99)
    Import.objects.update(rows=0)

    assert len(checked(capsys)) == 120 + Import.objects.count()


def test_an_import_at_work_is_not_counted(world, capsys):
    Import.objects.update(state=State.RUNNING, rows=1_000_000)

    assert checked(capsys) == []


# -- a day of work -----------------------------------------------------------------------------------------------------


class Day:
    """Somebody does something, again and again; what is refused counts as well."""

    def __init__(self, seed: int):
        self.draw = random.Random(seed)
        self.manager = User.objects.filter(role="manager").first()
        self.done: list[str] = []
        self.files: list[Import] = []

    def work(self, times: int) -> None:
        acts = [name for name in dir(self) if name.startswith("do_")]
        for _ in range(times):
            name = self.draw.choice(acts)
            try:
                with_result = getattr(self, name)()
                self.done.append(name if with_result is not False else "")
            except actions.ActionError:
                self.done.append("")

    # whom it is about

    def customer(self, **about) -> Customer:
        """One whom the manager sees; those `about` whom it is, if there are any."""
        seen = Customer.objects.visible_to(self.manager).order_by("pk")
        return self.draw.choice(list(seen.filter(**about)) or list(seen))

    def some(self):
        ids = list(Customer.objects.visible_to(self.manager).order_by("pk").values_list("pk", flat=True))
        return Customer.objects.filter(pk__in=self.draw.sample(ids, 9))

    def counsellor(self) -> User:
        return self.draw.choice(list(User.objects.sales_users().order_by("pk")))

    def soon(self) -> datetime:
        return timezone.now() + timedelta(minutes=self.draw.randrange(1, 3_000))

    # what is done

    def do_record(self):
        customer = self.customer(assigned_to__isnull=False)
        status = self.draw.choice(list(Status.objects.active().in_order()))
        late = {"waited": timedelta(minutes=self.draw.randrange(600))}
        more = self.draw.choice([{}, {}, {"follow_up_at": None}, {"follow_up_at": self.soon()}, late])
        by = customer.assigned_to or self.manager
        actions.record_status(customer=customer, status=status, by=by, now=timezone.now(), **more)

    do_record_more = do_record_still_more = do_record

    def do_take_back(self):
        self.do_record()
        change = StatusChange.objects.standing().latest("changed_at", "pk")
        actions.take_back(change=change, by=change.changed_by, now=timezone.now())

    def do_give(self):
        actions.assign_one(customer=self.customer(), to=self.counsellor(), by=self.manager, now=timezone.now())

    def do_give_to_nobody(self):
        actions.assign_one(customer=self.customer(), to=None, by=self.manager, now=timezone.now())

    def do_share_out(self):
        actions.distribute(customers=self.some(), by=self.manager, now=timezone.now(), seed=self.draw.randrange(99))

    def do_share_anew(self):
        now = timezone.now()
        actions.distribute(customers=self.some(), by=self.manager, now=now, as_of=now, seed=self.draw.randrange(99))

    def do_take_away(self):
        actions.unassign(customers=self.some(), by=self.manager, now=timezone.now())

    def do_undo_sharing(self):
        batch = Batch.objects.filter(kind=Batch.Kind.DISTRIBUTE, undone_at=None).order_by("-pk").first()
        if batch is None:
            return False
        actions.begin_undoing(batch=batch, by=self.manager, now=timezone.now())
        while actions.undo_slice(batch_id=batch.pk, now=timezone.now()):
            pass

    def do_hand_over(self):
        who = self.counsellor()
        heirs = [user for user in User.objects.sales_users() if user != who]
        actions.hand_over(user=who, to=heirs, by=self.manager, now=timezone.now())

    def do_bulk(self):
        now = timezone.now()
        act = self.draw.choice(
            [
                actions.Act(kind=Batch.Kind.STATUS, status=Status.objects.get(pk="NOT_INTERESTED")),
                actions.Act(kind=Batch.Kind.STATUS, status=Status.objects.get(pk="VALID")),
                actions.Act(kind=Batch.Kind.FOLLOW_UP, due_at=self.soon()),
                actions.Act(kind=Batch.Kind.FOLLOW_UP),
                actions.Act(kind=Batch.Kind.SOURCE, source=Source.objects.first()),
            ]
        )
        batch = actions.begin_bulk(act=act, by=self.manager, now=now, filters={}, as_of=now, total=9)
        actions.bulk_slice(batch=batch, customers=self.some())
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE)

    def do_undo_bulk(self):
        batch = Batch.objects.filter(kind__in=actions.BULK_KINDS, undone_at=None).order_by("-pk").first()
        if batch is None:
            return False
        batch = actions.begin_undoing(batch=batch, by=self.manager, now=timezone.now())
        while actions.undo_bulk_slice(batch=batch, size=4):
            pass

    def do_put_off(self):
        customer = self.customer(next_follow_up_at__isnull=False)
        actions.put_off(customer=customer, due_at=self.soon(), by=self.manager, now=timezone.now())

    def do_type_in(self):
        known = self.customer().phone_number
        number = self.draw.choice([known, f"+9198765{self.draw.randrange(10**5):05d}"])
        by = self.draw.choice([self.manager, self.counsellor()])
        day = self.draw.choice([None, timezone.localdate(), timezone.localdate() - timedelta(days=9)])
        actions.create_customer(by=by, now=timezone.now(), phone_number=number, name="Typed In", date=day)

    def do_edit(self):
        fields = {"name": "New Name", "area": self.draw.choice(["Kochi", "Straße 5"])}
        extra = [f"+9198764{self.draw.randrange(10**5):05d}"]
        customer = self.customer()
        actions.edit_customer(customer=customer, by=self.manager, now=timezone.now(), extra_phones=extra, **fields)

    def do_forbid_calls(self):
        customer = self.customer(next_follow_up_at__isnull=False)
        actions.edit_customer(customer=customer, by=self.manager, now=timezone.now(), do_not_call=True)

    def do_merge(self):
        survivor, loser = self.customer(), self.customer()
        take = self.draw.sample(["name", "area", "status", "owner", "source"], 2)
        actions.merge(survivor=survivor, loser=loser, by=self.manager, now=timezone.now(), take=take)

    do_merge_more = do_merge

    def do_unmerge(self):
        merge = Merge.objects.filter(undone_at=None).order_by("-pk").first()
        if merge is None:
            return False
        actions.unmerge(merge=merge, by=self.manager, now=timezone.now())

    def do_erase(self):
        customer = self.customer()
        actions.erase(customer=customer, by=self.manager, now=timezone.now(), reason="She asked for it.")

    def do_import(self):
        known = self.customer().phone_number.removeprefix("+91")
        day = self.draw.choice(["01/05/2025", "04/03/2026", ""])
        new = f"97{self.draw.randrange(10**8):08d}"
        status = self.draw.choice(["", "New", "Interested", "Admission"])
        rows = [f"Some One,{known},Aluva,{day},x,Fair,{status}", f"Newcomer,{new},Kollam,{day},,,{status}"]
        deal = self.draw.choice([{}, {"deal": {"how": "even", "among": None, "seed": 3}}])
        header = "Name,Phone,Area,Date,Remark,Source,Status"
        content = csv_bytes(*rows, "Nobody,12345,,,,,", header=header)
        self.files.append(imported(self.manager, content, f"{len(self.files)}.csv", **deal))
        assert self.files[-1].state == State.DONE

    def do_move_on_the_funnel(self):
        status = self.draw.choice(list(Status.objects.exclude(pk=Status.NEW).in_order()))
        Status.objects.filter(pk=status.pk).update(rung=self.draw.choice([None, 1, 5]))

    def do_undo_import(self):
        if not self.files:
            return False
        assert undone(self.files.pop(), self.manager).state == State.UNDONE


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_wrong_after_a_random_day(world, capsys, seed):
    day = Day(seed)
    with time_machine.travel(MORNING) as clock:
        for _ in range(60):
            day.work(3)
            clock.shift(timedelta(minutes=4))

    assert checked(capsys) == []
    assert len(set(day.done)) > 15


def test_a_customer_with_nothing_at_all_is_right(capsys):
    CustomerFactory(enquiry_count=0)

    assert checked(capsys) == []
