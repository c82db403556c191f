"""Somebody who was erased, and the files: nothing of her stays in an import, and no file brings her back."""

import json

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from customers import actions as customers_actions
from customers.models import Customer, Note
from imports import actions, purging, tasks
from imports.models import Import, ImportRow, Outcome, StagedSlice, State, Undo
from imports.pipeline.staged import numbers_of
from imports.tests.checking import gone_ahead
from imports.tests.factories import ASHA, counts, csv_bytes, imported, leads, upload

pytestmark = pytest.mark.django_db

NUMBER = "+919876543210"
RAVI = "Ravi Menon,98765 43211,Kochi,05/03/2026,second"
TRACES = ("Asha Nair", "9876543210", "98765 43210", "calls after six")
JSON = {"accept": "application/json"}


def erase(by, number=NUMBER, **more):
    customer = Customer.objects.get(phone_number=number)
    customers_actions.erase(customer=customer, by=by, now=timezone.now(), reason="asked for it", **more)
    return customer


def everything_stored() -> str:
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            said += [str(row) for row in cursor.fetchall()]
    return "\n".join(said)


def traces() -> list[str]:
    stored = everything_stored()
    return [trace for trace in TRACES if trace in stored]


# -- what was kept of her -------------------------------------------------------------------------------------------


def test_nothing_of_her_is_left_in_any_import(manager):
    first = imported(manager, csv_bytes(ASHA, RAVI, "Asha Nair,+91-98765-43210,Kochi,05/03/2026,calls after six"))
    imported(manager, csv_bytes("Asha K Nair,9876543210,Aluva,06/04/2026,calls after six"), "second.csv")
    imported(manager, csv_bytes("Somebody Else,98765 43210,Aluva,06/04/2026,calls after six"), "third.csv")
    assert counts(first) == {"created": 2, "duplicate_in_file": 1}
    assert traces() == list(TRACES)

    erase(manager)

    assert traces() == []
    assert "Ravi Menon" in everything_stored()


def test_the_sums_of_the_import_and_its_pages_stay(manager, as_user):
    import_ = imported(manager, csv_bytes(ASHA, RAVI, "Asha Nair,98765 43210,Kochi,05/03/2026,"))
    before = counts(import_)
    erase(manager)
    import_.refresh_from_db()
    assert counts(import_) == before
    assert ImportRow.objects.count() == 3
    for name in ("detail", "problems", "report", "undo", "problems_file"):
        response = as_user(manager).get(reverse(f"imports:{name}", args=[import_.pk]))
        b"".join(response)
        assert (name, response.status_code) == (name, 200)


def test_a_row_about_her_name_can_be_decided_no_more(manager, as_user):
    imported(manager, csv_bytes(ASHA))
    other = imported(manager, csv_bytes("Ravi Menon,98765 43210,Aluva,,"), "other.csv")
    row = ImportRow.objects.get(import_id=other.pk)
    assert row.reason == "different_name"
    erase(manager)
    decided = actions.decide_names(import_=other, rows=[row.pk], same=False, by=manager, now=timezone.now())
    assert (decided.created, decided.left) == (0, 1)
    assert "Add as another" not in as_user(manager).get(reverse("imports:problems", args=[other.pk])).content.decode()


def test_rows_that_wait_to_be_imported_are_kept_out(manager):
    checked = imported(manager, csv_bytes(RAVI, "Nobody,98765 43210,Aluva,,calls after six"), dry_run=True)
    imported(manager, csv_bytes(ASHA), "first.csv")
    erase(manager)
    assert traces() == []
    rows = json.loads(StagedSlice.objects.get().data)
    assert [numbers_of(row) for row in rows] == [{"+919876543211"}, {""}]

    gone_ahead(checked, manager)

    assert (checked.state, counts(checked)) == (State.DONE, {"created": 1, "rejected": 1})
    assert ImportRow.objects.get(import_id=checked.pk, outcome="rejected").reason == "number_erased"


def test_examples_of_made_up_numbers_that_are_hers_go(manager):
    rows = [f"Person {n},98765{n:05d},Kochi,," for n in range(43210, 43216)]
    import_ = imported(manager, csv_bytes(*rows))
    assert import_.report["runs"]["examples"]
    erase(manager)
    import_.refresh_from_db()
    assert import_.report["runs"]["examples"] == []


# -- no file brings her back ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        "Asha Nair,98765 43210,Kochi,05/03/2026,calls after six",
        "Another Name,+91 9876543210,Kochi,,",
        'Asha Nair,"98111 22233, 98765 43210",Kochi,,calls after six',
    ],
)
def test_a_row_with_her_number_is_kept_out_and_says_why(row, manager, as_user):
    imported(manager, csv_bytes(ASHA))
    erase(manager)

    again = imported(manager, csv_bytes(row, RAVI), "again.csv")

    assert counts(again) == {"created": 1, "rejected": 1}
    receipt = ImportRow.objects.get(import_id=again.pk, outcome=Outcome.REJECTED)
    assert (receipt.reason, receipt.raw, receipt.customer) == ("number_erased", [], None)
    assert "calls after six" not in everything_stored()
    page = as_user(manager).get(reverse("imports:problems", args=[again.pk])).content.decode()
    assert "belongs to somebody whose data was erased" in page


def test_nor_does_a_row_with_her_customer_id(manager):
    imported(manager, csv_bytes(ASHA))
    erased = erase(manager)
    header = "Customer ID,Name,Phone number,Area"
    again = imported(manager, csv_bytes(f"{erased.pk},Asha Nair,98111 22233,Kochi", header=header), "ours.csv")
    assert counts(again) == {"rejected": 1}
    erased.refresh_from_db()
    assert (erased.name, erased.phone_number) == ("", "")


def test_a_check_counts_her_as_kept_out_too(manager):
    imported(manager, csv_bytes(ASHA))
    erase(manager)
    checked = imported(manager, csv_bytes(ASHA, RAVI), "again.csv", dry_run=True)
    assert counts(checked) == {"created": 1, "rejected": 1}


def test_a_sister_at_her_number_is_still_updated(manager):
    imported(manager, csv_bytes(ASHA))
    erased = Customer.objects.get()
    sister = Customer.objects.get(pk=erased.pk)
    sister.pk, sister.person, sister.name, sister.search_text = None, 2, "Sana", "sana"
    sister.pk = Customer._meta.pk.get_default()
    sister.save(force_insert=True)
    customers_actions.erase(customer=erased, by=manager, now=timezone.now(), reason="asked for it")

    again = imported(manager, csv_bytes("Sana,98765 43210,Aluva,,", ASHA), "again.csv")

    sister.refresh_from_db()
    assert (sister.area, counts(again)["updated"]) == ("Aluva", 1)
    assert ImportRow.objects.get(import_id=again.pk, row=3).outcome in ("duplicate_in_file", "rejected")
    assert Customer.objects.count() == 2


def test_once_let_in_again_her_row_is_a_new_customer(manager):
    imported(manager, csv_bytes(ASHA))
    erased = erase(manager)
    customers_actions.let_in(number=NUMBER, by=manager, now=timezone.now(), why="enquired anew")
    again = imported(manager, csv_bytes(ASHA), "again.csv")
    assert counts(again) == {"created": 1}
    assert Customer.objects.exclude(pk=erased.pk).get().name == "Asha Nair"


@pytest.mark.parametrize("count", [3, 30])
def test_an_import_asks_for_erased_numbers_once_a_slice(count, manager, django_assert_max_num_queries):
    imported(manager, csv_bytes(ASHA))
    erase(manager)
    waiting = upload(manager, leads(count))
    with django_assert_max_num_queries(70) as captured:
        tasks.run_import.call(str(waiting.pk))
    asked = [q for q in captured.captured_queries if "customers_erasednumber" in q["sql"]]
    assert len(asked) == 2
    assert Import.objects.get(pk=waiting.pk).created == count


# -- undo -----------------------------------------------------------------------------------------------------------


def undone(import_, manager):
    actions.undo(import_=import_, by=manager, now=timezone.now())
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    return import_


def test_undoing_the_file_that_added_her_leaves_her_erased(manager, as_user):
    import_ = imported(manager, csv_bytes(ASHA, RAVI))
    erased = erase(manager)
    preview = as_user(manager).get(reverse("imports:undo", args=[import_.pk])).content.decode()

    undone(import_, manager)

    assert import_.state == State.UNDONE
    assert list(Customer.objects.values_list("pk", flat=True)) == [erased.pk]
    assert ImportRow.objects.get(import_id=import_.pk, customer=erased).undo == Undo.STAYS
    assert "was erased since" in preview
    assert traces() == []


def test_undoing_the_file_that_changed_her_brings_nothing_back(manager):
    imported(manager, csv_bytes("Asha Nair,98765 43210,,,"))
    second = imported(manager, csv_bytes("Asha K Nair,98765 43210,Aluva,06/04/2026,calls after six"), "second.csv")
    erased = erase(manager)

    undone(second, manager)

    erased.refresh_from_db()
    assert (erased.name, erased.area, erased.remark, second.state) == ("", "", "", State.UNDONE)
    assert second.undo_counts["why"] == {"erased": 1}
    assert traces() == []


# -- the file itself ------------------------------------------------------------------------------------------------


def test_the_page_names_the_files_and_deletes_them_when_asked(manager, as_user, django_capture_on_commit_callbacks):
    import_ = imported(manager, csv_bytes(ASHA), "kochi fair.csv")
    customer = Customer.objects.get()
    url = reverse("customers:erase", args=[customer.pk])
    page = as_user(manager).get(url).content.decode()
    assert "kochi fair.csv" in page and "kept until" in page
    name, storage = import_.file.name, import_.file.storage
    assert storage.exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        sent = {"reason": "asked for it", "confirm": "erase", "with_files": "on"}
        as_user(manager).post(url, sent)

    assert not storage.exists(name)
    import_.refresh_from_db()
    assert (import_.purged_by, bool(import_.purged_at)) == (manager, True)
    assert purging.purge_next(now=timezone.now())
    import_.refresh_from_db()
    assert import_.file.name == ""


def test_a_file_that_was_left_can_be_deleted_from_her_entry(manager, as_user, django_capture_on_commit_callbacks):
    import_ = imported(manager, csv_bytes(ASHA), "kochi fair.csv")
    erased = erase(manager)
    client, entry = as_user(manager), reverse("customers:detail", args=[erased.pk])
    url = reverse("imports:delete_file", args=[import_.pk])
    page = client.get(entry).content.decode()
    assert "kochi fair.csv" in page and url in page

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url, {"next": entry})

    assert response["Location"] == entry
    assert not import_.file.storage.exists(import_.file.name)
    assert "Delete the file now" not in client.get(entry).content.decode()
    said = client.get(reverse("imports:file", args=[import_.pk]), headers=JSON).json()["error"]
    assert "Meena deleted the file" in said


def test_the_file_of_an_import_at_work_is_left_and_said_so(manager, as_user):
    import_ = imported(manager, csv_bytes(ASHA))
    Import.objects.filter(pk=import_.pk).update(state=State.RUNNING)
    response = as_user(manager).post(reverse("imports:delete_file", args=[import_.pk]), headers=JSON)
    assert (response.status_code, "being worked on" in response.json()["error"]) == (400, True)
    assert Import.objects.get(pk=import_.pk).purged_at is None


def test_a_counsellor_sees_no_file_on_her_page(manager, asha, as_user):
    imported(manager, csv_bytes(ASHA), "kochi fair.csv")
    Customer.objects.update(assigned_to=asha)
    erased = erase(manager)
    page = as_user(asha).get(reverse("customers:detail", args=[erased.pk])).content.decode()
    assert "Erased" in page and "Delete the file now" not in page


def test_a_note_on_another_customer_stays(manager):
    imported(manager, csv_bytes(ASHA, RAVI))
    ravi = Customer.objects.get(name="Ravi Menon")
    Note.objects.create(customer=ravi, text="asked for fees", by=manager, at=timezone.now())
    erase(manager)
    assert Note.objects.get().text == "asked for fees"
