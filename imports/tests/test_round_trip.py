"""Whatever the product exports comes back in and changes nothing."""

import io
import random
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from crm.lib.text import clean_line, clean_text, fold, search_text
from customers.exports import Sheet, csv_parts, write_xlsx
from customers.lists import SORTS
from customers.models import ContactNumber, Customer, Enquiry, FieldChange, Status
from customers.tests.factories import CourseFactory, CustomerFactory, SourceFactory
from imports.models import State
from imports.problems import write_problems
from imports.tests.factories import counts, imported

pytestmark = pytest.mark.django_db

TEXTS = [
    "Asha Nair", "देव शर्मा", "അനിൽ കുമാർ", "കവിത‌ നായർ", "கவிதா", "প্রিয়া সেন", "فاطمة خان", "王小明", "Zoë", "O'Neil",
    "=1+1", "+1", "-1", "@x", "'=1", "''+1", "'quoted'", '="0042"', '"', '""', ",", ";", "a;b,c\td", "#N/A", "#REF!",
    "Na", "nil", "-", "--", "nan", "None", "TRUE", "1e5", "9.87654E+09", "0042", "98765 43210", "12/11/2026", "_x0041_",
    "a_x000D_b", "Name", "Phone number", "Total", "Grand Total", "Customer ID", "test", "<b>x</b>", "\ue000", "🎓 Asha",
    "Mr. X", "x" * 150,
]  # fmt: skip
MANY_LINES = ["first\nsecond", "=1\n=2", "- a\n- b", 'said "yes", then\n\n"no"', "a,b\n1,2", "end\\", "x" * 5_000]
LABELS = [
    "School", "Email", "Status", "Father's mobile", "WhatsApp", "Name", "Date", "Campaign", "12th %", "=x", "-",
    "Phone (2)", "Extra: School", "Customer ID", "Last contact", "Parent › Mobile", "ശമ്പളം", "Counsellor", "Total",
]  # fmt: skip
EMAILS = ["", "asha@example.com", "+91@example.in", "a.b+c@x.co.in", '"a b"@x.in', "x@[127.0.0.1]", "=x@y.in"]
FOREIGN = ["+971501234567", "+12025550123", "+442071838750", "+914842345678"]


def some_customers(draw: random.Random, count: int) -> None:
    """People of every kind that forms and files can have made, some of them at one number."""
    owners = [None, UserFactory(first_name="Asha"), UserFactory(first_name="Asha"), UserFactory(first_name="R" * 150)]
    words = [draw.choice(TEXTS) for _ in range(4)]
    sources = [None, *(SourceFactory(name=f"Fair {n} {text}"[:120]) for n, text in enumerate(words))]
    courses = [None, *(CourseFactory(name=f"{text} {n}"[:160]) for n, text in enumerate(words))]
    numbers = [f"+9198765{n:05d}" for n in range(count // 2)] + FOREIGN
    persons: dict[str, int] = {}
    for _ in range(count):
        number = draw.choice(numbers)
        persons[number] = persons.get(number, 0) + 1
        one_customer(draw, number, persons[number], draw.choice(owners), draw.choice(sources), draw.choice(courses))


def one_customer(draw: random.Random, number: str, person: int, owner, source, course) -> None:
    name, area = (clean_line(draw.choice(["", *TEXTS])) for _ in range(2))
    day = draw.choice([None, date(1951, 5, 6), date(2026, 4, 5), date(2026, 12, 11), date(2190, 1, 1)])
    extra = {label: clean_text(draw.choice([*TEXTS, *MANY_LINES])) for label in draw.sample(LABELS, draw.randint(0, 4))}
    customer = CustomerFactory(
        name=name, phone_number=number, person=person, area=area, area_key=fold(area), date=day,
        remark=clean_text(draw.choice(["", *TEXTS, *MANY_LINES])), email=draw.choice(EMAILS),
        source=source, course=course, assigned_to=owner, extra=extra, status=draw.choice(Status.objects.all()),
        do_not_call=draw.random() < 0.2, attempts=draw.randint(0, 5), hand_edited=draw.choice([0, 0, 511]),
        last_enquired_at=draw.choice([None, day, date(2026, 4, 5)]),
        last_contact_at=draw.choice([None, timezone.now()]),
        next_follow_up_at=draw.choice([None, timezone.now() + timedelta(days=draw.randint(-900, 900))]),
    )  # fmt: skip
    others = draw.sample([f"+9191234{n:05d}" for n in range(30)] + FOREIGN, draw.choice([0, 0, 1, 3, 14]))
    ContactNumber.objects.bulk_create(ContactNumber(customer=customer, number=other) for other in others)
    customer.search_text = search_text(name=name, area=area, numbers=[number, *others])
    customer.save(update_fields=["search_text"])
    Enquiry.objects.create(customer=customer, enquired_on=day, source=source, course=course, origin=customer.origin)


def exported_file(user, kind: str, sort: str = "newest") -> bytes:
    sheet = Sheet(Customer.objects.visible_to(user), SORTS[sort])
    if kind == "csv":
        return b"".join(csv_parts(sheet))
    file = io.BytesIO()
    write_xlsx(file, sheet)
    return file.getvalue()


def everything() -> dict:
    """All that is stored of all customers."""
    return {
        "customers": list(Customer.objects.order_by("pk").values()),
        "numbers": list(ContactNumber.objects.order_by("pk").values()),
        "enquiries": list(Enquiry.objects.order_by("pk").values()),
        "changes": list(FieldChange.objects.order_by("pk").values()),
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("seed", range(6))
def test_an_export_comes_back_and_changes_nothing(seed, kind, manager):
    draw = random.Random(seed)  # noqa: S311 - a repeatable choice
    some_customers(draw, 40)
    before = everything()

    back = imported(manager, exported_file(manager, kind, draw.choice(list(SORTS))), f"customers.{kind}")

    assert counts(back) == {"unchanged": 40}, list(back.import_rows.exclude(outcome="unchanged").values()[:3])
    assert everything() == before


def test_a_text_longer_than_a_cell_is_not_shortened(manager):
    whole = "said " * 8_000
    customer = CustomerFactory(remark=whole, extra={"Essay": "=" + whole})
    back = imported(manager, exported_file(manager, "xlsx"), "customers.xlsx")

    customer.refresh_from_db()
    assert counts(back) == {"unchanged": 1}
    assert (customer.remark, customer.extra) == (whole, {"Essay": "=" + whole})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_empty_list_says_so(kind, manager):
    back = imported(manager, exported_file(manager, kind), f"customers.{kind}")
    assert (back.state, back.file_error) == (State.REFUSED, "file_empty")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_in_another_house_it_makes_the_same_people(kind, manager, asha):
    CustomerFactory(
        name="=Farah", phone_number="+919876543210", area="Kochi", date=date(2026, 4, 5), status_id="INTERESTED",
        assigned_to=asha, source=SourceFactory(name="Fair"), course=CourseFactory(name="BCA"), email="f@x.in",
        remark="one\ntwo", extra={"WhatsApp": "yes", "Email": "asked for it"},
    )  # fmt: skip
    CustomerFactory(name="Binu", phone_number="+919876543210", person=2)
    compared = (
        "name phone_number person area date status_id assigned_to_id source_id course_id email remark extra".split()
    )
    file, before = exported_file(manager, kind), list(Customer.objects.order_by("person").values(*compared))
    Enquiry.objects.all().delete()
    Customer.objects.all().delete()

    back = imported(manager, file, f"customers.{kind}")

    assert counts(back) == {"created": 2}
    persons = {"=Farah": 1, "Binu": 2}
    after = [{**row, "person": persons[row["name"]]} for row in Customer.objects.values(*compared)]
    assert sorted(after, key=lambda row: row["person"]) == before


def test_an_edited_export_changes_what_was_edited_and_nothing_else(manager):
    CustomerFactory(name="Farah", area="Kochi", remark="=1", origin__kind="import")
    file = exported_file(manager, "csv").replace(b"Kochi", b"Aluva")
    back = imported(manager, file, "customers.csv")

    [change] = FieldChange.objects.all()
    assert counts(back) == {"updated": 1}
    assert (change.field, change.old, change.new) == ("area", "Kochi", "Aluva")


def test_columns_of_another_system_are_not_taken_for_ours(manager):
    imported(manager, b"Customer ID,Name,Phone,Last contact\nC-17,Farah,98765 43210,yesterday\n", "theirs.csv")
    assert Customer.objects.get().extra == {"Customer ID": "C-17", "Last contact": "yesterday"}


PROBLEMS = b"""Name,Phone,Area,Remark
Farah,98765 43210,Kochi,first
Farah,98765 43210,Aluva,again in the file
Nobody,12345,Kochi,
'=1,98765 43211,_x0041_,#N/A
'=1,98765 43211,,
"""


@pytest.mark.parametrize("before", ["Somebody else", "Farah", ""])
def test_a_sheet_of_problem_rows_that_nobody_mended_changes_nothing(before, manager):
    if before:
        imported(manager, f"Name,Phone,Area\n{before},98765 43210,Kochi\n".encode(), "before.csv")
    first = imported(manager, PROBLEMS, "leads.csv")
    stored = everything()
    file = io.BytesIO()
    write_problems(file, first, first.import_rows.filter(raw__isnull=False).order_by("number"))

    imported(manager, file.getvalue(), "problems.xlsx")

    assert everything() == stored
