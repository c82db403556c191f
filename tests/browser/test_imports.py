"""The import pages with and without script: sent in place, followed live, decided."""

import re

from django.utils import timezone
from playwright.sync_api import expect

from customers.models import Customer
from imports.models import Import, State
from imports.tests.factories import csv_bytes, imported

GOOD = csv_bytes("Asha Nair,9876543210,Kochi,05/03/2026,", "Bala,123,,,")


def spreadsheet(name: str = "leads.csv", content: bytes = GOOD) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose_and_send(page, **file) -> None:
    page.locator("input[type=file]").set_input_files(spreadsheet(**file))
    page.get_by_role("button", name="Upload and import").click()


def running(by) -> Import:
    """An import whose worker is in the middle of it."""
    import_ = imported(by, GOOD, "kochi fair.csv")
    fields = {"state": State.RUNNING, "rows": 20_000, "read_rows": 20_000, "done_rows": 14_200}
    Import.objects.filter(pk=import_.pk).update(**fields, heartbeat=timezone.now(), finished_at=None)
    return import_


def test_a_refused_file_is_said_in_place_and_the_next_one_goes(page, sign_in, faults, shot, manager):
    faults.allow("status of 400")
    sign_in(page, manager)
    page.goto("/import/")
    choose_and_send(page, name="brochure.pdf", content=b"%PDF-1.4 brochure")
    expect(page.get_by_role("alert")).to_contain_text("a PDF document")
    shot(page, "import-refused")
    choose_and_send(page)
    page.wait_for_url("**/import/history/")
    expect(page.get_by_role("link", name="1 added")).to_be_visible()


def test_the_file_stays_chosen_when_the_session_has_ended(page, sign_in, faults, manager):
    faults.allow("status of 403")
    sign_in(page, manager)
    page.goto("/import/")
    page.locator("input[type=file]").set_input_files(spreadsheet())
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Upload and import").click()
    expect(page.get_by_role("alert")).to_contain_text("You are signed out")
    other = page.context.new_page()
    sign_in(other, manager)
    page.get_by_role("button", name="Upload and import").click()
    page.wait_for_url("**/import/history/")
    assert Import.objects.get().created == 1


def test_a_dropped_file_is_taken_and_two_are_not(page, sign_in, manager):
    sign_in(page, manager)
    page.goto("/import/")
    drop = """(form, names) => {
        const data = new DataTransfer();
        names.forEach((name) => data.items.add(new File(["Name,Phone\\nAsha,9876543210\\n"], name)));
        form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    form = page.locator("[data-import-drop]")
    form.evaluate(drop, ["one.csv", "two.csv"])
    expect(page.get_by_role("alert")).to_contain_text("One file at a time")
    form.evaluate(drop, ["one.csv"])
    expect(form).to_contain_text("one.csv")
    page.get_by_role("button", name="Upload and import").click()
    page.wait_for_url("**/import/history/")
    assert Import.objects.get().original_name == "one.csv"


def test_a_running_import_moves_and_ends_in_its_place(page, sign_in, manager):
    import_ = running(manager)
    sign_in(page, manager)
    page.goto("/import/history/")
    card = page.locator(f"#import-{import_.pk}")
    expect(card).to_contain_text("14,200 of 20,000 rows")
    page.evaluate("window.stayed = true")
    Import.objects.filter(pk=import_.pk).update(done_rows=18_000)
    expect(card).to_contain_text("18,000 of 20,000 rows", timeout=10_000)
    Import.objects.filter(pk=import_.pk).update(state=State.DONE, created=20_000, rejected=0, rows=20_000)
    expect(card.get_by_role("link", name="20,000 added")).to_be_visible(timeout=10_000)
    expect(card.get_by_role("progressbar")).to_have_count(0)
    assert page.evaluate("window.stayed")


def test_the_page_of_a_running_import_shows_its_rows_when_it_is_done(phone, sign_in, shot, manager):
    import_ = running(manager)
    sign_in(phone, manager)
    phone.goto(f"/import/{import_.pk}/")
    expect(phone.get_by_text("14,200 of 20,000 rows")).to_be_visible()
    Import.objects.filter(pk=import_.pk).update(state=State.DONE, rows=2)
    expect(phone.get_by_role("link", name=re.compile("^1 added"))).to_be_visible(timeout=10_000)
    expect(phone.get_by_role("heading", name="Every row")).to_be_visible()
    expect(phone.get_by_role("link", name=re.compile("^All rows 2$"))).to_be_visible()
    shot(phone, "import-detail-phone")


def test_without_script_a_file_is_sent_and_names_are_decided(no_script, sign_in, manager):
    imported(manager, csv_bytes("Asha Nair,9876543210"), "known.csv")
    sign_in(no_script, manager)
    no_script.goto("/import/")
    choose_and_send(no_script, content=csv_bytes("Zoya Khan,9876543210,Kollam,,"))
    no_script.wait_for_url("**/import/history/")
    no_script.get_by_role("link", name="1 to decide").click()
    no_script.get_by_role("checkbox").first.check()
    no_script.get_by_role("button", name="Another person").click()
    expect(no_script.get_by_role("status")).to_contain_text("1 added as another person")
    assert Customer.objects.filter(phone_number="+919876543210").count() == 2


def test_all_on_the_page_are_ticked_at_once(page, sign_in, manager):
    imported(manager, csv_bytes("Asha Nair,9876543210", "Bala Menon,9876543211"), "known.csv")
    second = imported(manager, csv_bytes("Zoya Khan,9876543210,,,", "Xavier D,9876543211,,,"))
    sign_in(page, manager)
    page.goto(f"/import/{second.pk}/problems/?reason=different_name")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Another person").click()
    expect(page.get_by_role("status")).to_contain_text("2 added as another person")


def test_columns_are_chosen_on_the_phone(phone, sign_in, shot, manager):
    waits = imported(manager, b"Alpha,Beta,Gamma\nAsha,2223456789,Kochi\nBala,44210,Aluva\n", "letters.csv")
    sign_in(phone, manager)
    phone.goto("/import/history/")
    phone.get_by_role("link", name="Choose the columns").tap()
    shot(phone, "import-mapping-phone")
    phone.get_by_label("Alpha").select_option("name")
    phone.get_by_label("Beta").select_option("phone")
    phone.get_by_role("button", name="Import with these columns").tap()
    phone.wait_for_url("**/import/history/")
    expect(phone.locator(f"#import-{waits.pk}").get_by_role("link", name="1 added")).to_be_visible()
