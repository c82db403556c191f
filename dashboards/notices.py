"""What happened to somebody's work while she looked elsewhere: customers given to her or taken away, her files read.

Nothing is written for it: notices are read off what is on the record anyway (`AssignmentChange`, `Import`), one for
each act, and one moment of hers, `User.notices_seen_at`, says which are new. So a notice is never lost or left over:
what is undone tells nothing any more, and a number is that of the list behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, Max, Min, QuerySet, Value, When
from django.db.models.functions import TruncDate
from django.urls import reverse

from accounts.models import User
from crm.lib.dates import utc
from crm.lib.pagination import COUNT_CAP, CountOf
from crm.lib.prepared import Gap
from customers.access import came_to, went_from
from customers.lists import Gift, midnight
from imports.models import Import, State
from imports.presenters import doors, in_words

KEPT_FOR = timedelta(days=14)
MOST = 50
TOLD = (State.DONE, State.CHECKED, State.NEEDS_MAPPING, State.REFUSED, State.FAILED)


@dataclass(frozen=True)
class Notice:
    """One act, in words. `url`: what it is about ("" when that is not hers to see); `why`: what the giver's act was."""

    text: str
    at: datetime
    is_new: bool
    url: str = ""
    why: str = ""

    def as_dict(self) -> dict:
        """For scripts."""
        return {"text": self.text, "why": self.why, "at": utc(self.at), "new": self.is_new, "url": self.url or None}


def seen_until(user: User, now: datetime) -> datetime:
    """What is newer is new to `user`."""
    return max(filter(None, [user.notices_seen_at, _begin(now)]))


def unread(user: User | Gap, *, since: datetime | Gap) -> CountOf | Value:
    """How many notices `user` was given `since`, as a column for the frame's one query; nought for who is neither."""
    if user.is_manager:
        return CountOf(_imports(user).filter(finished_at__gt=since).order_by().values("pk")[: COUNT_CAP + 1])
    if not user.is_sales:
        return Value(0)
    came, went = (_acts(rows(user).filter(at__gt=since)).distinct()[: COUNT_CAP + 1] for rows in (came_to, went_from))
    return CountOf(came) + CountOf(went)


def notices(user: User, now: datetime) -> list[Notice]:
    """The notices of the last fourteen days, the newest first, at most fifty of a kind; three queries at most."""
    if user.is_manager:
        return [_of_import(import_, user) for import_ in _imports(user).filter(finished_at__gte=_begin(now))[:MOST]]
    kinds = ((came_to, _came), (went_from, _went))
    told = [(in_words, act) for rows, in_words in kinds for act in _told(rows(user).filter(at__gte=_begin(now)))]
    givers = User.objects.in_bulk({act["by"] for _, act in told})
    found = [_of_act(act, in_words, givers[act["by"]], user) for in_words, act in told]
    return sorted(found, key=lambda notice: notice.at, reverse=True)


def _begin(now: datetime) -> datetime:
    return midnight(now) - KEPT_FOR


def _imports(user: User) -> QuerySet[Import]:
    """Those that came to an end, good or not, without her watching."""
    return Import.objects.filter(uploaded_by=user, state__in=TOLD).order_by("-finished_at", "-pk")


def _acts(changes: QuerySet) -> QuerySet:
    """One row for each act: a batch, or what somebody gave one by one on a day."""
    return changes.order_by().values("by", "batch", day=Case(When(batch=None, then=TruncDate("at"))))


def _told(changes: QuerySet) -> QuerySet:
    """The acts with what is to be said about them."""
    about = {"count": Count("customer", distinct=True), "last": Max("at"), "why_a": Min("why"), "why_z": Max("why")}
    return _acts(changes).annotate(**about).order_by("-last")[:MOST]


def _of_act(act: dict, in_words: Callable, by: User, user: User) -> Notice:
    text, url = in_words(act, by)
    why = act["why_a"] if act["why_a"] == act["why_z"] else ""  # several reasons are none
    return Notice(text=text, at=act["last"], is_new=_is_new(act["last"], user), url=url, why=why)


def _came(act: dict, by: User) -> tuple[str, str]:
    gift = Gift(batch=act["batch"], by=act["by"], day=act["day"])
    noun = "customer" if act["count"] == 1 else "customers"
    return f"{act['count']:,} new {noun} from {by}", f"{reverse('customers:list')}?came={gift}"


def _went(act: dict, by: User) -> tuple[str, str]:
    return f"{act['count']:,} of your customers passed on by {by}", ""


def _of_import(import_: Import, user: User) -> Notice:
    return Notice(
        text=f"{import_.original_name}: {in_words(import_, doors(import_))}",
        at=import_.finished_at,
        is_new=_is_new(import_.finished_at, user),
        url=reverse("imports:detail", args=[import_.pk]),
    )


def _is_new(at: datetime, user: User) -> bool:
    return user.notices_seen_at is None or at > user.notices_seen_at
