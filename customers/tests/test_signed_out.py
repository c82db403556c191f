"""A post after the session ended: what was ticked and chosen is in the form again, after the login, for its author."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PASSWORD, UserFactory
from customers.actions import add_note
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
HTML = {"accept": "text/html"}
BULK, RANDOM = "/customers/bulk-assign/", "/customers/random-assign/"
TOLD = "You had to sign in again"


def token_of(html: str, form: str) -> str:
    """The draft token of the form whose start tag holds `form`."""
    found = re.search(rf'<form[^>]*{re.escape(form)}[^>]*>.*?name="draft" value="([^"]+)"', html, re.S)
    return found.group(1)


def ticked(html: str, name: str) -> set[str]:
    """The values of the ticked boxes (or chosen radio buttons) of that name."""
    boxes = [tag for tag in re.findall(r"<input[^>]*>", html, re.S) if f'name="{name}"' in tag]
    return {re.search(r'value="([^"]*)"', tag).group(1) for tag in boxes if re.search(r"\schecked\b", tag)}


def selected(html: str, name: str) -> list[str]:
    inside = re.search(rf'<select[^>]*name="{name}".*?</select>', html, re.S).group(0)
    return re.findall(r'<option value="([^"]*)" selected', inside)


def value(html: str, name: str) -> str:
    tag = next(tag for tag in re.findall(r"<input[^>]*>", html, re.S) if f'name="{name}"' in tag)
    found = re.search(r'value="([^"]*)"', tag)
    return found.group(1) if found else ""


@pytest.fixture
def lost(manager):
    """`lost(page, form, to, data)`: the manager opens `page`, her session ends, she sends its form, and signs in."""

    def lost(page: str, form: str, to: str, data: dict, signs_in=manager) -> str:
        browser = Client()
        browser.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
        draft = token_of(browser.get(page).content.decode(), form)
        browser.cookies.clear()
        away = browser.post(to, {**data, "draft": draft}, headers=HTML)
        assert away["Location"].startswith("/login/?next=")
        assert "What you typed is kept" in browser.get(away["Location"]).content.decode()
        who = {"username": signs_in.username, "password": PASSWORD}
        back = browser.post(away["Location"], who, follow=True)
        lost.path, lost.browser = back.request["PATH_INFO"] + "?" + back.request["QUERY_STRING"], browser
        return back.content.decode()

    return lost


def waiting(number: int, **traits) -> list[Customer]:
    return [CustomerFactory(name=f"Person {n:02d}", **traits) for n in range(number)]


@pytest.mark.parametrize("to", [BULK, RANDOM])
def test_ticked_customers_and_chosen_counsellors_come_back_to_the_unassigned_page(lost, asha, ravi, to):
    first, second, third = (str(customer.pk) for customer in waiting(3))
    data = {"customer_ids": [first, third], "how": "one", "sales_user": ravi.pk, "sales_users": [asha.pk], "limit": "2"}
    html = lost("/customers/unassigned/", "data-selection", to, data)

    assert TOLD in html
    assert ticked(html, "customer_ids") == {first, third}
    assert ticked(html, "sales_users") == {str(asha.pk)}
    assert (ticked(html, "how"), selected(html, "sales_user"), value(html, "limit")) == ({"one"}, [str(ravi.pk)], "2")
    assert not ticked(html, "matching")
    assert not Customer.objects.exclude(assigned_to=None).exists()
    assert not ticked(lost.browser.get("/customers/unassigned/").content.decode(), "customer_ids")


def test_weights_come_back(lost, asha, ravi):
    waiting(2)
    html = lost("/customers/unassigned/", "data-selection", RANDOM, {"how": "weights", f"weight_{ravi.pk}": "3"})
    assert ticked(html, "how") == {"weights"}
    assert (value(html, f"weight_{ravi.pk}"), value(html, f"weight_{asha.pk}")) == ("3", "1")


def test_all_that_match_comes_back_too(lost, asha):
    waiting(2)
    html = lost("/customers/unassigned/", "data-selection", RANDOM, {"matching": "1", "how": "random"})
    assert ticked(html, "matching") == {"1"}


def test_the_filter_and_the_place_in_the_list_are_those_of_before(lost, manager, asha):
    waiting(7, area="Kochi")
    waiting(2, area="Aluva")
    browser = Client()
    browser.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    first = browser.get("/customers/unassigned/?area=Kochi&page_size=5", headers={"accept": "application/json"}).json()
    rows = browser.get(first["next"], headers={"accept": "application/json"}).json()["results"]
    html = lost(first["next"], "data-selection", BULK, {"customer_ids": [row["id"] for row in rows], "area": "Kochi"})
    assert lost.path == first["next"]
    assert ticked(html, "customer_ids") == {row["id"] for row in rows}


def test_the_list_of_all_customers_does_so_too(lost, asha, ravi):
    first, second = (str(customer.pk) for customer in waiting(2, assigned_to=asha))
    data = {"customer_ids": [second], "sales_user": ravi.pk}
    html = lost("/customers/?search=Person", "data-selection", BULK, data)
    assert lost.path == "/customers/?search=Person"
    assert (ticked(html, "customer_ids"), selected(html, "sales_user")) == ({second}, [str(ravi.pk)])


def test_the_name_of_a_list_to_be_saved(lost):
    to = reverse("customers:views")
    html = lost("/customers/?area=Kochi", f'action="{to}"', to, {"name": "Kochi, all", "is_shared": "1"})
    assert lost.path == "/customers/?area=Kochi"
    assert 'value="Kochi, all"' in html
    assert (ticked(html, "pin"), ticked(html, "is_shared")) == (set(), {"1"})
    assert TOLD in html


def test_those_who_went_meanwhile_are_counted(lost, asha):
    here, gone = waiting(2)
    page = "/customers/unassigned/"
    data = {"customer_ids": [str(here.pk), "00000000-0000-7000-8000-000000000000"], "sales_user": asha.pk}
    html = lost(page, "data-selection", BULK, data)
    assert "1 of those you had ticked is not in this list any more." in html
    assert ticked(html, "customer_ids") == {str(here.pk)}


def test_nobody_else_gets_them(lost, asha):
    [customer] = waiting(1)
    other = UserFactory(manager=True, username="joseph")
    data = {"customer_ids": [str(customer.pk)], "sales_user": asha.pk}
    html = lost("/customers/unassigned/", "data-selection", BULK, data, signs_in=other)
    assert not ticked(html, "customer_ids")
    assert TOLD not in html


@pytest.mark.parametrize("wrong", [{"sales_user": "999999"}, {"sales_user": ""}, {"limit": "0", "sales_user": "1"}])
def test_what_was_refused_is_ticked_still(as_user, manager, asha, wrong):
    one, two = (str(customer.pk) for customer in waiting(2))
    client, page = as_user(manager), "/customers/unassigned/?search=Person"
    draft = token_of(client.get(page).content.decode(), "data-selection")
    answer = client.post(BULK, {"customer_ids": [two], "how": "one", **wrong, "draft": draft})
    assert (answer.status_code, answer["Location"]) == (302, page)
    html = client.get(page).content.decode()
    assert "message-error" in html
    assert ticked(html, "customer_ids") == {two}
    assert TOLD not in html
    assert not ticked(client.get(page).content.decode(), "customer_ids")


def test_the_counsellor_chosen_for_one_customer(lost, asha, ravi):
    farah = CustomerFactory(assigned_to=asha)
    page = f"/customers/{farah.pk}/"
    html = lost(page, "data-assign", f"{page}assign/", {"sales_user": ravi.pk})
    assert TOLD in html
    assert selected(html, "sales_user") == [str(ravi.pk)]
    farah.refresh_from_db()
    assert farah.assigned_to == asha


@pytest.mark.parametrize("choice", ["999999", "nonsense"])
def test_a_choice_that_is_none_any_more_leaves_her_where_she_is(lost, asha, choice):
    farah = CustomerFactory(assigned_to=asha)
    page = f"/customers/{farah.pk}/"
    html = lost(page, "data-assign", f"{page}assign/", {"sales_user": choice})
    assert selected(html, "sales_user") == [str(asha.pk)]


def test_a_note_that_was_being_changed(lost, manager):
    farah = CustomerFactory()
    note = add_note(customer=farah, text="Asked for the fees", by=manager, now=timezone.now())
    page = f"/customers/{farah.pk}/"
    to = reverse("customers:change_note", args=[farah.pk, note.pk])
    html = lost(page, f'action="{to}"', to, {"note": note.pk, "text": "Asked for the fees and the hostel"})
    assert TOLD in html
    assert "<details open>" in re.sub(r"\s+>", ">", html)
    assert "Asked for the fees and the hostel</textarea>" in html
    note.refresh_from_db()
    assert note.text == "Asked for the fees"


def test_a_change_of_many_at_once(lost, as_user, manager):
    first, second = (str(customer.pk) for customer in waiting(2))
    chosen = {"act": "status", "customer_ids": [first, second]}
    asked = as_user(manager).post("/customers/bulk/", chosen, headers=HTML).content.decode()
    draft = token_of(asked, "narrow")
    browser = Client()
    away = browser.post(
        "/customers/bulk/",
        {**chosen, "to_status": "INVALID", "note": "Numbers of a call centre", "go": "1", "draft": draft},
        headers=HTML,
    )
    assert away["Location"] == "/login/?next=/customers/bulk/"
    who = {"username": manager.username, "password": PASSWORD}
    html = browser.post(away["Location"], who, follow=True).content.decode()
    assert TOLD in html
    assert "Numbers of a call centre</textarea>" in html
    assert selected(html, "to_status") == ["INVALID"]
    assert re.findall(r'name="customer_ids" value="([^"]+)"', html) == [first, second]
    assert not Customer.objects.filter(status_id="INVALID").exists()


def test_many_at_once_has_no_address_of_its_own(as_user, manager):
    assert as_user(manager).get("/customers/bulk/", headers=HTML)["Location"] == "/customers/"


def test_the_message_to_customers(lost):
    page = "/team/message/"
    html = lost(page, 'class="narrow"', page, {"text": "Hello, this is the institute."})
    assert TOLD in html
    assert "Hello, this is the institute.</textarea>" in html


def test_what_a_counsellor_takes(lost, asha):
    page = f"/team/{asha.pk}/"
    data = {"away_from": "2026-12-01", "away_until": "2026-12-05", "daily_cap": "12", "open_cap": ""}
    html = lost(page, 'method="post" class="narrow"', page, data)
    assert TOLD in html
    assert [value(html, name) for name in ("away_from", "away_until", "daily_cap")] == [
        "2026-12-01",
        "2026-12-05",
        "12",
    ]
    assert not re.search(r'<input[^>]*name="takes_new"[^>]*checked', html)
    asha.refresh_from_db()
    assert asha.takes_new and asha.daily_cap is None


def test_where_the_customers_of_somebody_who_leaves_go(lost, asha, ravi):
    vikram = UserFactory(username="vikram")
    CustomerFactory(assigned_to=asha)
    page = f"/team/{asha.pk}/deactivate/"
    html = lost(page, "handover", page, {"hand_over": "several", "several": [ravi.pk, vikram.pk]})
    assert TOLD in html
    assert ticked(html, "hand_over") == {"several"}
    assert ticked(html, "several") == {str(ravi.pk), str(vikram.pk)}
    asha.refresh_from_db()
    assert asha.is_active


def test_a_new_counsellors_names_and_who_takes_over_for_a_leave_come_back(lost, asha, ravi):
    html = lost("/team/new/", 'class="narrow"', "/team/new/", {"username": "neha", "first_name": "Neha"})
    assert (value(html, "username"), value(html, "first_name")) == ("neha", "Neha")

    away = f"/team/{asha.pk}/hand-over/"
    CustomerFactory(assigned_to=asha)
    html = lost(away, 'class="handover"', away, {"hand_over": "several", "several": [ravi.pk]})
    assert (ticked(html, "hand_over"), ticked(html, "several")) == ({"several"}, {str(ravi.pk)})
    assert asha.customers.count() == 1
