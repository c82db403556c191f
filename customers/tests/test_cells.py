"""A row of the customers list: every column it may show, and nothing in it taken for markup."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.columns import COLUMNS
from customers.models import Course, Customer, Source
from customers.templatetags.cells import CELLS, cells
from customers.tests.factories import CustomerFactory


def test_every_column_has_its_cell():
    assert set(CELLS) == {column.name for column in COLUMNS.values()}


@pytest.mark.django_db
def test_what_was_typed_is_text():
    # Given a customer into whose every text somebody wrote markup
    bad = "<i>x"
    customer = CustomerFactory(
        area=bad,
        remark=bad,
        course=Course.objects.create(name="<i>x course"),
        source=Source.objects.create(name="<i>x source"),
    )
    # When her row is written
    row = cells(Customer.objects.with_people().get(pk=customer.pk), list(COLUMNS.values()), timezone.now(), chosen=True)
    # Then it is all there and none of it is markup
    assert row.count("&lt;i&gt;x") >= 4
    assert "<i>" not in row
    assert row.count("<td") == len(COLUMNS)


@pytest.mark.django_db
def test_a_follow_up_that_is_due_stands_out():
    now = timezone.now()
    column = [COLUMNS["follow_up"]]
    late, planned = CustomerFactory.build(), CustomerFactory.build()
    late.next_follow_up_at, planned.next_follow_up_at = now - timedelta(hours=1), now + timedelta(hours=1)
    assert "is-due" in cells(late, column, now, chosen=False)
    assert "is-due" not in cells(planned, column, now, chosen=False)
