"""A manager makes two entries one and takes them apart again: with mouse, without script, with one thumb."""

import pytest
from playwright.sync_api import expect

from customers.models import Customer, Merge
from customers.tests.factories import CourseFactory, CustomerFactory, likely_pair


@pytest.fixture
def two(asha, ravi):
    farah = CustomerFactory(
        name="Farah Khan", phone_number="+919876543210", assigned_to=asha, attempts=3, remark="Asked for the hostel"
    )
    other = CustomerFactory(
        name="Farah", phone_number="+919876543201", area="", email="farah.khan@example.com", assigned_to=ravi,
        course=CourseFactory(name="BCA"), remark="Evenings only", extra={"School": "GHS Aluva"},
    )  # fmt: skip
    return farah, other


@pytest.mark.parametrize("screen", ["page", "phone", "no_script"])
def test_found_compared_merged_and_taken_apart(screen, request, two, sign_in, manager, shot):
    page = request.getfixturevalue(screen)
    farah, other = two
    sign_in(page, manager)

    page.goto(f"/customers/{farah.pk}/")
    page.get_by_role("link", name="Merge", exact=True).click()
    page.get_by_label("Name, number or area", exact=True).fill("98765 43201")
    shot(page, f"merge_find_{screen}")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Compare with Farah").click()
    expect(page.get_by_role("group", name="Email").get_by_label("farah.khan@example.com")).to_be_checked()
    expect(page.get_by_label("Both, one under the other")).to_be_checked()
    page.get_by_role("group", name="Counsellor").get_by_label(str(other.assigned_to)).check()
    shot(page, f"merge_{screen}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Merge").click()

    expect(page.locator(".messages")).to_contain_text("Farah is part of Farah Khan now.")
    farah.refresh_from_db()
    assert (farah.assigned_to, farah.remark) == (other.assigned_to, "Asked for the hostel\nEvenings only")
    page.get_by_role("link", name="Take apart").click()
    expect(page.locator("main")).to_contain_text("What comes back")
    shot(page, f"unmerge_{screen}")
    page.get_by_role("button", name="Take apart").click()
    expect(page.locator(".messages")).to_contain_text("Farah is a customer of her own again.")
    assert not Customer.objects.filter(merged_into__isnull=False).exists()
    assert Merge.objects.get().undone_at


@pytest.mark.parametrize("screen", ["page", "phone"])
def test_a_likely_pair_is_looked_at_and_told_apart(screen, request, two, sign_in, manager, shot):
    page = request.getfixturevalue(screen)
    farah, other = two
    likely_pair(farah, other)
    sign_in(page, manager)
    page.goto(f"/customers/{farah.pk}/")
    expect(page.locator("main")).to_contain_text("Perhaps the same person: Farah, 98765 43201.")
    shot(page, f"likely_{screen}")
    page.goto("/customers/duplicates/")
    shot(page, f"duplicates_{screen}")
    page.emulate_media(color_scheme="dark")
    page.reload()
    shot(page, f"duplicates_dark_{screen}")
    page.get_by_role("link", name="Compare Farah Khan and Farah").click()
    shot(page, f"merge_dark_{screen}")
    page.go_back()
    page.get_by_role("button", name="Two people").press("Enter")
    expect(page.locator(".messages")).to_contain_text("Farah Khan and Farah stay two customers.")
    expect(page.locator("main")).to_contain_text("No likely duplicates")
