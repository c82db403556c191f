"""Looking ahead at who would get how many: the answer is in sight at once, and on paper too."""

from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from customers.tests.factories import CustomerFactory


def test_the_preview_of_a_hand_over_is_in_sight_below_a_long_team(phone, sign_in, manager, asha):
    team = UserFactory.create_batch(30)
    CustomerFactory.create_batch(2, assigned_to=asha)
    sign_in(phone, manager)
    phone.goto(f"/team/{asha.pk}/hand-over/")

    phone.get_by_label("Shared out evenly among several").check()
    phone.get_by_label(str(team[0])).check()
    phone.get_by_role("button", name="See who would get how many").tap()

    expect(phone.get_by_text("+2")).to_be_in_viewport()
    expect(phone.get_by_role("heading", name="Who would get how many")).to_be_in_viewport()


def test_the_preview_of_sharing_out_is_printed_whole(page, sign_in, manager, asha):
    CustomerFactory.create_batch(2)
    sign_in(page, manager)
    page.goto("/customers/unassigned/")
    page.locator("[data-all-matching]").check()
    page.get_by_role("button", name="See who would get how many").click()

    page.emulate_media(media="print")

    expect(page.get_by_role("row", name=str(asha))).to_contain_text("+2")
    expect(page.get_by_role("row", name=str(asha))).to_be_visible()
    expect(page.locator("main .btn-primary")).to_be_hidden()
