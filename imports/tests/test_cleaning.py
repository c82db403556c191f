import datetime as dt

import pytest

from imports.cleaning import NAME_LENGTH, REMARK_LENGTH, Warn, clean_row
from imports.mapping import map_columns
from imports.reading import CellError, NoValue, Row
from imports.tests.cells import ASHA, RAVI, TODAY, clean, codes

# -- phone numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", [9876543210, 9876543210.0, "98765 43210", "'9876543210", '="09876543210"'])
def test_a_number_makes_a_customer_even_without_a_name(cell):
    cleaned = clean(name=None, phone=cell)

    assert (cleaned.phone, cleaned.name, cleaned.reason, cleaned.warnings, cleaned.extra) == (ASHA, "", None, [], {})


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, "phone_missing"),
        ("", "phone_missing"),
        ("NA", "phone_missing"),
        ("98765 4321", "phone_invalid"),
        ("12345 67890", "phone_invalid"),
        ("98765432109876543211", "phone_invalid"),
        (3, "phone_invalid"),
        ("9.87654E+09", "phone_truncated"),
        (CellError("#N/A"), "cell_error"),
        ("#N/A", "cell_error"),
        ("Err:502", "cell_error"),
        (NoValue(), "formula_no_value"),
        ("<test lead: dummy data for phone_number>", "test_lead"),
    ],
)
def test_a_row_without_a_usable_number_is_rejected_for_its_reason(cell, reason):
    cleaned = clean(name="Asha", phone=cell, area="Kochi")

    assert (cleaned.phone, cleaned.reason) == (None, reason)


def test_the_reason_names_the_column_and_what_it_said():
    cleaned = clean(phone="98765 4321")

    assert (cleaned.reason_column, cleaned.reason_text) == ("Phone", "98765 4321")


def test_several_numbers_in_the_cell_are_kept_and_told():
    cleaned = clean(phone="98765 43210 / 98765 43211")

    assert (cleaned.phone, cleaned.extra_phones) == (ASHA, [RAVI])
    assert cleaned.warnings == [Warn("extra_phone", "Phone", "98765 43210 / 98765 43211")]


def test_numbers_of_further_columns_are_kept_without_a_word():
    cleaned = clean(phone=9876543210, other_phone=9876543211, other_phone_2="9876543210", other_phone_3="98765 43212")

    assert (cleaned.phone, cleaned.extra_phones, cleaned.warnings) == (ASHA, [RAVI, "+919876543212"], [])


@pytest.mark.parametrize("first", [None, "", "NA", "12345", CellError("#N/A"), NoValue(), "9.87654E+09"])
def test_the_first_valid_number_of_the_row_is_the_contact_number(first):
    cleaned = clean(phone=first, other_phone=9876543210)

    assert (cleaned.phone, cleaned.extra_phones, cleaned.reason) == (ASHA, [], None)


def test_what_was_wrong_with_the_first_number_is_not_lost():
    assert clean(phone="12345", other_phone=9876543210).extra == {"Phone": "12345"}
    assert codes(clean(phone=CellError("#REF!"), other_phone=9876543210)) == ["cell_error"]
    assert clean(phone=9876543210, other_phone="12345").extra == {"Other Phone": "12345"}


def test_the_phone_column_comes_first_wherever_it_stands():
    columns = map_columns(["Father's phone", "Mobile"])
    cleaned = clean_row(Row(2, [9876543211, 9876543210], False), columns, today=TODAY)

    assert (cleaned.phone, cleaned.extra_phones) == (ASHA, [RAVI])


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("98765 43210 (father)", {"Phone": "98765 43210 (father)"}),
        ("98765 43210 सिर्फ शाम को", {"Phone": "98765 43210 सिर्फ शाम को"}),
        ("Mob: 98765 43210", {}),
        ("call 98765 43210", {}),
        ("https://wa.me/919876543210", {}),
        ("p:+919876543210", {}),
    ],
)
def test_words_beside_a_number_are_kept_when_they_say_something(cell, kept):
    cleaned = clean(phone=cell)

    assert (cleaned.phone, cleaned.extra) == (ASHA, kept)


def test_a_number_that_looks_made_up_is_taken_with_a_warning():
    assert codes(clean(phone="98989 89898")) == ["number_looks_fake"]


def test_a_number_of_another_country_and_another_home():
    assert clean(phone="+1 202 555 0143").phone == "+12025550143"
    columns = map_columns(["Phone"])
    assert clean_row(Row(2, ["(202) 555-0143"], False), columns, region="US", today=TODAY).phone == "+12025550143"


@pytest.mark.parametrize(
    ("code", "number", "phone"),
    [
        ("+971", "50 123 4567", "+971501234567"),
        (971, 501234567, "+971501234567"),
        ("1", "2025550143", "+12025550143"),
        ("00977", "9841234567", "+9779841234567"),
        ("+91", "98765 43210", ASHA),
        (91.0, 9876543210.0, ASHA),
        (None, 9876543210, ASHA),
        ("IN", 9876543210, ASHA),
        ("+1", "+91 98765 43210", ASHA),
        ("+1", "98765 43210", ASHA),
    ],
)
def test_a_country_code_in_its_own_column_belongs_to_the_number(code, number, phone):
    columns = map_columns(["Name", "Country Code", "Mobile"])
    cleaned = clean_row(Row(2, ["Asha", code, number], False), columns, today=TODAY)

    assert (cleaned.phone, cleaned.reason) == (phone, None)


# -- text -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("  Asha \u00a0 Nair ", "Asha Nair"),
        ("Asha\nNair", "Asha Nair"),
        ("Bala\u200bji", "Balaji"),
        ("അനില്\u200d", "അനില്\u200d"),
        (42, "42"),
        (42.0, "42"),
        (True, "TRUE"),
        (dt.date(2026, 3, 5), "05/03/2026"),
        ("nan", ""),
        ("None", ""),
        ("NULL", ""),
        ("N/A", ""),
        ("-", ""),
        ("na", ""),
        ("#REF!", ""),
        ("#1 choice", "#1 choice"),
        ("Nana", "Nana"),
        ('="Asha"', "Asha"),
        ("'=1+1", "=1+1"),
        ("-Balaji", "-Balaji"),
        ('=HYPERLINK("http://example.invalid","open")', '=HYPERLINK("http://example.invalid","open")'),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("O'Brien", "O'Brien"),
    ],
)
def test_a_name_is_one_clean_line_or_none(cell, name):
    assert clean(name=cell, phone=9876543210).name == name


@pytest.mark.parametrize(
    ("cell", "remark"),
    [
        ('said "call later"\r\nthen cut', 'said "call later"\nthen cut'),
        ('="0042"', "0042"),
        ('="say ""hi"""', 'say "hi"'),
        ('\'="0042"', '="0042"'),
        ("\t=1+1", "=1+1"),
        ("=1+1", "=1+1"),
        ("@SUM(1+1)*cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0"),
        ("NA", "NA"),
        ("nan", ""),
        ("NaT", ""),
        ("\x00", ""),
        (float("nan"), ""),
        (0, "0"),
    ],
)
def test_a_remark_stays_as_typed(cell, remark):
    assert clean(phone=9876543210, remark=cell).remark == remark


def test_errors_and_formulas_without_a_value_are_empty_with_a_warning():
    cleaned = clean(
        name=CellError("#REF!"), phone=9876543210, area=NoValue(), remark="#VALUE!", date=CellError("#NAME?")
    )

    assert (cleaned.name, cleaned.area, cleaned.remark, cleaned.date, cleaned.extra) == ("", "", "", None, {})
    assert sorted(codes(cleaned)) == ["cell_error", "cell_error", "cell_error", "formula_no_value"]
    assert Warn("cell_error", "Name", "#REF!") in cleaned.warnings


def test_letters_that_were_lost_before_are_told():
    assert codes(clean(name="Jos\ufffd", phone=9876543210)) == ["character_unreadable"]


def test_a_name_that_is_too_long_is_rejected_and_one_at_the_limit_is_not():
    assert clean(name="N" * (NAME_LENGTH + 1), phone=9876543210).reason == "name_too_long"
    assert clean(name="N" * NAME_LENGTH, phone=9876543210).reason is None


def test_a_long_name_does_not_hide_that_there_is_no_number():
    assert clean(name="N" * 300, phone="12345").reason == "phone_invalid"


def test_an_area_that_is_too_long_is_cut_and_kept_whole_beside_it():
    cleaned = clean(phone=9876543210, area="T" * 300)

    assert (cleaned.area, cleaned.extra, codes(cleaned)) == ("T" * 200, {"Area": "T" * 300}, ["text_cut"])


def test_the_longest_cell_of_excel_fits_into_the_remark():
    assert len(clean(phone=9876543210, remark="x" * REMARK_LENGTH).remark) == REMARK_LENGTH
    assert codes(clean(phone=9876543210, remark="x" * 40_000)) == ["text_cut"]


def test_a_warning_quotes_no_essay():
    assert len(clean(phone=9876543210, area="T" * 3000).warnings[0].text) == 200


@pytest.mark.parametrize(
    ("labels", "cells", "name"),
    [
        (["First Name", "Last Name"], ["Asha", "Nair"], "Asha Nair"),
        (["Last Name", "First Name"], ["Nair", "Asha"], "Asha Nair"),
        (["Name", "Surname"], ["Asha Nair", "Nair"], "Asha Nair"),
        (["Name", "Initial"], ["Asha", "K R"], "Asha K R"),
        (["Surname", "Middle Name", "First Name"], ["Rao", "K", "Chitra"], "Chitra K Rao"),
        (["First Name", "Last Name"], [None, "Nair"], "Nair"),
        (["First Name", "Last Name"], ["Asha", "-"], "Asha"),
    ],
)
def test_a_name_in_parts_is_joined_first_name_first(labels, cells, name):
    columns = map_columns([*labels, "Mobile"])

    assert clean_row(Row(2, [*cells, 9876543210], False), columns, today=TODAY).name == name


# -- e-mail, ids, the rest ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "email", "kept"),
    [
        ("asha@example.com", "asha@example.com", {}),
        (" Asha.Nair+fair@Mail.Example.co.in ", "Asha.Nair+fair@Mail.Example.co.in", {}),
        ("mailto:asha@example.com", "asha@example.com", {}),
        ("asha@example.com, a@example.com", "asha@example.com", {"Email": "asha@example.com, a@example.com"}),
        ("Asha <asha@example.com>", "asha@example.com", {"Email": "Asha <asha@example.com>"}),
        ("asha@", "", {"Email": "asha@"}),
        ("asha at example.com", "", {"Email": "asha at example.com"}),
        ("a" * 300 + "@example.com", "", {"Email": "a" * 300 + "@example.com"}),
        ("NA", "", {}),
    ],
)
def test_a_good_address_is_taken_and_anything_else_kept_as_text(cell, email, kept):
    cleaned = clean(phone=9876543210, email=cell)

    assert (cleaned.email, cleaned.extra) == (email, kept)


def test_our_own_customer_id_is_known_and_another_systems_is_kept():
    own = "0192f0c1-7b7e-7000-8000-000000000001"

    assert clean(phone=9876543210, customer_id=own.upper()).customer_id == own
    assert clean(phone=9876543210, customer_id=4711).extra == {"Customer Id": "4711"}


def test_columns_that_we_do_not_know_are_kept_under_their_own_name():
    cleaned = clean(
        phone=9876543210,
        lead_id="l:101",
        score=7.0,
        blank=None,
        error=CellError("#N/A"),
        day=dt.date(2026, 3, 5),
        empty=" ",
    )

    assert cleaned.extra == {"Lead Id": "l:101", "Score": "7", "Day": "05/03/2026"}
    assert cleaned.warnings == []


def test_cells_right_of_the_last_known_column_are_kept():
    cleaned = clean_row(Row(2, ["98765 43210", None, "hostel", ""], False), map_columns(["Mobile"]), today=TODAY)

    assert cleaned.extra == {"Column C": "hostel"}


def test_a_row_shorter_than_the_header_is_no_trouble():
    columns = map_columns(["Mobile", "Name", "City"])

    assert clean_row(Row(2, ["98765 43210"], False), columns, today=TODAY).area == ""


def test_status_owner_source_and_course_are_lines_of_text():
    cleaned = clean(phone=9876543210, status=" Interested ", owner="asha.k", source="Fair  2026", course="BBA;BCA")

    assert (cleaned.status, cleaned.owner, cleaned.source, cleaned.course) == (
        "Interested",
        "asha.k",
        "Fair 2026",
        "BBA;BCA",
    )


def test_a_hidden_row_is_taken_and_told():
    cleaned = clean(hidden=True, phone=9876543210)

    assert (cleaned.phone, codes(cleaned)) == (ASHA, ["row_hidden_in_file"])


def test_facebooks_test_leads_are_rejected_even_with_a_number():
    assert clean(name="<test lead: dummy data for full_name>", phone="9876543210").reason == "test_lead"


# -- dates ----------------------------------------------------------------------------------------------------------


def test_a_second_number_in_short_is_kept_as_text():
    for cell in ("9876543210/11", "98765 43210 / 211", "9876543210, 8"):
        found = clean(phone=cell)
        assert (found.phone, found.extra) == (ASHA, {"Phone": cell})
    assert clean(phone="98,76,54,32,10").extra == clean(phone="9876543210").extra == {}
