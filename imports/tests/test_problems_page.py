"""GET and POST /import/<uuid>/problems/: rows that want somebody, and what another name at a known number means."""

import json
import uuid

import pytest
from django.urls import reverse

from customers.models import Customer
from imports.models import Import, ImportRow
from imports.tests.factories import csv_bytes, imported, upload

JSON = {"Accept": "application/json"}
ROWS = csv_bytes(
    "Asha Nair,9876543210,Kochi,05/03/2026,",
    "Bala,123,Aluva,,call after 6",
    "Chitra,,,,",
    "Asha Nair,9876543210,,,second form",
    "Deepa,9876543211,,31/02/2026,",
)


def url(import_: Import, query: str = "") -> str:
    return reverse("imports:problems", args=[import_.pk]) + query


def numbers(client, import_: Import, query: str = "") -> list[int]:
    return [row["row"] for row in client.get(url(import_, query), headers=JSON).json()["results"]]


@pytest.fixture
def done(manager) -> Import:
    return imported(manager, ROWS)


@pytest.fixture
def siblings(manager) -> Import:
    """Two rows with another name at a number that we know."""
    imported(manager, csv_bytes("Asha Nair,9876543210,,05/03/2026,", "Bala Menon,9876543211,,05/03/2026,"), "first.csv")
    rows = [
        "Zoya Khan,9876543210,Kollam,06/03/2026,sister",
        "Xavier D,9876543211,Thrissur,06/03/2026,",
        "Neel,9876543212,,,",
    ]
    return imported(manager, csv_bytes(*rows), "second.csv")


def waiting(import_: Import) -> list[int]:
    rows = ImportRow.objects.filter(import_id=import_.pk, reason="different_name").order_by("number")
    return list(rows.values_list("pk", flat=True))


# -- the list ---------------------------------------------------------------------------------------------------------


def test_a_row_is_shown_as_it_came_with_why_and_what_to_do(as_user, manager, done):
    response = as_user(manager).get(url(done))
    assert [(line.row, line.outcome, line.reason) for line in response.context["lines"]] == [
        (3, "rejected", "phone_invalid"),
        (4, "rejected", "phone_missing"),
        (5, "duplicate_in_file", "duplicate_in_file"),
        (6, "created", ""),
    ]
    bala = response.context["lines"][0]
    assert bala.cells == [("Name", "Bala"), ("Phone", "123"), ("Area", "Aluva"), ("Remark", "call after 6")]
    [(why, what_to_do)] = bala.remarks
    assert "123" in why
    assert what_to_do == "Check its digits and upload the row again."
    assert "There is no phone number in this row." in response.content.decode()


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?reason=phone_missing", [4]),
        ("?reason=duplicate_in_file", [5]),
        ("?outcome=rejected", [3, 4]),
        ("?outcome=rejected&reason=phone_invalid", [3]),
        ("?outcome=warned", [6]),
        ("?outcome=created", [6]),
        ("?outcome=updated", []),
        ("?reason=no_such_reason", []),
    ],
)
def test_rows_are_filtered(as_user, manager, done, query, rows):
    assert numbers(as_user(manager), done, query) == rows
    assert as_user(manager).get(url(done, query)).status_code == 200


def test_every_chip_counts_what_it_leads_to(as_user, manager, done):
    client = as_user(manager)
    chips = client.get(url(done)).context["chips"]
    assert chips[0].count == 4
    for chip in chips:
        assert len(client.get(chip.url, headers=JSON).json()["results"]) == chip.count


def test_a_page_at_a_time(as_user, manager, done):
    client = as_user(manager)
    first = client.get(url(done, "?page_size=3"), headers=JSON).json()
    assert [row["row"] for row in client.get(first["next"], headers=JSON).json()["results"]] == [6]


def test_an_import_without_problems_says_so(as_user, manager):
    page = as_user(manager).get(url(imported(manager, csv_bytes("Asha,9876543210")))).content.decode()
    assert "Nothing to mend" in page
    assert as_user(manager).get(url(upload(manager, csv_bytes("B,9876543211")))).status_code == 200


def test_cells_without_a_column_and_odd_cells_are_shown(as_user, manager):
    import_ = imported(manager, b"Name,Phone\nBala,12,more,<b>\n")
    page = as_user(manager).get(url(import_)).content.decode()
    assert "more" in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize("query", ["?outcome=nonsense", "?cursor=x", "?page_size=-1", f"?reason={'x' * 41}"])
def test_nonsense_is_400(as_user, manager, done, query):
    assert as_user(manager).get(url(done, query)).status_code == 400


def test_a_stranger_and_a_wrong_method_are_refused(as_user, asha, manager, done):
    assert as_user(asha).get(url(done)).status_code == 403
    assert as_user(asha).post(url(done), {"decision": "same", "rows": "1"}).status_code == 403
    assert as_user(manager).put(url(done)).status_code == 405
    nowhere = reverse("imports:problems", args=[uuid.uuid4()])
    assert as_user(manager).get(nowhere).status_code == 404
    assert as_user(manager).post(nowhere, {"decision": "same", "rows": "1"}).status_code == 404


def test_the_number_of_queries_does_not_grow(
    as_user, manager, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_user(manager)
    few = imported(manager, csv_bytes("A,1", "B,9876543210,,31/02/2026,", "C,9876543211"), "few.csv")
    many = imported(manager, csv_bytes(*[f"Z{n},98765434{n:02},,31/02/2026," for n in range(20)], "D,2"), "many.csv")
    with django_assert_max_num_queries(9) as counted:
        client.get(url(few))
    with django_assert_num_queries(len(counted)):
        assert len(client.get(url(many)).context["lines"]) == 21


# -- the decision -----------------------------------------------------------------------------------------------------


def test_rows_with_another_name_can_be_ticked_and_no_others(as_user, manager, siblings):
    response = as_user(manager).get(url(siblings))
    assert [line.can_decide for line in response.context["lines"]] == [True, True]
    page = response.content.decode()
    assert page.count('name="rows"') == 2
    assert "another name: Asha Nair." in page
    history = as_user(manager).get(reverse("imports:history")).content.decode()
    assert f'<a href="{url(siblings)}?reason=different_name">2 to decide</a>' in history


def test_another_person_becomes_a_second_customer_at_that_number(as_user, manager, siblings):
    rows = waiting(siblings)
    response = as_user(manager).post(
        url(siblings, "?reason=different_name"), {"decision": "another", "rows": rows}, follow=True
    )
    assert response.redirect_chain == [(url(siblings, "?reason=different_name"), 302)]
    assert "2 added as another person at the same number." in response.content.decode()
    people = Customer.objects.visible_to(manager).filter(phone_number="+919876543210").order_by("person")
    assert [(customer.person, customer.name) for customer in people] == [(1, "Asha Nair"), (2, "Zoya Khan")]
    assert people[1].area == "Kollam"
    siblings.refresh_from_db()
    assert (siblings.created, siblings.unchanged, siblings.rows) == (3, 0, 3)
    assert numbers(as_user(manager), siblings) == []


def test_the_same_person_takes_what_the_file_says(as_user, manager, siblings):
    [first, second] = waiting(siblings)
    answer = as_user(manager).post(url(siblings), {"decision": "same", "rows": [first]}, headers=JSON)
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "message": "1 updated, 0 had nothing new."}
    customer = Customer.objects.visible_to(manager).get(phone_number="+919876543210")
    assert (customer.area, customer.remark) == ("Kollam", "sister")
    siblings.refresh_from_db()
    assert siblings.created + siblings.updated + siblings.unchanged == siblings.rows
    assert waiting(siblings) == [second]


def test_a_row_is_decided_once(as_user, manager, siblings):
    client, rows = as_user(manager), waiting(siblings)
    client.post(url(siblings), {"decision": "another", "rows": rows})
    answer = client.post(url(siblings), {"decision": "another", "rows": rows}, headers=JSON)
    assert "2 had been decided already and were left" in answer.json()["message"]
    assert Customer.objects.visible_to(manager).filter(phone_number="+919876543210").count() == 2


def test_json_and_form_are_alike(as_user, manager, siblings):
    body = json.dumps({"decision": "another", "rows": waiting(siblings)})
    answer = as_user(manager).post(url(siblings), body, content_type="application/json", headers=JSON)
    assert answer.json()["success"]
    assert waiting(siblings) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"decision": "same"}, "Tick the rows you mean first."),
        ({"decision": "perhaps", "rows": ["1"]}, "decision"),
        ({"rows": ["1"]}, "Say whether it is the same person"),
        ({"decision": "same", "rows": ["x"]}, "x"),
        ({"decision": "same", "rows": ["9" * 30]}, "9"),
        ({"decision": "same", "rows": ["٣"]}, "٣"),
        ({"decision": "same", "rows": [str(n) for n in range(1_001)]}, "1,000"),
    ],
)
def test_nonsense_decides_nothing(as_user, manager, siblings, data, said):
    answer = as_user(manager).post(url(siblings), data, headers=JSON)
    assert answer.status_code == 400
    assert said.lower() in answer.json()["error"].lower()
    page = as_user(manager).post(url(siblings), data)
    assert (page.status_code, page["Location"]) == (302, url(siblings))
    assert len(waiting(siblings)) == 2


def test_rows_of_another_import_are_refused(as_user, manager, siblings, done):
    rows = waiting(siblings)
    answer = as_user(manager).post(url(done), {"decision": "another", "rows": rows}, headers=JSON)
    assert answer.status_code == 400
    assert waiting(siblings) == rows
