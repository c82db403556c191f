"""Somebody joins, goes on leave and comes back: links for passwords, work handed over and brought back."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from customers import actions
from customers.models import AssignmentChange, Customer
from customers.tests.factories import CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def now():
    return timezone.now()


# --- Joining -------------------------------------------------------------------------------------


def test_a_new_counsellor_chooses_her_password_by_a_link_that_works_once(as_user, manager, client):
    page = as_user(manager).post("/team/new/", {"username": "neha", "first_name": "Neha"}).content.decode()
    user = User.objects.get(username="neha")
    assert (user.role, user.has_usable_password(), user.is_sales) == ("sales", False, True)
    link = "/password/set/" + page.split("/password/set/")[1].split('"')[0]

    password = "saffron-banyan-4711"  # noqa: S105
    new = {"new_password1": password, "new_password2": password}
    opened = client.get(link, follow=True)
    client.post(opened.redirect_chain[-1][0] if opened.redirect_chain else link, new)

    user.refresh_from_db()
    assert user.check_password(password)
    assert client.login(username="neha", password=password)


@pytest.mark.parametrize("username", ["", "asha", "ASHA", "has space", "x" * 151, "semi;colon"])
def test_a_name_that_cannot_be_is_said_and_what_was_typed_stays(as_user, manager, asha, username):
    response = as_user(manager).post("/team/new/", {"username": username, "first_name": "Neha"})
    assert response.status_code == 400
    assert 'value="Neha"' in response.content.decode()
    assert not User.objects.filter(first_name="Neha").exists()


def test_a_new_link_leaves_her_signed_in_unless_it_is_to_end_everything_at_once(as_user, manager, asha):
    hers, url = as_user(asha), reverse("customers:password_link", args=[asha.pk])
    answer = as_user(manager).post(url, headers=JSON).json()
    assert answer["username"] == "asha"
    assert "/password/set/" in answer["link"]
    assert hers.get("/customers/").status_code == 200

    as_user(manager).post(url, {"at_once": "on"})

    assert hers.get("/customers/").status_code == 302
    asha.refresh_from_db()
    assert not asha.has_usable_password()


def test_no_link_for_managers_admins_and_those_who_left(as_user, manager, admin_user):
    left = UserFactory(is_active=False)
    for user in (manager, admin_user, left):
        assert as_user(manager).post(reverse("customers:password_link", args=[user.pk])).status_code == 404


# --- Leave ---------------------------------------------------------------------------------------


def test_handed_over_for_a_leave_and_brought_back_worked_on_or_not(as_user, manager, asha, ravi, now):
    customers = CustomerFactory.create_batch(3, assigned_to=asha)
    follow_up = FollowUpFactory(customer=customers[0], due_at=now + timedelta(hours=1))
    won = CustomerFactory(assigned_to=asha, status_id="ADMISSION")
    client = as_user(manager)

    client.post(reverse("customers:hand_over", args=[asha.pk]), {"hand_over": "one", "one": ravi.pk})

    asha.refresh_from_db()
    assert asha.is_active
    assert Counter(Customer.objects.values_list("assigned_to__username", flat=True)) == {"ravi": 3, "asha": 1}
    assert Customer.objects.get(pk=won.pk).assigned_to == asha
    actions.add_note(customer=customers[1], text="Called for Asha", by=ravi, now=timezone.now())
    assert "Bring back 3" in client.get(reverse("customers:counsellor", args=[asha.pk])).content.decode()

    client.post(reverse("customers:bring_back", args=[asha.pk]))

    assert Customer.objects.filter(assigned_to=asha).count() == 4
    follow_up.refresh_from_db()
    assert follow_up.owner == asha
    assert AssignmentChange.objects.filter(why="Asha is back").count() == 3


def test_what_was_given_on_meanwhile_is_not_brought_back(manager, asha, ravi, now):
    stays, returns = CustomerFactory.create_batch(2, assigned_to=asha)
    actions.hand_over(user=asha, by=manager, now=now, to=[ravi])
    third = UserFactory()
    actions.assign_one(customer=stays, to=third, by=manager, now=now + timedelta(minutes=1))

    assert actions.bring_back(user=asha, by=manager, now=now + timedelta(minutes=2)) == 1

    assert Customer.objects.get(pk=stays.pk).assigned_to == third
    assert Customer.objects.get(pk=returns.pk).assigned_to == asha
    assert actions.bring_back(user=asha, by=manager, now=now + timedelta(minutes=3)) == 0


def test_from_the_pool_too(manager, asha, now):
    CustomerFactory(assigned_to=asha)
    actions.hand_over(user=asha, by=manager, now=now)
    assert Customer.objects.unassigned().count() == 1
    assert actions.bring_back(user=asha, by=manager, now=now + timedelta(minutes=1)) == 1


def test_nobody_is_brought_back_to_somebody_who_left(as_user, manager, asha, ravi, now):
    CustomerFactory(assigned_to=asha)
    actions.deactivate(user=asha, by=manager, now=now, to=[ravi])
    response = as_user(manager).post(reverse("customers:bring_back", args=[asha.pk]), headers=JSON)
    assert response.status_code == 400
    assert "looks after nobody any more" in response.json()["error"]


def test_hot_ones_find_room_first(manager, asha, now):
    tight = UserFactory(open_cap=2)
    CustomerFactory.create_batch(5, assigned_to=asha)
    hot = CustomerFactory(assigned_to=asha, status_id="INTERESTED")
    due = CustomerFactory(assigned_to=asha, next_follow_up_at=now - timedelta(hours=1))

    actions.hand_over(user=asha, by=manager, now=now, to=[tight])

    assert set(Customer.objects.filter(assigned_to=tight)) == {hot, due}
    assert Customer.objects.unassigned().count() == 5


def test_the_preview_says_who_would_get_how_many_and_changes_nothing(as_user, manager, asha, ravi):
    tight = UserFactory(first_name="Tara", open_cap=1)
    CustomerFactory.create_batch(5, assigned_to=asha)
    data = {"hand_over": "several", "several": [ravi.pk, tight.pk], "preview": "1"}
    page = as_user(manager).post(reverse("customers:hand_over", args=[asha.pk]), data).content.decode()
    assert "Ravi <strong>+4</strong>" in page
    assert "Tara <strong>+1</strong>" in page
    assert Customer.objects.filter(assigned_to=asha).count() == 5
    page = as_user(manager).post(reverse("customers:deactivate", args=[asha.pk]), {"hand_over": "pool", "preview": "1"})
    assert "Back to the unassigned <strong>5</strong>" in page.content.decode()
    asha.refresh_from_db()
    assert asha.is_active


@pytest.mark.parametrize("seed", range(8))
def test_leaving_never_orphans_anybody(manager, seed):
    """Random teams, loads, caps and leaves: after a deactivation nobody open is left with somebody who left."""
    draw, now = random.Random(seed), timezone.now()  # noqa: S311 - a repeatable test
    today = timezone.localdate(now)
    team = [
        UserFactory(
            open_cap=draw.choice([None, None, 0, 2, 5]),
            takes_new=draw.random() > 0.2,
            away_from=draw.choice([None, today]),
        )
        for _ in range(draw.randrange(1, 5))
    ]
    statuses = ["NEW", "INTERESTED", "CALL_NOT_ATTENDED", "ADMISSION", "NOT_INTERESTED"]
    for _ in range(draw.randrange(0, 25)):
        muted = draw.random() < 0.2
        customer = CustomerFactory(assigned_to=draw.choice(team), status_id=draw.choice(statuses), do_not_call=muted)
        if draw.random() < 0.3:
            FollowUpFactory(customer=customer, due_at=now + timedelta(days=1))
            Customer.objects.filter(pk=customer.pk).update(next_follow_up_at=now + timedelta(days=1))
    total = Customer.objects.count()
    while team:
        leaver = team.pop(draw.randrange(len(team)))
        able = [heir for heir in actions.eligible(now=now) if heir in team]
        to = draw.choice([[], able[:1], able]) if able else []
        actions.deactivate(user=leaver, by=manager, now=now, to=to)
        gone = Customer.objects.filter(assigned_to__is_active=False)
        assert not gone.needing_work().exists()
        assert not gone.filter(follow_ups__state="open").exists()
    assert Customer.objects.count() == total


def test_strangers_stay_outside(as_user, asha, ravi):
    for name in ("password_link", "hand_over", "bring_back"):
        assert as_user(asha).post(reverse(f"customers:{name}", args=[ravi.pk])).status_code == 403
    assert as_user(asha).post("/team/new/", {"username": "x"}).status_code == 403
