import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.datetexts import month_first, read_date

TODAY = dt.date(2026, 3, 10)
FIFTH = dt.date(2026, 3, 5)


def day_of(value, **options):
    return read_date(value, today=TODAY, **options).day


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime.fromisoformat("2026-03-05"),
        dt.datetime.fromisoformat("2026-03-05T23:45"),
        dt.date(2026, 3, 5),
        46086,
        46086.0,
        46086.99,
        "46086",
        "46086.5",
        20260305,
        "20260305",
        "05032026",
        1772668800,
        1772668800000,
        "05/03/2026",
        "5/3/2026",
        "05-03-2026",
        "05.03.2026",
        "5.3.26",
        "5-3-26",
        "5/3/'26",
        "05 03 2026",
        "05\\03\\2026",
        " 05/03/2026\u00a0",
        "\u200e05/03/2026",
        "'05/03/2026",
        '="05/03/2026"',
        "05/03/2026 10:15 AM",
        "05/03/2026, 10:15:20",
        "05-03-2026 02.30 pm",
        "05/03/2026 14:30 hrs",
        "05/03/2026 (Thu)",
        "Thu 05/03/2026",
        "2026-03-05",
        "2026/3/5",
        "2026.03.05",
        "2026-03-05 10:15:00.123456",
        "2026-03-05T10:15:00",
        "2026-03-05T00:30:00+05:30",
        "5 Mar 2026",
        "05-Mar-26",
        "05-MAR-2026 14:30",
        "5 March 2026",
        "5th March 2026",
        "5th of March, 2026",
        "March 5, 2026",
        "Mar 5th 2026",
        "Mar-05-2026",
        "Thursday, 5 March 2026",
        "Thursday, March 5, 2026 10:15 PM",
        "2026 March 5",
        "05Mar2026",
        "Thu Mar 05 2026 21:15:22 GMT+0530 (India Standard Time)",
        "Thu Mar 05 21:15:22 IST 2026",
        "Thu, 05 Mar 2026 09:00:00 GMT",
        "०५/०३/२०२६",
        "५ मार्च २०२६",
        "05 मार्च 2026",
        "０５/０３/２０２６",
    ],
)
def test_every_way_of_writing_a_day_is_the_same_day(value):
    assert day_of(value) == FIFTH


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-03-04T21:30:00-05:00", dt.date(2026, 3, 5)),
        ("2026-03-05T13:45:00-05:00", dt.date(2026, 3, 6)),
        ("2026-03-05T13:45:00-0500", dt.date(2026, 3, 6)),
        ("2026-03-05T18:45:00Z", dt.date(2026, 3, 6)),
        ("2026-03-05T18:29:59Z", dt.date(2026, 3, 5)),
        ("2026-03-05 20:15 UTC", dt.date(2026, 3, 6)),
        ("2026/03/06 7:00:00 PM GMT+0", dt.date(2026, 3, 7)),
        ("2026/03/06 12:20:05 AM GMT+5:30", dt.date(2026, 3, 6)),
        ("2026/03/05 9:15:22 PM GMT+5:30", dt.date(2026, 3, 5)),
        ("05/03/2026 11:59 PM EST", dt.date(2026, 3, 6)),
        (dt.datetime(2026, 3, 5, 20, 0, tzinfo=dt.UTC), dt.date(2026, 3, 6)),
        ("31/12/2025 23:00 UTC", dt.date(2026, 1, 1)),
    ],
)
def test_times_with_a_zone_end_in_india(value, day):
    assert day_of(value) == day


@pytest.mark.parametrize(
    "value",
    [
        "31/02/2026",
        "30/02/2026",
        "29/02/2025",
        "31/04/2026",
        "99/99/9999",
        "13/13/2026",
        "05/03/1926",
        "05/03/2099",
        "tomorrow",
        "Monday",
        "5 March",
        "03/2026",
        "2026",
        "10:30",
        "05/03/2026 - 06/03/2026",
        "05/03/2026 25:00",
        "asap",
        "98765 43210",
        5,
        -1,
        123456789,
        True,
        dt.time(10, 30),
        dt.date(1899, 12, 31),
        object(),
    ],
)
def test_what_is_no_day_is_unreadable(value):
    reading = read_date(value, today=TODAY)

    assert (reading.day, reading.ok) == (None, False)


@pytest.mark.parametrize(
    "value", [None, "", "  ", "\u200b", "-", "NA", "n/a", "nil", "00/00/0000", "0000-00-00", float("nan"), 0]
)
def test_nothing_is_no_day_and_no_fault(value):
    reading = read_date(value, today=TODAY)

    assert (reading.day, reading.ok) == (None, True)


def test_an_ambiguous_date_carries_both_readings():
    reading = read_date("03/04/2026", today=TODAY)

    assert reading.day == dt.date(2026, 4, 3)
    assert reading.if_month_first == dt.date(2026, 3, 4)
    assert reading.order is None


def test_an_ambiguous_date_is_read_month_first_when_that_is_known():
    assert day_of("03/04/2026", month_first=True) == dt.date(2026, 3, 4)
    assert day_of("03/04/26 10:00", month_first=True) == dt.date(2026, 3, 4)
    assert day_of("2026-04-03", month_first=True) == dt.date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "day", "order"),
    [
        ("15/03/2026", dt.date(2026, 3, 15), "dmy"),
        ("03/15/2026", dt.date(2026, 3, 15), "mdy"),
        ("12/31/25", dt.date(2025, 12, 31), "mdy"),
        ("05/05/2026", dt.date(2026, 5, 5), None),
        ("15 Mar 2026", dt.date(2026, 3, 15), None),
        ("2026-03-15", dt.date(2026, 3, 15), None),
    ],
)
def test_a_date_tells_what_it_proves(text, day, order):
    reading = read_date(text, today=TODAY)

    assert (reading.day, reading.if_month_first, reading.order) == (day, None, order)


@pytest.mark.parametrize(
    ("orders", "verdict"),
    [
        ([None, "mdy", "mdy"], True),
        (["mdy", "dmy"], False),
        (["dmy"], False),
        ([None], False),
        ([], False),
    ],
)
def test_a_column_is_month_first_when_one_value_proves_it_and_none_the_opposite(orders, verdict):
    assert month_first(Counter(orders)) is verdict


def test_serial_numbers_of_a_mac_workbook_count_from_1904():
    assert day_of(46086 - 1462, epoch1904=True) == FIFTH


def test_the_clock_comes_along_for_appointments():
    assert read_date("05/03/2026 2:30 pm", today=TODAY).clock == dt.time(14, 30)
    assert read_date("05/03/2026 12:15 pm", today=TODAY).clock == dt.time(12, 15)
    assert read_date("05/03/2026 12:15 am", today=TODAY).clock == dt.time(0, 15)
    assert read_date("2026-03-05T09:00:00Z", today=TODAY).clock == dt.time(14, 30)
    assert read_date("05/03/2026", today=TODAY).clock is None


def test_without_today_the_clock_of_the_zone_decides():
    assert read_date("05/03/2020").day == dt.date(2020, 3, 5)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2031, 12, 31)), st.sampled_from(["/", "-", ".", " "]))
def test_any_day_is_read_back_from_its_usual_forms(day, gap):
    assert day_of(f"{day.day:02}{gap}{day.month:02}{gap}{day.year}") == day
    assert day_of(f"{day:%d}{gap}{day:%b}{gap}{day:%Y}") == day
    assert day_of(day.isoformat()) == day
    assert day_of((day - dt.date(1899, 12, 30)).days) == day


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.datetimes(), st.dates()))
def test_any_value_is_read_without_an_error(value):
    reading = read_date(value, today=TODAY)

    assert reading.ok or reading.day is None
    assert reading.day is None or 1989 <= reading.day.year <= 2032
