"""A query put together once and run with other values."""

import pytest
from django.db.models import CharField, DateTimeField, F
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from crm.lib.prepared import Gap, Prepared

pytestmark = pytest.mark.django_db


def test_each_run_has_its_own_values(django_assert_num_queries):
    asha, ravi = UserFactory(username="asha"), UserFactory(username="ravi")
    prepared = Prepared(User.objects.filter(username=Gap("name", CharField())).values_list("pk"))
    with django_assert_num_queries(3):
        assert [prepared.row(name=name) for name in ("asha", "ravi", "nobody")] == [(asha.pk,), (ravi.pk,), None]


def test_all_rows_come_as_they_are_at_the_moment():
    prepared = Prepared(User.objects.order_by("username").values_list("username"))
    assert prepared.rows() == []
    UserFactory(username="ravi")
    UserFactory(username="asha")
    assert prepared.rows() == [("asha",), ("ravi",)]


def test_a_gap_may_stand_in_several_places_and_beside_plain_values():
    now = timezone.now()
    user = UserFactory(username="asha", last_seen_at=now, last_login=now)
    moment = Gap("moment", DateTimeField())
    seen = User.objects.filter(last_seen_at__gte=moment, last_login__lte=moment, username="asha")
    prepared = Prepared(seen.values_list("pk", F("role")))
    assert prepared.row(moment=now) == (user.pk, user.role)
    assert prepared.row(moment=now - timezone.timedelta(seconds=1)) is None
    assert prepared.row(moment=now + timezone.timedelta(seconds=1)) is None


def test_a_value_that_is_missing_is_not_made_up():
    prepared = Prepared(User.objects.filter(pk=Gap("user", CharField())).values_list("pk"))
    with pytest.raises(KeyError):
        prepared.row(other=1)
