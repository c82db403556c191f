"""Merging on screen: find the other, choose side by side, take apart again; as page and as JSON."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from customers import actions
from customers.models import Customer, Merge, Note
from customers.tests.factories import CourseFactory, CustomerFactory, SourceFactory

pytestmark = pytest.mark.django_db
HTML, JSON = {"accept": "text/html"}, {"accept": "application/json"}


@pytest.fixture
def farah(asha):
    return CustomerFactory(name="Farah Khan", phone_number="+919876543210", area="Kochi", assigned_to=asha, attempts=2)


@pytest.fixture
def double(ravi):
    return CustomerFactory(
        name="Farah", phone_number="+919876543201", area="", email="f@example.com", assigned_to=ravi,
        course=CourseFactory(name="BCA"), last_contact_at=timezone.now(), status_id="INTERESTED", status=None,
    )  # fmt: skip


@pytest.fixture
def client(manager, as_user):
    return as_user(manager)


def url(customer, other=None):
    return f"/customers/{customer.pk}/merge/" + (f"?other={other.pk}" if other else "")


def test_the_other_is_found_by_number_and_compared(farah, double, client):
    page = client.get(url(farah), {"search": "98765 43201"}).content.decode()
    assert f"?other={double.pk}" in page
    assert f"?other={farah.pk}" not in client.get(url(farah), {"search": "Farah"}).content.decode()
    assert "Nobody else" in client.get(url(farah), {"search": "98111 00001"}).content.decode()


def test_what_is_offered_loses_nothing(farah, double, client):
    choices = client.get(url(farah, double), headers=JSON).json()["choices"]
    assert choices == {
        "survivor": "left", "name": "left", "area": "left", "date": "left", "remark": "left", "email": "right",
        "source": "left", "course": "right", "extra": "left", "status": "right", "owner": "left",
    }  # fmt: skip
    page = client.get(url(farah, double)).content.decode()
    assert "f@example.com" in page and "Farah Khan" in page and "98765 43201" in page


def test_both_remarks_are_offered(farah, double, client):
    Customer.objects.update(remark="Hostel")
    Customer.objects.filter(pk=double.pk).update(remark="Evenings")
    assert client.get(url(farah, double), headers=JSON).json()["choices"]["remark"] == "both"
    client.post(url(farah, double), {"survivor": "right"}, headers=JSON)
    double.refresh_from_db()
    assert double.remark == "Evenings\nHostel"


@pytest.mark.parametrize("survivor", ["left", "right"])
def test_merged_as_chosen(survivor, farah, double, asha, client):
    data = {"survivor": survivor, "name": "right", "owner": "left", "status": "right"}
    answer = client.post(url(farah, double), {**data, "seen": "1.1"}, headers=HTML)
    winner = farah if survivor == "left" else double
    assert answer["Location"] == f"/customers/{winner.pk}/"
    winner.refresh_from_db()
    assert (winner.name, winner.assigned_to, winner.status_id, winner.area) == ("Farah", asha, "INTERESTED", "Kochi")
    page = client.get(answer["Location"]).content.decode()
    assert f"/customers/merges/{Merge.objects.get().pk}/" in page
    assert "is the same person" in page


def test_json_alike(farah, double, client):
    answer = client.post(url(farah, double), {"survivor": "left"}, content_type="application/json", headers=JSON)
    assert answer.json() == {"success": True, "id": str(farah.pk), "merge": str(Merge.objects.get().pk)}


@pytest.mark.parametrize("data", [{}, {"survivor": "up"}, {"survivor": "left", "name": "both"}, {"seen": "x"}])
@pytest.mark.parametrize("wish", [HTML, JSON])
def test_what_makes_no_sense_is_400_and_changes_nothing(data, wish, farah, double, client):
    assert client.post(url(farah, double), data, headers=wish).status_code == 400
    assert not Merge.objects.exists()


@pytest.mark.parametrize("other", ["x", "1", "%00"])
def test_the_other_is_an_id(other, farah, client):
    assert client.get(f"/customers/{farah.pk}/merge/?other={other}").status_code == 400


def test_nobody_is_merged_with_herself(farah, double, client):
    assert client.get(url(farah, farah)).status_code == 400
    gone = CustomerFactory(merged_into=farah)
    assert client.get(url(farah, gone)).status_code == 400
    assert client.get(url(farah, Customer())).status_code == 404


def test_a_change_in_between_is_shown_and_the_choice_kept(farah, double, asha, client):
    data = {"survivor": "right", "name": "right", "seen": f"{farah.version}.{double.version}"}
    actions.edit_customer(customer=farah, by=asha, now=timezone.now(), area="Aluva")
    answer = client.post(url(farah, double), data, headers=HTML)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Somebody changed one of these two" in page and "Aluva" in page
    assert answer.context["survivor"] == "right"
    again = client.post(url(farah, double), {**data, "seen": answer.context["seen"]}, headers=HTML)
    assert again.status_code == 302


def test_what_was_chosen_survives_the_end_of_the_session(farah, double, manager, client, as_user):
    draft = client.get(url(farah, double)).context["draft"]
    client.logout()
    client.post(url(farah, double), {"survivor": "right", "name": "right", "draft": draft}, headers=HTML)
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(url(farah, double))
    assert page.context["restored"]
    assert (page.context["survivor"], page.context["form"]["name"].value()) == ("right", "right")


class TestApart:
    @pytest.fixture
    def done(self, farah, double, manager):
        return actions.merge(survivor=farah, loser=double, by=manager, now=timezone.now(), take=["email", "owner"])

    def test_what_comes_back_and_what_stays_is_said_first(self, done, farah, ravi, client):
        actions.edit_customer(customer=farah, by=ravi, now=timezone.now() + timedelta(seconds=5), email="new@x.org")
        Note.objects.create(customer=farah, text="x", by=ravi, at=timezone.now() + timedelta(seconds=5))
        said = client.get(f"/customers/merges/{done.pk}/", headers=JSON).json()
        assert said["comes_back"] == [
            "Farah, 98765 43201, is a customer of her own again, looked after by Rao, with all that was recorded there."
            .replace("Rao", str(ravi)),
            "Counsellor: “Ravi” is “Asha” again.".replace("Ravi", str(ravi)),
            "No number of Farah Khan any more: 98765 43201.",
        ]  # fmt: skip
        assert said["stays"] == [
            "Email stays “new@x.org”: it was changed since.",
            "1 call or note recorded since the merge: with Farah Khan.",
        ]
        assert "What stays" in client.get(f"/customers/merges/{done.pk}/").content.decode()

    def test_done_and_said_and_not_twice(self, done, farah, double, client):
        answer = client.post(f"/customers/merges/{done.pk}/", headers=HTML)
        assert answer["Location"] == f"/customers/{double.pk}/"
        page = client.get(answer["Location"]).content.decode()
        assert "is a customer of her own again" in page
        assert "taken apart" in page
        assert client.post(f"/customers/merges/{done.pk}/", headers=JSON).status_code == 400
        assert "taken apart already" in client.get(f"/customers/merges/{done.pk}/").content.decode()

    def test_after_thirty_days_the_page_says_why_not(self, done, client):
        Merge.objects.update(at=timezone.now() - timedelta(days=31))
        for wish, method in ((HTML, client.get), (HTML, client.post), (JSON, client.post)):
            answer = method(f"/customers/merges/{done.pk}/", headers=wish)
            assert "30 days" in (answer.content.decode() if wish is HTML else answer.json()["error"])
        assert Merge.objects.get().undone_at is None


@pytest.mark.parametrize("total", [3, 30])
def test_a_long_story_costs_no_more_queries(total, farah, double, manager, client, django_assert_num_queries):
    now = timezone.now()
    for customer in (farah, double):
        Note.objects.bulk_create(Note(customer=customer, text="x", by=manager, at=now) for _ in range(total))
        Customer.objects.filter(pk=customer.pk).update(source=SourceFactory())
    with django_assert_num_queries(5):
        client.get(url(farah, double))
    for _ in range(total):
        CustomerFactory(name="Farah Rao")
    # SQLite asks besides whether many hold the text (customers/search_index.py).
    with django_assert_num_queries(6 if connection.vendor == "sqlite" else 5):
        client.get(url(farah), {"search": "Farah"})
