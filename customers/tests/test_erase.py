"""A person erased: who she was goes, what the figures count stays, and nothing brings her back."""

from datetime import date, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from customers import actions
from customers.actions import ActionError
from customers.actions.erase import SHARED_BY
from customers.erased import erased_among
from customers.models import (
    CallingRules,
    ContactNumber,
    Customer,
    Enquiry,
    ErasedNumber,
    FieldChange,
    FollowUp,
    Merge,
    Note,
    Skip,
    Status,
)
from customers.tests.factories import (
    CourseFactory,
    CustomerFactory,
    FollowUpFactory,
    SourceFactory,
    StatusChangeFactory,
)

pytestmark = pytest.mark.django_db

NAME, NUMBER, FURTHER, SECRET = "Farah Quraishi", "+919876543210", "+919876500000", "her father is against it"
TRACES = (NAME, "Farah", "9876543210", "98765 43210", "98765 00000", SECRET, "farah@example.in", "Zamorin")
JSON = {"accept": "application/json"}


@pytest.fixture
def farah(asha):
    """Asha's customer with something of every kind."""
    now = timezone.now()
    customer = CustomerFactory(
        name=NAME,
        phone_number=NUMBER,
        area="Zamorin Street",
        email="farah@example.in",
        remark=SECRET,
        extra={"Father": SECRET},
        source=SourceFactory(),
        course=CourseFactory(),
        date=date(2026, 5, 4),
        assigned_to=asha,
        status=Status.objects.get(pk="INTERESTED"),
        next_follow_up_at=now + timedelta(hours=1),
        last_contact_at=now,
    )
    ContactNumber.objects.create(customer=customer, number=FURTHER)
    StatusChangeFactory(customer=customer, changed_by=asha, notes=SECRET)
    FollowUpFactory(customer=customer, due_at=now + timedelta(hours=1), created_by=asha)
    Note.objects.create(customer=customer, text=SECRET, by=asha, at=now, pinned=True)
    FieldChange.objects.create(customer=customer, field="name", old=SECRET, new=NAME, by=asha, at=now)
    Enquiry.objects.create(
        customer=customer, enquired_on=date(2026, 5, 4), origin=customer.origin, sheet="Fair", row=12
    )
    return customer


def erase(customer, by, **more):
    return actions.erase(customer=customer, by=by, now=timezone.now(), reason="asked for it by mail", **more)


def everything_stored() -> str:
    """Every text in every table of the product, the sessions included."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            said += [str(row) for row in cursor.fetchall()]
    return "\n".join(said)


def test_nothing_that_tells_who_she_was_is_left_in_any_table(farah, manager):
    before = everything_stored()
    assert [trace for trace in TRACES if trace not in before] == ["98765 43210", "98765 00000"]

    erase(farah, manager)

    after = everything_stored().casefold()
    assert [trace for trace in TRACES if trace.casefold() in after] == []


@pytest.mark.parametrize(("others", "stays"), [(SHARED_BY, "Kochi"), (SHARED_BY - 1, "")])
def test_the_area_stays_only_where_enough_others_live(others, stays, manager):
    CustomerFactory.create_batch(others, area="Kochi")
    customer = CustomerFactory(area="Kochi")

    erase(customer, manager)

    customer.refresh_from_db()
    assert (customer.area, customer.area_key) == (stays, stays.lower())


def test_who_did_it_when_and_why_stays_on_the_record(farah, manager, as_user):
    erase(farah, manager)

    erasure = farah.erasure
    assert (erasure.by, erasure.reason) == (manager, "asked for it by mail")
    page = as_user(manager).get(reverse("customers:detail", args=[farah.pk])).content.decode()
    assert "Data erased" in page and "asked for it by mail" in page


def test_once_is_enough(farah, manager):
    erase(farah, manager)
    with pytest.raises(ActionError, match="was erased"):
        erase(farah, manager)
    assert ErasedNumber.objects.count() == 2


def test_those_merged_into_her_go_along_with_their_numbers(farah, manager):
    loser = CustomerFactory(name="F. Quraishi", phone_number="+919876511111", merged_into=farah)
    Note.objects.create(customer=loser, text=SECRET, by=manager, at=timezone.now())
    Merge.objects.create(winner=farah, loser=loser, by=manager, at=timezone.now(), before={"name": NAME})

    erase(farah, manager)

    loser.refresh_from_db()
    assert (loser.name, loser.phone_number, bool(loser.erased_at)) == ("", "", True)
    assert Merge.objects.get().before == {}
    assert erased_among({NUMBER, FURTHER, "+919876511111", "+919876522222"}) == {NUMBER, FURTHER, "+919876511111"}
    assert SECRET not in everything_stored()


def test_a_draft_about_her_in_somebodys_session_goes(farah, manager):
    session = SessionStore()
    drafts = [{"user": 1, "form": f"{name} {pk}", "fields": {"notes": [SECRET]}, "signed_out": True}
              for name, pk in (("outcome", farah.pk), ("outcome", "another"))]  # fmt: skip
    session["drafts"], session["else"] = drafts, "stays"
    session.create()

    erase(farah, manager)

    stored = SessionStore(session.session_key)
    assert [draft["form"] for draft in stored["drafts"]] == ["outcome another"]
    assert stored["else"] == "stays"


# -- nothing more can be done with her ------------------------------------------------------------------------------


def later():
    return timezone.now() + timedelta(days=1)


ACTS = {
    "a status": lambda c, by: actions.record_status(
        customer=c, status=Status.objects.get(pk="VALID"), by=by, now=timezone.now(), notes=SECRET
    ),
    "a note": lambda c, by: actions.add_note(customer=c, text=SECRET, by=by, now=timezone.now()),
    "a changed note": lambda c, by: actions.edit_note(note=c.notes.get(), text=SECRET, by=by, now=timezone.now()),
    "an edit": lambda c, by: actions.edit_customer(customer=c, by=by, now=timezone.now(), name=NAME),
    "a counsellor": lambda c, by: actions.assign_one(customer=c, to=None, by=by, now=timezone.now()),
    "a tap": lambda c, by: actions.record_tap(customer=c, kind="call", by=by, now=timezone.now()),
    "a skip": lambda c, by: actions.skip(customer=c, reason=Skip.Reason.LATER, by=by, now=timezone.now()),
    "a follow-up": lambda c, by: actions.put_off(customer=c, due_at=later(), by=by, now=timezone.now()),
    "an outcome taken back": lambda c, by: actions.take_back(change=c.status_changes.get(), by=by, now=timezone.now()),
}


@pytest.mark.parametrize("what", ACTS)
def test_nothing_can_be_recorded_or_changed_any_more(what, farah, manager, asha):
    erase(farah, manager)
    farah.refresh_from_db()
    with pytest.raises(ActionError, match="erased"):
        ACTS[what](farah, asha)


def test_every_form_for_her_is_refused_with_a_sentence(farah, manager, asha, as_user):
    erase(farah, manager)
    client = as_user(asha)
    note = farah.notes.get()
    sent = {
        "update_status": {"status": "VALID"},
        "notes": {"text": "x"},
        "skip": {"reason": "later"},
        "tap": {"kind": "call"},
        "edit": {"name": NAME},
        "put_off": {"due_at": later().isoformat()},
    }
    for name, data in sent.items():
        response = client.post(reverse(f"customers:{name}", args=[farah.pk]), data, headers=JSON)
        assert (name, response.status_code) == (name, 400)
    changed = client.post(reverse("customers:change_note", args=[farah.pk, note.pk]), {"text": NAME}, headers=JSON)
    assert changed.status_code == 400
    assert client.get(reverse("customers:edit", args=[farah.pk])).status_code == 400


def test_she_is_in_no_deal_no_next_call_and_no_bulk(farah, manager, asha, ravi, as_user):
    CallingRules.objects.create(opens="00:00", closes="23:59:59.999999")
    erase(farah, manager)
    now = timezone.now()
    hers = Customer.objects.filter(pk=farah.pk)

    shared = actions.share_out(customers=hers, among=[ravi], by=manager, now=now, as_of=now)
    act = actions.Act(kind="status", status=Status.objects.get(pk="VALID"), note=SECRET)
    batch = actions.begin_bulk(act=act, by=manager, now=now, filters={}, as_of=now, total=1)
    actions.bulk_slice(batch=batch, customers=hers)

    assert (shared.assigned, shared.left) == (0, 1)
    assert batch.counts["why"]["erased"] == 1
    assert as_user(asha).get(reverse("customers:next"), headers=JSON).json()["customer"] is None
    assert not FollowUp.objects.open().exists()


def test_she_stays_with_a_counsellor_who_leaves(farah, manager, asha, ravi):
    erase(farah, manager)
    done = actions.deactivate(user=asha, by=manager, now=timezone.now(), to=[ravi])
    farah.refresh_from_db()
    assert (done.given, done.to_pool, farah.assigned_to) == (0, 0, asha)


# -- she is shown calmly --------------------------------------------------------------------------------------------


def test_pages_lists_and_json_say_erased_and_offer_no_call(farah, manager, asha, as_user):
    erase(farah, manager)
    for person in (manager, asha):
        page = as_user(person).get(reverse("customers:detail", args=[farah.pk])).content.decode()
        assert "<h1" in page and "Erased" in page
        assert [word for word in ("tel:", "wa.me", "data-tap=", 'name="status"') if word in page] == []
        rows = as_user(person).get(reverse("customers:list"), headers=JSON).json()["results"]
        assert [(row["name"], row["phone_number"], row["extra_phones"], row["extra"]) for row in rows] == [
            ("Erased", "", [], {})
        ]
        assert rows[0]["erased_at"]
        assert (
            "Erased" in as_user(person).get(reverse("customers:list"), headers={"accept": "text/html"}).content.decode()
        )


@pytest.mark.parametrize("text", ["Farah", "98765 43210", "9876500000", "Zamorin"])
def test_no_search_finds_her_by_what_she_was(text, farah, manager, as_user):
    erase(farah, manager)
    found = as_user(manager).get(reverse("customers:list"), {"search": text}, headers=JSON).json()
    assert found["results"] == []


def test_her_line_in_an_export_says_erased(farah, manager, as_user):
    erase(farah, manager)
    sent = {"format": "csv", "reason": "weekly list"}
    lines = b"".join(as_user(manager).post(reverse("customers:export"), sent)).decode("utf-8-sig")
    assert "Erased" in lines and str(farah.pk) in lines
    assert [trace for trace in TRACES if trace in lines] == []


def test_the_page_of_one_chosen_call_leads_to_her_entry(farah, manager, asha, as_user):
    erase(farah, manager)
    response = as_user(asha).get(reverse("customers:next"), {"customer": farah.pk})
    assert (response.status_code, response["Location"]) == (302, reverse("customers:detail", args=[farah.pk]))


# -- the page -------------------------------------------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_stays(farah, manager, as_user):
    page = as_user(manager).get(reverse("customers:erase", args=[farah.pk]))
    seen = as_user(manager).get(reverse("customers:erase", args=[farah.pk]), headers=JSON).json()
    assert "Erase for good" in page.content.decode()
    assert "all 2 numbers" in seen["goes"] and "1 note" in seen["goes"]
    assert "the area, in which hardly anybody else lives" in seen["goes"]
    assert any("source and course" in words for words in seen["stays"])


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"reason": "asked", "confirm": ""}, "Type the word erase"),
        ({"reason": "asked", "confirm": "yes"}, "Type the word erase"),
        ({"reason": "", "confirm": "erase"}, "Say why"),
    ],
)
def test_without_a_reason_and_the_word_nothing_is_erased(sent, says, farah, manager, as_user):
    response = as_user(manager).post(reverse("customers:erase", args=[farah.pk]), sent)
    farah.refresh_from_db()
    assert response.status_code == 400 and says in response.content.decode()
    assert farah.name == NAME


def test_with_both_she_is_erased(farah, manager, as_user):
    sent = {"reason": "asked for it", "confirm": "Erase"}
    response = as_user(manager).post(reverse("customers:erase", args=[farah.pk]), sent, follow=True)
    farah.refresh_from_db()
    assert "data was erased" in response.content.decode()
    assert (farah.name, bool(farah.erased_at)) == ("", True)
    again = as_user(manager).post(reverse("customers:erase", args=[farah.pk]), sent, headers=JSON)
    assert again.status_code == 400


@pytest.mark.parametrize("count", [3, 30])
def test_a_long_history_costs_no_further_query(count, farah, manager, as_user, django_assert_num_queries):
    for n in range(count):
        Note.objects.create(customer=farah, text=f"{n}", by=manager, at=timezone.now())
        StatusChangeFactory(customer=farah, notes=f"{n}")
    client = as_user(manager)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("customers:erase", args=[farah.pk]), headers={"accept": "text/html"})
    with django_assert_num_queries(ERASE_QUERIES):
        erase(farah, manager)


PAGE_QUERIES, ERASE_QUERIES = 13, 21
