"""The made-up institute: the same every time, and true to what the actions write."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q

from accounts.models import Role, User
from accounts.tests.factories import UserFactory
from crm.world.loading import HISTORY, TABLES, build
from customers.models import AssignmentChange, Customer, Enquiry, FollowUp, Origin, StatusChange
from imports.models import Import

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 5, 15, 0, tzinfo=ZoneInfo("Asia/Kolkata"))


def test_its_figures_are_what_its_rows_add_up_to(capsys):
    build(customers=1_500, users=12, seed=3, at=AT)

    call_command("check_figures")

    assert "Every figure" in capsys.readouterr().out


def test_it_has_the_histories_that_were_asked_for():
    world = build(customers=1_500, users=12, seed=3, at=AT)

    assert world.counts == {name: model.objects.count() for name, (model, _) in TABLES.items()}
    assert Customer.objects.count() == 1_500
    assert 4.5 < world.history / 1_500 < 5.5
    assert sum(world.counts[name] == 0 for name in HISTORY) == 0


def test_nothing_happens_after_its_moment_or_before_the_customer_came():
    build(customers=1_500, users=12, seed=3, at=AT)

    late = Q(created_at__gt=AT) | Q(updated_at__gt=AT) | Q(last_contact_at__gt=AT) | Q(assigned_at__gt=AT)
    assert not Customer.objects.filter(late).exists()
    assert not StatusChange.objects.filter(
        Q(happened_at__lt=F("customer__created_at")) | Q(happened_at__gt=AT)
    ).exists()
    assert not AssignmentChange.objects.filter(Q(at__lt=F("customer__created_at")) | Q(at__gt=AT)).exists()
    assert not FollowUp.objects.filter(Q(closed_at__gt=AT) | Q(created_at__gt=AT)).exists()
    assert (
        FollowUp.objects.open().filter(due_at__lt=AT).exists()
        and FollowUp.objects.open().filter(due_at__gt=AT).exists()
    )


def test_a_history_is_a_chain():
    """Each status begins where the one before it ended; so do hands."""
    build(customers=500, users=12, seed=3, at=AT)

    for model, moment, old, new, first in (
        (StatusChange.objects.filter(undone_at=None), "happened_at", "previous_status", "new_status", "NEW"),
        (AssignmentChange.objects.all(), "at", "previous_owner", "new_owner", None),
    ):
        stands: dict = {}
        for customer, before, after in model.order_by(moment, "pk").values_list("customer", old, new):
            assert before == stands.get(customer, first) or (before is None and customer not in stands)
            stands[customer] = after


def test_ids_are_in_the_order_in_which_the_customers_of_a_file_came():
    build(customers=500, users=12, seed=3, at=AT)

    of_files = Customer.objects.filter(origin__kind=Origin.Kind.IMPORT)
    by_id = list(of_files.order_by("pk").values_list("created_at", flat=True))
    assert by_id == sorted(by_id)
    assert Import.objects.count() == 10
    assert Enquiry.objects.exclude(origin__in=Origin.objects.all()).count() == 0


def test_counsellors_have_unequal_shares():
    build(customers=1_500, users=40, seed=3, at=AT)

    shares = (
        User.objects.filter(role=Role.SALES).annotate(n=Count("customers")).order_by("-n").values_list("n", flat=True)
    )
    assert len(shares) == 40
    assert shares[0] > 10 * shares[39]


def test_the_same_seed_makes_the_same_world_and_another_one_another():
    def told(seed: int) -> list:
        build(customers=200, users=5, seed=seed, at=AT)
        people = list(User.objects.order_by("username").values_list("first_name", "last_name"))
        rows = Customer.objects.order_by("pk").values_list(
            "pk", "name", "status", "assigned_to__username", "updated_at"
        )
        changes = StatusChange.objects.order_by("pk").values_list("customer", "new_status", "happened_at", "notes")
        found = [people, list(rows), list(changes)]
        for model, _ in reversed(TABLES.values()):
            model.objects.all().delete()
        User.objects.all().delete()
        return found

    first = told(3)
    assert told(3) == first
    assert told(4) != first


def test_the_indexes_are_there_again():
    def indexes() -> dict:
        with connection.cursor() as cursor:
            return connection.introspection.get_constraints(cursor, Customer._meta.db_table)

    before = indexes()
    build(customers=50, users=2, seed=3, at=AT)
    assert indexes() == before
    assert sum(index["index"] for index in before.values()) > 10


def test_it_wants_an_empty_database():
    UserFactory()

    with pytest.raises(CommandError, match="needs an empty one"):
        call_command("big_world", customers=10, users=1)
    assert not Customer.objects.exists()
