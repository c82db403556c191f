"""Customers as JSON says them, and in a sentence."""

from datetime import date, datetime

from django.utils.timezone import localtime

from crm.lib.dates import utc
from customers.models import Batch, Customer, Event, Export, LikelyDuplicate, Note, StatusChange
from customers.models.customer import ERASED_NAME
from customers.planning import EventPlan, Full, Rescue
from customers.worklist import Next


def customer(row: Customer) -> dict:
    """What the list says of each customer, and her page too. Touches status, assigned_to, source, course, numbers."""
    return {
        "id": str(row.pk),
        "name": ERASED_NAME if row.erased_at else row.name,
        "phone_number": row.dialled,
        "phone_e164": row.phone_number,
        "extra_phones": [number.number for number in row.numbers.all()],
        "area": row.area,
        "date": row.date.isoformat() if row.date else None,
        "status": row.status_id,
        "status_display": row.status.label,
        "assigned_to": {"id": row.assigned_to_id, "username": row.assigned_to.username} if row.assigned_to else None,
        "remark": row.remark,
        "email": row.email,
        "source": row.source.name if row.source else None,
        "course": row.course.name if row.course else None,
        "extra": row.extra,
        "next_follow_up_at": utc(row.next_follow_up_at),
        "last_contact_at": utc(row.last_contact_at),
        "do_not_call": row.do_not_call,
        "erased_at": utc(row.erased_at),
        "created_at": utc(row.created_at),
        "updated_at": utc(row.updated_at),
    }


def customer_with_history(row: Customer, history: list[StatusChange], *, complete: bool) -> dict:
    """Her page: with `history` newest first; `complete` False says that older ones were left out."""
    return {
        **customer(row),
        "status_history": [status_change(change) for change in history],
        "status_history_complete": complete,
    }


def status_change(change: StatusChange) -> dict:
    return {
        "previous_status": change.previous_status_id,
        "new_status": change.new_status_id,
        "changed_by": change.changed_by.username,
        "changed_at": utc(change.changed_at),
        "notes": change.notes,
    }


def outcome(change: StatusChange, row: Customer) -> dict:
    """The answer to a recorded call; `row` as it is after it."""
    return {
        "success": True,
        "status": change.new_status_id,
        "status_display": change.new_status.label,
        "changed_at": utc(change.changed_at),
        "next_follow_up_at": utc(row.next_follow_up_at),
    }


def outcome_in_words(change: StatusChange, row: Customer, *, now: datetime, event: Event | None = None) -> str:
    """ "Farah Khan: Interested, follow-up tomorrow 11:00.", or after the `event` that she waits for."""
    words = f"{row.shown_name}: {change.new_status.label}"
    if row.next_follow_up_at:
        what = "next try" if change.new_status.is_unanswered else "follow-up"
        words += f", {what} {soon(row.next_follow_up_at, now)}"
    elif event:
        words += f", follow-up after {event}"
    elif row.exhausted_at:
        words += ", tried often enough"
    return f"{words}."


def soon(moment: datetime, now: datetime) -> str:
    """ "today 19:00", "tomorrow 11:00", "Sat 28 Nov, 11:00"."""
    local = localtime(moment)
    days = (local.date() - localtime(now).date()).days
    if days in (0, 1):
        return f"{('today', 'tomorrow')[days]} {local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def full_day(found: Full | None) -> str:
    """ " Thu 26 Nov is full with 61 follow-ups; Fri 27 Nov has 12." or nothing."""
    if found is None:
        return ""
    words = f" {_day(found.day.day)} is full with {found.day.count:,} follow-ups"
    return f"{words}; {_day(found.light.day)} has {found.light.count:,}." if found.light else f"{words}."


def replanned(batch: Batch, plan: Rescue) -> str:
    """ "214 follow-ups were planned anew. 12 found no room and stay overdue." """
    moved, left = batch.counts["assigned"], batch.counts["left"] + plan.left
    words = f"{moved:,} follow-up{'' if moved == 1 else 's'} {'was' if moved == 1 else 'were'} planned anew."
    return f"{words} {left:,} found no room and stay overdue." if left else words


def _day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b}"


def event(row: Event, hanging: int, waiting: int | None = None) -> dict:
    found = {"id": row.pk, "name": row.name, "happens_on": row.happens_on, "hanging": hanging}
    found["closed"] = row.closed_at is not None
    return found if waiting is None else {**found, "waiting": waiting}


def event_plan(plan: EventPlan | None) -> dict:
    """What a day of an event would mean; nothing is planned without one."""
    if plan is None:
        return {"planned": 0, "left": 0, "days": []}
    days = [{"day": load.day.isoformat(), "count": load.count} for load in plan.days]
    return {"planned": plan.planned, "left": plan.left + plan.unowned, "days": days}


def event_planned(name: str, batch: Batch | None) -> str:
    """ "CBSE results: 214 follow-ups have their times. 3 found no room." """
    if batch is None:
        return f"{name} is saved."
    if batch.is_under_way:
        return f"{name} is saved. {batch.options['total']:,} follow-ups are being planned."
    done, left = batch.counts["done"], batch.counts["left"]
    words = f"{name}: {done:,} follow-up{' has its time' if done == 1 else 's have their times'}."
    return f"{words} {left:,} found no room and go on waiting." if left else words


def event_closed(row: Event) -> str:
    """What became of an event that was closed, or opened again."""
    return f"{row} is closed." if row.closed_at else f"{row} can be chosen for a follow-up again."


def next_call(found: Next | None) -> dict:
    """Whom to call and why; null for nobody."""
    return {"customer": customer(found.customer), "why": found.why} if found else {"customer": None, "why": None}


def likely_duplicate(row: LikelyDuplicate) -> dict:
    people = [{"id": str(one.pk), "name": one.name, "phone_number": one.dialled, "area": one.area} for one in row.both]
    return {"id": row.pk, "why": row.why, "customers": people, "found_at": utc(row.found_at)}


def note(row: Note) -> dict:
    return {"id": row.pk, "text": row.text, "by": row.by.username, "at": utc(row.at)}


def export(row: Export) -> dict:
    return {
        "id": str(row.pk),
        "by": row.by.username,
        "at": utc(row.at),
        "format": row.format,
        "filters": row.words,
        "count": row.count,
        "reason": row.reason,
        "finished_at": utc(row.finished_at),
    }
