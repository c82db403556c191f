"""Statuses, counsellors and next steps as a file may write them."""

import datetime as dt
import re
from functools import cached_property

from django.utils.timezone import localtime, make_aware

from accounts.models import User
from crm.lib.text import fold
from customers.models import Stage, Status

# A day without a time is rung at the hours that the page offers for another day and for tonight.
ANOTHER_DAY, TONIGHT = dt.time(11), dt.time(19)


class People:
    """Looked up once for each import."""

    @cached_property
    def statuses(self) -> dict[str, str]:
        words: dict[str, str] = {}
        for status in Status.objects.all():
            for spelling in (status.code, status.label):
                words[_plain(spelling)] = status.code
        return words

    @cached_property
    def marks(self) -> dict[str, int]:
        return dict(Status.objects.values_list("code", "mark"))

    @cached_property
    def closing(self) -> set[str]:
        """The statuses after which nobody calls any more."""
        return set(Status.objects.filter(stage__in=(Stage.WON, Stage.LOST)).values_list("code", flat=True))

    @cached_property
    def owners(self) -> dict[str, int]:
        """Only a spelling that means one person; usernames and addresses win over names."""
        users = list(User.objects.sales_users())
        names: dict[str, list[int]] = {}
        for user in users:
            names.setdefault(fold(user.get_full_name()), []).append(user.pk)
        found = {name: ids[0] for name, ids in names.items() if name and len(ids) == 1}
        found |= {fold(user.email): user.pk for user in users if user.email}
        return found | {fold(user.username): user.pk for user in users}

    def status(self, text: str) -> str | None:
        return self.statuses.get(_plain(text))

    def owner(self, text: str) -> int | None:
        return self.owners.get(fold(text))


def _plain(text: str) -> str:
    """'Not-Interested', 'NOT_INTERESTED' and 'not interested.' are one."""
    return " ".join(re.findall(r"\w+", fold(text).replace("_", " ")))


def call_at(text: str, now: dt.datetime) -> dt.datetime | None:
    """When to call by a file's ISO day, or local day and time; None when that is past."""
    day, has_clock, clock = text.partition("T")
    day = dt.date.fromisoformat(day)
    clocks = [dt.time.fromisoformat(clock)] if has_clock else [ANOTHER_DAY]
    if not has_clock and day == localtime(now).date():
        clocks.append(TONIGHT)
    moments = (make_aware(dt.datetime.combine(day, clock)) for clock in clocks)
    return next((moment for moment in moments if moment > now), None)
