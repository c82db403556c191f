"""create_customer and edit_customer, and their pages."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import PASSWORD
from crm.lib.text import fold
from customers import actions
from customers.actions import profile
from customers.models import (
    Alias,
    AssignmentChange,
    ContactNumber,
    Course,
    Customer,
    Enquiry,
    FieldChange,
    Note,
    Origin,
    Source,
)
from customers.models.customer import edit_bit
from customers.tests.factories import CourseFactory, CustomerFactory, SourceFactory
from customers.tests.test_update_status import typed

pytestmark = pytest.mark.django_db
JSON, HTML = {"accept": "application/json"}, {"accept": "text/html"}
NEW = "/customers/new/"
FARAH = {
    "name": "  Farah \u200b  Khan ",
    "phone_number": "098765 43210",
    "extra_phones": "98765-43211, +1 202-555-0143; 9876543210",
    "area": "Kochi",
    "course": "BCA",
    "source": "Kochi fair",
    "date": "15/04/2026",
    "email": "farah@example.org",
    "remark": "two\r\nlines",
}


@pytest.fixture
def client(asha, as_user):
    return as_user(asha)


@pytest.fixture
def farah(asha):
    customer = CustomerFactory(
        name="Farah Khan", phone_number="+919876543210", area="Kochi", assigned_to=asha, date=date(2026, 4, 15),
        source=SourceFactory(name="Fair"),
    )  # fmt: skip
    ContactNumber.objects.create(customer=customer, number="+919876543211")
    return customer


@pytest.fixture
def edit_url(farah):
    return f"/customers/{farah.pk}/edit/"


def edit_form(client, edit_url) -> dict:
    """What a browser would send of the edit page as it is."""
    fields = client.get(edit_url, headers=JSON).json()["fields"]
    fields["do_not_call"] = "on" if fields["do_not_call"] else ""
    return fields


# --- New ----------------------------------------------------------------------------------------


def test_a_sales_user_types_in_her_own(client, asha):
    response = client.post(NEW, FARAH)

    customer = Customer.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/customers/{customer.pk}/")
    assert (customer.name, customer.phone_number, customer.person) == ("Farah Khan", "+919876543210", 1)
    assert (customer.area, customer.area_key, customer.date) == ("Kochi", "kochi", date(2026, 4, 15))
    assert (customer.email, customer.remark) == ("farah@example.org", "two\nlines")
    assert (customer.source.name, customer.course.name) == ("Kochi fair", "BCA")
    assert set(customer.numbers.values_list("number", flat=True)) == {"+919876543211", "+12025550143"}
    assert "9876543211" in customer.search_text and "farah khan" in customer.search_text
    assert (customer.assigned_to, customer.status_id, customer.origin.kind) == (asha, "NEW", "manual")
    assert customer.hand_edited == sum(map(edit_bit, ["name", "area", "date", "email", "source", "course", "remark"]))
    assert AssignmentChange.objects.get().new_owner == asha
    assert Enquiry.objects.get().source == customer.source
    assert not customer.status_changes.exists()


def test_a_managers_belongs_to_nobody_yet(manager, as_user):
    as_user(manager).post(NEW, {"phone_number": "9876543210"})
    customer = Customer.objects.get()
    assert (customer.assigned_to, customer.name, customer.source, customer.date) == (None, "", None, None)


def test_in_json(client):
    response = client.post(NEW, json.dumps({"phone_number": 9876543210, "name": "F"}), "application/json", headers=JSON)
    assert response.json()["customer"]["phone_number"] == "9876543210"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone_number", ""),
        ("phone_number", "12345"),
        ("phone_number", "1234567890"),
        ("extra_phones", "call her"),
        ("date", "31/02/2026"),
        ("date", "0001-01-01"),
        ("email", "farah"),
        ("name", "x" * 201),
        ("source", "x" * 121),
        ("source", "\ufdfa" * 100),
        ("area", "x" * 201),
    ],
)
def test_bad_input_comes_back_as_it_was_typed(field, value, client):
    data = {**FARAH, field: value}
    page, as_json = client.post(NEW, data), client.post(NEW, data, headers=JSON)

    assert (page.status_code, as_json.status_code) == (400, 400)
    assert as_json.json()["error"]
    assert "98765-43211" in page.content.decode() or field == "extra_phones"
    assert not Customer.objects.exists() and not Source.objects.exists()


def test_a_folded_area_longer_than_its_column_is_cut(client):
    assert client.post(NEW, {**FARAH, "area": "\ufdfa" * 100}).status_code == 302
    assert len(Customer.objects.get().area_key) == 400


def test_a_double_submit_is_one_customer_and_no_error(client):
    first, second = client.post(NEW, FARAH), client.post(NEW, FARAH)
    assert first["Location"] == second["Location"]
    assert Customer.objects.count() == Enquiry.objects.count() == 1


def test_a_number_she_may_see_is_named(farah, client):
    response = client.post(NEW, {**FARAH, "name": "Somebody"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "already in the list: Farah Khan" in page and f"/customers/{farah.pk}/" in page
    assert "Somebody" in page


def test_a_further_number_is_known_as_well(farah, client):
    assert client.post(NEW, {"phone_number": "9876543211", "name": "X"}, headers=JSON).status_code == 400


def test_a_colleagues_number_is_passed_on_and_nothing_is_told(farah, ravi, as_user):
    response = as_user(ravi).post(NEW, {**FARAH, "name": "F. Khan", "area": "Aluva"}, follow=True)

    page = response.content.decode()
    assert response.redirect_chain == [("/customers/", 302)]
    assert "Passed to the team: this number is already being looked after." in page
    assert "Asha" not in page and "Farah" not in page
    assert Customer.objects.count() == 1
    farah.refresh_from_db()
    assert (farah.name, farah.enquiry_count, farah.enquiries.count()) == ("Farah Khan", 2, 1)
    note = Note.objects.get()
    assert note.customer == farah and "F. Khan" in note.text and "Aluva" in note.text


def test_passing_on_is_capped(farah, ravi, monkeypatch):
    monkeypatch.setattr(profile, "PASSED_ON_A_DAY", 2)
    now = timezone.now()

    def again(now):
        return actions.create_customer(by=ravi, now=now, phone_number="+919876543210", name="x")

    for _ in range(2):
        with pytest.raises(actions.AlreadyLookedAfter):
            again(now)
    with pytest.raises(actions.ActionError, match="enough new entries"):
        again(now)
    with pytest.raises(actions.AlreadyLookedAfter):
        again(now + timedelta(days=1, seconds=1))
    assert Origin.objects.filter(label=profile.PASSED_ON_LABEL).count() == 3


# --- Words --------------------------------------------------------------------------------------


def test_words_are_found_by_every_spelling_and_added_when_new(client):
    fair = SourceFactory(name="Kochi Fair")
    old = SourceFactory(name="Fair in Kochi", merged_into=fair)
    bca = CourseFactory(name="BCA")
    Alias.objects.create(kind="course", key=fold("B.C.A."), course=bca)

    spellings = [("KOCHI  fair", "bca"), (old.name, "b.c.a."), ("Walk-in", "MBA"), ("walk-IN", "")]
    for n, (source, course) in enumerate(spellings):
        client.post(NEW, {"phone_number": f"987654321{n}", "source": source, "course": course})

    found = Customer.objects.order_by("phone_number").values_list("source__name", "course__name")
    assert list(found) == [("Kochi Fair", "BCA"), ("Kochi Fair", "BCA"), ("Walk-in", "MBA"), ("Walk-in", None)]
    assert (Source.objects.count(), Course.objects.count()) == (3, 2)


def test_known_words_are_suggested(client):
    SourceFactory(name="Fair & <b>")
    assert '<option value="Fair &amp; &lt;b&gt;">' in client.get(NEW).content.decode()


# --- Edit ---------------------------------------------------------------------------------------


def test_saving_the_form_as_it_is_changes_nothing(client, edit_url, farah):
    assert client.post(edit_url, edit_form(client, edit_url)).status_code == 302
    assert not FieldChange.objects.exists()
    version = farah.version
    farah.refresh_from_db()
    assert farah.version == version


def test_each_changed_field_is_on_the_record(client, edit_url, farah, asha):
    data = edit_form(client, edit_url) | {
        "name": "Farah Khan N", "phone_number": "9876543219", "extra_phones": "9876543211, 9876543212",
        "date": "2026-04-16", "source": "Walk-in", "do_not_call": "on",
    }  # fmt: skip
    response = client.post(edit_url, data)

    assert response["Location"] == f"/customers/{farah.pk}/"
    changes = {change.field: (change.old, change.new) for change in FieldChange.objects.filter(by=asha)}
    assert changes == {
        "name": ("Farah Khan", "Farah Khan N"),
        "phone_number": ("98765 43210", "98765 43219"),
        "extra_phones": ("98765 43211", "98765 43211, 98765 43212"),
        "date": ("15/04/2026", "16/04/2026"),
        "source": ("Fair", "Walk-in"),
        "do_not_call": ("no", "yes"),
    }
    farah.refresh_from_db()
    assert (farah.name, farah.phone_number, farah.do_not_call) == ("Farah Khan N", "+919876543219", True)
    edited = ["name", "phone_number", "date", "source", "do_not_call"]
    assert farah.hand_edited == sum(map(edit_bit, edited))
    assert "9876543212" in farah.search_text and "9876543210" not in farah.search_text


def test_do_not_call_can_be_taken_off(client, edit_url, farah):
    Customer.objects.filter(pk=farah.pk).update(do_not_call=True)
    client.post(edit_url, edit_form(client, edit_url) | {"do_not_call": ""})
    farah.refresh_from_db()
    assert farah.do_not_call is False


def test_only_the_fields_that_were_sent_are_edited(client, edit_url, farah):
    client.post(edit_url, json.dumps({"area": "Aluva"}), content_type="application/json")
    farah.refresh_from_db()
    assert (farah.area, farah.name, farah.source.name, farah.numbers.count()) == ("Aluva", "Farah Khan", "Fair", 1)


@pytest.mark.parametrize("data", [{}, {"seen": "x"}, {"phone_number": "12"}, {"date": "x"}])
def test_nothing_or_nonsense_is_400(data, client, edit_url):
    assert client.post(edit_url, data).status_code == 400
    assert client.post(edit_url, data, headers=JSON).json()["error"]


@pytest.mark.parametrize("seen", ["", "x", "2026-13-45", "2026-01-01T10:00"])
def test_an_unreadable_seen_is_no_reason_to_lose_an_edit(seen, client, edit_url, farah):
    assert client.post(edit_url, {"area": "Aluva", "seen": seen}).status_code == 302


def test_two_edits_of_the_same_field_are_both_shown(client, edit_url, farah, manager, as_user):
    mine = edit_form(client, edit_url) | {"area": "Aluva", "remark": "mine"}
    as_user(manager).post(edit_url, {"area": "Thrissur"})

    response = client.post(edit_url, mine)
    page = response.content.decode()

    assert response.status_code == 400
    assert "In the meantime Meena set area to “Thrissur”" in page
    assert 'value="Aluva"' in page and "Area, stored now" in page and "mine</textarea>" in page
    farah.refresh_from_db()
    assert (farah.area, farah.remark) == ("Thrissur", "")

    mine["seen"] = typed(page, "seen")
    assert client.post(edit_url, mine).status_code == 302
    farah.refresh_from_db()
    assert (farah.area, farah.remark) == ("Aluva", "mine")


def test_an_edit_of_another_field_in_between_is_no_conflict(client, edit_url, farah, manager, as_user):
    mine = {"area": "Aluva", "seen": edit_form(client, edit_url)["seen"]}
    as_user(manager).post(edit_url, {"remark": "theirs"})
    assert client.post(edit_url, mine).status_code == 302
    farah.refresh_from_db()
    assert (farah.area, farah.remark) == ("Aluva", "theirs")


def test_ones_own_edit_in_another_tab_is_no_conflict(client, edit_url, farah):
    mine = edit_form(client, edit_url) | {"area": "Aluva"}
    client.post(edit_url, {"area": "Thrissur"})
    assert client.post(edit_url, mine).status_code == 302


def test_a_number_of_another_customer_whom_she_sees(client, edit_url, asha):
    CustomerFactory(name="Binu", phone_number="+919876500001", assigned_to=asha)
    answer = client.post(edit_url, {"phone_number": "9876500001"}, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, "This number is already in the list: Binu.")


def test_a_number_of_a_colleagues_customer_is_passed_on(client, edit_url, farah, ravi):
    binu = CustomerFactory(name="Binu", phone_number="+919876500001", assigned_to=ravi)
    page = client.post(edit_url, {"phone_number": "9876500001", "area": "Aluva"}, follow=True).content.decode()

    assert "Passed to the team" in page and "Binu" not in page
    farah.refresh_from_db()
    assert (farah.phone_number, farah.area) == ("+919876543210", "Kochi")
    assert binu.notes.count() == 1


# --- Signed out in between ----------------------------------------------------------------------


@pytest.mark.parametrize("which", ["new", "edit"])
def test_what_was_typed_comes_back_after_the_login(which, farah, asha, edit_url):
    asha.set_password(PASSWORD)
    asha.save()
    url = {"new": NEW, "edit": edit_url}[which]
    browser = Client()
    browser.login(request=None, username="asha", password=PASSWORD)
    draft = typed(browser.get(url).content.decode(), "draft")
    browser.cookies.clear()

    data = {"name": "Typed before", "phone_number": "98", "do_not_call": ["", "on"], "draft": draft}
    away = browser.post(url, data, headers=HTML)
    page = browser.post(away["Location"], {"username": "asha", "password": PASSWORD}, follow=True).content.decode()

    assert 'value="Typed before"' in page and 'value="98"' in page
    assert "You had to sign in again" in page
    assert "Typed before" not in browser.get(url).content.decode()


# --- Strangers, methods, ids --------------------------------------------------------------------


def test_strangers_methods_and_ids(edit_url, ravi, as_user, client):
    assert as_user(ravi).post(edit_url, {"name": "Mine"}).status_code == 403
    assert client.put(edit_url).status_code == client.delete(NEW).status_code == 405
    assert client.get("/customers/00000000-0000-0000-0000-000000000000/edit/").status_code == 404


def test_the_forms_queries_do_not_grow(client, edit_url, farah, django_assert_num_queries):
    for total in (3, 30):
        while Source.objects.count() < total:
            SourceFactory()
            CourseFactory()
            ContactNumber.objects.create(customer=farah, number=f"+9198765{Source.objects.count():05d}")
        with django_assert_num_queries(7):
            client.get(edit_url)


def test_seen_is_exact_to_the_microsecond(client, edit_url, farah):
    assert datetime.fromisoformat(edit_form(client, edit_url)["seen"]) == farah.updated_at
