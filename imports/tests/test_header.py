import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.mapping import (
    Field,
    find_header,
    has_phone,
    is_hint_row,
    is_repeated_header,
    is_total_row,
    map_columns,
)
from imports.reading import CellError, Row
from imports.tests.cells import fields, rows

# -- where the header stands ----------------------------------------------------------------------------------------

ASHA = ["Asha Nair", 9876543210, "Kochi"]
RAVI = ["Ravi Menon", 9876543211, "Aluva"]
HEADER = ["Name", "Phone", "City"]


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ([], 1),
        ([["Education Fair, Kochi: Enquiry Report"], ["Generated on: 05/03/2026 by Front Desk"]], 3),
        ([["Contact list 2026"]], 2),
        ([["Student phone numbers"], ["City campus"]], 3),
        ([["Lead Report", "Lead Report", "Lead Report"]], 2),
        ([["Helpline", "9876500000"], ["From", "01/03/2026", "To", "05/03/2026"]], 3),
        ([["Note: call before 5 pm"], *[[f"Line {n}"] for n in range(30)]], 32),
        ([["", "", "Page 1 of 3"]], 2),
    ],
)
def test_titles_and_notes_above_the_header_are_passed_over(above, row):
    header = find_header(rows(*above, HEADER, ASHA, RAVI))

    assert (header.first_row, header.last_row) == (row, row)
    assert [column.field for column in header.columns[:3]] == [Field.NAME, Field.PHONE, Field.AREA]


@pytest.mark.parametrize(
    "head",
    [
        ["Name", "Phone", 2026],
        ["Name", "Phone", 2025, 2026, "7"],
        ["Name", "Mobile", dt.date(2026, 3, 5), dt.date(2026, 3, 6)],
        ["S.No", "Name", "Phone", "01/03/2026", "02/03/2026", "2025-26"],
    ],
)
def test_a_year_or_a_day_may_be_a_label(head):
    header = find_header(rows(["Attendance", "", "2026"], head, ["1", "Asha", 9876543210], ["2", "Ravi", 9876543211]))

    assert header.first_row == header.last_row == 2
    assert Field.PHONE in {column.field for column in header.columns}


@pytest.mark.parametrize("cells", [["Student", "contact", 9876543210], ["Name", "Phone", 450000], ["Asha", "NA", 2026]])
def test_a_number_of_data_is_no_label(cells):
    header = find_header(rows(HEADER, cells, RAVI))

    assert (header.first_row, header.last_row) == (1, 1)


def test_row_numbers_are_those_of_the_sheet():
    header = find_header([Row(4, HEADER, False), Row(9, ASHA, False)])

    assert (header.first_row, header.last_row) == (4, 4)


@pytest.mark.parametrize(
    "top",
    [
        ["Student", "", "Parent", "", "Remarks"],
        ["Student", "Student", "Parent", "Parent", "Remarks"],
        ["Student", None, "Parent", None, None],
    ],
)
def test_a_header_of_two_rows(top):
    below = ["Name", "Mobile", "Name", "Mobile", "Remarks" if not top[4] else ""]
    header = find_header(rows(top, below, ["Asha", 9876543210, "Ravi", 9876543211, "x"]))

    assert (header.first_row, header.last_row) == (1, 2)
    assert [(column.label, column.field) for column in header.columns] == [
        ("Student › Name", Field.NAME),
        ("Student › Mobile", Field.PHONE),
        ("Parent › Name", None),
        ("Parent › Mobile", Field.OTHER_PHONE),
        ("Remarks" if top[4] else "Parent › Remarks" if top[3] is None else "Remarks", Field.REMARK),
    ]


def test_the_group_above_does_not_make_a_city_a_phone():
    header = find_header(
        rows(
            ["Contact details", "", "", "Interest", ""],
            ["Name", "Mobile", "City", "Course", "Source"],
            ["Asha", 9876543210, "Kochi", "BBA", "Fair"],
        )
    )

    assert [column.field for column in header.columns] == [
        Field.NAME, Field.PHONE, Field.AREA, Field.COURSE, Field.SOURCE,
    ]  # fmt: skip


def test_what_the_office_writes_about_a_lead_is_about_the_lead():
    header = find_header(
        rows(
            ["Student", "", "Office use", "", "Office", "Father", ""],
            ["Name", "Mobile", "Status", "Handled by", "Phone", "Mobile", "Name"],
            ["Asha", 9876543210, "Interested", "meena", "0484 2345678", 9876543211, "Ravi"],
        )
    )

    assert [column.field for column in header.columns] == [
        Field.NAME, Field.PHONE, Field.STATUS, Field.OWNER, Field.OTHER_PHONE, Field.OTHER_PHONE, None,
    ]  # fmt: skip


def test_the_first_customer_is_no_second_header_row():
    header = find_header(rows(HEADER, ["Asha", "NA", "City Hostel"], RAVI))

    assert header.last_row == 1


def test_a_second_table_below_does_not_take_the_first_ones_place():
    header = find_header(rows(["Name", "Phone"], ASHA[:2], ["Name", "Phone", "City", "Email"], RAVI))

    assert header.first_row == 1


def test_a_header_of_one_word_twice():
    header = find_header(rows(["Phone", "Phone"], ["12345", "9876543210"]))

    assert [column.field for column in header.columns] == [Field.PHONE, Field.OTHER_PHONE]


PORTALS = {
    "facebook": "id|created_time|full_name|phone_number|email|city|platform|which_course_are_you_interested_in?",
    "sulekha": "Lead ID|Lead Date|Customer Name|Contact No|Email ID|Locality|Lead Source|Requirement",
    "justdial": "Lead ID|Prefix|Name|Mobile|Phone|Email|Date|Category|Area|City|Branch Area|Company|Pincode|Time",
    "indiamart": "UNIQUE_QUERY_ID|QUERY_TIME|SENDER_NAME|SENDER_MOBILE|SENDER_CITY|SENDER_MOBILE_ALT|QUERY_MESSAGE",
    "shiksha": "Sr. No.|Response Date|Name|Email|ISD Code|Mobile|Locality|Course|Institute|Preferred City|Source",
    "collegedunia": "S.No|Candidate Name|Candidate Mobile No.|Candidate Email|City|Specialization|Enquiry Date|College",
    "google forms": "टाइमस्टैम्प|आपका नाम|मोबाइल नंबर (व्हाट्सएप)|आपका शहर|कोई प्रश्न?",
    "front desk": "ENQUIRY NO|STUDENT NAME|FATHER NAME|STUDENT CONTACT|PARENT CONTACT|ENQ DATE|PLACE|FOLLOWUP REMARK",
}


@pytest.mark.parametrize("portal", PORTALS)
def test_the_lists_of_every_portal_bring_name_phone_area_and_date(portal):
    labels = PORTALS[portal].split("|")
    found = fields(*labels)

    assert {"name", "phone", "area", "date"} <= set(found.values())
    ids = ("id", "Lead ID", "UNIQUE_QUERY_ID", "S.No", "Sr. No.", "ENQUIRY NO", "ISD Code", "Pincode")
    assert not set(ids) & set(found)


def test_a_header_in_unknown_words_stands_right_above_the_first_number():
    header = find_header(rows(["Listado"], ["Nombre", "Telefono", "Ciudad"], ASHA, RAVI))

    assert header.first_row == 2
    assert [column.label for column in header.columns] == ["Nombre", "Telefono", "Ciudad"]
    assert header.columns[1].field is Field.PHONE


def test_a_sheet_without_a_header_loses_no_row():
    header = find_header(rows([*ASHA, "05/03/2026", "call later"], [*RAVI, "06/03/2026", "hostel?"]))

    assert (header.first_row, header.last_row) == (None, None)
    assert [(column.label, column.field, column.why) for column in header.columns] == [
        ("Column A", Field.NAME, "values"),
        ("Column B", Field.PHONE, "values"),
        ("Column C", Field.AREA, "values"),
        ("Column D", Field.DATE, "values"),
        ("Column E", Field.REMARK, "values"),
    ]


def test_one_column_of_bare_numbers():
    header = find_header(rows(["9876543210"], ["9876543211"]))

    assert header.first_row is None
    assert has_phone(header.columns)


def test_missing_and_wide_columns_are_kept():
    header = find_header(rows(["", "Name", "Phone"], [1, "Asha", 9876543210, None, "XII"]))

    assert [column.label for column in header.columns] == ["Column A", "Name", "Phone", "Column D", "Column E"]


def test_a_table_without_phones_is_found_so_that_its_columns_can_be_named():
    header = find_header(rows(["Student", "E-mail", "Class"], ["Asha Nair", "asha@example.com", "XII"]))

    assert [column.label for column in header.columns] == ["Student", "E-mail", "Class"]
    assert not has_phone(header.columns)


@pytest.mark.parametrize(
    "sheet",
    [
        [],
        [[None, ""]],
        [["Summary", None], ["Form A", 2], ["Form B", 1]],
        [["Some text"], ["and some more"]],
        [[1, 2], [3, 4]],
        [[CellError("#REF!")]],
    ],
)
def test_a_sheet_that_is_no_list_has_no_header(sheet):
    header = find_header(rows(*sheet))

    assert header is None or not has_phone(header.columns)


_CELLS = st.one_of(
    st.none(), st.text(max_size=12), st.integers(), st.sampled_from(["Name", "Phone", "City", 9876543210])
)


@given(st.lists(st.lists(_CELLS, max_size=6), max_size=8))
def test_any_sheet_gives_a_header_or_none(lists):
    header = find_header(rows(*lists))

    assert header is None or header.columns


# -- rows that are no customers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        [None, "Total enquiries", 3],
        [2, "Total", ""],
        ["Total", 3],
        ["Grand total: 3"],
        ["TOTAL", "", 120],
        ["Sub-total", 4],
        ["कुल", 12],
    ],
)
def test_totals_at_the_foot(cells):
    assert is_total_row(cells, map_columns(["S.No", "Name", "Phone"]))


@pytest.mark.parametrize(
    "cells",
    [
        [1, "Total Kumar", 9876543210],
        [None, "Totally new", 3],
        ["Asha", "Total fees?", "x"],
        [],
        [None, None],
        [3, "Asha"],
    ],
)
def test_a_customer_is_no_total(cells):
    assert not is_total_row(cells, map_columns(["S.No", "Name", "Phone"]))


COLUMNS = ["Name", "Phone", "Date", "Area"]


@pytest.mark.parametrize(
    "cells",
    [
        ["as per Aadhaar", "10 digits", "dd/mm/yyyy", "City only"],
        ["(mandatory)", "(mandatory)", "(optional)", "(optional)"],
        ["Text", "Without +91 or 0", "DD-MM-YYYY", ""],
        ["Full name", "e.g. 98XXXXXXXX", "Format: DD/MM/YYYY", ""],
        [None, "numeric, max 10 characters", None, None],
    ],
)
def test_a_row_of_hints_below_the_header(cells):
    assert is_hint_row(cells, map_columns(COLUMNS))


@pytest.mark.parametrize(
    "cells",
    [
        ["Asha Nair", "987654", "05/03/2026", "Kochi"],
        ["Asha Nair", "", "dd/mm/yyyy", "required"],
        ["Asha Nair", "not given", "05/03/2026", "Text Nagar"],
        ["example", "98765 43210", "sample", ""],
        ["Asha Nair", "10 digits", "05/03/2026", "Kochi"],
    ],
)
def test_a_customer_with_a_bad_number_is_no_hint(cells):
    assert not is_hint_row(cells, map_columns(COLUMNS))


@pytest.mark.parametrize("cells", [["Name", "Phone", "City"], ["NAME ", "phone", "City"], ["Name", "Phone", None]])
def test_the_header_printed_again(cells):
    assert is_repeated_header(cells, map_columns(HEADER))


def test_repeated_labels_and_groups_are_recognised():
    assert is_repeated_header(["Name", "Mobile", "Mobile"], map_columns(["Name", "Mobile", "Mobile"]))
    assert is_repeated_header(["Mobile"], map_columns(["Mobile"]))


@pytest.mark.parametrize("cells", [ASHA, ["Name", 9876543210, "City"], ["Phone", "Asha", "x"], [None], []])
def test_a_customer_is_no_repeated_header(cells):
    assert not is_repeated_header(cells, map_columns(HEADER))
