"""What becomes of a customer: given to somebody, called, promised, won or lost, as the actions would have written it.

Moments are seconds since 1970 until they are written: a million lives are drawn.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crm.world import words
from crm.world.people import shares
from customers.models import FollowUp, Status

MINUTE, HOUR, DAY = 60, 3_600, 86_400
OPENS, CLOSES = 9 * HOUR, 20 * HOUR
IN_VAIN = 4  # unanswered calls in a row, after which she is not tried again
STALE = 4 * DAY
NEXT_CALLS = 0, 1, 2, 3, 4, 5, 7, 9
HOW_MANY = 14, 22, 22, 16, 11, 8, 5, 2
_UNANSWERED = "CALL_NOT_ATTENDED"
_EARLY = {
    _UNANSWERED: 25,
    "FOLLOW_UP": 25,
    "INTERESTED": 20,
    "PLAN_PRESENTED": 10,
    "NOT_INTERESTED": 15,
    "SHORTLISTED": 5,
}
_LATE = {
    _UNANSWERED: 20, "FOLLOW_UP": 15, "PLAN_PRESENTED": 5, "SHORTLISTED": 12, "CAMPUS_VISIT": 15, "REGISTRATION": 10,
    "NOT_INTERESTED": 13, "ADMISSION": 10,
}  # fmt: skip
OUTCOMES = {
    "NEW": {
        _UNANSWERED: 38, "VALID": 8, "FOLLOW_UP": 18, "INTERESTED": 12, "PLAN_PRESENTED": 6, "NOT_INTERESTED": 12,
        "INVALID": 6,
    },
    _UNANSWERED: {
        _UNANSWERED: 45, "FOLLOW_UP": 18, "INTERESTED": 10, "NOT_INTERESTED": 14, "VALID": 6, "INVALID": 4,
        "PLAN_PRESENTED": 3,
    },
    **dict.fromkeys(("VALID", "FOLLOW_UP", "PLAN_PRESENTED"), _EARLY),
    **dict.fromkeys(("INTERESTED", "SHORTLISTED", "CAMPUS_VISIT", "REGISTRATION"), _LATE),
}  # fmt: skip
_DRAWN = {code: (list(weights), list(weights.values())) for code, weights in OUTCOMES.items()}
PROMISING = {"FOLLOW_UP": 0.9, "INTERESTED": 0.6, "PLAN_PRESENTED": 0.5, "CAMPUS_VISIT": 0.5, "SHORTLISTED": 0.4}


@dataclass(frozen=True)
class Team:
    """Ids: who manages and who calls, the largest shares first."""

    managers: list[int]
    counsellors: list[int]


@dataclass(slots=True)
class Planned:
    """An open follow-up."""

    owner: int | None
    due: int
    promised: int | None
    kind: str
    by: int
    made: int


@dataclass(slots=True)
class Rows:
    """What is to be written, in the order of the columns of `loading.TABLES`."""

    changes: list[tuple] = field(default_factory=list)
    assignments: list[tuple] = field(default_factory=list)
    follow_ups: list[tuple] = field(default_factory=list)
    notes: list[tuple] = field(default_factory=list)
    taps: list[tuple] = field(default_factory=list)
    skips: list[tuple] = field(default_factory=list)


@dataclass(slots=True)
class Life:
    """A customer as she stands at the end of her story so far."""

    id: str
    created: int
    status: str = Status.NEW
    owner: int | None = None
    assigned: int | None = None
    been_at: int = 0
    attempts: int = 0
    first_contact: int | None = None
    last_contact: int | None = None
    exhausted: int | None = None
    next: Planned | None = None
    in_a_row: int = 0  # unanswered calls
    writes: int = 0
    touched: int = 0

    def wrote(self, at: int) -> None:
        self.writes += 1
        self.touched = at


def moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class Stories:
    """Draws the story of one customer after the other, up to `at`."""

    def __init__(
        self, draw: random.Random, team: Team, statuses: dict[str, Status], reasons: list[int], at: int, offset: int
    ):
        self.draw, self.team, self.statuses, self.reasons, self.at, self.offset = (
            draw,
            team,
            statuses,
            reasons,
            at,
            offset,
        )
        self._shares = _skewed(len(team.counsellors))

    def live(self, life: Life, rows: Rows, *, typed_by: int | None, brought: str | None, do_not_call: bool) -> None:
        """Her story from the day she came in. `typed_by` keeps whom she typed in; `brought` is a status from a file."""
        draw = self.draw
        life.touched = life.created
        if brought:
            self._put(life, brought)
            rows.changes.append(
                self._change(life, None, brought, draw.choice(self.team.managers), life.created, kind="import")
            )
        if typed_by:
            self._give(life, rows, typed_by, typed_by, life.created, "Typed in")
        elif draw.random() < 0.82:
            given = life.created + int(draw.expovariate(1 / DAY)) + 10 * MINUTE
            if given < self.at:
                to = draw.choices(self.team.counsellors, cum_weights=self._shares)[0]
                self._give(life, rows, to, draw.choice(self.team.managers), given, "")
        if life.owner and not do_not_call:
            self._calls(life, rows)
        self._end(life, rows, may_be_called=not do_not_call)

    # -- hands ---------------------------------------------------------------------------------------------------------

    def _give(self, life: Life, rows: Rows, to: int | None, by: int, at: int, why: str) -> None:
        rows.assignments.append((life.id, life.owner, to, by, moment(at), None, why))
        life.owner, life.assigned = to, at
        if life.next:
            life.next.owner = to
        if why != "Typed in":
            life.wrote(at)

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _calls(self, life: Life, rows: Rows) -> None:
        draw = self.draw
        at = life.assigned
        moves_before = draw.randrange(1, 4) if draw.random() < 0.1 else 0
        for number in range(draw.choices(NEXT_CALLS, HOW_MANY)[0]):
            at = self._next_time(life, at)
            if at >= self.at - 5 * MINUTE or life.exhausted or self.statuses[life.status].closes:
                return
            if number and number == moves_before:
                heir = draw.choices(self.team.counsellors, cum_weights=self._shares)[0]
                if heir != life.owner:
                    self._give(life, rows, heir, draw.choice(self.team.managers), at - 5 * MINUTE, "")
            self._call(life, rows, at)

    def _next_time(self, life: Life, after: int) -> int:
        if life.next:
            late = (
                int(self.draw.expovariate(1 / (3 * HOUR)))
                if self.draw.random() < 0.3
                else self.draw.randrange(20 * MINUTE)
            )
            at = max(after + 10 * MINUTE, life.next.due + late)
        else:
            at = after + 20 * MINUTE + int(self.draw.expovariate(1 / (1.5 * DAY)))
        return self._in_hours(at)

    def _in_hours(self, at: int) -> int:
        """At that time, or in the opening hours after it."""
        of_day = (at + self.offset) % DAY
        if of_day < OPENS:
            return at - of_day + OPENS + self.draw.randrange(HOUR)
        return at if of_day < CLOSES else at - of_day + DAY + OPENS + self.draw.randrange(HOUR)

    def _call(self, life: Life, rows: Rows, at: int) -> None:
        draw = self.draw
        if draw.random() < 0.2:
            rows.taps.append((life.id, life.owner, moment(at - MINUTE), "call"))
        if draw.random() < 0.02:
            rows.skips.append((life.id, life.owner, moment(at - 2 * HOUR), moment(at), "later"))
        if draw.random() < 0.01:  # recorded by mistake and taken back
            codes, weights = _DRAWN[life.status]
            rows.changes.append(self._change(life, life.status, codes[0], life.owner, at - MINUTE, undone=at - 30))
        codes, weights = _DRAWN[life.status]
        code = draw.choices(codes, weights)[0]
        reason = draw.choice(self.reasons) if code == "NOT_INTERESTED" else None
        rows.changes.append(self._change(life, life.status, code, life.owner, at, reason=reason))
        self._put(life, code)
        life.first_contact, life.last_contact = life.first_contact or at, at
        life.attempts += 1
        self._plan(life, rows, code, at)
        life.wrote(at)
        if draw.random() < 0.25:
            rows.notes.append(
                (
                    life.id,
                    draw.choice(words.NOTES),
                    life.owner,
                    moment(at + 2 * MINUTE),
                    draw.random() < 0.05,
                    None,
                    None,
                )
            )

    def _put(self, life: Life, code: str) -> None:
        life.status = code
        life.been_at |= self.statuses[code].mark

    def _change(
        self, life: Life, old: str | None, new: str, by: int, at: int, *, kind="contact", undone=None, reason=None
    ) -> tuple:
        told = self.draw.choice(words.SAID) if kind == "contact" else ""
        return (life.id, old, new, by, moment(at), moment(at), told, kind, None, moment(undone), reason, None, None)

    # -- follow-ups ----------------------------------------------------------------------------------------------------

    def _plan(self, life: Life, rows: Rows, code: str, at: int) -> None:
        """What becomes of the open follow-up, and the next one: as `record_status` has it."""
        status, draw = self.statuses[code], self.draw
        if status.reached or status.closes:
            life.in_a_row = 0
            if life.next:
                late = life.next.promised is not None and at > life.next.promised + 30 * MINUTE
                kept = FollowUp.State.MISSED if late else FollowUp.State.DONE
                self._close(life, rows, kept if status.reached else FollowUp.State.CANCELLED, life.owner, at)
            if draw.random() < PROMISING.get(code, 0):
                due = self._in_hours(
                    at + draw.choice((1, 1, 2, 3, 5, 7, 14)) * DAY + draw.randrange(-2 * HOUR, 2 * HOUR)
                )
                due -= due % (15 * MINUTE)
                life.next = Planned(life.owner, due, due, FollowUp.Kind.PROMISE, life.owner, at)
            return
        life.in_a_row += 1
        if life.in_a_row >= IN_VAIN:
            if life.next:
                state = FollowUp.State.MISSED if life.next.promised else FollowUp.State.DONE
                self._close(life, rows, state, life.owner, at)
            life.exhausted = at
            return
        due = self._in_hours(at + draw.choice((3 * HOUR, DAY, 3 * DAY)))
        if life.next:
            life.next.due = due
        else:
            life.next = Planned(life.owner, due, None, FollowUp.Kind.RETRY, life.owner, at)

    def _close(self, life: Life, rows: Rows, state: str, by: int, at: int) -> None:
        rows.follow_ups.append(self._follow_up(life, state, by, at))
        life.next = None

    @staticmethod
    def _follow_up(life: Life, state: str, by: int | None, closed: int | None) -> tuple:
        plan = life.next
        made, at = moment(plan.made), moment(closed)
        return (life.id, plan.owner, moment(plan.due), moment(plan.promised), plan.kind, state, plan.by, made, by, at)

    def _end(self, life: Life, rows: Rows, *, may_be_called: bool) -> None:
        """A few go back to the pool; what was promised long ago was cleared away; some are planned anew."""
        if life.next and life.next.due < self.at - STALE and self.draw.random() < 0.95:
            cleared = min(self.at - HOUR, life.next.due + STALE)
            self._close(life, rows, FollowUp.State.CANCELLED, self.draw.choice(self.team.managers), cleared)
            life.wrote(cleared)
        if life.owner and life.touched < self.at - DAY and self.draw.random() < 0.03:
            back = min(self.at - HOUR, life.touched + 30 * DAY)
            self._give(life, rows, None, self.draw.choice(self.team.managers), back, "")
        if life.owner and may_be_called and not (life.next or life.exhausted or self.statuses[life.status].closes):
            self._plan_anew(life)
        if life.next:
            rows.follow_ups.append(self._follow_up(life, FollowUp.State.OPEN, None, None))

    def _plan_anew(self, life: Life) -> None:
        """Her counsellor has gone through her list this week."""
        if self.draw.random() < 0.12:
            made = max(life.touched, self.at - self.draw.randrange(HOUR, 5 * DAY))
            due = self._in_hours(made + self.draw.randrange(HOUR, 14 * DAY))
            life.next = Planned(life.owner, due, due, FollowUp.Kind.PROMISE, life.owner, made)
            life.wrote(made)


def _skewed(count: int) -> list[float]:
    """The first counsellors have most customers; the last twentieth has just begun."""
    weights = shares(count, 0.9)
    newcomers = count // 20
    for place in range(count - newcomers, count):
        weights[place] = weights[place - 1] + 0.004
    return weights
