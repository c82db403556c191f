"""How the desk writes moments, days, ages and numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from crm.lib.pagination import Page
from crm.templatetags import desk
from customers.models import Status

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_a_moment_is_told_at_home_with_its_exact_time_on_hover():
    assert desk.when(datetime(2026, 11, 25, 6, 0, 5, tzinfo=UTC)) == (
        '<time datetime="2026-11-25T11:30:05+05:30" title="Wed 25 Nov 2026, 11:30:05 IST">Wed 25 Nov, 11:30</time>'
    )


def test_a_moment_of_another_year_names_it():
    assert ">Tue 31 Dec 2024, 23:59</time>" in desk.when(datetime(2024, 12, 31, 18, 29, tzinfo=UTC))


def test_a_day():
    assert desk.day(date(2026, 3, 5)) == "Thu 5 Mar 2026"
    assert desk.day(datetime(2026, 3, 4, 20, 0, tzinfo=UTC)) == "Thu 5 Mar 2026"


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=3, hours=23), "3 days"),
        (timedelta(days=59), "59 days"),
        (timedelta(days=60), "2 months"),
        (timedelta(days=729), "24 months"),
        (timedelta(days=730), "2 years"),
        (-timedelta(days=3), "3 days"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(since, words):
    assert desk.age(NOW - since) == words


def test_the_age_of_a_day():
    assert desk.age(date(2026, 11, 24)) == "today"
    assert desk.age(date(2026, 11, 21)) == "3 days"


def test_numbers():
    assert [desk.number(n) for n in (0, 999, 1_000, 1_234_567)] == ["0", "999", "1,000", "1,234,567"]


@pytest.mark.parametrize("tell", [desk.when, desk.day, desk.age, desk.number])
def test_nothing_is_told_as_nothing(tell):
    assert tell(None) == ""


# --- components ----------------------------------------------------------------------------------


def drawn(name, query="", **context):
    return render_to_string(f"components/{name}.html", context, RequestFactory().get(f"/list/{query}"))


def test_the_pager_keeps_the_other_parameters():
    text = drawn("pager", "?status=NEW&cursor=old", page=Page(rows=[], next="n", previous="p"))
    assert 'href="?status=NEW&amp;cursor=n"' in text
    assert 'href="?status=NEW&amp;cursor=p"' in text
    assert '<a class="btn btn-outline-secondary" href="?status=NEW">First</a>' in text


def test_the_pager_has_no_door_where_there_is_no_page():
    text = drawn("pager", page=Page(rows=[], next="n", previous=None))
    assert text.count("<a ") == 1
    assert text.count('aria-disabled="true"') == 2
    assert drawn("pager", page=Page(rows=[], next=None, previous=None)).strip() == ""


def test_a_badge_has_its_colour_without_inline_style():
    text = drawn("status_badge", status=Status(code="X", label="<b>", colour="#123456"))
    assert 'fill="#123456"' in text
    assert "style=" not in text
    assert "&lt;b&gt;" in text
    assert drawn("status_badge", status=None).strip() == ""


def test_a_badge_changes_with_its_status():
    status = Status(code="X", label="Warm", colour="#123456")
    assert "Warm" in desk.badge(status)
    status.label, status.colour = "Hot", "#654321"
    assert "Hot" in desk.badge(status) and "#654321" in desk.badge(status)


def test_a_button_for_each_choice_and_none_is_markup():
    text = desk.buttons("when", [("1h", "In 1 h"), ("<i>", "<b>Now")])
    assert text.count("<button") == 2 and 'name="when" value="1h"' in text
    assert "&lt;b&gt;Now" in text and "<i>" not in text


def test_a_capped_count_says_so():
    assert ">10,000+</span>" in drawn("count", count=10_000, exact=False)
    assert ">12</span>" in drawn("count", count=12, exact=True)
    assert ">12</span>" in drawn("count", count=12)


def test_an_empty_place_names_the_next_step():
    text = drawn("empty", title="No customers yet", text="Import a file.", url="/import/", label="Import")
    assert "No customers yet" in text
    assert '<a class="btn btn-primary" href="/import/">Import</a>' in text
    assert "<a " not in drawn("empty", title="Nothing due")


def test_a_value_of_a_key():
    assert desk.of({3: "two"}, 3) == "two"
    assert desk.of({3: "two"}, 4) == desk.of("", 3) == ""


def test_the_options_of_a_menu_are_written_as_texts_and_the_chosen_one_is_marked():
    text = desk.options([("", "Any"), (7, "<b>"), (17, "Asha")], "7")
    assert (
        text
        == '<option value="">Any</option><option value="7" selected>&lt;b&gt;</option><option value="17">Asha</option>'
    )
    assert '<option value="" selected>' in desk.options([("", "Any")], None)


def test_boxes_to_tick():
    text = desk.checks("owner", [("7", "Asha"), ("8", '"B"')], ["8"])
    assert text.count("<label") == 2
    assert 'name="owner" value="7"> Asha</label>' in text
    assert 'name="owner" value="8" checked> &quot;B&quot;</label>' in text


def test_an_icon_is_for_the_eye_only():
    assert 'aria-hidden="true"' in desk.icon("phone", 16)
    assert 'width="20"' in desk.icon("phone", 20)
