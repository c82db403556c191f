"""The undo page: what would go, what is going, what went; and its locks."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers import actions as work
from imports.models import State
from imports.tests.factories import csv_bytes, imported, upload
from imports.tests.taking_back import FARAH, at, note, rows_of, undone

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


def url(import_):
    return reverse("imports:undo", args=[import_.pk])


@pytest.fixture
def mixed(manager, asha):
    """Two added (one with a note), one known customer with a value that comes back and one that stays."""
    imported(manager, csv_bytes("Farah,9876543210,,,"))
    import_ = imported(manager, csv_bytes("Farah,9876543210,Kochi,,asks", "John,9876543211,,,", "Meera,9876543212,,,"))
    note(at("+919876543211"), asha)
    work.edit_customer(customer=at(FARAH), by=asha, now=timezone.now(), area="Aluva")
    return import_


def test_the_preview_counts_exactly_what_undoing_then_does(mixed, manager, as_user):
    preview = as_user(manager).get(url(mixed), headers=JSON).json()["preview"]
    undone(mixed, manager)

    names = ("gone", "stay", "values", "values_kept", "enquiries")
    expected = {"gone": 1, "stay": 1, "values": 1, "values_kept": 1, "enquiries": 0}
    assert {name: preview["counts"][name] for name in names} == expected
    assert {name: mixed.undo_counts[name] for name in names} == expected


def test_the_page_names_who_stays_what_comes_back_and_why_not(mixed, manager, asha, as_user):
    page = as_user(manager).get(url(mixed)).content.decode()
    for words in ("1 customer it added goes.", "has a note", "John", "asks", f"changed by {asha}", "Undo this import"):
        assert words in page


def test_looking_changes_nothing(mixed, manager, as_user):
    before = rows_of(mixed)
    as_user(manager).get(url(mixed))
    mixed.refresh_from_db()
    assert (mixed.state, rows_of(mixed)) == (State.DONE, before)


def test_a_post_begins_it_and_a_second_one_is_told_so(mixed, manager, as_user):
    client = as_user(manager)
    assert client.post(url(mixed)).status_code == 302
    mixed.refresh_from_db()
    assert (mixed.state, mixed.undone_by) == (State.UNDOING, manager)
    again = client.post(url(mixed), headers=JSON)
    assert (again.status_code, "already" in again.json()["error"]) == (400, True)
    assert "Waiting for the worker" in client.get(url(mixed)).content.decode()


def test_the_result_lists_what_stays(mixed, manager, asha, as_user):
    undone(mixed, manager)
    page = as_user(manager).get(url(mixed)).content.decode()
    assert f"{manager} undid it" in page
    assert "Stays: has a note." in page
    assert f"area: changed by {asha}" in page


def test_what_cannot_be_undone_says_why(manager, as_user):
    import_ = upload(manager, csv_bytes("Farah,9876543210,,,"))
    page = as_user(manager).get(url(import_))
    assert (page.status_code, "still being imported" in page.content.decode()) == (200, True)


def test_counsellors_are_refused_and_a_wrong_id_is_404(mixed, manager, asha, as_user):
    assert as_user(asha).post(url(mixed)).status_code == 403
    assert as_user(manager).get(reverse("imports:undo", args=[uuid.uuid4()])).status_code == 404
    assert as_user(manager).put(url(mixed)).status_code == 405


def test_the_preview_asks_as_much_for_three_rows_as_for_thirty(manager, asha, as_user):
    client, counts = as_user(manager), []
    for start, count in ((0, 3), (100, 30)):
        rows = [f"Person {n},98765{n:05d}" for n in range(start, start + count)]
        imported(manager, csv_bytes(*[f"{row},,," for row in rows[: count // 3]]))
        import_ = imported(manager, csv_bytes(*[f"{row},Kochi,," for row in rows]))
        note(at(f"+9198765{start + count - 1:05d}"), asha)
        client.get(url(import_))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(import_)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
