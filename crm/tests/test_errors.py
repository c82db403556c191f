"""Errors that no view answers itself, in both languages."""

import uuid

import pytest
from django.test import Client
from django.urls.converters import IntConverter

from crm.checks import walk
from crm.lib.http import page_behind
from customers.tests.factories import CustomerFactory

JSON = {"Accept": "application/json"}


def words(answer) -> str:
    assert list(answer.json()) == ["error"]
    return answer.json()["error"]


@pytest.mark.parametrize("path", ["/no/such/page/", f"/customers/{uuid.UUID(int=7)}/", "/customers/nonsense/"])
def test_what_does_not_exist(as_user, manager, path):
    client = as_user(manager)
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "Main menu" in answer.text
    assert words(client.get(path, headers=JSON))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/no/such/page/", "This page does not exist, or no longer does."),
        (f"/customers/{uuid.UUID(int=7)}/", "This customer does not exist."),
        (f"/customers/{uuid.UUID(int=7)}/edit/", "This customer does not exist."),
        (f"/import/{uuid.UUID(int=7)}/", "This import does not exist."),
        ("/team/999/", "This person does not exist."),
    ],
)
def test_what_does_not_exist_is_named(as_user, manager, path, said):
    assert words(as_user(manager).get(path, headers=JSON)) == said
    assert said in as_user(manager).get(path).text


def test_what_does_not_exist_for_nobody(client, db):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "Main menu" not in answer.text


def test_what_is_somebody_elses(as_user, ravi, asha):
    customer = CustomerFactory(assigned_to=asha, name="Farah Khan")
    answer = as_user(ravi).get(f"/customers/{customer.pk}/")
    assert answer.status_code == 403
    assert "Farah" not in answer.text
    assert "looked after by somebody else" in answer.text
    assert "Farah" not in words(as_user(ravi).get(f"/customers/{customer.pk}/", headers=JSON))


def test_a_filter_that_is_none(as_user, manager):
    answer = as_user(manager).get("/customers/?status=NONSENSE")
    assert answer.status_code == 400
    assert words(as_user(manager).get("/customers/?status=NONSENSE", headers=JSON))


def test_more_fields_than_a_form_may_have(as_user, manager):
    ids = {"customer_ids": [str(uuid.uuid4())] * 10_200}
    answer = as_user(manager).post("/customers/bulk-assign/", ids)
    assert answer.status_code == 400
    assert "all matching" in answer.text


def test_a_fault_of_ours_shows_nothing_of_itself(as_user, manager, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("accounts.views.ProfileForm", broken)
    client = as_user(manager)
    client.raise_request_exception = False
    answer = client.get("/profile/")
    assert answer.status_code == 500
    assert "Our fault" in answer.text
    assert "secret" not in answer.text
    assert words(client.get("/profile/", headers=JSON))


def test_a_post_from_another_site(manager):
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/profile/", {"first_name": "x"})
    assert answer.status_code == 403
    assert "open for too long or came from another site" in answer.text
    assert words(client.post("/profile/", {"first_name": "x"}, headers=JSON))


def test_every_post_without_a_session_leads_to_a_page():
    """Whichever page a form stands on: the address behind the login can be made, whatever the form's own one names."""
    for route, pattern, _ in walk():
        kinds = getattr(pattern.pattern, "converters", {})
        keywords = {name: 7 if isinstance(kind, IntConverter) else uuid.UUID(int=7) for name, kind in kinds.items()}
        if getattr(pattern.callback, "back_to", ""):
            assert page_behind(pattern.callback, keywords).startswith("/"), route
