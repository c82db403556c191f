"""The numbers of somebody who was erased are kept out, until a manager lets one in again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from customers import actions
from customers.actions import KeptOut
from customers.erased import digest, erased_among
from customers.models import ContactNumber, Customer, ErasedNumber
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

NAME, NUMBER, FURTHER = "Farah Quraishi", "+919876543210", "+919876500000"
JSON = {"accept": "application/json"}


@pytest.fixture
def farah(asha):
    customer = CustomerFactory(name=NAME, phone_number=NUMBER, assigned_to=asha)
    ContactNumber.objects.create(customer=customer, number=FURTHER)
    return customer


def erase(customer, by):
    return actions.erase(customer=customer, by=by, now=timezone.now(), reason="asked for it by mail")


@pytest.mark.parametrize("sent", [{"phone_number": NUMBER}, {"phone_number": FURTHER}])
@pytest.mark.parametrize("who", ["manager", "asha"])
def test_her_number_cannot_be_typed_in_again_and_the_page_says_why(sent, who, farah, manager, asha, as_user):
    erase(farah, manager)
    person = {"manager": manager, "asha": asha}[who]
    response = as_user(person).post(reverse("customers:create"), sent | {"name": "Somebody"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "data was erased, so it is kept out" in page
    assert (reverse("customers:let_in") in page) == (who == "manager")
    assert Customer.objects.count() == 1


def test_nor_as_a_further_number_nor_by_an_edit(farah, manager):
    erase(farah, manager)
    now, other = timezone.now(), CustomerFactory()
    with pytest.raises(KeptOut):
        actions.create_customer(by=manager, now=now, phone_number="+919811122233", extra_phones=[NUMBER], name="X")
    with pytest.raises(KeptOut):
        actions.edit_customer(customer=other, by=manager, now=now, phone_number=NUMBER)
    with pytest.raises(KeptOut):
        actions.edit_customer(customer=other, by=manager, now=now, extra_phones=[FURTHER])


def test_a_sister_at_the_same_number_keeps_it(farah, manager):
    sister = CustomerFactory(name="Sana", phone_number=NUMBER, person=2)
    erase(farah, manager)
    actions.edit_customer(
        customer=sister, by=manager, now=timezone.now(), phone_number=NUMBER, extra_phones=[], area="Aluva"
    )
    sister.refresh_from_db()
    assert (sister.phone_number, sister.area) == (NUMBER, "Aluva")


def test_a_caller_with_her_number_is_said_to_be_erased(farah, manager, asha, as_user):
    erase(farah, manager)
    client = as_user(asha)
    assert "whose data was erased" in client.get(reverse("customers:next"), {"who": "98765 43210"}).content.decode()
    assert client.get(reverse("customers:next"), {"who": "9876543210"}, headers=JSON).json() == {
        "results": [],
        "erased": True,
    }
    assert "whose data" not in client.get(reverse("customers:next"), {"who": "98111 22233"}).content.decode()


def test_a_manager_lets_a_number_in_again_and_it_is_on_the_record(farah, manager, as_user):
    erase(farah, manager)
    client = as_user(manager)
    response = client.post(reverse("customers:let_in"), {"phone_number": "98765 43210", "why": "enquired anew"})
    assert response.status_code == 302
    let_in = ErasedNumber.objects.get(digest=digest(NUMBER))
    assert (let_in.let_in_by, let_in.why, bool(let_in.let_in_at)) == (manager, "enquired anew", True)
    assert client.post(reverse("customers:create"), {"phone_number": NUMBER, "name": "Farah"}).status_code == 302
    again = client.post(reverse("customers:let_in"), {"phone_number": "98765 43210", "why": "x"})
    assert again.status_code == 400 and "not kept out" in again.content.decode()


def test_after_she_came_again_she_can_be_erased_again(farah, manager):
    erase(farah, manager)
    actions.let_in(number=NUMBER, by=manager, now=timezone.now(), why="enquired anew")
    again = actions.create_customer(by=manager, now=timezone.now(), phone_number=NUMBER, name=NAME)
    erase(again, manager)
    assert erased_among({NUMBER}) == {NUMBER}


def test_the_code_of_a_number_hangs_on_the_key(settings):
    first = digest(NUMBER)
    assert NUMBER not in first and len(first) == 64
    settings.ERASED_KEY = "another"
    assert digest(NUMBER) != first


@pytest.mark.parametrize("count", [3, 300])
def test_thousands_of_numbers_are_looked_up_in_two_queries(count, farah, manager, django_assert_num_queries):
    erase(farah, manager)
    numbers = {f"+9198{n:08d}" for n in range(count)} | {NUMBER}
    with django_assert_num_queries(2):
        assert erased_among(numbers) == {NUMBER}
