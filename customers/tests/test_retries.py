"""A call in vain: the next tries, when there are none left, and what "do not call" stops."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from crm.lib.hours import Hours, read_ladder
from customers import actions
from customers.models import CallingRules, FollowUp, Status
from customers.tests.factories import CustomerFactory

HOME = ZoneInfo("Asia/Kolkata")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HOME)


NOW = at(25, 11)


@pytest.fixture
def farah(asha):
    return CustomerFactory(name="Farah", assigned_to=asha)


@pytest.fixture
def in_vain(farah, asha):
    """`in_vain(now)` records an unanswered call, and is when the next try is."""

    def act(now=NOW, code="CALL_NOT_ATTENDED", **kwargs):
        status = Status.objects.get(pk=code)
        actions.record_status(customer=farah, status=status, by=asha, now=now, **kwargs)
        farah.refresh_from_db()
        return farah.next_follow_up_at

    return act


@pytest.mark.django_db
class TestLadder:
    def test_three_hours_the_other_half_three_days_then_no_more(self, farah, in_vain):
        assert in_vain(at(25, 11)) == at(25, 14)
        assert in_vain(at(25, 14)) == at(26, 18)  # after a morning the next evening
        assert in_vain(at(26, 18)) == at(29, 18)
        assert farah.exhausted_at is None
        assert in_vain(at(29, 18)) is None
        assert farah.exhausted_at == at(29, 18)
        assert {(f.kind, f.state, f.promised_at) for f in FollowUp.objects.all()} == {("retry", "done", None)}

    def test_whoever_is_reached_begins_anew(self, farah, in_vain):
        for _ in range(4):
            in_vain()
        assert in_vain(code="INTERESTED", now=at(26, 11)) is None
        assert farah.exhausted_at is None
        assert in_vain(at(26, 12)) == at(26, 15)

    def test_a_time_of_her_own_takes_her_off_the_list(self, farah, in_vain):
        for _ in range(4):
            in_vain()
        assert in_vain(follow_up_at=NOW + DAY) == NOW + DAY
        assert farah.exhausted_at is None

    def test_a_try_in_the_evening_waits_for_the_morning(self, in_vain):
        assert in_vain(at(25, 19)) == at(26, 9)

    def test_a_promise_stays_one_and_is_missed_in_the_end(self, farah, asha, in_vain):
        in_vain(code="FOLLOW_UP", follow_up_at=NOW + HOUR)
        for day in (25, 26, 27, 28):
            in_vain(at(day, 13))
        follow_up = FollowUp.objects.get()
        assert (follow_up.kind, follow_up.promised_at, follow_up.state) == ("promise", NOW + HOUR, "missed")
        assert farah.exhausted_at == at(28, 13)

    def test_the_admins_own_ladder(self, farah, in_vain):
        CallingRules.objects.create(ladder="30m, 2d", tries=4)
        assert in_vain(at(25, 11)) == at(25, 11, 30)
        assert in_vain(at(25, 12)) == at(27, 12)
        assert in_vain(at(27, 12)) == at(29, 12)  # the last step again, until the tries are used up
        assert in_vain(at(29, 12)) is None

    def test_not_to_be_called_is_never_planned(self, farah, in_vain):
        farah.do_not_call = True
        farah.save()
        assert in_vain() is None
        with pytest.raises(actions.ActionError, match="Not to be called"):
            in_vain(follow_up_at=NOW + DAY)

    def test_marking_her_as_not_to_be_called_cancels_what_was_planned(self, farah, asha, in_vain):
        in_vain(code="FOLLOW_UP", follow_up_at=NOW + DAY)
        actions.edit_customer(customer=farah, by=asha, now=NOW, do_not_call=True)
        farah.refresh_from_db()
        assert farah.next_follow_up_at is None
        assert FollowUp.objects.get().state == "cancelled"

    def test_managers_find_who_was_tried_in_vain(self, farah, in_vain, as_user, manager):
        for _ in range(4):
            in_vain()
        answer = as_user(manager).get("/customers/?follow_up=exhausted", headers={"accept": "application/json"}).json()
        assert [row["name"] for row in answer["results"]] == ["Farah"]


@pytest.mark.django_db
class TestTakingBack:
    def test_the_last_outcome_is_as_if_it_never_was(self, farah, asha, in_vain):
        in_vain(code="FOLLOW_UP", now=NOW - DAY, follow_up_at=NOW + HOUR, notes="father decides")
        before = {name: getattr(farah, name) for name in ("status_id", "last_contact_at", "attempts")}
        in_vain(code="NOT_INTERESTED")

        change = farah.status_changes.get(new_status="NOT_INTERESTED")
        actions.take_back(change=change, by=asha, now=NOW + timedelta(minutes=10))

        farah.refresh_from_db()
        assert {name: getattr(farah, name) for name in before} == before
        assert farah.next_follow_up_at == NOW + HOUR
        follow_up = FollowUp.objects.get()
        assert (follow_up.state, follow_up.closed_at, follow_up.due_at) == ("open", None, NOW + HOUR)
        assert list(farah.status_changes.standing()) == [farah.status_changes.get(new_status="FOLLOW_UP")]

    def test_a_moved_try_moves_back_and_an_opened_one_goes(self, farah, asha, in_vain):
        in_vain(NOW)
        in_vain(NOW + HOUR)
        actions.take_back(change=farah.status_changes.latest("id"), by=asha, now=NOW + HOUR)
        farah.refresh_from_db()
        assert farah.next_follow_up_at == NOW + 3 * HOUR

        first = farah.status_changes.earliest("id")
        actions.take_back(change=first, by=asha, now=NOW)
        farah.refresh_from_db()
        assert (farah.next_follow_up_at, farah.status_id, farah.attempts) == (None, "NEW", 0)

    def test_twice_is_once(self, farah, asha, in_vain):
        in_vain()
        change = farah.status_changes.get()
        for _ in range(2):
            actions.take_back(change=change, by=asha, now=NOW)
        farah.refresh_from_db()
        assert farah.attempts == 0

    @pytest.mark.parametrize(
        ("minutes", "who", "words"), [(11, "asha", "more than ten minutes"), (1, "ravi", "yourself")]
    )
    def test_too_late_or_somebody_elses_is_refused(self, minutes, who, words, farah, in_vain, request):
        in_vain()
        by = request.getfixturevalue(who)
        with pytest.raises(actions.ActionError, match=words):
            actions.take_back(change=farah.status_changes.get(), by=by, now=NOW + timedelta(minutes=minutes))

    def test_only_the_last_one(self, farah, asha, ravi, in_vain):
        in_vain()
        first = farah.status_changes.get()
        status = Status.objects.get(pk="INTERESTED")
        actions.record_status(customer=farah, status=status, by=ravi, now=NOW + timedelta(minutes=1))
        with pytest.raises(actions.ActionError, match="recorded since"):
            actions.take_back(change=first, by=asha, now=NOW + timedelta(minutes=2))

    def test_through_the_page(self, farah, asha, as_user):
        client = as_user(asha)
        client.post(f"/customers/{farah.pk}/update-status/", {"status": "INTERESTED"})
        change = farah.status_changes.get()
        url = f"/customers/{farah.pk}/take-back/"
        assert client.post(url, {"change": change.pk}, headers={"accept": "application/json"}).status_code == 200
        assert client.post(url, {"change": change.pk + 1}).status_code == 404
        farah.refresh_from_db()
        assert farah.status_id == "NEW"
        answer = client.get(f"/customers/{farah.pk}/", headers={"accept": "application/json"}).json()
        assert answer["status_history"] == []


def test_the_other_half_of_the_day():
    hours = Hours()
    assert hours.other_half(at(25, 9)) == at(26, 18)
    assert hours.other_half(at(25, 14, 59)) == at(26, 18)
    assert hours.other_half(at(25, 15)) == at(26, 12)
    assert Hours(time(8), time(12)).other_half(at(25, 11)) == at(26, 9)


@pytest.mark.parametrize("text", ["", " , ", "3", "3w", "0h", "91d", "99999d", "tomorrow", ",".join(["1h"] * 11)])
def test_a_ladder_that_would_not_do_is_refused(text):
    with pytest.raises(ValueError, match="step"):
        read_ladder(text)
    with pytest.raises(ValidationError):
        CallingRules(ladder=text).clean()


def test_hours_that_end_before_they_begin_are_refused(admin_user, as_user):
    data = {"opens": "21:00", "closes": "09:00", "ladder": "3h", "tries": 4, "day_limit": 60, "whatsapp_text": ""}
    page = as_user(admin_user).post("/admin/customers/callingrules/add/", data).content.decode()
    assert "Calls must begin before they end." in page
    as_user(admin_user).post("/admin/customers/callingrules/add/", {**data, "closes": "22:00"})
    assert CallingRules.current().closes == time(22)
    assert as_user(admin_user).get("/admin/customers/callingrules/add/").status_code == 403
