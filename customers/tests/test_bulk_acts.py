"""A status, a follow-up or a source for many at once: previewed, done, told, undone; never over somebody's change."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers import actions, bulk
from customers.lists import Filters
from customers.models import Batch, Customer, FieldChange, FollowUp, Source, Status, StatusChange
from customers.tests.factories import CustomerFactory, FollowUpFactory, SourceFactory

pytestmark = pytest.mark.django_db
URL = "/customers/bulk/"
JSON = {"accept": "application/json"}
LONG_AGO = timezone.now() - timedelta(days=2)
UNCHANGING = {"version", "updated_at"}


@pytest.fixture
def some():
    """Three customers whom nobody has touched for two days."""
    return [CustomerFactory(name=name, created_at=LONG_AGO) for name in ("Farah", "Binu", "Chitra")]


def ids_of(customers) -> list[str]:
    return [str(customer.pk) for customer in customers]


def post(client, act: str, customers=(), **data):
    return client.post(URL, {"act": act, "customer_ids": ids_of(customers), **data}, headers=JSON)


def done(client, act: str, customers=(), **data) -> Batch:
    answer = post(client, act, customers, go="1", **data)
    assert answer.status_code == 200, answer.content
    return Batch.objects.get(pk=answer.json()["batch"])


def undo(client, batch: Batch) -> dict:
    answer = client.post(f"{URL}{batch.pk}/undo/", headers=JSON)
    assert answer.status_code == 200, answer.content
    return answer.json()


def rows(*without: str) -> list[dict]:
    left_out = UNCHANGING | set(without)
    return [{k: v for k, v in row.items() if k not in left_out} for row in Customer.objects.order_by("pk").values()]


# --- Status ---------------------------------------------------------------------------------------


def test_a_status_with_a_note_for_those_ticked(some, manager, as_user):
    other = CustomerFactory(created_at=LONG_AGO)
    batch = done(as_user(manager), "status", some, to_status="INTERESTED", note="Open day")

    assert set(Customer.objects.exclude(pk=other.pk).values_list("status", flat=True)) == {"INTERESTED"}
    changes = StatusChange.objects.filter(batch=batch)
    assert changes.count() == 3
    assert set(changes.values_list("kind", "previous_status", "new_status", "notes", "changed_by")) == {
        ("bulk", "NEW", "INTERESTED", "Open day", manager.pk)
    }
    other.refresh_from_db()
    assert other.status_id == "NEW"
    assert set(Customer.objects.values_list("attempts", "last_contact_at")) == {(0, None)}  # nobody was called
    assert (batch.kind, batch.state, batch.counts["done"]) == ("status", "done", 3)


def test_those_who_have_it_already_are_left(some, manager, as_user):
    Customer.objects.filter(pk=some[0].pk).update(status="INTERESTED")
    batch = done(as_user(manager), "status", some, to_status="INTERESTED")
    assert batch.counts["done"] == 2
    page = as_user(manager).get(f"{URL}{batch.pk}/").content.decode()
    assert "2 were changed. 1 was so already." in page


def test_won_and_lost_close_the_follow_up_and_undo_opens_it_again(some, manager, as_user):
    due = timezone.now() + timedelta(days=1)
    for customer in some[:2]:
        FollowUpFactory(customer=customer, due_at=due, owner=None)
        Customer.objects.filter(pk=customer.pk).update(next_follow_up_at=due, exhausted_at=LONG_AGO)
    before, client = rows(), as_user(manager)

    batch = done(client, "status", some, to_status="NOT_INTERESTED")

    assert not FollowUp.objects.open().exists()
    assert set(Customer.objects.values_list("next_follow_up_at", "exhausted_at")) == {(None, None)}
    assert undo(client, batch)["text"] == "Undone: 3 are as before."
    assert rows() == before
    assert FollowUp.objects.open().count() == 2
    assert not StatusChange.objects.standing().exists()


# --- Follow-up ------------------------------------------------------------------------------------


def test_a_follow_up_in_place_of_the_open_one_and_back(some, manager, asha, as_user):
    due, before_due = timezone.now() + timedelta(days=3), timezone.now() + timedelta(days=1)
    Customer.objects.filter(pk=some[0].pk).update(assigned_to=asha, next_follow_up_at=before_due)
    FollowUpFactory(customer=some[0], due_at=before_due, owner=asha)
    Customer.objects.filter(pk=some[2].pk).update(do_not_call=True)
    before, client = rows(), as_user(manager)

    batch = done(client, "follow_up", some, when="at", due_at=due.isoformat())

    open_ones = FollowUp.objects.open().order_by("customer")
    assert [(f.customer_id, f.owner, f.created_by) for f in open_ones] == [
        (some[0].pk, asha, manager),
        (some[1].pk, None, manager),
    ]
    assert set(Customer.objects.filter(do_not_call=False).values_list("next_follow_up_at", flat=True)) == {due}
    assert batch.counts["why"] == {"do_not_call": 1}
    undo(client, batch)
    assert rows() == before
    assert list(FollowUp.objects.open().values_list("due_at", flat=True)) == [before_due]


def test_no_follow_up_any_more(some, manager, as_user):
    due = timezone.now() + timedelta(days=1)
    FollowUpFactory(customer=some[0], due_at=due, owner=None)
    Customer.objects.filter(pk=some[0].pk).update(next_follow_up_at=due)
    before, client = rows(), as_user(manager)

    batch = done(client, "follow_up", some, when="none")

    assert batch.counts["done"] == 1 and not FollowUp.objects.open().exists()
    undo(client, batch)
    assert rows() == before and FollowUp.objects.open().count() == 1


# --- Source ---------------------------------------------------------------------------------------


def test_a_source_on_the_record_and_back(some, manager, as_user):
    fair, walk_in = SourceFactory(name="Fair"), SourceFactory(name="Walk-in")
    Customer.objects.filter(pk__in=[some[0].pk, some[1].pk]).update(source=fair)
    actions.edit_customer(customer=some[1], by=manager, now=LONG_AGO, source="Fair 2")
    Customer.objects.update(updated_at=LONG_AGO)
    Customer.objects.all().update(origin=some[0].origin)
    some[0].origin.kind = "import"
    some[0].origin.save()
    before, client = rows(), as_user(manager)

    batch = done(client, "source", some, to_source=walk_in.pk)

    assert set(Customer.objects.values_list("source", flat=True)) == {walk_in.pk}
    assert all(customer.is_hand_edited("source") for customer in Customer.objects.all())
    written = FieldChange.objects.filter(at=batch.at).values_list("old", "new")
    assert sorted(written) == [("", "Walk-in"), ("Fair", "Walk-in"), ("Fair 2", "Walk-in")]
    undo(client, batch)
    assert rows() == before
    assert Source.objects.count() == 3


# --- Whoever changed since ------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", ["ticked", "matching"])
def test_rows_that_changed_since_the_page_was_drawn_are_named_and_left(chosen, some, manager, asha, as_user):
    drawn = timezone.now()
    actions.edit_customer(customer=some[0], by=asha, now=timezone.now(), area="Aluva")
    client, names = as_user(manager), {"as_of": drawn.isoformat()}
    asked = {"matching": "1"} if chosen == "matching" else {"customer_ids": ids_of(some)}
    ask = {"act": "status", **names, **asked}

    page = client.post(URL, ask).content.decode()
    preview = client.post(URL, ask, headers=JSON).json()
    answer = client.post(URL, {**ask, "go": "1", "to_status": "INTERESTED"}, headers=JSON).json()

    assert preview == {"total": 3, "changed": 1, "names": ["Farah"]}
    assert "1 changed since you opened the list" in page and "Change 2" in page
    some[0].refresh_from_db()
    assert (some[0].status_id, some[0].area) == ("NEW", "Aluva")
    assert answer["changed"] == 2
    told = client.get(f"{URL}{answer['batch']}/").content.decode()
    assert "1 has changed since and stays as it is." in told
    assert f'/customers/{some[0].pk}/">Farah</a>' in told


def test_undo_leaves_whom_somebody_has_changed_since(some, manager, asha, as_user):
    client = as_user(manager)
    batch = done(client, "status", some, to_status="INTERESTED")
    actions.record_status(
        customer=some[0],
        status=Status.objects.get(pk="CAMPUS_VISIT"),
        by=asha,
        now=timezone.now() + timedelta(seconds=1),
    )

    assert undo(client, batch)["text"] == "Undone: 2 are as before. 1 stays: somebody has changed them since."
    assert sorted(Customer.objects.values_list("status", flat=True)) == ["CAMPUS_VISIT", "NEW", "NEW"]
    again = client.post(f"{URL}{batch.pk}/undo/", headers=JSON)
    assert again.status_code == 400 and "already" in again.json()["error"]


def test_ids_that_are_not_there_are_told(some, manager, as_user):
    answer = post(as_user(manager), "status", some, go="1", to_status="INTERESTED",
                  customer_ids=[*ids_of(some), "00000000-0000-0000-0000-000000000000"])  # fmt: skip
    assert answer.json()["text"] == "3 were changed. 1 does not exist any more."


# --- All that match, and the worker ---------------------------------------------------------------


def test_all_that_match_the_list(manager, as_user):
    CustomerFactory.create_batch(2, area="Kochi", created_at=LONG_AGO)
    CustomerFactory(area="Aluva", created_at=LONG_AGO)
    batch = done(as_user(manager), "status", matching="1", area="kochi", to_status="INTERESTED")
    assert batch.filter == {"area": "kochi"}
    assert Customer.objects.filter(status="INTERESTED").count() == 2


@pytest.fixture
def three_a_slice(monkeypatch):
    monkeypatch.setattr("customers.actions.SLICE", 3)
    monkeypatch.setattr("customers.actions.REQUEST_LIMIT", 5)


def begun(manager, **filters) -> Batch:
    act = actions.Act(Batch.Kind.STATUS, status=Status.objects.get(pk="INTERESTED"))
    now = timezone.now()
    return actions.begin_bulk(act=act, by=manager, now=now, filters=Filters(**filters).as_dict(), as_of=now, total=7)


def test_many_go_to_the_worker(three_a_slice, manager, as_user, django_capture_on_commit_callbacks):
    CustomerFactory.create_batch(7, created_at=LONG_AGO)
    client = as_user(manager)
    with django_capture_on_commit_callbacks(execute=True):
        batch = done(client, "status", matching="1", status="NEW", to_status="INTERESTED")
    batch.refresh_from_db()
    assert (batch.state, batch.counts["done"], batch.options["seen"]) == ("done", 7, 7)
    with django_capture_on_commit_callbacks(execute=True):
        undo(client, batch)
    assert set(Customer.objects.values_list("status", flat=True)) == {"NEW"}


def test_a_worker_that_is_killed_goes_on_where_it_was(three_a_slice, manager, as_user):
    CustomerFactory.create_batch(7, created_at=LONG_AGO)
    batch = begun(manager, status=("NEW",))
    assert bulk._next_slice(str(batch.pk))  # then it is killed
    page = as_user(manager).get(f"{URL}{batch.pk}/").content.decode()
    assert "are being changed" in page and "data-batch" in page

    CustomerFactory(name="Came later")
    bulk.act_on_batch.func(str(batch.pk))
    bulk.act_on_batch.func(str(batch.pk))  # taken up twice

    batch.refresh_from_db()
    assert (batch.state, batch.counts["done"]) == ("done", 7)
    assert StatusChange.objects.filter(batch=batch).count() == 7
    assert Customer.objects.get(name="Came later").status_id == "NEW"


def test_thirty_rows_cost_the_queries_of_three(manager, as_user, django_assert_max_num_queries):
    client = as_user(manager)
    for total in (3, 30):
        customers = CustomerFactory.create_batch(total, created_at=LONG_AGO)
        for act, values in (
            ("status", {"to_status": "NOT_INTERESTED"}),
            ("source", {"to_source": SourceFactory().pk}),
            ("follow_up", {"when": "at", "due_at": (timezone.now() + timedelta(days=1)).isoformat()}),
        ):
            Customer.objects.update(updated_at=LONG_AGO)
            with django_assert_max_num_queries(24):
                post(client, act, customers, go="1", **values)


# --- What is asked --------------------------------------------------------------------------------


def test_the_page_asks_first_and_changes_nothing(some, manager, as_user):
    client = as_user(manager)
    for act, words in (("status", "Status of 3 customers"), ("follow_up", "Day and time"), ("source", "Source of 3")):
        response = client.post(URL, {"act": act, "customer_ids": ids_of(some)})
        page = response.content.decode()
        assert response.status_code == 200 and words in page and "3 New" in page or act == "source"
        assert page.count('name="customer_ids"') == 3
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("act", "data", "words"),
    [
        ("status", {}, "Choose a status"),
        ("status", {"to_status": "NOPE"}, "no such status"),
        ("status", {"to_status": "NEW", "note": "x" * 5001}, "5,000"),
        ("follow_up", {}, "Choose one of the two"),
        ("follow_up", {"when": "at"}, "Give the day and the time"),
        ("follow_up", {"when": "at", "due_at": "2020-01-01T10:00"}, "lies in the past"),
        ("follow_up", {"when": "at", "due_at": "soon"}, "Write the time"),
        ("source", {}, "Choose a source"),
        ("source", {"to_source": "99999999"}, "no such source"),
    ],
)
def test_what_is_missing_is_said(act, data, words, some, manager, as_user):
    client = as_user(manager)
    answer = post(client, act, some, go="1", **data)
    assert answer.status_code == 400 and words in answer.json()["error"]
    page = client.post(URL, {"act": act, "customer_ids": ids_of(some), "go": "1", **data})
    assert page.status_code == 400 and words in page.content.decode()
    assert not Batch.objects.exists()


def test_a_retired_status_is_not_offered(some, manager, as_user):
    Status.objects.filter(pk="VALID").update(is_active=False)
    assert post(as_user(manager), "status", some, go="1", to_status="VALID").status_code == 400


def test_nobody_chosen_leads_back_to_the_list(manager, as_user):
    client = as_user(manager)
    response = client.post(URL, {"act": "status"})
    assert (response.status_code, response["Location"]) == (302, "/customers/")
    assert "No customer was chosen" in client.get("/customers/").content.decode()
    assert post(client, "status").status_code == 400
    assert post(client, "nonsense", [CustomerFactory()]).status_code == 400


def test_the_bar_offers_it(some, manager, as_user):
    page = as_user(manager).get("/customers/").content.decode()
    for act in ("status", "follow_up", "source"):
        assert f'name="act" value="{act}" formaction="{URL}"' in page
    assert "that match" in page
