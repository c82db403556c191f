"""Dates, whole rows and the words for what was wrong: from cells to values."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.datetexts import month_first
from imports.cleaning import NAME_LENGTH, Cleaner, Warn, clean_row, is_blank
from imports.mapping import Column, Field, map_columns
from imports.reading import CellError, NoValue, Row
from imports.reasons import ROW_REASONS, Reason, message
from imports.tests.cells import TODAY, clean


@pytest.mark.parametrize("cell", [dt.date(2026, 3, 5), "05/03/2026", "5 Mar 2026", 46086, '="05/03/2026"'])
def test_a_date_is_read(cell):
    cleaned = clean(phone=9876543210, date=cell)

    assert (cleaned.date, cleaned.warnings) == (dt.date(2026, 3, 5), [])


@pytest.mark.parametrize("cell", ["31/02/2026", "tomorrow", "99/99/9999", 7])
def test_an_unreadable_date_loses_neither_the_customer_nor_the_text(cell):
    cleaned = clean(phone=9876543210, date=cell)

    assert (cleaned.reason, cleaned.date, cleaned.extra) == (None, None, {"Date": str(cell)})
    assert cleaned.warnings == [Warn("date_invalid", "Date", str(cell))]


@pytest.mark.parametrize("cell", [None, "", "-", "NA", "\u00a0"])
def test_a_blank_date_is_no_fault(cell):
    cleaned = clean(phone=9876543210, date=cell)

    assert (cleaned.date, cleaned.warnings, cleaned.extra) == (None, [], {})


def test_a_column_of_dates_gathers_evidence_for_its_order():
    cleaner = Cleaner(map_columns(["Mobile", "Date"]), today=TODAY)
    cleaned = [
        cleaner.clean(Row(2, [9876543210, day], False))
        for day in ("03/04/2026", "03/15/2026", "12/31/2025", "05/05/2026")
    ]

    assert month_first(Counter(row.date_order for row in cleaned))
    assert [row.date_if_month_first or row.date for row in cleaned] == [
        dt.date(2026, 3, 4), dt.date(2026, 3, 15), dt.date(2025, 12, 31), dt.date(2026, 5, 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "order"),
    [
        ("Date (mm/dd/yyyy)", "mdy"),
        ("Date MM-DD-YY", "mdy"),
        ("Date (dd/mm/yyyy)", "dmy"),
        ("Date [d.m.yy]", "dmy"),
        ("Date", None),
    ],
)
def test_the_label_may_say_the_order(label, order):
    columns = map_columns(["Mobile", label])

    assert clean_row(Row(2, [9876543210, "03/04/2026"], False), columns, today=TODAY).date_order == order
    assert clean_row(Row(2, [9876543210, "15/04/2026"], False), columns, today=TODAY).date_order == "dmy"


def test_a_follow_up_keeps_its_time():
    assert clean(phone=9876543210, follow_up="12/03/2026 2:30 pm").follow_up == "2026-03-12T14:30"
    assert clean(phone=9876543210, follow_up="12/03/2026").follow_up == "2026-03-12"
    assert clean(phone=9876543210, follow_up="12/03/2026").follow_up_if_month_first == "2026-12-03"
    assert clean(phone=9876543210, follow_up="next week").extra == {"Follow Up": "next week"}


def test_one_cleaner_reads_every_row_for_itself():
    cleaner = Cleaner(map_columns(["Mobile", "Date", "City"]), today=TODAY)
    first = cleaner.clean(Row(2, [9876543210, "tomorrow", "Kochi"], False))
    second = cleaner.clean(Row(3, [9876543211, "tomorrow", None], False))

    assert len(first.warnings) == len(second.warnings) == 1
    assert (first.area, second.area) == ("Kochi", "")


# -- blank rows -----------------------------------------------------------------------------------------------------

COLUMNS = map_columns(["S.No", "Name", "Mobile"])


@pytest.mark.parametrize(
    "cells", [[], [None, None, None], ["", " ", "\u00a0"], [7, "", None], ["7", "\u200b", "\u00a0"], [None, "\x00", ""]]
)
def test_a_row_with_nothing_in_a_mapped_column_is_blank(cells):
    assert is_blank(Row(2, cells, False), COLUMNS)


@pytest.mark.parametrize("cells", [[None, "Asha"], [None, None, 0], [None, CellError("#N/A")], [None, None, NoValue()]])
def test_a_row_with_something_in_one_is_not(cells):
    assert not is_blank(Row(2, cells, False), COLUMNS)


# -- whatever comes -------------------------------------------------------------------------------------------------

_ANY_CELL = st.one_of(
    st.none(),
    st.text(max_size=300),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.builds(CellError, st.sampled_from(["#N/A", "#REF!"])),
    st.builds(NoValue),
)
_ALL = [Column(index, field.value, field, "synonym") for index, field in enumerate(Field)]


@given(st.lists(_ANY_CELL, max_size=len(_ALL) + 3))
def test_any_row_is_either_rejected_for_a_reason_or_can_be_stored(cells):
    cleaned = clean_row(Row(2, cells, False), _ALL, today=TODAY)

    assert cleaned.reason is not None or cleaned.phone is not None
    assert cleaned.reason is None or cleaned.reason in ROW_REASONS
    assert cleaned.reason or len(cleaned.name) <= NAME_LENGTH
    assert len(cleaned.area) <= 200
    assert len(cleaned.email) <= 254
    texts = [cleaned.name, cleaned.area, cleaned.remark, cleaned.source, *cleaned.extra.values()]
    assert not any("\x00" in text for text in texts)
    assert cleaned.name not in ("nan", "None", "NaT", "#N/A", "#REF!")


# -- sentences ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(Reason))
def test_every_code_has_a_sentence_with_and_without_its_detail(code):
    for sentence in (message(code), message(code, "98765 4321")):
        assert sentence.endswith(".")
        assert not set("«»{}!") & set(sentence)
        assert "  " not in sentence
        assert "successfully" not in sentence


def test_a_sentence_says_what_it_is_about():
    assert message("phone_invalid", "98765 4321") == (
        "The phone number “98765 4321” is not one that can be called. Check its digits and upload the row again."
    )
    assert message("duplicate_in_file", "row 2 of Form A").startswith(
        "The same phone number stands further up in this file, in row 2 of Form A."
    )


def test_an_unknown_code_is_an_error():
    with pytest.raises(ValueError, match="shoe_size"):
        message("shoe_size")
