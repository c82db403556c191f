"""GET and POST /import/<uuid>/mapping/: the columns of an import that waits for them."""

import json
import uuid

import pytest
from django.urls import reverse

from customers.models import Customer
from imports import tasks
from imports.models import Import, State
from imports.tests.factories import csv_bytes, imported

JSON = {"Accept": "application/json"}
ROWS = b"Kandidat,Kod,Ort\nAsha,red,Kochi\nBala,blue,Aluva\n"


def url(import_: Import) -> str:
    return reverse("imports:mapping", args=[import_.pk])


@pytest.fixture
def waits(manager) -> Import:
    import_ = imported(manager, ROWS, "codes.csv")
    assert import_.state == State.NEEDS_MAPPING
    return import_


def finished(import_: Import) -> Import:
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    return import_


def test_every_column_with_values_and_a_choice(as_user, manager, waits):
    response = as_user(manager).get(url(waits))
    form = response.context["form"]
    assert [(field.label, field.help_text) for field in form.sheets[0]["fields"]] == [
        ("Kandidat", "Asha · Bala"),
        ("Kod", "red · blue"),
        ("Ort", "Kochi · Aluva"),
    ]
    page = response.content.decode()
    assert page.count("<select") == 3
    assert page.count(">Phone number</option>") == 3


def test_json_names_the_parameters(as_user, manager, waits):
    answer = as_user(manager).get(url(waits), headers=JSON).json()
    assert [(column["parameter"], column["column"]) for column in answer["columns"]] == [
        ("s0c0", "Kandidat"),
        ("s0c1", "Kod"),
        ("s0c2", "Ort"),
    ]


def test_the_choice_sets_the_import_going_and_is_followed(as_user, manager):
    # A landline is too like any other number to be taken for one unasked
    waits = imported(manager, b"Alpha,Beta,Gamma\nAsha,2223456789,Kochi\nBala,44210,Aluva\n", "letters.csv")
    assert waits.state == State.NEEDS_MAPPING
    response = as_user(manager).post(url(waits), {"s0c0": "name", "s0c1": "phone", "s0c2": "area"})
    assert (response.status_code, response["Location"]) == (302, reverse("imports:history"))
    done = finished(waits)
    assert (done.state, done.rows, done.rejected) == ("done", 2, 1)
    assert Customer.objects.visible_to(manager).get().phone_number == "+912223456789"
    fields = {column["label"]: (column["field"], column["why"]) for column in done.sheets[0]["columns"]}
    assert fields == {"Alpha": ("name", "chosen"), "Beta": ("phone", "chosen"), "Gamma": ("area", "chosen")}


def test_json_and_form_are_alike(as_user, manager, waits):
    body = json.dumps({"s0c0": "name", "s0c1": "phone", "s0c2": None})
    answer = as_user(manager).post(url(waits), body, content_type="application/json", headers=JSON)
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    done = finished(waits)
    assert done.sheets[0]["columns"][2]["field"] == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose the column that holds the phone number"),
        ({"s0c0": "name"}, "Choose the column that holds the phone number"),
        ({"s0c0": "phone", "s0c1": "phone"}, "Two columns were given the same field"),
        ({"s0c0": "nonsense", "s0c1": "phone"}, "nonsense"),
    ],
)
def test_a_choice_that_cannot_be_is_said_and_what_was_chosen_stays(as_user, manager, waits, data, said):
    page = as_user(manager).post(url(waits), data)
    assert page.status_code == 400
    assert said in page.content.decode()
    if data.get("s0c0") == "name":
        assert '<option value="name" selected>' in page.content.decode()
    answer = as_user(manager).post(url(waits), data, headers=JSON)
    assert (answer.status_code, set(answer.json())) == (400, {"error"})
    waits.refresh_from_db()
    assert waits.state == State.NEEDS_MAPPING


def test_an_import_that_does_not_wait_says_so(as_user, manager):
    done = imported(manager, csv_bytes("Asha,9876543210"))
    for method in ("get", "post"):
        response = getattr(as_user(manager), method)(url(done), follow=True)
        assert response.redirect_chain == [(reverse("imports:detail", args=[done.pk]), 302)]
        assert "does not wait for its columns any more" in response.content.decode()
    assert as_user(manager).post(url(done), headers=JSON).status_code == 400
    assert Customer.objects.visible_to(manager).count() == 1


def test_two_managers_choose_and_the_first_counts(as_user, manager, admin_user, waits):
    choice = {"s0c0": "name", "s0c1": "phone"}
    assert as_user(manager).post(url(waits), choice, headers=JSON).status_code == 200
    assert as_user(admin_user).post(url(waits), {"s0c2": "phone"}, headers=JSON).status_code == 400
    waits.refresh_from_db()
    [chosen] = waits.options["mapping"].values()
    assert chosen == {"Kandidat": "name", "Kod": "phone", "Ort": ""}


def test_what_was_chosen_comes_back_after_the_session_ended(as_user, client, manager, waits):
    draft = as_user(manager).get(url(waits)).context["draft"]
    client.post(url(waits), {"s0c1": "phone", "draft": draft})
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    assert '<option value="phone" selected>' in client.get(url(waits)).content.decode()


def test_a_stranger_a_wrong_method_and_a_bad_id(as_user, asha, manager, waits):
    assert as_user(asha).get(url(waits)).status_code == 403
    assert as_user(asha).post(url(waits), {"s0c1": "phone"}).status_code == 403
    assert as_user(manager).put(url(waits)).status_code == 405
    assert as_user(manager).get(reverse("imports:mapping", args=[uuid.uuid4()])).status_code == 404
