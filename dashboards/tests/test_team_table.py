"""The rows of the dashboard's team: what is typed stays text, every number leads to its customers, a week is drawn."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import UserFactory
from dashboards.figures import Performance
from dashboards.templatetags.team_table import bars, team_rows


def performance(pk=7, **about) -> Performance:
    person = UserFactory.build(pk=pk, **{"first_name": "<i>x", "last_name": "", **about})
    return Performance(person, assigned=1_234, overdue=2, last_contact_at=timezone.now() - timedelta(days=3))


def test_a_row_takes_nothing_for_markup_and_its_numbers_are_doors():
    row = team_rows([performance()], {7: [0, 0, 0, 0, 0, 0, 5]})
    assert "<i>" not in row
    assert '<a href="/dashboard/sales/?user=7">&lt;i&gt;x</a></th>' in row
    assert '<a href="/customers/?owner=7">1,234</a>' in row
    assert '<a class="is-due" href="/customers/?owner=7&amp;follow_up=overdue&amp;sort=follow_up">2</a>' in row
    assert row.count("Calls on the last seven days, today last: 0, 0, 0, 0, 0, 0, 5") == 2
    assert 'd="M48 20v-20h6v20z"' in row
    assert ">3 days ago</time>" in row


def test_who_left_or_has_another_role_is_told_apart():
    row = team_rows([performance(role=Role.MANAGER, is_active=False)], {})
    assert '<th scope="row">&lt;i&gt;x <span class="badge' in row
    assert 'class="spark-bars" d=""' in row
    idle = Performance(UserFactory.build(pk=8))
    assert 'data-label="Last contact">–</td>' in team_rows([idle], {})
    assert "is-due" not in team_rows([idle], {})


def test_bars_are_as_high_as_the_busiest_day_of_the_team_is():
    assert bars([0, 1, 0, 0, 0, 0, 100], 200) == "M8 20v-1h6v1zM48 20v-10h6v10z"
    assert bars([0] * 7, 0) == ""
