"""The rows of the team's page and the seats of the sharing forms: what is typed stays text, what is chosen is shown."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from customers.actions import Seat, seats
from customers.figures import Member
from customers.forms.assignment import Chosen
from customers.templatetags.team import member_rows, seat_options, seat_rows
from customers.tests.factories import CustomerFactory

BAD = "<i>x"
ASHA, RAVI = Seat(pk=7, name=BAD, load=1_234, room=None), Seat(pk=8, name="Ravi", load=None, room=0)


def member(**about) -> Member:
    person = UserFactory.build(pk=7, first_name=BAD, last_name="", **about)
    return Member(person, open=1_234, overdue=2, oldest_untouched=timezone.now() - timedelta(days=3))


def test_a_members_row_takes_nothing_for_markup_and_knows_her_pages():
    row = member_rows([member()])
    assert "<i>" not in row
    assert row.count("&lt;i&gt;x") == 2
    assert '<a href="/team/7/">' in row
    assert '<a href="/team/7/deactivate/">' in row
    assert '<a href="/customers/?owner=7&amp;follow_up=overdue&amp;sort=follow_up">2</a>' in row
    assert 'max="1234" value="1234"' in row
    assert ">1,234</a>" in row
    assert ">3 days</span>" in row


def test_a_member_is_marked_by_what_she_takes():
    away = member(away_until=date(2026, 3, 5))
    away.away = True
    assert '<span class="tag">On leave until Thu 5 Mar 2026</span>' in member_rows([away])
    assert '<span class="tag">Takes no new ones</span>' in member_rows([member(takes_new=False)])
    assert 'class="tag"' not in member_rows([member()])
    assert ">never</span>" in member_rows([member(last_seen_at=None)])


def test_a_seat_takes_nothing_for_markup_and_shows_what_was_chosen_before():
    chosen = Chosen(seats=frozenset(["8"]), weights={7: BAD})
    hers, his = seat_rows([ASHA, RAVI], chosen).split("</li>")[:2]
    assert "<i>" not in hers
    assert 'name="weight_7" value="&lt;i&gt;x"' in hers
    assert 'data-room="" data-load="1234"' in hers
    assert "<span data-open>1,234</span>" in hers
    assert " checked" not in hers
    assert 'value="8" checked' in his
    assert 'name="weight_8" value="1"' in his
    assert 'data-room="0" data-load=""' in his
    assert "room for 0" in his
    assert 'aria-label="Open customers of Ravi" hidden></meter>' in his


def test_the_menu_of_seats_tells_how_much_each_has_where_it_was_counted():
    menu = seat_options([ASHA, RAVI], "8")
    assert menu == (
        '<option value="7">&lt;i&gt;x (1,234 open)</option><option value="8" selected>Ravi</option>'
    )  # fmt: skip


@pytest.mark.django_db
def test_seats_are_those_with_room_in_the_order_of_their_names(django_assert_num_queries):
    now = timezone.now()
    ravi, asha = UserFactory(first_name="ravi", open_cap=3), UserFactory(first_name="Asha", username="a")
    full, _ = UserFactory(first_name="Full", open_cap=1), UserFactory(first_name="", last_name="", username="zz")
    UserFactory(takes_new=False)
    CustomerFactory(assigned_to=ravi)
    CustomerFactory(assigned_to=full)
    with django_assert_num_queries(4):  # people, what is open, of those with a cap, given today
        found = seats(now=now, counted=False)
    assert [(seat.name, seat.load, seat.room) for seat in found] == [
        (str(asha), None, None), (str(ravi), None, 2), ("zz", None, None)
    ]  # fmt: skip
    assert [seat.load for seat in seats(now=now)] == [0, 1, 0]
