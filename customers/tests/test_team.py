"""The team: loads that are doors, who takes what, who leaves and who gets the work."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from customers import actions
from customers.models import AssignmentChange, Customer
from customers.tests.factories import CustomerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db
TEAM = "/team/"


def leave(user) -> str:
    return reverse("customers:deactivate", args=[user.pk])


def said(response) -> str:
    return str(list(get_messages(response.wsgi_request))[-1])


@pytest.fixture
def now():
    return timezone.now()


# --- The table -----------------------------------------------------------------------------------


def test_every_number_is_as_long_as_the_list_it_opens(as_user, manager, asha, ravi, now):
    long_ago = now - timedelta(days=2)
    CustomerFactory.create_batch(2, assigned_to=asha, assigned_at=long_ago)
    CustomerFactory.create_batch(3, assigned_to=asha, assigned_at=now)
    CustomerFactory(assigned_to=asha, status=None, status_id="FOLLOW_UP", last_contact_at=now, assigned_at=long_ago)
    CustomerFactory(assigned_to=asha, assigned_at=long_ago, next_follow_up_at=now - timedelta(hours=1))
    CustomerFactory(assigned_to=asha, status=None, status_id="ADMISSION", assigned_at=long_ago)
    CustomerFactory(assigned_to=ravi)
    client = as_user(manager)
    html = client.get(TEAM).content.decode()
    doors = re.findall(rf'href="(/customers/\?owner={asha.pk}&amp;[^"]*)">([\d,]+)<', html)
    assert [int(number) for _, number in doors] == [7, 6, 3, 1, 1, 1]
    for path, number in doors:
        answer = client.get(path.replace("&amp;", "&"), headers={"accept": "application/json"}).json()
        assert answer["count"] == int(number), path


def test_who_is_away_and_who_takes_none(as_user, manager, now):
    today = timezone.localdate(now)
    UserFactory(first_name="Neha", away_from=today, away_until=today)
    UserFactory(first_name="Vikram", takes_new=False)
    html = as_user(manager).get(TEAM).content.decode()
    assert "On leave until" in html
    assert "Takes no new ones" in html


def test_those_who_left_come_last_with_what_they_still_have(as_user, manager):
    gone = UserFactory(first_name="Neha", is_active=False)
    CustomerFactory(assigned_to=gone)
    html = as_user(manager).get(TEAM).content.decode()
    assert "1 left" in html
    assert f"?owner={gone.pk}&amp;" in html.split('id="left-title"')[1]


def test_whoever_is_a_manager_now_is_told_with_what_she_still_has(as_user, manager):
    """A lost one that comes back to somebody who was made a manager was on nobody's page."""
    promoted = UserFactory(manager=True, first_name="Farah")
    CustomerFactory(assigned_to=promoted)
    CustomerFactory(assigned_to=UserFactory(manager=True, first_name="Leela"), status_id="ADMISSION")
    client = as_user(manager)
    left = client.get("/team/").text.split('id="left-title"')[1]
    assert "no counsellor any more" in left
    hers = client.get(f"/customers/?owner={promoted.pk}&stage=new", headers={"accept": "application/json"})
    assert hers.json()["count"] == 1
    assert f"?owner={promoted.pk}&amp;" in left
    assert "Reactivate" not in left
    assert "Leela" not in left


def test_no_counsellors(as_user, manager):
    empty = as_user(manager).get(TEAM).content.decode().split("No counsellors yet")[1]
    assert 'href="/team/new/">New counsellor</a>' in empty


def test_a_page_costs_the_same_for_three_and_for_thirty(as_user, manager, django_assert_max_num_queries):
    client = as_user(manager)

    def queries() -> int:
        with django_assert_max_num_queries(10) as captured:
            client.get(TEAM).content.decode()
        return len(captured)

    UserFactory.create_batch(3)
    few = queries()
    for user in UserFactory.create_batch(27):
        CustomerFactory(assigned_to=user)
    assert queries() == few


# --- What one takes ------------------------------------------------------------------------------


def test_leave_and_limits_are_saved(as_user, manager, asha):
    url = reverse("customers:counsellor", args=[asha.pk])
    client = as_user(manager)
    assert client.get(url).status_code == 200
    response = client.post(
        url, {"takes_new": "on", "away_from": "2026-12-24", "away_until": "01/01/2027", "daily_cap": "20"}
    )
    assert (response.status_code, response["Location"]) == (302, TEAM)
    asha.refresh_from_db()
    assert (str(asha.away_from), str(asha.away_until)) == ("2026-12-24", "2027-01-01")
    assert (asha.takes_new, asha.daily_cap, asha.open_cap) == (True, 20, None)


@pytest.mark.parametrize(
    "data",
    [
        {"away_from": "2026-12-24", "away_until": "2026-12-23"},
        {"away_until": "2026-12-23"},
        {"away_from": "soon"},
        {"daily_cap": "-1"},
        {"open_cap": "9" * 30},
        {"open_cap": "many"},
    ],
)
def test_nonsense_leaves_it_as_it_was(as_user, manager, asha, data):
    response = as_user(manager).post(reverse("customers:counsellor", args=[asha.pk]), data)
    assert response.status_code == 400
    asha.refresh_from_db()
    assert (asha.takes_new, asha.away_until, asha.daily_cap, asha.open_cap) == (True, None, None, None)


def test_managers_are_no_counsellors(as_user, manager, admin_user):
    for user in (manager, admin_user):
        assert as_user(manager).get(reverse("customers:counsellor", args=[user.pk])).status_code == 404


# --- Leaving -------------------------------------------------------------------------------------


@pytest.fixture
def work(asha, manager, now):
    """Asha's: three open, one of them overdue; one admission done with, one with a follow-up to come; a muted one."""
    overdue, _, _ = CustomerFactory.create_batch(3, assigned_to=asha)
    won = CustomerFactory(assigned_to=asha, status=None, status_id="ADMISSION")
    fees = CustomerFactory(assigned_to=asha, status=None, status_id="ADMISSION")
    CustomerFactory(assigned_to=asha, do_not_call=True)
    for customer, due in ((overdue, now - timedelta(days=1)), (fees, now + timedelta(days=9))):
        FollowUpFactory(customer=customer, due_at=due, created_by=manager)
        Customer.objects.filter(pk=customer.pk).update(next_follow_up_at=due)
    return {"overdue": overdue, "won": won, "fees": fees}


def test_the_page_says_what_there_is_to_hand_over(as_user, manager, asha, ravi, work):
    html = as_user(manager).get(leave(asha)).content.decode()
    assert "5 customers" in html
    assert f'?owner={asha.pk}&amp;follow_up=due&amp;sort=follow_up">1 due or overdue</a>' in html
    assert f"1 won or lost one stays with {asha}." in html
    assert f'value="{ravi.pk}"' in html
    assert f'value="{asha.pk}"' not in html
    asha.refresh_from_db()
    assert asha.is_active


def test_back_to_the_pool(as_user, manager, asha, work):
    response = as_user(manager).post(leave(asha), {"hand_over": "pool"})
    assert (response.status_code, response["Location"]) == (302, TEAM)
    assert "5 customers went back to the unassigned" in said(response)
    assert Customer.objects.filter(assigned_to=asha).get() == work["won"]
    changes = AssignmentChange.objects.filter(customer=work["overdue"])
    assert [(c.previous_owner, c.new_owner, c.by, c.why) for c in changes] == [
        (asha, None, manager, "Asha was deactivated")
    ]


def test_all_to_one_follow_ups_included_and_the_muted_one_to_the_pool(as_user, manager, asha, ravi, work):
    response = as_user(manager).post(leave(asha), {"hand_over": "one", "one": ravi.pk})
    assert "4 customers went to Ravi, 1 back to the unassigned" in said(response)
    assert Customer.objects.filter(assigned_to=ravi).count() == 4
    assert work["overdue"].follow_ups.get().owner == ravi
    assert work["fees"].follow_ups.get().owner == ravi


def test_shared_among_several(as_user, manager, asha, ravi, work):
    vikram = UserFactory(username="vikram")
    as_user(manager).post(leave(asha), {"hand_over": "several", "several": [ravi.pk, vikram.pk]})
    assert Customer.objects.filter(assigned_to=ravi).count() == 2
    assert Customer.objects.filter(assigned_to=vikram).count() == 2


def test_her_session_ends_at_once(as_user, manager, asha):
    hers = as_user(asha)
    assert hers.get("/customers/").status_code == 200
    as_user(manager).post(leave(asha), {"hand_over": "pool"})
    assert hers.get("/customers/").status_code == 302


def test_nothing_to_hand_over(as_user, manager, asha):
    client = as_user(manager)
    assert "There is nothing to hand over" in client.get(leave(asha)).content.decode()
    assert "There was nothing to hand over" in said(client.post(leave(asha), {"hand_over": "pool"}))
    assert not AssignmentChange.objects.exists()


@pytest.mark.parametrize(
    "data",
    [{}, {"hand_over": "x"}, {"hand_over": "one"}, {"hand_over": "one", "one": "999"}, {"hand_over": "several"}],
)
def test_an_unclear_wish_is_400_and_she_stays(as_user, manager, asha, data):
    for accept in ("text/html", "application/json"):
        assert as_user(manager).post(leave(asha), data, headers={"accept": accept}).status_code == 400
    asha.refresh_from_db()
    assert asha.is_active


def test_an_heir_who_cannot_take_is_no_choice(as_user, manager, asha, work):
    away = UserFactory(takes_new=False)
    assert as_user(manager).post(leave(asha), {"hand_over": "one", "one": away.pk}).status_code == 400
    with pytest.raises(actions.ActionError):
        actions.deactivate(user=asha, by=manager, now=timezone.now(), to=[away])
    assert User.objects.get(pk=asha.pk).is_active


def test_nobody_deactivates_herself_and_no_manager_an_admin(as_user, manager, admin_user):
    for user in (manager, admin_user):
        for response in (as_user(manager).get(leave(user)), as_user(manager).post(leave(user), {"hand_over": "pool"})):
            assert response.status_code == 403
        with pytest.raises(actions.ActionError):
            actions.deactivate(user=user, by=manager, now=timezone.now())
    assert User.objects.filter(is_active=True).count() == 2


def test_an_admin_deactivates_a_manager(as_user, manager, admin_user):
    assert as_user(admin_user).post(leave(manager), {"hand_over": "pool"}).status_code == 302
    manager.refresh_from_db()
    assert not manager.is_active


def test_coming_back(as_user, manager, asha, admin_user):
    client = as_user(manager)
    asha.is_active = False
    asha.save()
    url = reverse("customers:reactivate", args=[asha.pk])
    assert client.get(url).status_code == 405
    assert client.post(url)["Location"] == TEAM
    asha.refresh_from_db()
    assert asha.is_active
    admin_user.is_active = False
    admin_user.save()
    assert client.post(reverse("customers:reactivate", args=[admin_user.pk])).status_code == 403


@pytest.mark.parametrize("user_id", [999_999, 10**30])
def test_ids_that_mean_nobody(as_user, manager, user_id):
    client = as_user(manager)
    for name in ("counsellor", "deactivate"):
        assert client.get(f"/team/{user_id}/" + ("deactivate/" if name == "deactivate" else "")).status_code == 404
    assert client.post(f"/team/{user_id}/reactivate/").status_code == 404


def test_counsellors_have_no_team(as_user, asha, ravi):
    client = as_user(asha)
    for path in (TEAM, f"/team/{ravi.pk}/", f"/team/{ravi.pk}/deactivate/", f"/team/{ravi.pk}/reactivate/"):
        assert client.get(path).status_code == 403
        assert client.post(path, {"hand_over": "pool"}).status_code == 403
    ravi.refresh_from_db()
    assert ravi.is_active
