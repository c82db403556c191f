"""What every page's frame shows."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models import DateTimeField
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.access import Anybody
from accounts.models import User
from crm.lib.pagination import capped, capped_column
from crm.lib.prepared import Gap, Prepared
from customers.models import Customer
from dashboards import notices
from dashboards.reports import REPORTS as REPORT_PAGES


def frame(request) -> dict:
    """The organisation's name, the menu and its numbers (one query, made when the first of them is drawn)."""
    numbers = SimpleLazyObject(lambda: _numbers(request.user))
    context = {
        "organisation": settings.ORGANISATION,
        "demo": settings.DEMO,
        **{name: SimpleLazyObject(lambda name=name: numbers[name]) for name in NUMBERS},
    }
    return {**context, "menu": SimpleLazyObject(lambda: Menu(request, context))}


NUMBERS = ("unassigned_count", "due_count", "unread_count")


def _numbers(user: User) -> dict[str, str]:
    """The numbers of the frame as it shows them: "214", "10,000+", and nothing for none. One query for all."""
    now = timezone.now()
    counted = _query_of(user.is_manager, user.is_sales).row(user=user.pk, now=now, since=notices.seen_until(user, now))
    return {name: _shown(*capped(count)) for name, count in zip(NUMBERS, counted, strict=True)}


@cache
def _query_of(is_manager: bool, is_sales: bool) -> Prepared:
    """The query for the numbers of those with this role: the same on every page, and so put together once."""
    user, now = Anybody(is_manager, is_sales), Gap("now", DateTimeField())
    customers = Customer.objects.visible_to(user)
    lists = {
        "unassigned_count": customers.unassigned() if is_manager else customers.none(),
        "due_count": customers.filter(assigned_to=user, next_follow_up_at__lte=now),
    }
    columns = {name: capped_column(rows) for name, rows in lists.items()}
    columns["unread_count"] = notices.unread(user, since=Gap("since", DateTimeField()))
    return Prepared(User.objects.filter(pk=user).values_list(*(columns[name] for name in NUMBERS)))


def _shown(count: int, exact: bool) -> str:
    return f"{count:,}{'' if exact else '+'}" if count else ""


# --- The menu -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A place in the menu; `section` names further URLs (a namespace or view names) that lie inside it."""

    label: str
    url_name: str
    icon: str
    section: tuple[str, ...] = ()
    count: str = ""
    apart: bool = False


def _pages(names: str) -> tuple[str, ...]:
    return tuple(f"customers:{name}" for name in names.split())


MANAGERS_DASHBOARD = Entry("Dashboard", "dashboards:manager", "squares-2x2")
SALES_DASHBOARD = Entry("Dashboard", "dashboards:sales", "squares-2x2")
NEXT_CALL = Entry("Next call", "customers:next", "phone")
FOLLOW_UPS = Entry(
    "Follow-ups", "customers:follow_ups", "clock", count="due_count", section=_pages("events event new_event rescue")
)
CUSTOMERS = Entry(
    "Customers",
    "customers:list",
    "users",
    section=_pages("detail create edit erase merge unmerge views bulk bulk_batch random_assign export exports"),
)
UNASSIGNED = Entry(
    "Unassigned",
    "customers:unassigned",
    "inbox",
    section=_pages("batch bulk_assign"),  # the form there looks ahead at bulk_assign, that of the list at random_assign
    count="unassigned_count",
)
IMPORT = Entry("Import", "imports:upload", "arrow-up-tray", section=("imports",))
TEAM = Entry(
    "Team",
    "customers:team",
    "user-group",
    section=_pages(
        "counsellor new_counsellor password_link hand_over deactivate rules rule new_rule message duplicates let_in"
    ),
)
REPORTS = Entry(
    "Reports", "dashboards:reports", "chart-bar", section=tuple(one.url_name for one in REPORT_PAGES.values())
)
ADMIN = Entry("Admin", "admin:index", "cog-6-tooth", apart=True)

MANAGER_SIDE = (MANAGERS_DASHBOARD, CUSTOMERS, UNASSIGNED, IMPORT, TEAM, REPORTS)
MANAGER_BAR = (MANAGERS_DASHBOARD, CUSTOMERS, UNASSIGNED)
SALES_SIDE = (SALES_DASHBOARD, NEXT_CALL, FOLLOW_UPS, CUSTOMERS)
SALES_BAR = (NEXT_CALL, FOLLOW_UPS, CUSTOMERS)


class Menu:
    """The places a person may go to: `side` on a desk; `bar` and, behind More, `more` on a phone."""

    def __init__(self, request, context: dict) -> None:
        self.request, self.context = request, context
        user = request.user
        side, bar = (MANAGER_SIDE, MANAGER_BAR) if user.is_manager else (SALES_SIDE, SALES_BAR)
        side = (*side, ADMIN) if user.is_staff else side
        self.side = self._links(side)
        self.bar = self._links(bar)
        self.more = self._links(entry for entry in side if entry not in bar)
        self.search_url = _url("customers:list")
        self.notices_url = _url("dashboards:notices")
        self.due_url = "" if user.is_manager else _url("customers:follow_ups")

    def _links(self, entries) -> list[dict]:
        links = [
            {
                "label": entry.label,
                "url": _url(entry.url_name),
                "icon": entry.icon,
                "apart": entry.apart,
                "next_call": entry is NEXT_CALL,
                "count": self.context.get(entry.count, ""),
                "counted": bool(entry.count),
                "current": self._current(entry),
            }
            for entry in entries
        ]
        return [link for link in links if link["url"]]

    def _current(self, entry: Entry) -> str:
        match = self.request.resolver_match
        if match is None:
            return ""
        if match.view_name == entry.url_name:
            return "page"
        return "true" if {match.view_name, match.namespace} & set(entry.section) else ""


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
