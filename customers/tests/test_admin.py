"""The words in the admin are edited; customers and their histories are only looked at."""

import pytest
from django.contrib import admin
from django.utils import timezone

from customers.models import (
    Alias,
    AssignmentChange,
    Batch,
    CallingRules,
    CallTap,
    ContactNumber,
    Course,
    Customer,
    Enquiry,
    ErasedNumber,
    Erasure,
    Export,
    FieldChange,
    FollowUp,
    LostReason,
    Merge,
    Note,
    Origin,
    SharingSettings,
    Skip,
    Source,
    Status,
    StatusChange,
)
from customers.tests.factories import (
    CourseFactory,
    CustomerFactory,
    FollowUpFactory,
    SourceFactory,
    StatusChangeFactory,
)

READ_ONLY = [
    AssignmentChange,
    Batch,
    CallTap,
    ContactNumber,
    Customer,
    Enquiry,
    ErasedNumber,
    Erasure,
    Export,
    FieldChange,
    FollowUp,
    Merge,
    Note,
    Origin,
    Skip,
    StatusChange,
]


@pytest.fixture
def client(as_user, admin_user):
    return as_user(admin_user)


@pytest.fixture
def customer(asha):
    return CustomerFactory(name="Farah Khan", phone_number="+919876543210", assigned_to=asha)


def base(model) -> str:
    return f"/admin/customers/{model._meta.model_name}/"


def history_of(customer, by):
    """One row in each of the tables that are only looked at."""
    now = timezone.now()
    StatusChangeFactory(customer=customer, changed_by=by)
    FollowUpFactory(customer=customer, created_by=by, owner=by)
    AssignmentChange.objects.create(customer=customer, new_owner=by, by=by, at=now)
    Note.objects.create(customer=customer, text="Called", by=by, at=now)
    FieldChange.objects.create(customer=customer, field="area", old="", new="Kochi", by=by, at=now)
    Enquiry.objects.create(customer=customer, origin=customer.origin, source=SourceFactory(), course=CourseFactory())
    ContactNumber.objects.create(customer=customer, number=f"+9147{ContactNumber.objects.count():08d}")
    erasure = Erasure.objects.create(customer=customer, by=by, at=now, reason="asked for it")
    ErasedNumber.objects.create(erasure=erasure, digest=f"{ErasedNumber.objects.count():064d}")
    Merge.objects.create(winner=customer, loser=CustomerFactory(), by=by, at=now)
    CallTap.objects.create(customer=customer, by=by, at=now)
    Skip.objects.create(customer=customer, by=by, at=now, until=now, reason=Skip.Reason.LATER)
    Batch.objects.create(kind=Batch.Kind.ASSIGN, by=by, at=now)
    Export.objects.create(by=by, at=now, format=Export.Format.CSV, sort="newest", reason="for the fair")


# --- looked at --------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", READ_ONLY)
def test_rows_are_shown_and_not_written(client, customer, asha, model):
    history_of(customer, asha)
    row = model.objects.order_by("pk").first()
    assert client.get(base(model)).status_code == 200
    page = client.get(f"{base(model)}{row.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.text
    before = model.objects.filter(pk=row.pk).values().get()
    assert client.post(f"{base(model)}{row.pk}/change/", {"name": "x", "area": "x"}).status_code == 403
    assert client.get(f"{base(model)}add/").status_code == 403
    assert client.post(f"{base(model)}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", READ_ONLY)
def test_a_list_makes_the_same_queries_for_many_rows(client, asha, model, django_assert_max_num_queries):
    for n in range(12):
        history_of(CustomerFactory(name=f"Person {n}", source=SourceFactory(), assigned_to=asha), asha)
    client.get(base(model))
    # session, person, count, rows, the choices of a filter, and what the page of any admin asks for
    with django_assert_max_num_queries(8):
        assert client.get(base(model)).status_code == 200


@pytest.mark.parametrize("text", ["98765 43210", "farah", "098765-43210"])
@pytest.mark.parametrize("model", [Customer, StatusChange, Note])
def test_the_box_finds_customers_as_the_list_does(client, customer, asha, model, text):
    history_of(customer, asha)
    history_of(CustomerFactory(name="Somebody else"), asha)
    text = client.get(base(model), {"q": text}).text
    assert "Farah Khan" in text
    assert "Somebody else" not in text


@pytest.mark.parametrize("text", ["\0", "'; drop", "%", "x" * 500, "é"])
def test_odd_searches_find_nothing(client, customer, text):
    assert client.get(base(Customer), {"q": text}).status_code in (200, 302)


def test_the_customer_leads_to_her_page(client, customer):
    assert f'href="/customers/{customer.pk}/"' in client.get(f"{base(Customer)}{customer.pk}/change/").text


# --- statuses ---------------------------------------------------------------------------------------

STATUS = {"label": "Called back", "colour": "#1D3362", "order": "20", "stage": "contact"}


def test_a_status_is_added_and_its_code_stays(client, db):
    assert client.post(f"{base(Status)}add/", {**STATUS, "code": "CALLED_BACK"}).status_code == 302
    assert Status.objects.get(pk="CALLED_BACK").colour == "#1d3362"
    client.post(f"{base(Status)}CALLED_5FBACK/change/", {**STATUS, "label": "Rang back", "code": "OTHER"})
    assert Status.objects.get(pk="CALLED_BACK").label == "Rang back"
    assert not Status.objects.filter(pk="OTHER").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "called back"},
        {"code": "NEW"},
        {"colour": "red"},
        {"colour": "#12345"},
        {"hotkey": "1"},
        {"stage": "x"},
    ],
)
def test_a_status_that_would_not_do_is_refused(client, db, wrong):
    answer = client.post(f"{base(Status)}add/", {**STATUS, "code": "CALLED_BACK", **wrong})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert Status.objects.count() == 12


def test_a_status_is_retired_but_never_deleted(client, db):
    assert client.post(f"{base(Status)}VALID/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{base(Status)}VALID/change/", STATUS)
    assert Status.objects.get(pk="VALID").is_active is False


def test_the_first_status_cannot_be_retired(client, db):
    assert client.post(f"{base(Status)}NEW/change/", {**STATUS, "stage": "new"}).status_code == 200
    assert Status.objects.get(pk="NEW").is_active


# --- sources, courses, reasons, spellings -------------------------------------------------------------


@pytest.mark.parametrize("model", [Source, Course, LostReason])
def test_a_name_is_known_by_its_folded_key(client, db, model):
    assert client.post(f"{base(model)}add/", {"name": "Kochi  FAIR"}).status_code == 302
    row = model.objects.get()
    assert row.key == "kochi fair"
    client.post(f"{base(model)}{row.pk}/change/", {"name": "Aluva Fair"})
    assert model.objects.get().key == "aluva fair"


@pytest.mark.parametrize("model", [Source, Course, LostReason])
@pytest.mark.parametrize("name", ["kochi fair", " Kochi Fair ", "", "\u200b"])
def test_a_name_that_exists_or_is_none_is_refused(client, db, model, name):
    model.objects.create(name="Kochi Fair", key="kochi fair")
    assert client.post(f"{base(model)}add/", {"name": name}).status_code == 200
    assert model.objects.count() == 1


def test_a_spelling_points_at_its_kind(client, db):
    source, course = SourceFactory(), CourseFactory()
    assert (
        client.post(f"{base(Alias)}add/", {"kind": "source", "key": "FB  Ads", "source": source.pk}).status_code == 302
    )
    assert (Alias.objects.get().key, Alias.objects.get().source) == ("fb ads", source)
    for wrong in (
        {"kind": "source", "key": "insta", "course": course.pk},
        {"kind": "source", "key": "insta", "source": source.pk, "course": course.pk},
        {"kind": "source", "key": "insta"},
        {"kind": "source", "key": "fb ads", "source": source.pk},
        {"kind": "nonsense", "key": "insta", "source": source.pk},
    ):
        assert client.post(f"{base(Alias)}add/", wrong).status_code == 200
    assert Alias.objects.count() == 1


def test_a_spelling_can_be_taken_back(client, db):
    alias = Alias.objects.create(kind="source", key="fb", source=SourceFactory())
    assert client.post(f"{base(Alias)}{alias.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Alias.objects.exists()


# --- all of them --------------------------------------------------------------------------------------


def test_every_table_of_customers_is_there():
    ours = {model for model in admin.site._registry if model._meta.app_label == "customers"}
    assert ours == {*READ_ONLY, Status, Source, Course, LostReason, Alias, CallingRules, SharingSettings}


def test_a_person_without_a_role_does_not_leave_customers_behind(client, customer, asha):
    page = f"/admin/accounts/user/{asha.pk}/change/"
    answer = client.post(page, {"username": "asha", "role": "manager", "takes_new": "on"})
    assert answer.status_code == 200
    assert "Hand them over on the team page first." in answer.text
    asha.refresh_from_db()
    assert asha.role == "sales"


def test_who_has_handed_over_may_become_a_manager(client, asha):
    """The won and lost ones keep her name; handing over does not take them, so it could never be done."""
    CustomerFactory(assigned_to=asha, status_id="ADMISSION")
    page = f"/admin/accounts/user/{asha.pk}/change/"
    assert client.post(page, {"username": "asha", "role": "manager", "takes_new": "on"}).status_code == 302
    asha.refresh_from_db()
    assert asha.role == "manager"
