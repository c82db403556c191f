"""Nothing typed is lost: late saves, two people on one customer, somebody else at the same screen."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from crm.lib import drafts
from customers import actions
from customers.models import FollowUp, Note, Status, StatusChange
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
JSON, HTML = {"accept": "application/json"}, {"accept": "text/html"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def farah(asha, manager):
    farah = CustomerFactory(name="Farah Khan")
    actions.assign_one(customer=farah, to=asha, by=manager, now=NOW - timedelta(days=1))
    farah.refresh_from_db()
    return farah


@pytest.fixture
def send(farah, asha, as_user):
    """`send(status="INTERESTED")` posts the outcome with the token of the form as Asha saw it at NOW."""
    client = as_user(asha)
    token = drafts.token(asha, f"outcome {farah.pk}")

    def post(path="update-status", headers=JSON, **data):
        data = {"draft": token, "client_token": "t1", **data}
        return client.post(f"/customers/{farah.pk}/{path}/", data, headers=headers)

    return post


def record(customer, code, by, **kwargs):
    status = Status.objects.get(pk=code)
    return actions.record_status(customer=customer, status=status, by=by, now=kwargs.pop("now"), **kwargs)


# --- Taken away in the meantime ------------------------------------------------------------------


@pytest.fixture
def handed_over(send, farah, ravi, manager, clock):
    clock.shift(3600)
    actions.assign_one(customer=farah, to=ravi, by=manager, now=NOW + timedelta(hours=1))
    clock.shift(3600)


def test_a_late_save_is_kept_and_tells_nothing(handed_over, farah, asha, ravi, send):
    response = send(status="INTERESTED", notes="asked for fees", follow_up_at="2026-11-26T11:00")

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "late": True,
        "message": "Saved. This customer is looked after by somebody else now.",
    }
    change = StatusChange.objects.get()
    assert (change.changed_by, change.notes, change.new_status_id) == (asha, "asked for fees", "INTERESTED")
    assert FollowUp.objects.get().owner == ravi
    assert send(status="INTERESTED", notes="asked for fees").status_code == 200  # sent once more
    assert StatusChange.objects.count() == 1


def test_a_late_save_writes_nothing_over(handed_over, farah, asha, ravi, send):
    record(farah, "NOT_INTERESTED", ravi, now=NOW + timedelta(hours=1, minutes=30))
    for _ in range(2):
        assert send(status="INTERESTED", notes="asked for fees").status_code == 200
    farah.refresh_from_db()
    assert farah.status_id == "NOT_INTERESTED"
    note = Note.objects.get()
    assert note.by == asha
    assert "Interested, by Asha before the hand-over" in note.text and "asked for fees" in note.text


def test_a_late_note_is_kept(handed_over, farah, asha, send):
    assert send("notes", notes="father decides").json()["late"] is True
    assert Note.objects.get().by == asha


def test_a_late_save_from_a_page_leads_on(handed_over, send):
    response = send(headers=HTML, status="INTERESTED")
    assert (response.status_code, response["Location"]) == (302, "/customers/next/")


def test_bad_input_that_comes_late_is_400_and_tells_nothing(handed_over, send):
    response = send(status="NOPE")
    assert response.status_code == 400
    assert "Farah" not in response.content.decode()


def test_after_a_day_it_is_refused(handed_over, send, clock):
    clock.move_to(NOW + timedelta(hours=24, seconds=1))
    assert send(status="INTERESTED").status_code == 403
    assert not StatusChange.objects.exists()


def test_a_token_does_not_open_what_was_never_hers(ravi, asha, as_user):
    binu = CustomerFactory(assigned_to=ravi)
    token = drafts.token(asha, f"outcome {binu.pk}")
    response = as_user(asha).post(f"/customers/{binu.pk}/update-status/", {"draft": token, "status": "INTERESTED"})
    assert response.status_code == 403
    assert not StatusChange.objects.exists()


def test_a_token_of_another_customer_opens_nothing(handed_over, farah, asha, as_user):
    token = drafts.token(asha, f"outcome {CustomerFactory().pk}")
    url = f"/customers/{farah.pk}/update-status/"
    assert as_user(asha).post(url, {"draft": token, "status": "INTERESTED"}).status_code == 403


# --- Two on one customer -------------------------------------------------------------------------


def test_the_second_sees_what_changed_and_both_notes_survive(farah, manager, send, clock):
    clock.shift(60)
    record(farah, "NOT_INTERESTED", manager, now=NOW + timedelta(minutes=1), notes="joined elsewhere")
    clock.shift(60)

    refused = send(status="INTERESTED", notes="asked for fees")
    assert refused.status_code == 400
    assert "Meena recorded “Not Interested” at 12:01: “joined elsewhere”." in refused.json()["error"]
    assert StatusChange.objects.count() == 1

    assert send(status="INTERESTED", notes="asked for fees", draft=refused.json()["draft"]).status_code == 200
    assert list(StatusChange.objects.order_by("id").values_list("notes", flat=True)) == [
        "joined elsewhere",
        "asked for fees",
    ]


def test_on_a_page_without_script_she_sees_it_too(farah, manager, send, clock):
    clock.shift(60)
    record(farah, "NOT_INTERESTED", manager, now=NOW + timedelta(minutes=1))
    page = send(headers=HTML, status="INTERESTED", notes="asked for fees", then="next").content.decode()
    assert "Meena recorded" in page and "asked for fees" in page
    token = page.split('name="draft" value="')[1].split('"')[0]
    assert send(headers=HTML, status="INTERESTED", draft=token).status_code == 302


def test_ones_own_earlier_outcome_is_no_conflict(farah, asha, send, clock):
    clock.shift(60)
    record(farah, "CALL_NOT_ATTENDED", asha, now=NOW + timedelta(minutes=1))
    assert send(status="INTERESTED").status_code == 200


# --- Somebody else at the same screen ------------------------------------------------------------


@pytest.mark.parametrize("path", ["update-status", "notes"])
def test_what_one_typed_is_never_saved_under_anothers_name(path, farah, asha, manager, as_user):
    data = {"draft": drafts.token(asha, f"outcome {farah.pk}"), "status": "INTERESTED", "notes": "asked for fees"}
    response = as_user(manager).post(f"/customers/{farah.pk}/{path}/", data, headers=JSON)
    assert (response.status_code, response["X-Send-Again"]) == (403, "1")
    assert not StatusChange.objects.exists() and not Note.objects.exists()


def test_signed_out_says_that_it_may_be_sent_again(farah, client):
    response = client.post(f"/customers/{farah.pk}/update-status/", {"status": "INTERESTED"})
    assert (response.status_code, response["X-Send-Again"]) == (403, "1")


# --- How long it waited on the device ------------------------------------------------------------


@pytest.mark.parametrize(
    ("waited", "back"),
    [
        ("", 0),
        ("0", 0),
        ("59", 0),  # only slow
        ("60", 60),
        ("10800", 10_800),
        ("86400", 86_400),
        ("86401", 0),  # so old that it is not believed, and kept all the same
        ("999999999", 0),
    ],
)
def test_a_save_that_waited_counts_from_when_the_call_was_made(waited, back, farah, send):
    assert send(status="INTERESTED", waited=waited).status_code == 200
    change = StatusChange.objects.get()
    farah.refresh_from_db()
    made = NOW - timedelta(seconds=back)
    assert (change.happened_at, change.changed_at, farah.last_contact_at) == (made, NOW, made)


@pytest.mark.parametrize("waited", ["-1", "x", "1e3", "9" * 30])
def test_a_time_on_the_device_that_is_none_is_refused(waited, send):
    assert send(status="INTERESTED", waited=waited).status_code == 400


def test_a_promise_kept_without_a_network_is_kept(farah, asha, send):
    made = FollowUp.objects.create(
        customer=farah,
        owner=asha,
        due_at=NOW - timedelta(hours=3),
        promised_at=NOW - timedelta(hours=3),
        created_by=asha,
        created_at=NOW - timedelta(days=1),
    )
    send(status="INTERESTED", waited=str(3 * 3600))
    made.refresh_from_db()
    assert made.state == "done"


def test_the_timeline_says_when_it_was_and_when_it_came(farah, asha, as_user, send):
    send(status="INTERESTED", waited="7200")
    page = as_user(asha).get(f"/customers/{farah.pk}/").content.decode()
    assert ", sent " in page


def test_an_older_call_that_comes_late_leaves_the_newer_contact(farah, asha, send):
    record(farah, "VALID", asha, now=NOW - timedelta(minutes=10))
    send(status="INTERESTED", waited="7200")
    farah.refresh_from_db()
    assert farah.last_contact_at == NOW - timedelta(minutes=10)
