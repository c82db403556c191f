import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.mapping import Field, find_header, has_phone, is_repeated_header, is_total_row, map_columns, signature
from imports.reading import CellError, Row


def rows(*lists, start=1):
    return [Row(number, list(cells), False) for number, cells in enumerate(lists, start)]


def fields(*labels, below=()):
    """Label -> field value, of the columns that fill one."""
    columns = map_columns(labels, rows(*below, start=2))
    return {column.label: column.field.value for column in columns if column.field}


# -- labels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "labels"),
    [
        (
            "name",
            "Name|NAME|Full Name |full_name|Student Name|Name of the Student|Candidate's Name|Prospect Name|Your name|"
            "What is your full name?|Name*|Name (in block letters)|Cust. Name|naam|Poora Naam|नाम|छात्र का नाम|പേര്",
        ),
        (
            "phone",
            "Phone Number|Phone\u00a0Number |\ufeffPhone|phone_number|PhoneNumber|PHONE NO.|Phone No|Ph.No|Mobile|"
            "MOBILE NO|Mob.|Moblie No|Phne Number|Contact No.|Contact Number|Contact|Candidate Mobile No.|"
            "Sender Mobile|WA|WhatsApp|WhatsApp Number|Mobile Number (WhatsApp preferred)|What is your phone number?|"
            "Phone 1|PHONE NO.1|Telephone|Student Mobile|mobail number|Mobile*|"
            "मोबाइल नंबर|फ़ोन|संपर्क|मोबाईल|ഫോൺ നമ്പർ|தொலைபேசி|ఫోన్",
        ),
        (
            "area",
            "Area|City|City / Area|Place|Location|Locality|Town|Address|Adress|District|Which city are you from?|"
            "Where are you from?|Sender City|sheher|shehar|kshetra|pata|शहर|पता|क्षेत्र|സ്ഥലം",
        ),
        (
            "date",
            "Date|Enquiry Date|Lead Date|Query Date|Created On|created_time|Timestamp|Date of Enquiry|"
            "Date (dd/mm/yyyy)|Submitted at|tareekh|दिनांक|तारीख",
        ),
        ("remark", "Remark|Remarks|REMARKS 1|Remaks|Comments|Notes|Message|Any questions?|Requirement|tippani|टीप"),
        ("email", "Email|E-mail|Email ID|E-Mail Address|Mail id|Candidate Email|ईमेल"),
        ("source", "Source|Lead Source|utm_source|platform|campaign_name|How did you hear about us?|स्रोत"),
        (
            "course",
            "Course|Preferred Course|Course Interested In|which_course_are_you_interested_in?|Program|vishay|पाठ्यक्रम",
        ),
        ("status", "Status|Lead Status|Call Status|Disposition|Lead Stage"),
        ("owner", "Owner|Assigned To|Counsellor|Counselor Name|Telecaller|Lead Owner"),
        ("customer_id", "Customer ID|customer_id"),
        ("follow_up", "Follow up|Follow-up Date|Next Followup Date|Callback date|Next call"),
        (
            "other_phone",
            "Alternate Number|Alt. Mobile|Father's Phone|Mother Mobile|Parent Contact No|Guardian phone|"
            "Office landline|Phone 2|Mobile No. 2|Emergency Contact|Extra phones|पिता का मोबाइल",
        ),
    ],
)
def test_what_people_and_portals_write_above_a_column(field, labels):
    for label in labels.split("|"):
        beside = ("Mobile",) if field == "other_phone" else ()
        assert field in fields(*beside, label).values(), label


IDS = (
    "id|lead_id|ad_id|S.No|Sl. No.|Roll Number|Application No|Enquiry No|Aadhaar No|Pincode|Year|Passing Year|Amount|"
    "Fees Paid|Marks|Rank|Age|DOB|Date of Birth|Campaign ID|Phone Type|Staff phone|Counsellor's Phone|Agent Mobile|"
    "Referrer contact|Country Code|Call Duration|Transaction Ref"
)
OTHERS = (
    "#|10th %|Gender|Father's Name|Parent Name|School Name|College|adset_name|Mobile Verified|Contact Status|"
    "Preferred time to call|Preferred mode of contact|Is Duplicate|Updated At|Last Contacted On|IP Address|Website|"
    "Email Verified|Labels|Qualification|Class|Admission Date"
)


@pytest.mark.parametrize("label", IDS.split("|"))
def test_an_id_or_an_amount_is_no_phone_however_much_it_looks_like_one(label):
    assert fields(label, "Name", below=[(9876543210 + number, "Asha") for number in range(5)]) == {"Name": "name"}


@pytest.mark.parametrize("label", OTHERS.split("|"))
def test_what_is_no_field_of_a_customer_stays_beside(label):
    assert fields(label, "Mobile") == {"Mobile": "phone"}


def test_the_contact_phone_wins_whatever_the_order_of_the_columns():
    found = fields("Father's phone", "Office landline", "Counsellor phone", "Mobile", "Name")

    assert found == {
        "Father's phone": "other_phone",
        "Office landline": "other_phone",
        "Mobile": "phone",
        "Name": "name",
    }


def test_the_parents_number_is_the_contact_number_where_there_is_no_other():
    assert fields("Student", "Father Mobile", "Mother Mobile") == {
        "Student": "name",
        "Father Mobile": "phone",
        "Mother Mobile": "other_phone",
    }


def test_each_field_is_filled_by_its_best_column_once():
    found = fields(
        "City", "Area", "State", "Timestamp", "Enquiry Date", "Remarks", "Requirement", "Campaign", "Lead Source"
    )

    assert found == {"Area": "area", "Enquiry Date": "date", "Remarks": "remark", "Lead Source": "source"}


def test_two_columns_of_one_name_are_told_apart():
    columns = map_columns(["Name", "Mobile", "Mobile", None, "Mobile", "Name"])

    assert [column.label for column in columns] == [
        "Name",
        "Mobile",
        "Mobile (2)",
        "Column D",
        "Mobile (3)",
        "Name (2)",
    ]
    assert [column.field for column in columns] == [
        Field.NAME, Field.PHONE, Field.OTHER_PHONE, None, Field.OTHER_PHONE, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "parts"),
    [
        (("First Name", "Last Name", "Mobile"), ["First Name", "Last Name"]),
        (("Last Name", "First Name", "Mobile"), ["Last Name", "First Name"]),
        (("Name", "Surname", "Mobile"), ["Name", "Surname"]),
        (("Name", "Initial", "Mobile"), ["Name", "Initial"]),
        (("Full Name", "First Name", "Last Name", "Mobile"), ["Full Name"]),
        (("First Name", "Middle Name", "Last Name", "Father Name"), ["First Name", "Middle Name", "Last Name"]),
    ],
)
def test_a_name_in_parts_fills_the_name_together(labels, parts):
    assert [label for label, field in fields(*labels).items() if field == "name"] == parts


# -- values ---------------------------------------------------------------------------------------------------------


def test_a_column_of_unknown_name_is_the_phone_when_its_values_are():
    below = [("Asha", 9876543210, "Kochi"), ("Balaji", "98765 43211", "Aluva"), ("Chitra", None, "Kollam")]

    assert fields("Nombre", "Celular", "Ciudad", below=below) == {"Celular": "phone"}
    assert fields("Name", "Number", "Place", below=below)["Number"] == "phone"


def test_whatsapp_yes_or_no_is_not_the_number():
    below = [("Asha", "Yes", 9876543210), ("Balaji", "No", 9876543211), ("Chitra", "Yes", 9876543212)]

    assert fields("Name", "WhatsApp", "Contact", below=below) == {"Name": "name", "Contact": "phone"}


def test_the_parents_number_gives_way_to_a_column_that_holds_the_numbers():
    below = [("Asha", 9876543210, None), ("Balaji", 9876543211, 9876543212)]

    assert fields("Name", "Number", "Father's phone", below=below) == {
        "Name": "name",
        "Number": "phone",
        "Father's phone": "other_phone",
    }


def test_contact_may_be_a_person():
    below = [("Asha Nair", 9876543210), ("Balaji Menon", 9876543211)]

    assert fields("Contact", "Number", below=below) == {"Contact": "name", "Number": "phone"}


def test_a_phone_column_without_any_number_is_still_the_phone_column():
    assert fields("Name", "Phone", below=[("Asha", "NA"), ("Balaji", "not given")]) == {
        "Name": "name",
        "Phone": "phone",
    }


def test_ten_digit_application_numbers_are_no_phones():
    below = [(f"A{number}", 2026000100 + number) for number in range(10)]

    assert fields("Code", "Reference", below=below) == {}


# -- chosen by the manager ------------------------------------------------------------------------------------------


def test_the_managers_choice_outweighs_every_guess():
    columns = map_columns(["Name", "Mobile", "Whom to ring", "City"], chosen={"Whom to ring": "phone", "City": ""})

    assert [(column.field, column.why) for column in columns] == [
        (Field.NAME, "synonym"),
        (Field.OTHER_PHONE, "synonym"),
        (Field.PHONE, "chosen"),
        (None, "chosen"),
    ]


def test_columns_can_be_mapped_anew():
    first = map_columns(["Mobile", "Mobile", None, "City"])

    assert map_columns(first) == first
    assert map_columns(first, chosen={"Mobile": "", "Mobile (2)": "phone"})[1].field is Field.PHONE


def test_an_unknown_field_cannot_be_chosen():
    with pytest.raises(ValueError, match="shoe_size"):
        map_columns(["Name"], chosen={"Name": "shoe_size"})


def test_the_signature_knows_the_same_headers_again():
    assert signature(["Name", "Phone No.", "City"]) == signature(["city", "PHONE_NO", "Name ", None])
    assert signature(["Name", "Phone No.", "City"]) != signature(["Name", "Phone No.", "Area"])
    assert signature(map_columns(["Name", "City"])) == signature(["Name", "City"])


@given(st.lists(st.one_of(st.none(), st.text(max_size=20), st.integers(), st.floats()), max_size=12))
def test_any_labels_map_to_unique_columns(labels):
    columns = map_columns(labels)

    assert len({column.label for column in columns}) == len(columns) == len(labels)
    single = [
        column.field for column in columns if column.field and column.field not in (Field.OTHER_PHONE, Field.NAME)
    ]
    assert len(single) == len(set(single))


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


@pytest.mark.parametrize("cells", [["Name", "Phone", "City"], ["NAME ", "phone", "City"], ["Name", "Phone", None]])
def test_the_header_printed_again(cells):
    assert is_repeated_header(cells, map_columns(HEADER))


def test_repeated_labels_and_groups_are_recognised():
    assert is_repeated_header(["Name", "Mobile", "Mobile"], map_columns(["Name", "Mobile", "Mobile"]))
    assert is_repeated_header(["Mobile"], map_columns(["Mobile"]))


@pytest.mark.parametrize("cells", [ASHA, ["Name", 9876543210, "City"], ["Phone", "Asha", "x"], [None], []])
def test_a_customer_is_no_repeated_header(cells):
    assert not is_repeated_header(cells, map_columns(HEADER))
