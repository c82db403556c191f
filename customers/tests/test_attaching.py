"""What rows point at is read in one query, whatever kind they are."""

import pytest
from django.utils import timezone

from accounts.models import User
from crm.lib.attaching import attach
from customers.models import AssignmentChange, LostReason, Note, StatusChange
from customers.tests.factories import CustomerFactory, StatusChangeFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", [1, 30])
def test_one_query_fills_in_all_columns_of_all_rows(size, asha, ravi, django_assert_num_queries):
    farah, now = CustomerFactory(), timezone.now()
    for _ in range(size):
        Note.objects.create(customer=farah, text="x", by=ravi, at=now)
        AssignmentChange.objects.create(customer=farah, previous_owner=ravi, new_owner=asha, by=asha, at=now)
    rows = [*Note.objects.all(), *AssignmentChange.objects.all()]

    with django_assert_num_queries(1):
        attach(rows, User)
        people = {(row.by, getattr(row, "previous_owner", None)) for row in rows}

    assert people == {(ravi, None), (asha, ravi)}


def test_nothing_is_asked_where_nothing_is_pointed_at(django_assert_num_queries):
    StatusChangeFactory()
    rows = list(StatusChange.objects.all())
    with django_assert_num_queries(0):
        attach(rows, LostReason)
        attach([], User)
        assert rows[0].lost_reason is None
