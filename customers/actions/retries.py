"""A call in vain: when the next try is, and after how many there is none."""

from datetime import datetime

from crm.lib.hours import next_try
from customers.actions.follow_ups import close_follow_up, move_follow_up, open_follow_up, set_follow_up
from customers.models import CallingRules, Customer, FollowUp, StatusChange


def plan_next_try(*, customer: Customer, by, now: datetime) -> None:
    """Plan the next try after the unanswered call just recorded, or call her tried in vain.

    A promise keeps its time and is only tried later. The caller saves `next_follow_up_at` and `exhausted_at`.
    """
    if customer.do_not_call:
        return
    rules = CallingRules.current()
    step = rules.step_after(_tries(customer, at_most=rules.tries))
    if step is None:
        promised = (follow_up := open_follow_up(customer)) and follow_up.promised_at
        state = FollowUp.State.MISSED if promised else FollowUp.State.DONE
        close_follow_up(customer=customer, by=by, now=now, state=state)
        customer.exhausted_at = now
        return
    customer.exhausted_at = None
    due_at = next_try(step, now, rules.hours)
    if open_follow_up(customer):
        move_follow_up(customer=customer, due_at=due_at)
    else:
        set_follow_up(customer=customer, due_at=due_at, by=by, now=now, kind=FollowUp.Kind.RETRY)


def _tries(customer: Customer, *, at_most: int) -> int:
    """How many of her last calls, one after the other, nobody answered."""
    calls = StatusChange.objects.filter(customer__in=customer.row_ids).standing().contacts().newest_first()
    tries = 0
    for change in calls.select_related("new_status")[:at_most]:
        if not change.new_status.is_unanswered:
            break
        tries += 1
    return tries
