"""The main job, as people do it: a spreadsheet goes in, customers are shared out, called, and counted."""

import csv
import io
import re

import openpyxl
import pytest
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from customers.models import CallingRules, Customer, StatusChange

SIZE = 5_000
HEADER = ["Name", "Mobile Number", "Area", "Enquiry Date", "Course", "Remarks"]


def leads(size: int):
    """Rows with different numbers, as a fair's register has them."""
    for number in range(size):
        area = ["Kochi", "Aluva", "Thrissur"][number % 3]
        yield [f"Person {number:04d}", 9_800_000_000 + number, area, "05/03/2026", "BCA", "asked for the fees"]


def as_csv() -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *leads(SIZE)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx() -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Enquiries")
    for row in [HEADER, *leads(SIZE)]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def team(asha, ravi):
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")  # the tests run at any hour
    return [asha, ravi, UserFactory(username="vikram", first_name="Vikram")]


@pytest.mark.parametrize(("name", "content"), [("kochi fair.csv", as_csv), ("kochi fair.xlsx", as_xlsx)])
def test_a_file_arrives_is_shared_out_worked_on_and_counted(
    name, content, page, phone, sign_in, shot, manager, asha, team
):
    # Given a manager with a fair's register
    sign_in(page, manager)
    page.goto("/import/")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content()})

    # When she uploads it
    page.get_by_role("button", name=re.compile("import|upload", re.I)).first.click()

    # Then it arrives whole, and the history says so
    page.wait_for_url("**/import/history/")
    expect(page.get_by_text("5,000 added")).to_be_visible(timeout=60_000)
    shot(page, f"history-{name[-4:].strip('.')}")
    assert Customer.objects.count() == SIZE

    # When she shares all of them out at random
    page.goto("/customers/unassigned/")
    share_out_all(page)

    # Then the three shares differ by at most one
    expect(page.get_by_role("status")).to_contain_text("5,000")
    shares = sorted(Customer.objects.filter(assigned_to=user).count() for user in team)
    assert sum(shares) == SIZE
    assert shares[-1] - shares[0] <= 1

    # When Asha records her first call on the phone
    sign_in(phone, asha)
    phone.goto("/customers/next/")
    phone.get_by_label("Note", exact=True).fill("wants the hostel")
    phone.locator("label", has_text="Tomorrow 11").tap()
    phone.get_by_role("button", name="Interested", exact=True).tap()
    expect(phone.locator(".call-last")).to_contain_text("Interested")
    shot(phone, "customer-after-call-phone")
    change = StatusChange.objects.get()
    assert (change.new_status_id, change.changed_by, change.notes) == ("INTERESTED", asha, "wants the hostel")

    # Then both dashboards count it
    phone.goto("/dashboard/sales/")
    expect(phone.get_by_role("term").filter(has_text="Contacted today").locator("..")).to_contain_text("1")
    page.goto("/dashboard/manager/")
    expect(page.get_by_role("term").filter(has_text="Contacted today").locator("..")).to_contain_text("1")
    expect(page.get_by_role("term").filter(has_text=re.compile("^Customers")).locator("..")).to_contain_text("5,000")
    shot(page, "dashboard-manager")
    shot(phone, "dashboard-sales-phone")


def share_out_all(page) -> None:
    page.get_by_label(re.compile("that wait")).check()
    page.get_by_role("button", name="Share out 5,000").click()
