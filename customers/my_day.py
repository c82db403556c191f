"""A counsellor's own day: what is recorded of it, and the lines she closes it with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from accounts.models import User
from customers.lists import midnight
from customers.models import CallTap, FollowUp, StatusChange

# The same words under so many calls of a day say little about any of them.
REPEATED = 3


@dataclass(frozen=True)
class MyDay:
    """Taps by kind, outcomes by label (the most frequent first), follow-ups kept and missed, notes used again."""

    taps: dict[str, int]
    outcomes: list[tuple[str, int]]
    reached: int
    kept: int
    missed: int
    planned: int
    repeated: list[tuple[str, int]]

    @property
    def calls(self) -> int:
        return sum(n for _, n in self.outcomes)


def my_day(user: User, *, now: datetime) -> MyDay:
    """The day of `user` at home so far: what still stands, with the customers that are hers now."""
    begins = midnight(now)
    mine = StatusChange.objects.visible_to(user).standing().contacts()
    mine = mine.filter(changed_by=user, happened_at__gte=begins).order_by()
    outcomes = mine.values_list("new_status__label").annotate(n=Count("pk")).order_by("-n", "new_status__label")
    notes = mine.exclude(notes="").values_list("notes").annotate(n=Count("pk")).filter(n__gte=REPEATED)
    taps = CallTap.objects.visible_to(user).filter(by=user, at__gte=begins).order_by()
    states = FollowUp.State
    closed = Q(closed_by=user, closed_at__gte=begins)
    tomorrow = begins + timedelta(days=1)
    ahead = Q(state=states.OPEN, owner=user, due_at__gte=tomorrow, due_at__lt=tomorrow + timedelta(days=1))
    follow_ups = (
        FollowUp.objects.visible_to(user)
        .filter(closed | ahead)
        .aggregate(
            kept=Count("pk", filter=closed & Q(state=states.DONE, promised_at__isnull=False)),
            missed=Count("pk", filter=closed & Q(state=states.MISSED)),
            planned=Count("pk", filter=ahead),
        )
    )
    return MyDay(
        taps=dict(taps.values_list("kind").annotate(Count("pk"))),
        outcomes=list(outcomes),
        reached=mine.filter(new_status__reached=True).count(),
        repeated=list(notes.order_by("-n", "notes")[:5]),
        **follow_ups,
    )


def closing_words(day: MyDay, user: User, *, now: datetime) -> str:
    """The day in a few lines, to paste into the team's chat."""
    local = midnight(now)
    lines = [f"{user}, {local:%a} {local.day} {local:%b}", f"{day.calls:,} calls, {day.reached:,} reached"]
    if day.outcomes:
        lines.append(", ".join(f"{label} {n:,}" for label, n in day.outcomes))
    lines.append(f"Follow-ups: {day.kept:,} kept, {day.missed:,} missed, {day.planned:,} for tomorrow")
    return "\n".join(lines)
