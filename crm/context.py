"""What every page's frame shows."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from crm.lib.pagination import capped_count
from customers.models import Customer


def frame(request) -> dict:
    """The organisation's name, the menu, and its two numbers (each one capped query, made when drawn)."""
    context = {
        "organisation": settings.ORGANISATION,
        "demo": settings.DEMO,
        "unassigned_count": SimpleLazyObject(lambda: _unassigned(request)),
        "due_count": SimpleLazyObject(lambda: _due(request)),
    }
    return {**context, "menu": SimpleLazyObject(lambda: Menu(request, context))}


def _unassigned(request) -> str:
    """The number as the menu shows it: "214", "10,000+", and nothing for none."""
    return _shown(Customer.objects.visible_to(request.user).unassigned())


def _due(request) -> str:
    due = Customer.objects.visible_to(request.user).filter(
        assigned_to=request.user, next_follow_up_at__lte=timezone.now()
    )
    return _shown(due)


def _shown(queryset) -> str:
    count, exact = capped_count(queryset)
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


MANAGERS_DASHBOARD = Entry("Dashboard", "dashboards:manager", "squares-2x2")
SALES_DASHBOARD = Entry("Dashboard", "dashboards:sales", "squares-2x2")
NEXT_CALL = Entry("Next call", "customers:next", "phone")
FOLLOW_UPS = Entry("Follow-ups", "customers:follow_ups", "clock", count="due_count")
CUSTOMERS = Entry(
    "Customers", "customers:list", "users", section=("customers:detail", "customers:create", "customers:edit")
)
UNASSIGNED = Entry(
    "Unassigned", "customers:unassigned", "inbox", section=("customers:batch",), count="unassigned_count"
)
IMPORT = Entry("Import", "imports:upload", "arrow-up-tray", section=("imports",))
TEAM = Entry("Team", "customers:team", "user-group", section=("customers:counsellor", "customers:deactivate"))
REPORTS = Entry("Reports", "dashboards:reports", "chart-bar")
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
