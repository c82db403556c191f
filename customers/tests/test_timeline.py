"""The timeline: narrowed to a kind, how long each status lasted, notes pinned and changed."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from customers.models import CallTap, FieldChange, Note, Skip
from customers.tests.factories import CustomerFactory, StatusChangeFactory
from customers.timeline import Story

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def farah(asha):
    return CustomerFactory(name="Farah Khan", assigned_to=asha)


@pytest.fixture
def note(farah, asha):
    return Note.objects.create(customer=farah, text="father decides", by=asha, at=NOW)


@pytest.fixture
def client(asha, as_user):
    return as_user(asha)


def test_each_standing_status_says_how_long_it_lasted(farah, asha):
    for code, days, undone in (("VALID", 9, None), ("NOT_INTERESTED", 5, NOW), ("INTERESTED", 2, None)):
        StatusChangeFactory(
            customer=farah, changed_by=asha, new_status_id=code, happened_at=NOW - days * DAY, undone_at=undone
        )
    entries, _ = Story(farah, asha).entries(now=NOW, kinds={"status"})
    assert [(entry.row.new_status_id, entry.lasted) for entry in entries] == [
        ("INTERESTED", 2 * DAY),
        ("NOT_INTERESTED", None),
        ("VALID", 7 * DAY),
    ]


def test_it_can_be_narrowed_to_a_kind(farah, asha, note, client):
    StatusChangeFactory(customer=farah, changed_by=asha, notes="asked for fees")
    CallTap.objects.create(customer=farah, by=asha, at=NOW)
    Skip.objects.create(customer=farah, by=asha, at=NOW, until=NOW + DAY, reason="tomorrow")

    def kinds(**params):
        return {entry.kind for entry in client.get(f"/customers/{farah.pk}/", params).context["entries"]}

    assert kinds() == {"status", "note", "tap", "skip"}
    assert kinds(show="calls") == {"status", "tap", "skip"}
    assert kinds(show="notes") == {"note"}
    assert client.get(f"/customers/{farah.pk}/", {"show": "lies"}).status_code == 400


def test_a_pinned_note_stands_above_the_rest(farah, note, client):
    url = f"/customers/{farah.pk}/notes/{note.pk}/"
    client.post(url, {"pinned": "yes"})
    assert client.get(f"/customers/{farah.pk}/").context["pinned"] == [note]
    client.post(url, {"pinned": "no"})
    assert client.get(f"/customers/{farah.pk}/").context["pinned"] == []


def test_ones_own_note_can_be_changed_for_a_quarter_of_an_hour(farah, asha, note, client, clock):
    url = f"/customers/{farah.pk}/notes/{note.pk}/"
    assert "Save the change" in client.get(f"/customers/{farah.pk}/").content.decode()
    assert client.post(url, {"text": "mother decides"}, headers=JSON).json()["note"]["text"] == "mother decides"
    change = FieldChange.objects.get()
    assert (change.field, change.old, change.new, change.by) == ("note", "father decides", "mother decides", asha)

    clock.shift(15 * 60 + 1)
    assert client.post(url, {"text": "nobody decides"}).status_code == 400
    assert "Save the change" not in client.get(f"/customers/{farah.pk}/").content.decode()
    assert Note.objects.get().text == "mother decides"


def test_nobody_changes_anothers_note(farah, note, manager, as_user):
    url = f"/customers/{farah.pk}/notes/{note.pk}/"
    response = as_user(manager).post(url, {"text": "mine now"}, headers=JSON)
    assert (response.status_code, "by its author" in response.json()["error"]) == (400, True)
    assert Note.objects.get().text == "father decides"


@pytest.mark.parametrize("data", [{}, {"text": " "}, {"pinned": "maybe"}, {"text": "x" * 5_001}])
def test_bad_input_changes_nothing(data, farah, note, client):
    assert client.post(f"/customers/{farah.pk}/notes/{note.pk}/", data).status_code == 400
    assert Note.objects.get().text == "father decides"


def test_a_note_of_another_customer_is_404(farah, asha, client):
    other = Note.objects.create(customer=CustomerFactory(assigned_to=asha), text="x", by=asha, at=NOW)
    assert client.post(f"/customers/{farah.pk}/notes/{other.pk}/", {"pinned": "yes"}).status_code == 404
