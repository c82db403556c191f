"""A row of the customers list: every column it may show, and nothing in it taken for markup."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.columns import COLUMNS
from customers.models import Course, Customer, Source
from customers.templatetags.cells import CELLS, cells, customer_rows, waiting_rows
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


@pytest.mark.django_db
def test_a_row_names_the_customer_and_has_a_box_only_where_she_can_be_chosen():
    # Given two customers with markup for a name, one of whom must not be called
    bad, now = "<i>x", timezone.now()
    muted, other = CustomerFactory.build(name=bad, do_not_call=True), CustomerFactory.build(name=bad)
    # When their rows are written for somebody who has ticked the first
    rows = customer_rows([muted, other], [COLUMNS["number"]], now, chosen=False, selectable=True, ticked={muted.pk})
    hers, others = rows.split("</tr>")[:2]
    # Then each is a link to her page, and what was ticked is
    assert "<i>" not in rows
    assert f'<a href="/customers/{muted.pk}/" data-open>&lt;i&gt;x</a> <span class="tag">Do not call</span>' in hers
    assert f'value="{muted.pk}" checked>' in hers
    assert f'value="{other.pk}">' in others
    assert "Do not call" not in others
    assert "checkbox" not in customer_rows([muted], [COLUMNS["number"]], now, chosen=False, selectable=False)


@pytest.mark.django_db
def test_who_waits_too_long_stands_out_and_who_was_taken_back_is_told():
    now = timezone.now()
    fresh = CustomerFactory.build(area="<i>x", created_at=now - timedelta(days=3))
    back = CustomerFactory.build(created_at=now - timedelta(days=30), assigned_at=now - timedelta(days=8))
    hers, taken = waiting_rows([fresh, back], now - timedelta(days=5), set()).split("</tr>")[:2]
    assert '<td class="cell-area" title="&lt;i&gt;x">&lt;i&gt;x</td>' in hers
    assert '<td class="cell-next">3 days</td>' in hers
    assert '<td class="cell-next is-due">8 days <span title="Taken back' in taken
    assert "is-due" not in waiting_rows([back], None, set())
