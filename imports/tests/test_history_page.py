"""GET /import/history/."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from imports.models import Import, Outcome, State, Worker
from imports.tests.factories import csv_bytes, imported, upload

URL = reverse("imports:history")
JSON = {"Accept": "application/json"}
ONE = csv_bytes("Asha Nair,9876543210,Kochi,05/03/2026,fees?")


def at_work(by, *, heartbeat_age: int = 1, **values) -> Import:
    """An import in the middle of its work."""
    import_, now = upload(by, ONE, "big.csv"), timezone.now()
    fields = {
        "worker": "one",
        "started_at": now - timedelta(seconds=40),
        "heartbeat": now - timedelta(seconds=heartbeat_age),
        **values,
    }
    Import.objects.filter(pk=import_.pk).update(**fields)
    import_.refresh_from_db()
    return import_


def results(client) -> list[dict]:
    return client.get(URL, headers=JSON).json()["results"]


def test_a_finished_import_is_a_card_with_its_sum_and_every_number_is_a_door(as_user, manager):
    import_ = imported(manager, ONE)
    counts = {"created": 1308, "updated": 41, "unchanged": 1120, "duplicate_in_file": 12, "rejected": 9}
    Import.objects.filter(pk=import_.pk).update(**counts)
    page = as_user(manager).get(URL).content.decode()
    detail, problems = (reverse(f"imports:{name}", args=[import_.pk]) for name in ("detail", "problems"))
    for url, number, words in (
        (f"{reverse('customers:list')}?origin={import_.origin_id}", "1,308", "added"),
        (f"{detail}?outcome=updated", "41", "updated"),
        (f"{detail}?outcome=unchanged", "1,120", "unchanged"),
        (f"{problems}?outcome=duplicate_in_file", "12", "twice in the file"),
        (f"{problems}?outcome=rejected", "9", "need you"),
    ):
        assert f'<a href="{url}"><strong>{number}</strong> {words}</a>' in page
    assert "Meena" in page


def test_the_doors_lead_to_lists_of_as_many(as_user, manager):
    imported(manager, csv_bytes("Asha,9876543210", "Bala,123", "Asha,9876543210", "Chitra,9876543211", "Deepa,"))
    client = as_user(manager)
    [card] = client.get(URL).context["cards"]
    assert [(door.count, door.words) for door in card.doors] == [
        (2, "added"),
        (1, "twice in the file"),
        (2, "need you"),
    ]
    for door in card.doors:
        assert len(client.get(door.url, headers=JSON).json()["results"]) == door.count


def test_a_refused_import_says_why_and_what_to_do(as_user, manager):
    imported(manager, b'Name,Phone\n"Asha,9876543210\nBala,9876543211\n')
    [found] = results(as_user(manager))
    assert (found["state"], found["file_error"]) == ("refused", "csv_unbalanced_quote")
    assert "is opened and never closed" in found["message"]
    assert found["message"] in as_user(manager).get(URL).content.decode()


def test_an_import_that_waits_for_its_columns_has_a_button(as_user, manager):
    import_ = imported(manager, b"Alpha,Beta\nred,12\nblue,14\n")
    page = as_user(manager).get(URL).content.decode()
    assert f'href="{reverse("imports:mapping", args=[import_.pk])}"' in page
    assert "Alpha, Beta" in page


def test_a_running_import_says_how_far_it_is(as_user, manager):
    import_ = at_work(manager, state=State.RUNNING, rows=20_000, read_rows=20_000, done_rows=14_200)
    [found] = results(as_user(manager))
    assert found["progress"]["text"].startswith("14,200 of 20,000 rows, about 7 s left") or "about 6 s" in str(found)
    assert (found["progress"]["percent"], found["progress"]["stalled"]) == (71, False)
    page = as_user(manager).get(URL).content.decode()
    assert 'value="71"' in page
    assert f'data-import-working="{reverse("imports:detail", args=[import_.pk])}"' in page


def test_reading_counts_rows_without_a_bar_that_pretends(as_user, manager):
    at_work(manager, state=State.CHECKING, read_rows=5_200)
    [found] = results(as_user(manager))
    assert (found["progress"]["text"], found["progress"]["percent"]) == ("5,200 rows read", None)


def test_an_import_without_a_heartbeat_for_a_minute_is_stalled_and_taken_over_by_a_worker_that_lives(as_user, manager):
    at_work(manager, state=State.RUNNING, rows=100, read_rows=100, done_rows=50, heartbeat_age=200)
    Worker.objects.create(pk="another", seen_at=timezone.now())
    [found] = results(as_user(manager))
    assert (found["progress"]["stalled"], found["state_display"]) == (True, "Stalled")
    assert found["progress"]["text"] == "50 of 100 rows. Nothing has moved for 3 min"
    assert found["progress"]["seconds_left"] is None
    page = as_user(manager).get(URL).content.decode()
    assert "Another one takes it over within a minute" in page
    assert "data-import-state>Stalled<" in page


@pytest.mark.parametrize("seen_ago", [None, 61])
@pytest.mark.parametrize("state", [State.RUNNING, State.QUEUED, State.CHECKING, State.UNDOING])
def test_where_no_worker_lives_the_pages_say_that_nothing_is_done(as_user, manager, seen_ago, state):
    waits = {"worker": ""} if state == State.QUEUED else {}
    import_ = at_work(manager, state=state, rows=100, read_rows=100, done_rows=50, heartbeat_age=200, **waits)
    if seen_ago:
        Worker.objects.create(pk="gone", seen_at=timezone.now() - timedelta(seconds=seen_ago))
    for url in (URL, reverse("imports:detail", args=[import_.pk]), reverse("imports:upload")):
        page = as_user(manager).get(url).content.decode()
        assert "The worker does not answer: nothing is being imported at present. Ask whoever looks after" in page


def test_a_queued_import_waits_for_the_worker(as_user, manager):
    import_ = upload(manager, ONE)
    [found] = results(as_user(manager))
    assert (found["progress"]["text"], found["progress"]["waiting"]) == ("Waiting for the worker", True)
    assert found["progress"]["note"].startswith("It starts as soon as the worker is free.")  # it may just be starting
    Import.objects.filter(pk=import_.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    Worker.objects.create(pk="busy", seen_at=timezone.now())
    [found] = results(as_user(manager))
    assert found["progress"]["text"] == "Waiting for the worker for 5 min"
    assert found["progress"]["note"].startswith("It starts as soon as the worker is free.")


def test_an_import_whose_worker_was_asked_to_end_says_how_far_it_is_and_waits(as_user, manager):
    at_work(manager, worker="", state=State.RUNNING, rows=100, read_rows=100, done_rows=50)
    [found] = results(as_user(manager))
    assert (found["progress"]["text"], found["progress"]["percent"], found["progress"]["stalled"]) == (
        "50 of 100 rows, waiting for the worker", 50, False,
    )  # fmt: skip


@pytest.mark.parametrize("state", State.values)
def test_every_state_can_be_shown(as_user, manager, state):
    import_ = upload(manager, ONE)
    Import.objects.filter(pk=import_.pk).update(state=state, file_error="failed" if state == "failed" else "")
    assert as_user(manager).get(URL).status_code == 200
    assert as_user(manager).get(reverse("imports:detail", args=[import_.pk])).status_code == 200
    assert results(as_user(manager))[0]["state"] == state


def test_newest_first_a_page_at_a_time(as_user, manager):
    imports = [imported(manager, csv_bytes(f"A,98765432{n:02}"), f"{n}.csv") for n in range(5)]
    client = as_user(manager)
    first = client.get(f"{URL}?page_size=3", headers=JSON).json()
    second = client.get(first["next"], headers=JSON).json()
    seen = [found["import"] for page in (first, second) for found in page["results"]]
    assert seen == [str(import_.pk) for import_ in reversed(imports)]
    assert (first["previous"], second["next"]) == (None, None)
    assert client.get(second["previous"], headers=JSON).json()["results"] == first["results"]


@pytest.mark.parametrize("query", ["cursor=nonsense", "page_size=0", "page_size=101", "page_size=x"])
def test_nonsense_is_400(as_user, manager, query):
    assert as_user(manager).get(f"{URL}?{query}").status_code == 400
    assert set(as_user(manager).get(f"{URL}?{query}", headers=JSON).json()) == {"error"}


def test_nothing_yet(as_user, manager):
    assert "Nothing imported yet" in as_user(manager).get(URL).content.decode()
    assert results(as_user(manager)) == []


def test_the_number_of_queries_does_not_grow(
    as_user, manager, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_user(manager)
    for number in range(3):
        imported(manager, csv_bytes(f"A,98765432{number:02}", "B,12"), f"{number}.csv")
    with django_assert_max_num_queries(8) as few:
        client.get(URL)
    for number in range(3, 12):
        imported(manager, csv_bytes(f"A,98765432{number:02}", "B,12"), f"{number}.csv")
    with django_assert_num_queries(len(few)):
        assert len(client.get(URL).context["cards"]) == 12


def test_a_stranger_and_a_wrong_method_are_refused(as_user, asha, manager):
    assert as_user(asha).get(URL).status_code == 403
    assert as_user(manager).post(URL).status_code == 405


def test_the_sum_adds_up_to_the_rows(as_user, manager):
    imported(manager, csv_bytes("Asha,9876543210", "Bala,123", "Asha,9876543210"))
    [found] = results(as_user(manager))
    assert sum(found["counts"][outcome] for outcome in Outcome.values) == found["counts"]["rows"] == 3
