import datetime as dt

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.lib.text import cell_text, clean_line, clean_text, fold, guard, same_person, search_text, unguard


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("", ""),
        ("Asha Nair", "Asha Nair"),
        ("  Asha   Nair ", "Asha Nair"),
        ("Asha\u00a0Nair", "Asha Nair"),
        ("Asha\tNair\nKochi", "Asha Nair Kochi"),
        ("Asha\u2003\u3000Nair", "Asha Nair"),
        ("Bala\u200bji  Menon", "Balaji Menon"),
        ("\ufeffName", "Name"),
        ("\u202aAsha\u202c \u2066Nair\u2069", "Asha Nair"),
        ("As\x00ha\x1f Nair\x85", "Asha Nair"),
        ("Asha\ud800 Nair", "Asha Nair"),
        ("so\u00adft", "soft"),
        ("Jose\u0301", "Jos\u00e9"),
        ("അനില്\u200d കുമാര്\u200d", "അനില്\u200d കുമാര്\u200d"),
        ("क्\u200cष", "क्\u200cष"),
        ("\u200b", ""),
        ("\u00a0\u200d\ufe0f", ""),
        ("\u3164\u2800", ""),
        ("👩\u200d🎓 Asha", "👩\u200d🎓 Asha"),
    ],
)
def test_a_line_is_clean(typed, kept):
    assert clean_line(typed) == kept


@given(st.text())
def test_cleaning_a_line_twice_changes_nothing_and_it_can_be_stored(typed):
    line = clean_line(typed)

    assert clean_line(line) == line
    assert "\x00" not in line
    line.encode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("  one  two ", "one  two"),
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        ('said "call later"\n\n  then cut', 'said "call later"\n\n  then cut'),
        ("a\x00b\x01c\ud83d", "abc"),
        ("\t=1+1", "=1+1"),
        ("\ufeffhello\u200b", "hello"),
        ("\u200b\n\u00a0", ""),
    ],
)
def test_a_text_stays_as_typed_but_can_be_stored(typed, kept):
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ASHA  Nair", "asha nair"),
        ("Ａｓｈａ", "asha"),
        ("José", "JOSE\u0301"),
        ("STRASSE", "straße"),
        ("അനില്\u200d", "അനിൽ"),
        ("क्\u200dष", "क्ष"),
    ],
)
def test_spellings_of_one_text_fold_to_one_key(one, other):
    assert fold(one) == fold(other)


def test_search_text_holds_name_area_and_every_way_to_write_the_numbers():
    text = search_text(name="Asha  NAIR", area="Kochi", numbers=["+919876543210", "+12025550143"])

    assert text.startswith("asha nair kochi ")
    for typed in ("9876543210", "09876543210", "919876543210", "43210", "12025550143", "5550143"):
        assert typed in text


def test_search_text_of_a_nameless_customer_is_still_searchable():
    assert "43210" in search_text(name="", area="", numbers=["+919876543210"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asha Nair", "asha  NAIR"),
        ("Asha Nair", ""),
        ("Unknown", "Asha Nair"),
        ("Asha Nair", "Nair Asha"),
        ("Asha", "Asha Nair"),
        ("Asha N", "Asha Nair"),
        ("A. Nair", "Asha Nair"),
        ("K. Asha Nair", "Asha Nair K"),
        ("Mr. Ravi Kumar", "Ravi Kumar"),
        ("Smt Asha Nair", "Asha Nair"),
        ("Kumari Asha", "Asha"),
        ("Dr Deepa Pillai", "Deepa Pillai (Mrs)"),
        ("RK Sharma", "R. K. Sharma"),
        ("R.K. Sharma", "Rajesh Kumar Sharma"),
        ("Ashanair", "Asha Nair"),
        ("D'Souza José", "José D’Souza"),
        ("श्री देव शर्मा", "देव शर्मा"),
        ("അനില്\u200d കുമാര്\u200d", "അനിൽ കുമാർ"),
        ("Dr.", "Dr."),
    ],
)
def test_these_names_may_well_be_one_person(one, other):
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asha Nair", "Arun Nair"),
        ("Asha Nair", "Asha Menon"),
        ("Asha", "Balaji"),
        ("Ravi Kumar", "Ravi Kiran"),
        ("देव शर्मा", "राम शर्मा"),
        ("Asha Nair Nair", "Asha Nair Menon"),
    ],
)
def test_these_names_are_different_people(one, other):
    assert not same_person(one, other)
    assert not same_person(other, one)


@given(st.text(max_size=30), st.text(max_size=30))
def test_being_the_same_person_works_both_ways(one, other):
    assert same_person(one, one)
    assert same_person(one, other) == same_person(other, one)


@pytest.mark.parametrize(
    ("typed", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+91 98765", "'+91 98765"),
        ("-Balaji", "'-Balaji"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("'=1", "''=1"),
        ("Asha", "Asha"),
        ("'Asha", "'Asha"),
        ("", ""),
    ],
)
def test_formulas_are_guarded_and_come_back_exactly(typed, guarded):
    assert guard(typed) == guarded
    assert unguard(guarded) == typed


@given(st.text(alphabet="'=+-@\t\rab1", max_size=8))
@example("''=")
def test_guarding_is_exactly_undone_and_leaves_no_formula(typed):
    guarded = guard(typed)

    assert unguard(guarded) == typed
    assert guarded[:1] not in ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, ""),
        ("as typed ", "as typed "),
        (9876543210.0, "9876543210"),
        (42, "42"),
        (0.1 + 0.2, "0.3"),
        (98765.43224, "98765.43224"),
        (-1.5, "-1.5"),
        (float("nan"), ""),
        (float("inf"), ""),
        (pd.NaT, ""),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2026, 3, 5), "05/03/2026"),
        (dt.datetime.fromisoformat("2026-03-05"), "05/03/2026"),
        (dt.datetime.fromisoformat("2026-03-05T14:30"), "05/03/2026 14:30"),
        (dt.time(9, 5), "09:05"),
        (dt.time(9, 5, 7), "09:05:07"),
        (object(), ""),
    ],
)
def test_a_cell_as_a_person_saw_it(value, seen):
    assert cell_text(value) == seen
