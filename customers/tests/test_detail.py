"""One customer: her page and her JSON."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from customers import timeline
from customers.models import AssignmentChange, ContactNumber, Customer, Enquiry, FieldChange, Note
from customers.tests.factories import (
    CourseFactory,
    CustomerFactory,
    FollowUpFactory,
    OriginFactory,
    SourceFactory,
    StatusChangeFactory,
)

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
THEN = datetime(2023, 4, 10, 14, 30, 0, 987_654, tzinfo=UTC)


@pytest.fixture
def farah(asha):
    return CustomerFactory(
        name="Farah Khan", phone_number="+919876543210", area="North Delhi", date=date(2025, 4, 15),
        status_id="INTERESTED", assigned_to=asha, updated_at=THEN, source=SourceFactory(name="Kochi fair"),
        course=CourseFactory(name="BCA"), email="farah@example.org", remark="Calls back\nin the evening",
        extra={"School": "GHS <Aluva>"},
    )  # fmt: skip


@pytest.fixture
def client(asha, as_user):
    return as_user(asha)


def url(customer) -> str:
    return f"/customers/{customer.pk}/"


# --- JSON ---------------------------------------------------------------------------------------


def test_json_as_the_contract_has_it(farah, asha, client):
    StatusChangeFactory(
        customer=farah, previous_status_id="VALID", new_status_id="INTERESTED", changed_by=asha, happened_at=THEN,
        notes="Customer showed interest in BCA program",
    )  # fmt: skip
    ContactNumber.objects.create(customer=farah, number="+919876543211")

    answer = client.get(url(farah), headers=JSON).json()

    expected = {
        "id": str(farah.pk),
        "name": "Farah Khan",
        "phone_number": "9876543210",
        "phone_e164": "+919876543210",
        "extra_phones": ["+919876543211"],
        "area": "North Delhi",
        "date": "2025-04-15",
        "status": "INTERESTED",
        "status_display": "Interested",
        "assigned_to": {"id": asha.pk, "username": "asha"},
        "remark": "Calls back\nin the evening",
        "source": "Kochi fair",
        "course": "BCA",
        "email": "farah@example.org",
        "extra": {"School": "GHS <Aluva>"},
        "next_follow_up_at": None,
        "do_not_call": False,
        "updated_at": "2023-04-10T14:30:00Z",
        "status_history_complete": True,
    }
    assert {key: answer[key] for key in expected} == expected
    assert answer["status_history"] == [
        {
            "previous_status": "VALID",
            "new_status": "INTERESTED",
            "changed_by": "asha",
            "changed_at": "2023-04-10T14:30:00Z",
            "notes": "Customer showed interest in BCA program",
        }
    ]


def test_a_foreign_number_is_written_in_full_and_nobody_is_null(manager, as_user):
    customer = CustomerFactory(phone_number="+12025550143", name="", area="")
    answer = as_user(manager).get(url(customer), headers=JSON).json()
    assert (answer["phone_number"], answer["assigned_to"], answer["date"]) == ("+12025550143", None, None)


def test_history_is_newest_first_without_what_was_taken_back(farah, client):
    now = timezone.now()
    for hours, code in ((3, "VALID"), (1, "FOLLOW_UP"), (2, "INTERESTED")):
        StatusChangeFactory(customer=farah, new_status_id=code, happened_at=now - timedelta(hours=hours))
    StatusChangeFactory(customer=farah, new_status_id="ADMISSION", happened_at=now, undone_at=now)
    StatusChangeFactory(customer=farah, previous_status_id=None, new_status_id="NEW", kind="import", happened_at=THEN)

    history = client.get(url(farah), headers=JSON).json()["status_history"]

    assert [change["new_status"] for change in history] == ["FOLLOW_UP", "INTERESTED", "VALID", "NEW"]
    assert history[-1]["previous_status"] is None


def test_a_long_history_is_cut_and_says_so(farah, client, monkeypatch):
    monkeypatch.setattr(timeline, "HISTORY_LENGTH", 3)
    StatusChangeFactory.create_batch(4, customer=farah)
    answer = client.get(url(farah), headers=JSON).json()
    assert (len(answer["status_history"]), answer["status_history_complete"]) == (3, False)


# --- The page -----------------------------------------------------------------------------------


def test_the_page_says_who_she_is_and_what_happened(farah, asha, ravi, manager, client):
    now = timezone.now()
    StatusChangeFactory(customer=farah, notes="Asked for fees", changed_by=asha)
    Note.objects.create(customer=farah, text="Father decides", by=asha, at=now)
    FollowUpFactory(customer=farah, due_at=now + timedelta(days=1), created_by=asha)
    AssignmentChange.objects.create(
        customer=farah, previous_owner=ravi, new_owner=asha, by=manager, at=now, why="Leave"
    )
    FieldChange.objects.create(customer=farah, field="phone_number", old="97", new="98", by=manager, at=now)
    origin = OriginFactory(kind="import", label="fair.xlsx")
    Enquiry.objects.create(customer=farah, origin=origin, sheet="Day 2", row=212, enquired_on=date(2025, 4, 15))

    page = client.get(url(farah)).content.decode()

    for text in (
        "Farah Khan", "98765 43210", 'href="tel:+919876543210"',
        'href="https://wa.me/919876543210?text=', "Kochi fair", "BCA",
        "GHS &lt;Aluva&gt;", "Asked for fees", "Father decides", "Follow-up <time", "Given to Asha", "before: Ravi",
        "Leave", "number:</span> <del>97</del> <ins>98</ins>", "fair.xlsx, Day 2, row 212",
    ):  # fmt: skip
        assert text in page, text


def test_the_timeline_is_newest_first_and_cut_until_all_is_asked_for(farah, asha, client, monkeypatch):
    monkeypatch.setattr(timeline, "SHOWN", 3)
    now = timezone.now()
    for n in range(3):
        Note.objects.create(customer=farah, text=f"note-{n}", by=asha, at=now - timedelta(hours=2 * n))
        StatusChangeFactory(customer=farah, notes=f"call-{n}", happened_at=now - timedelta(hours=2 * n + 1))

    short, long = client.get(url(farah)).content.decode(), client.get(url(farah), {"all": ""}).content.decode()

    texts = ["note-0", "call-0", "note-1", "call-1", "note-2", "call-2"]
    places = [long.index(f"{text}</p>") for text in texts]
    assert places == sorted(places)
    assert [text for text in texts if f"{text}</p>" in short] == texts[:3]
    assert "Show all" in short and "Show all" not in long


def test_the_fields_of_one_edit_are_one_entry(farah, asha, manager):
    now = timezone.now()
    FollowUpFactory(customer=farah, created_by=asha, created_at=now)
    for by, at in ((asha, now), (asha, now), (manager, now), (asha, now - timedelta(seconds=1))):
        FieldChange.objects.create(customer=farah, field="area", new="x", by=by, at=at)
    Note.objects.create(customer=farah, text="x", by=asha, at=now - timedelta(hours=1))

    entries, _ = timeline.Story(farah, asha).entries(now=now)

    assert [(entry.kind, len(entry.rows)) for entry in entries] == [
        ("follow_up", 1),
        ("field", 1),
        ("field", 2),
        ("field", 1),
        ("note", 1),
    ]


def test_only_active_statuses_are_offered(farah, client):
    farah.status.__class__.objects.filter(pk="VALID").update(is_active=False)
    page = client.get(url(farah)).content.decode()
    assert 'value="VALID"' not in page and 'value="INTERESTED"' in page


def test_managers_see_the_owner_and_may_assign(farah, manager, as_user, client):
    managers, hers = as_user(manager).get(url(farah)).content.decode(), client.get(url(farah)).content.decode()
    assert f"{url(farah)}assign/" in managers
    assert f"{url(farah)}assign/" not in hers


def test_a_manager_sees_an_owner_who_left_beside_those_who_can_take_her(farah, manager, asha, ravi, as_user):
    asha.is_active = False
    asha.save()
    page = as_user(manager).get(url(farah)).content.decode()
    assert f'<option value="{asha.pk}" selected>{asha} (left)</option><option value="{ravi.pk}">{ravi}</option>' in page
    assert f'<option value="">Nobody</option><option value="{ravi.pk}" selected>{ravi}</option>' in (
        as_user(manager).get(url(CustomerFactory(assigned_to=ravi))).content.decode()
    )


def test_a_customer_without_anything_is_shown(manager, as_user):
    customer = CustomerFactory(name="", area="", phone_number="")
    page = as_user(manager).get(url(customer)).content.decode()
    assert "Unknown" in page and "Nothing yet" in page and "tel:" not in page


def test_a_merged_away_address_leads_to_the_survivor(farah, asha, ravi, client, as_user):
    gone = CustomerFactory(merged_into=farah, assigned_to=ravi)

    assert client.get(url(gone))["Location"] == url(farah)
    assert client.get(url(gone), headers=JSON).json()["id"] == str(farah.pk)
    assert as_user(ravi).get(url(gone)).status_code == 403


@pytest.mark.parametrize(("accept", "queries"), [("text/html", 19), ("application/json", 6)])
def test_a_long_story_costs_no_more_queries_than_a_short_one(
    accept, queries, farah, asha, client, django_assert_num_queries
):
    now = timezone.now()
    for total in (3, 30):
        while Note.objects.count() < total:
            origin = OriginFactory()
            StatusChangeFactory(customer=farah)
            Note.objects.create(customer=farah, text="note", by=asha, at=now)
            FieldChange.objects.create(customer=farah, field="area", new="x", by=asha, at=now, origin=origin)
            AssignmentChange.objects.create(customer=farah, new_owner=asha, by=asha, at=now)
            FollowUpFactory(customer=farah, state="done", created_by=asha)
            Enquiry.objects.create(customer=farah, origin=origin, source=farah.source, course=farah.course)
        with django_assert_num_queries(queries):
            client.get(url(farah), {"all": ""}, headers={"accept": accept})


def test_strangers_methods_and_ids(farah, ravi, as_user, client):
    assert as_user(ravi).get(url(farah)).status_code == 403
    assert client.post(url(farah)).status_code == 405
    gone = f"/customers/{Customer(name='never saved').pk}/"
    assert client.get(gone).status_code == 404
    assert set(client.get(gone, headers=JSON).json()) == {"error"}
    assert client.get("/customers/42/").status_code == 404
