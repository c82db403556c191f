"""Hours of the day in which people are called, and steps from one try to the next. Knows no app and no database."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils.timezone import localtime

OTHER_HALF = "other half"
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONGEST_STEP = timedelta(days=90)
MOST_STEPS = 10


@dataclass(frozen=True)
class Hours:
    """From `opens` until `closes`, by the clock at home."""

    opens: time = time(9)
    closes: time = time(21)

    def is_open(self, moment: datetime) -> bool:
        return self.opens <= localtime(moment).time() < self.closes

    def fitted(self, moment: datetime) -> datetime:
        """`moment` itself inside the hours, else the next time they begin."""
        local = localtime(moment)
        if local.time() < self.opens:
            return self.on(local)
        return self.on(local + timedelta(days=1)) if local.time() >= self.closes else local

    def on(self, day: datetime) -> datetime:
        """When the hours of that day begin."""
        return localtime(day).replace(hour=self.opens.hour, minute=self.opens.minute, second=0, microsecond=0)

    def other_half(self, moment: datetime) -> datetime:
        """Tomorrow, in the middle of that half of the day in which `moment` does not lie."""
        opens, closes = (t.hour * 60 + t.minute for t in (self.opens, self.closes))
        quarter = (closes - opens) // 4
        local = localtime(moment)
        was_early = local.hour * 60 + local.minute < (opens + closes) // 2
        minute = closes - quarter if was_early else opens + quarter
        return (local + timedelta(days=1)).replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)


def read_ladder(text: str) -> list[str | timedelta]:
    """ "3h, other half, 3d" as steps. Raises ValueError with a sentence for what is none."""
    steps = [_step(part.strip().lower()) for part in text.split(",") if part.strip()]
    if not 1 <= len(steps) <= MOST_STEPS:
        raise ValueError(f"Give one to {MOST_STEPS} steps, with commas between them.")
    return steps


def _step(part: str) -> str | timedelta:
    if part == OTHER_HALF:
        return OTHER_HALF
    found = re.fullmatch(r"(\d{1,4})\s*([mhd])", part)
    if not found:
        raise ValueError(f"“{part}” is no step. Write 30m, 3h, 2d or “{OTHER_HALF}”.")
    step = int(found[1]) * UNITS[found[2]]
    if not timedelta() < step <= LONGEST_STEP:
        raise ValueError(f"“{part}” is no step: from one minute up to 90 days.")
    return step


def next_try(step: str | timedelta, now: datetime, hours: Hours) -> datetime:
    """When to try again after a call in vain at `now`."""
    return hours.other_half(now) if step == OTHER_HALF else hours.fitted(now + step)
