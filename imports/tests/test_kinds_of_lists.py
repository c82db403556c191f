"""Lists as forms, portals and people write them: the right customers come out. One small file of each kind."""

import pytest

from customers.models import Customer
from imports.tests.factories import imported

FACEBOOK = """\
id\tcreated_time\tad_name\tcampaign_name\tform_name\tplatform\twhich_course?\tfull_name\tphone_number\tcity
l:12345\t2026-03-05T23:50:00-05:00\tBCA video\tMarch BCA\tBCA form\tfb\tbca\tAnu Mathew\tp:+919812345680\tKochi
"""
GOOGLE_FORM = """\
"Timestamp","Email Address","What is your full name (as in 10th certificate)?",\
"Enter your WhatsApp number (10 digits, without +91)","Which city do you live in?",\
"Parent's contact number","How did you hear about us?","Any question for us?"
"2026/03/05 4:05:06 PM GMT+5:30","c@example.com","Chitra P","9812345690","Kollam","9812345691","Instagram","fees?"
"3/6/2026 14:00:00","","Deepu","+91 98123 45692","","","Friend",""
"""
HINDI = """\
Kram,Naam,Mobile No,Pita ka naam,Pita ka number,Pata,Shehar,Vishay,Tareekh,Tippani,Srot
1,Rakesh Kumar,9812345670,Suresh,9812345671,12 MG Road,Patna,Vigyan,5/3/26,phir call karna,Mela
"""
DEVANAGARI = """\
क्रमांक,छात्र का नाम,मोबाइल नं.,पता,कोर्स का नाम,दिनांक,टिप्पणी
१,रमेश कुमार,९८१२३४५७९०,पटना,BCA,५/३/२०२६,कल फ़ोन करें
"""
JUSTDIAL = """\
Lead Id,Lead Type,Prefix,Name,Mobile,Phone,Email,Date,City,Area,Brancharea,Dncmobile,Pincode,Time
JD1,category,Mr,Hari Das,9812345700,04842345678,h@example.com,2026-03-05,Ernakulam,Kaloor,MG Road,0,682017,10:11:12
"""
SHIKSHA = """\
S.No.,Response Date,Student Name,Student Email,Country Code,Student Mobile,Current City,Course Name,Exams Taken
1,05 Mar 2026,Indu R,i@example.com,91,9812345710,Thrissur,BBA,CAT
2,06 Mar 2026,Jaya,j@example.com,971,501234567,Dubai,MBA,
"""
CONTACTS = """\
Contact Person,Contact,Contact No (Father),Father No,Contact Date
Yusuf,9812345820,9812345821,9812345822,05/03/2026
"""
PAGE = """<html><body><table><tr><td colspan=4><b>Lead Report</b></td></tr></table>
<table border=1><thead><tr><th>Sr</th><th>Enquiry No</th><th>Candidate</th><th>Contact</th><th>Query</th></tr></thead>
<tr><td>1<td>ENQ/2026/101<td>Sibi &amp; Co<td>&nbsp;98123&nbsp;45760<td>hostel<br>fees</table></body></html>"""
NO_HEADER = "1\tOmana\tBCA\t9812345740\tomana@example.com\tKochi\n2\tPriya\tBBA\t9812345741\t\tAluva\n"
TITLES = "Report: Enquiries;;\nPeriod;01/03/2026;05/03/2026\n;;\nName;WA;Place\nWasim;9812345780;Kochi\n"
LOST = "Name,Phone\n?????? ????,9812345790\n"

# phone -> what else is known of her
EXPECTED = {
    "facebook": (FACEBOOK.encode("utf-16"), {
        "+919812345680": {"name": "Anu Mathew", "area": "Kochi", "date": "2026-03-06", "source": "fb", "course": "bca"},
    }),
    "google form": (GOOGLE_FORM.encode(), {
        "+919812345690": {
            "name": "Chitra P", "area": "Kollam", "date": "2026-03-05", "email": "c@example.com", "remark": "fees?",
            "source": "Instagram", "numbers": ["+919812345691"],
        },
        "+919812345692": {"name": "Deepu", "source": "Friend"},
    }),
    "hindi in latin letters": (HINDI.encode(), {
        "+919812345670": {
            "name": "Rakesh Kumar", "area": "Patna", "date": "2026-03-05", "remark": "phir call karna",
            "source": "Mela", "course": "Vigyan", "numbers": ["+919812345671"],
        },
    }),
    "devanagari": (DEVANAGARI.encode(), {
        "+919812345790": {
            "name": "रमेश कुमार", "area": "पटना", "date": "2026-03-05", "course": "BCA", "remark": "कल फ़ोन करें",
        },
    }),
    "justdial": (JUSTDIAL.encode(), {
        "+919812345700": {"name": "Hari Das", "area": "Kaloor", "date": "2026-03-05", "numbers": ["+914842345678"]},
    }),
    "shiksha": (SHIKSHA.encode(), {
        "+919812345710": {"name": "Indu R", "area": "Thrissur", "date": "2026-03-05", "course": "BBA"},
        "+971501234567": {"name": "Jaya", "area": "Dubai", "date": "2026-03-06", "course": "MBA"},
    }),
    "contact, contact, contact": (CONTACTS.encode(), {
        "+919812345820": {
            "name": "Yusuf", "date": "2026-03-05", "numbers": ["+919812345821", "+919812345822"],
        },
    }),
    "web page": (PAGE.encode(), {"+919812345760": {"name": "Sibi & Co", "remark": "hostel\nfees"}}),
    "no header": (NO_HEADER.encode(), {
        "+919812345740": {"name": "Omana", "course": "BCA", "area": "Kochi", "email": "omana@example.com"},
        "+919812345741": {"name": "Priya", "course": "BBA", "area": "Aluva"},
    }),
    "titles and semicolons": (TITLES.encode("cp1252"), {"+919812345780": {"name": "Wasim", "area": "Kochi"}}),
}  # fmt: skip


@pytest.mark.parametrize("kind", EXPECTED)
def test_the_right_customers_come_out(kind, manager):
    content, expected = EXPECTED[kind]

    import_ = imported(manager, content, "download.xls")

    assert (import_.state, import_.created, import_.rows) == ("done", len(expected), len(expected))
    found = {customer.phone_number: customer for customer in Customer.objects.visible_to(manager)}
    assert set(found) == set(expected)
    for phone, wanted in expected.items():
        assert {name: value_of(found[phone], name) for name in wanted} == wanted


def value_of(customer, name):
    match name:
        case "numbers":
            return sorted(customer.numbers.values_list("number", flat=True))
        case "source" | "course":
            return getattr(customer, name).name
        case "date":
            return customer.date.isoformat()
    return getattr(customer, name)


def test_letters_that_were_lost_before_are_told(manager):
    import_ = imported(manager, LOST.encode())

    assert import_.created == 1
    assert [warning["code"] for warning in import_.import_rows.get().warnings] == ["character_unreadable"]
