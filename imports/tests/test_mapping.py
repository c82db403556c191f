import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.mapping import Field, map_columns, signature
from imports.tests.cells import fields

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
