"""GET and POST /import/<uuid>/check/: the count of a file before it is imported, and what may be chosen about it."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.actions import create_customer, edit_customer
from customers.models import Customer, SharingRule
from imports import actions
from imports.models import Import, State
from imports.tests.checking import worked
from imports.tests.factories import ASHA, counts, csv_bytes, imported, leads, upload

JSON = {"Accept": "application/json"}


def url(import_: Import) -> str:
    return reverse("imports:check", args=[import_.pk])


@pytest.fixture
def checked(manager) -> Import:
    """Of five rows: one new, one with news, one twice, one without a number, one under another name."""
    imported(manager, csv_bytes("Bala Menon,9876543211,Kochi,,", "Zoya Khan,9876543212,,,"), "before.csv")
    bala = Customer.objects.get(name="Bala Menon")
    edit_customer(customer=bala, area="Aluva", by=manager, now=timezone.now())
    rows = [ASHA, "Bala Menon,9876543211,Pune,,wants fees", ASHA, "Nobody,,,,", "Xavier D,9876543212,,,"]
    return imported(manager, csv_bytes(*rows), dry_run=True)


def form_of(page) -> dict:
    """What the page's form sends when nothing is touched."""
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    counted = page.context["import"].check_result.get("round", 0)
    return {name: value for name, value in data.items() if value not in (None, "", [])} | {"counted": counted}


class TestThePage:
    def test_counts_examples_and_differences(self, as_user, manager, checked):
        page = as_user(manager).get(url(checked))
        text = page.content.decode()
        assert {kind.code: kind.count for kind in page.context["kinds"]} == {
            "created": 1,
            "updated": 1,
            "different_name": 1,
            "duplicate_in_file": 1,
            "rejected": 1,
        }
        for said in (
            "Asha Nair",
            "98765 43210",
            "5 Mar 2026",
            "<ins>wants fees</ins>",
            "<strong>Aluva</strong> stays",
            "Zoya Khan",
        ):
            assert said in text
        assert "Import: 1 new, 1 updated" in text.replace("\n", " ").replace("  ", "")
        assert Customer.objects.count() == 2

    def test_queries_do_not_grow(self, as_user, manager):
        client = as_user(manager)
        few = imported(manager, leads(3), "few.csv", dry_run=True)
        many = imported(manager, leads(30), "many.csv", dry_run=True)
        client.get(url(few))
        with CaptureQueriesContext(connection) as at_few:
            client.get(url(few))
        with CaptureQueriesContext(connection) as at_many:
            client.get(url(many))
        assert len(at_few) == len(at_many) <= 25

    def test_while_it_is_counted_it_shows_how_far(self, as_user, manager):
        waits = upload(manager, leads(3), dry_run=True)
        Import.objects.filter(pk=waits.pk).update(state=State.RUNNING, rows=3, worker="w", heartbeat=timezone.now())
        text = as_user(manager).get(url(waits)).content.decode()
        assert "data-import-working" in text
        assert "Counting" in text
        assert "<select" not in text

    def test_where_it_is_when_it_is_not_to_be_looked_at(self, as_user, manager):
        done = imported(manager, csv_bytes(ASHA))
        assert as_user(manager).get(url(done))["Location"] == reverse("imports:detail", args=[done.pk])
        waits = imported(manager, b"Alpha,Beta\nAsha,red\n", "letters.csv", dry_run=True)
        assert as_user(manager).get(url(waits))["Location"] == reverse("imports:mapping", args=[waits.pk])

    def test_the_lists_behind_the_counts_say_the_differences_too(self, as_user, manager, checked):
        text = as_user(manager).get(reverse("imports:detail", args=[checked.pk]) + "?outcome=updated").content.decode()
        assert "<ins>wants fees</ins>" in text
        assert "Look at it" in text
        problems = as_user(manager).get(reverse("imports:problems", args=[checked.pk])).content.decode()
        assert 'name="rows"' not in problems

    def test_a_name_is_not_decided_before_the_import(self, manager, checked):
        row = checked.import_rows.get(reason="different_name")
        with pytest.raises(actions.ActionError, match="only checked"):
            actions.decide_names(import_=checked, rows=[row.pk], same=True, by=manager, now=timezone.now())


class TestChoosing:
    def test_nothing_touched_imports_what_was_shown(self, as_user, manager, checked):
        client = as_user(manager)
        data = form_of(client.get(url(checked)))
        response = client.post(url(checked), {**data, "act": "import"})
        assert (response.status_code, response["Location"]) == (302, reverse("imports:detail", args=[checked.pk]))
        done = worked(checked)
        assert counts(done) == {"created": 1, "updated": 1, "unchanged": 1, "duplicate_in_file": 1, "rejected": 1}
        text = client.get(reverse("imports:detail", args=[done.pk])).content.decode()
        assert "Exactly as the check had shown." in text

    def test_what_is_changed_is_counted_before_it_is_imported(self, as_user, manager, checked, asha):
        client = as_user(manager)
        data = form_of(client.get(url(checked)))
        changes = {"s0c0": "", "known": "skip", "deal": "one", "to": str(asha.pk), "source": "Kochi fair"}
        response = client.post(url(checked), {**data, **changes, "act": "import"}, follow=True)
        assert "it was counted again first" in response.content.decode()
        again = worked(checked)
        assert (again.state, again.check_result["round"]) == (State.CHECKED, 1)
        assert (again.options["known"], again.options["source"]) == ("skip", "Kochi fair")
        assert again.options["mapping"][again.sheets[0]["name"]]["Name"] == ""
        page = client.get(url(again))
        assert [(share.who, share.count) for share in page.context["shares"]] == [("Asha", 1)]
        assert Customer.objects.count() == 2
        # And the second press imports it
        client.post(url(again), {**form_of(page), "act": "import"})
        done = worked(again)
        assert done.state == State.DONE
        new = Customer.objects.get(phone_number="+919876543210")
        assert (new.name, new.assigned_to, new.source.name) == ("", asha, "Kochi fair")
        assert "1 was given to Asha." in client.get(reverse("imports:detail", args=[done.pk])).content.decode()

    def test_what_somebody_added_meanwhile_is_said(self, as_user, manager):
        import_ = imported(manager, leads(8), dry_run=True)
        for n in (10_000_001, 10_000_002, 10_000_005):
            create_customer(name=f"Person {n}", phone_number=f"+9198{n}", by=manager, now=timezone.now())
        client = as_user(manager)
        client.post(url(import_), {"act": "import", "counted": 0})
        worked(import_)
        answer = client.get(reverse("imports:detail", args=[import_.pk]), headers=JSON).json()
        said = answer["check"]["message"]
        assert said.startswith("3 of the rows shown as new were added by somebody else meanwhile")
        assert said.endswith(": 5 added, 3 updated.")
        assert answer["check"]["shown"]["created"] == 8

    def test_a_page_that_is_out_of_date_imports_nothing(self, as_user, manager, checked):
        client = as_user(manager)
        data = form_of(client.get(url(checked)))
        actions.recount(import_=checked, options=checked.options | {"known": "skip"}, by=manager, now=timezone.now())
        worked(checked)
        again = form_of(client.get(url(checked))) | {"counted": data["counted"]}
        text = client.post(url(checked), {**again, "act": "import"}, follow=True).content.decode()
        assert "has counted leads.csv again" in text
        checked.refresh_from_db()
        assert checked.state == State.CHECKED

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"s0c1": ""}, "Choose the column that holds the phone number"),
            ({"s0c0": "phone"}, "Two columns were given the same field"),
            ({"s0c0": "nonsense"}, "nonsense"),
            ({"known": "overwrite"}, "Choose the fields that the file may replace"),
            ({"known": "whatever"}, "whatever"),
            ({"deal": "column"}, "none of them does yet"),
            ({"deal": "one"}, "Choose the counsellor who gets"),
            ({"deal": "one", "to": "999999"}, "999999"),
            ({"deal": "even", "among": ["x"]}, "x"),
            ({"date_order": "ymd"}, "ymd"),
            ({"encoding": "klingon"}, "klingon"),
            ({"source": "x" * 121}, "120"),
        ],
    )
    def test_what_cannot_be_is_said_and_the_rest_of_the_choices_stays(self, as_user, manager, checked, changes, said):
        client = as_user(manager)
        data = form_of(client.get(url(checked))) | {"course": "BCA"}
        page = client.post(url(checked), {**data, **changes, "act": "count"})
        assert page.status_code == 400
        assert said in page.content.decode()
        assert 'value="BCA"' in page.content.decode()
        checked.refresh_from_db()
        assert (checked.state, checked.check_result.get("round", 0)) == (State.CHECKED, 0)
        answer = client.post(url(checked), {**data, **changes, "act": "count"}, headers=JSON)
        assert (answer.status_code, set(answer.json())) == (400, {"error"})

    def test_hidden_sheets_by_wish_and_some_of_them(self, as_user, manager, tmp_path):
        path = three_sheets(tmp_path)
        import_ = imported(manager, path, dry_run=True)
        client = as_user(manager)
        page = client.get(url(import_))
        assert page.context["form"].fields["sheet"].choices == [("0", "Kochi"), ("1", "Pune"), ("2", "Old (hidden)")]
        assert counts(import_) == {"created": 2}
        data = form_of(page)
        assert data["sheet"] == ["0", "1"]
        client.post(url(import_), {**data, "sheet": ["1", "2"], "act": "count"})
        again = worked(import_)
        assert (again.options["sheets"], counts(again)) == (["Pune", "Old"], {"created": 2})
        page = client.post(url(again), {**form_of(client.get(url(again))), "sheet": [], "act": "count"})
        assert "Choose at least one sheet" in page.content.decode()

    def test_letters_of_a_csv(self, as_user, manager):
        import_ = imported(manager, "Name,Phone\nJosé,9876543210\n".encode("cp1252"), dry_run=True)
        client = as_user(manager)
        client.post(url(import_), {"encoding": "mac_roman", "act": "count"})
        again = worked(import_)
        assert again.mapping["encoding"] == "mac_roman"
        assert "JosÈ" in client.get(url(again)).content.decode()

    @pytest.mark.parametrize("choice", [{"encoding": "utf-16"}, {"s0c1": "", "s0c2": "phone"}])
    def test_a_choice_that_leads_nowhere_is_taken_back(self, as_user, manager, choice):
        # Given letters, or a column, with which no row can be read
        content = csv_bytes("Asha,9876543210,", header="Name,Phone,Area")
        import_ = imported(manager, content, dry_run=True)
        client = as_user(manager)
        client.post(url(import_), {**choice, "act": "count"})
        again = worked(import_)
        page = client.get(url(again))
        if "encoding" in choice:
            assert again.state in (State.NEEDS_MAPPING, State.REFUSED)
            assert "It could not be counted like this" in page.content.decode()
            assert client.post(url(again), {"act": "import", "counted": 1}, headers=JSON).status_code == 400
            # Then the same page takes it back
            client.post(url(again), {**form_of(page), "encoding": "", "act": "count"})
        else:
            assert counts(again) == {"rejected": 1}
            client.post(url(again), {**form_of(page), "s0c1": "phone", "s0c2": "area", "act": "count"})
        assert counts(worked(again)) == {"created": 1}

    def test_the_rules_are_offered_once_there_are_any(self, as_user, manager, asha):
        import_ = imported(manager, csv_bytes(ASHA, "Bala,98450 00002,Aluva,,"), dry_run=True)
        client = as_user(manager)
        assert "Whom the rules say" not in client.get(url(import_)).text
        assert client.post(url(import_), {"act": "count", "deal": "rules"}).status_code == 400
        SharingRule.objects.create(area="Kochi", area_key="kochi").people.set([asha])
        assert "Whom the rules say" in client.get(url(import_)).text

        client.post(url(import_), {"act": "count", "deal": "rules"})
        worked(import_)

        page = client.get(url(import_)).text
        assert "Asha <strong>1</strong>" in page
        assert "fits <strong>1</strong>" in page
        assert "for want of room" not in page

    def test_a_deal_that_came_out_otherwise_is_told(self, as_user, manager, asha, ravi):
        client = as_user(manager)
        import_ = imported(manager, leads(4), dry_run=True)
        client.post(url(import_), {"act": "count", "deal": "even", "among": [asha.pk, ravi.pk]})
        worked(import_)
        ravi.takes_new = False
        ravi.save()
        client.post(url(import_), {"act": "import", "counted": 1})
        worked(import_)
        text = client.get(reverse("imports:detail", args=[import_.pk])).content.decode()
        assert "4 were shared out, all to Asha. The check had shown: Asha 2, Ravi 2." in text

    def test_a_double_click_imports_once(self, as_user, manager):
        client = as_user(manager)
        import_ = imported(manager, leads(4), dry_run=True)
        for _ in range(2):
            response = client.post(url(import_), {"act": "import", "counted": 0}, headers=JSON)
            assert (response.status_code, response.json()["success"]) == (200, True)
        worked(import_)
        assert Customer.objects.count() == 4

    def test_put_aside(self, as_user, manager, checked):
        text = as_user(manager).post(url(checked), {"act": "discard"}, follow=True).content.decode()
        assert "was put aside. Nothing was written." in text
        checked.refresh_from_db()
        assert checked.state == State.CANCELLED

    def test_what_was_chosen_comes_back_after_the_session_ended(self, as_user, client, manager, checked):
        page = as_user(manager).get(url(checked))
        data = form_of(page) | {"source": "Kochi fair", "known": "skip", "draft": page.context["draft"]}
        client.post(url(checked), {**data, "act": "count"})
        client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
        text = client.get(url(checked)).content.decode()
        assert 'value="Kochi fair"' in text
        assert "You had to sign in again" in text


def three_sheets(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for n, name in enumerate(("Kochi", "Pune", "Old")):
        sheet = book.create_sheet(name)
        sheet.append(["Name", "Phone"])
        sheet.append([f"Person {n}", f"987654321{n}"])
    book["Old"].sheet_state = "hidden"
    path = tmp_path / "three.xlsx"
    book.save(path)
    return path


class TestScripts:
    def test_what_may_be_posted_and_the_count(self, as_user, manager, checked):
        answer = as_user(manager).get(url(checked), headers=JSON).json()
        assert answer["state"] == "checked"
        assert [column["column"] for column in answer["form"]["columns"]] == ["Name", "Phone", "Area", "Date", "Remark"]
        known = next(choice for choice in answer["form"]["choices"] if choice["parameter"] == "known")
        assert (known["value"], known["values"]) == ("update", ["update", "fill", "skip", "overwrite"])
        updated = next(kind for kind in answer["check"]["kinds"] if kind["kind"] == "updated")
        assert updated["examples"][0]["differences"] == [{"field": "remark", "old": "", "new": "wants fees"}]
        new = next(kind for kind in answer["check"]["kinds"] if kind["kind"] == "created")
        assert new["examples"][0]["values"] == {
            "name": "Asha Nair",
            "phone_number": "98765 43210",
            "area": "Kochi",
            "date": "5 Mar 2026",
            "remark": "first",
        }
        assert updated["examples"][0]["kept"] == [{"field": "area", "typed": "Aluva", "file": "Pune"}]

    def test_what_is_not_said_stays_as_it_was(self, as_user, manager, checked):
        body = json.dumps({"act": "count", "s0c2": ""})
        answer = as_user(manager).post(url(checked), body, content_type="application/json", headers=JSON)
        assert (answer.status_code, answer.json()["state"]) == (200, "queued")
        again = worked(checked)
        fields = {column["label"]: column["field"] for column in again.sheets[0]["columns"]}
        assert fields == {"Name": "name", "Phone": "phone", "Area": "", "Date": "date", "Remark": "remark"}

    def test_what_is_no_number_is_no_round(self, as_user, manager, checked):
        for counted in ("", "x", "-1", "9" * 30, "1"):
            response = as_user(manager).post(url(checked), {"act": "import", "counted": counted}, headers=JSON)
            assert response.status_code == 400
        assert Customer.objects.count() == 2

    def test_one_that_does_not_wait(self, as_user, manager):
        done = imported(manager, csv_bytes(ASHA))
        answer = as_user(manager).post(url(done), {"act": "import", "counted": 0}, headers=JSON)
        assert (answer.status_code, set(answer.json())) == (400, {"error"})
        assert as_user(manager).get(url(done), headers=JSON).json()["check"] is None


def test_the_upload_page_sends_a_file_to_be_checked(as_user, manager):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("leads.csv", csv_bytes(ASHA))
    response = as_user(manager).post(reverse("imports:upload"), {"file": file, "check": "1"})
    import_ = Import.objects.get()
    assert (response.status_code, response["Location"]) == (302, url(import_))
    assert import_.is_dry
    assert worked(import_).state == State.CHECKED


def test_columns_of_a_file_that_is_to_be_checked(as_user, manager):
    waits = imported(manager, b"Alpha,Beta\nAsha,2223456789\n", "letters.csv", dry_run=True)
    assert waits.state == State.NEEDS_MAPPING
    response = as_user(manager).post(reverse("imports:mapping", args=[waits.pk]), {"s0c0": "name", "s0c1": "phone"})
    assert response["Location"] == url(waits)
    assert (worked(waits).state, Customer.objects.count()) == (State.CHECKED, 0)


def test_a_stranger_a_wrong_method_and_a_bad_id(as_user, asha, manager, checked):
    for method in ("get", "post"):
        assert getattr(as_user(asha), method)(url(checked), {"act": "import", "counted": 0}).status_code == 403
    assert as_user(manager).put(url(checked)).status_code == 405
    assert as_user(manager).get(reverse("imports:check", args=[uuid.uuid4()])).status_code == 404
    checked.refresh_from_db()
    assert checked.state == State.CHECKED
