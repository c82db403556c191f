"""Paging: every row once, in both directions, whatever is equal or blank.

The rows are django-axes' log of sign-ins: a table at hand with a text and a moment that may be blank.
"""

from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessLog
from django.core import signing
from django.core.exceptions import BadRequest

from crm.lib import pagination
from crm.lib.pagination import Sort, capped_count, fingerprint, paginate

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
BY_ID = Sort("newest", "Newest", "id")
BY_TEXT = Sort("name", "Name", "username", descending=False, nullable=True, text=True)
BY_TEXT_DOWN = Sort("name_down", "Name", "username", nullable=True, text=True)
BY_MOMENT = Sort("out", "Signed out", "logout_time", nullable=True)
BY_MOMENT_UP = Sort("out_up", "Signed out", "logout_time", descending=False, nullable=True)
BY_EQUAL = Sort("path", "Path", "path_info")
SORTS = [BY_ID, BY_TEXT, BY_TEXT_DOWN, BY_MOMENT, BY_MOMENT_UP, BY_EQUAL]


@pytest.fixture
def rows():
    """Thirteen rows: some equal, some blank in either way."""
    names = ["asha", "asha", "asha", "ravi", "ravi", "", "", None, None, "Äsop", "देव", "zoe", "asha"]
    outs = [None, NOON, NOON, None, NOON + timedelta(days=1), None, NOON, None, NOON, NOON, None, NOON, NOON]
    for name, out in zip(names, outs, strict=True):
        AccessLog.objects.create(username=name, logout_time=out, ip_address="10.0.0.1", path_info="/login/")


def walk(sort, size, queryset=None, key="k"):
    """The ids of all pages forwards, and of all pages backwards from the last one."""
    queryset = AccessLog.objects.all() if queryset is None else queryset
    page = paginate(queryset, sort=sort, cursor="", size=size, key=key)
    assert page.previous is None
    forwards = [[row.pk for row in page.rows]]
    while page.next:
        page = paginate(queryset, sort=sort, cursor=page.next, size=size, key=key)
        forwards.append([row.pk for row in page.rows])
    backwards = [forwards[-1]]
    while page.previous:
        page = paginate(queryset, sort=sort, cursor=page.previous, size=size, key=key)
        backwards.append([row.pk for row in page.rows])
    return forwards, backwards[::-1]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 13, 14])
@pytest.mark.parametrize("sort", SORTS, ids=lambda sort: sort.name)
def test_every_row_stands_on_one_page_in_both_directions(rows, sort, size):
    forwards, backwards = walk(sort, size)
    ids = [pk for page in forwards for pk in page]
    assert len(ids) == 13
    assert len(set(ids)) == 13
    assert [pk for page in backwards for pk in page] == ids
    assert all(len(page) == size for page in forwards[:-1])


@pytest.mark.parametrize("sort", [BY_TEXT, BY_TEXT_DOWN, BY_MOMENT, BY_MOMENT_UP], ids=lambda sort: sort.name)
def test_blanks_come_last(rows, sort):
    forwards, _ = walk(sort, 4)
    values = [getattr(AccessLog.objects.get(pk=pk), sort.field) or None for page in forwards for pk in page]
    blanks = values.count(None)
    assert blanks
    assert set(values[-blanks:]) == {None}


def test_the_newest_is_first(rows):
    forwards, _ = walk(BY_ID, 5)
    ids = [pk for page in forwards for pk in page]
    assert ids == sorted(ids, reverse=True)


def test_an_empty_list_is_one_page_without_neighbours():
    page = paginate(AccessLog.objects.all(), sort=BY_ID, cursor="", size=5, key="k")
    assert (page.rows, page.next, page.previous) == ([], None, None)


def test_a_page_knows_whether_the_whole_list_stands_on_it(rows):
    def page(size, cursor=""):
        return paginate(AccessLog.objects.all(), sort=BY_ID, cursor=cursor, size=size, key="k")

    total = AccessLog.objects.count()
    assert page(total).is_all
    first = page(total - 1)
    assert not first.is_all
    assert not page(5, first.next).is_all
    AccessLog.objects.filter(pk__lt=first.rows[-1].pk).delete()
    assert not page(5, first.next).is_all  # empty, behind the end


def test_a_row_that_comes_in_between_moves_no_other(rows):
    first = paginate(AccessLog.objects.all(), sort=BY_ID, cursor="", size=5, key="k")
    AccessLog.objects.create(username="new", ip_address="10.0.0.1", path_info="/login/")
    second = paginate(AccessLog.objects.all(), sort=BY_ID, cursor=first.next, size=5, key="k")
    assert first.rows[-1].pk - second.rows[0].pk == 1


def test_a_row_that_goes_in_between_breaks_no_cursor(rows):
    first = paginate(AccessLog.objects.all(), sort=BY_TEXT, cursor="", size=5, key="k")
    first.rows[-1].delete()
    second = paginate(AccessLog.objects.all(), sort=BY_TEXT, cursor=first.next, size=20, key="k")
    assert len(second.rows) == 8


@pytest.mark.parametrize("cursor", ["x", "a:b:c", "\0", "é", "x" * 5_000])
def test_a_forged_cursor_is_refused(rows, cursor):
    with pytest.raises(BadRequest):
        paginate(AccessLog.objects.all(), sort=BY_ID, cursor=cursor, size=5, key="k")


def test_a_cursor_signed_for_another_purpose_is_refused(rows):
    with pytest.raises(BadRequest):
        paginate(AccessLog.objects.all(), sort=BY_ID, cursor=signing.dumps(["k"], salt="other"), size=5, key="k")


def test_a_cursor_belongs_to_its_filter_and_its_sort(rows):
    cursor = paginate(AccessLog.objects.all(), sort=BY_ID, cursor="", size=5, key="k").next
    with pytest.raises(BadRequest):
        paginate(AccessLog.objects.all(), sort=BY_ID, cursor=cursor, size=5, key="another")
    with pytest.raises(BadRequest):
        paginate(AccessLog.objects.all(), sort=BY_MOMENT, cursor=cursor, size=5, key="k")


@pytest.mark.parametrize("sort", SORTS, ids=lambda sort: sort.name)
def test_a_page_costs_at_most_two_queries(rows, sort, django_assert_max_num_queries):
    cursor = paginate(AccessLog.objects.all(), sort=sort, cursor="", size=5, key="k").next
    with django_assert_max_num_queries(2):
        paginate(AccessLog.objects.all(), sort=sort, cursor=cursor, size=5, key="k")


def test_counting_stops_at_the_cap(rows, monkeypatch):
    monkeypatch.setattr(pagination, "COUNT_CAP", 10)
    assert capped_count(AccessLog.objects.all()) == (10, False)
    assert capped_count(AccessLog.objects.all(), exact=True) == (13, True)
    assert capped_count(AccessLog.objects.filter(username="asha")) == (4, True)


def test_a_fingerprint_tells_lists_apart():
    assert fingerprint(1, ["a"]) == fingerprint(1, ["a"])
    assert fingerprint(1, ["a"]) != fingerprint(1, ["b"])
