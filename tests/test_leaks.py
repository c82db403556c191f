"""What a stranger learns of a customer who is not hers: nothing, wherever she asks."""

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import AssignmentChange, FieldChange, Note
from customers.tests.factories import CustomerFactory, FollowUpFactory, StatusChangeFactory

pytestmark = pytest.mark.django_db

NAME, NUMBER, AREA, SECRET = "Farah Quraishi", "9876543210", "Zamorin Street", "her father is against it"
TRACES = [NAME, NAME.split()[0], NUMBER, NUMBER[:5] + " " + NUMBER[5:], AREA, SECRET]


@pytest.fixture
def farah(asha):
    """Asha's customer, with something of every kind in her history, all of it due today."""
    now = timezone.now()
    customer = CustomerFactory(
        name=NAME, phone_number=f"+91{NUMBER}", area=AREA, assigned_to=asha, next_follow_up_at=now, last_contact_at=now
    )
    StatusChangeFactory(customer=customer, changed_by=asha, notes=SECRET)
    FollowUpFactory(customer=customer, due_at=now, created_by=asha)
    Note.objects.create(customer=customer, text=SECRET, by=asha, at=now)
    FieldChange.objects.create(customer=customer, field="area", old=SECRET, new=AREA, by=asha, at=now)
    AssignmentChange.objects.create(customer=customer, new_owner=asha, by=asha, at=now)
    return customer


LISTS = [
    ("customers:list", {}),
    ("customers:list", {"search": NUMBER}),
    ("customers:list", {"search": NAME}),
    ("customers:list", {"search": AREA, "count": "exact"}),
    ("customers:list", {"follow_up": "due"}),
    ("customers:list", {"contacted": "today"}),
    ("customers:list", {"sort": "name"}),
    ("customers:follow_ups", {}),
    ("dashboards:sales", {}),
    ("home", {}),
]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(("name", "query"), LISTS)
def test_lists_and_figures_show_a_colleague_nothing(name, query, accept, farah, ravi, as_user):
    response = as_user(ravi).get(reverse(name), query, headers={"accept": accept}, follow=True)

    text = response.content.decode()
    for typed in query.values():  # the search box repeats what was typed into it
        text = text.replace(typed, "")
    assert response.status_code == 200
    assert [trace for trace in TRACES if trace in text and trace not in query.values()] == []
    assert str(farah.pk) not in text


def test_the_owner_does_see_her(farah, asha, as_user):
    """The counterpart: the traces looked for above are what the pages do show to whom it concerns."""
    client = as_user(asha)
    assert NAME in client.get(reverse("customers:list"), headers={"accept": "text/html"}).content.decode()
    detail = client.get(reverse("customers:detail", kwargs={"customer_id": farah.pk})).content.decode()
    assert NAME in detail and SECRET in detail


def test_a_search_for_a_colleagues_number_looks_like_one_for_nobodys(farah, ravi, as_user):
    client = as_user(ravi)
    answers = [
        client.get(reverse("customers:list"), {"search": number}, headers={"accept": "application/json"}).json()
        for number in (NUMBER, "9876500000")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["count"] == 0


# (address, method): the answer. What an address does not answer at all is 405 for those whose role may be there.
CLOSED = {
    ("customers:detail", "get"): 403,
    ("customers:detail", "post"): 405,
    ("customers:edit", "get"): 403,
    ("customers:edit", "post"): 403,
    ("customers:notes", "get"): 405,
    ("customers:notes", "post"): 403,
    ("customers:update_status", "get"): 405,
    ("customers:update_status", "post"): 403,
    ("customers:assign", "get"): 403,
    ("customers:assign", "post"): 403,
}


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(("name", "method"), CLOSED)
def test_her_addresses_are_closed_to_a_colleague_and_say_nothing(name, method, accept, farah, ravi, as_user):
    data = {"status": "INTERESTED", "notes": "mine now", "text": "mine now", "name": "Nobody"}
    url = reverse(name, kwargs={"customer_id": farah.pk})

    response = getattr(as_user(ravi), method)(url, data, headers={"accept": accept})

    assert response.status_code == CLOSED[name, method]
    assert [trace for trace in TRACES if trace in response.content.decode()] == []
    farah.refresh_from_db()
    assert (farah.name, farah.status_id, farah.notes.count(), farah.status_changes.count()) == (NAME, "NEW", 1, 1)


def test_a_manager_who_looks_at_a_counsellors_day_sees_only_hers(farah, asha, ravi, manager, as_user):
    client = as_user(manager)
    hers = client.get(reverse("dashboards:sales"), {"user": asha.pk}).content.decode()
    his = client.get(reverse("dashboards:sales"), {"user": ravi.pk}).content.decode()
    assert NAME in hers
    assert NAME not in his


def test_a_counsellor_opens_no_colleagues_day(asha, ravi, as_user):
    assert as_user(ravi).get(reverse("dashboards:sales"), {"user": asha.pk}).status_code == 403
