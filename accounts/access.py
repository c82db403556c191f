"""What your role lets you do: the decorators that every view carries."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import BigAutoField
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Role, User
from crm.lib.prepared import Gap

MANAGER, SALES = Role.MANAGER, Role.SALES
EVERYBODY = (MANAGER, SALES)
# Who may export, by the setting EXPORTS. A sales user's list holds her own customers only.
NOT_WITH_YOUR_ROLE = "Lists of customers are not exported with your role. Ask your manager."
NOT_HERE = "Lists of customers are not exported here: a setting takes the right away."
EXPORTERS = {"nobody": (), "managers": (MANAGER,), "everybody": EVERYBODY}


class Anybody(Gap):
    """Stands in a prepared query, as `user`, for whoever has this role."""

    def __init__(self, is_manager: bool, is_sales: bool) -> None:
        super().__init__("user", BigAutoField())
        self.is_manager, self.is_sales = is_manager, is_sales


def has_role(user: User, roles: tuple[str, ...]) -> bool:
    """True if `user` may do what is allowed to one of `roles`."""
    return (MANAGER in roles and user.is_manager) or (SALES in roles and user.is_sales)


def roles_allowed(*roles: str) -> Callable:
    """Refuse (403) everybody whose role is not among `roles`; the label is read by the system check."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not has_role(request.user, roles):
                raise PermissionDenied("Your role does not open this page.")
            return view(request, *args, **kwargs)

        guarded.allowed_roles = roles
        return guarded

    return decorate


def may_export(user: User) -> bool:
    """Whether `user` may take lists of customers out of the house; the setting EXPORTS says who."""
    return has_role(user, EXPORTERS[settings.EXPORTS])


def export_allowed(view: Callable) -> Callable:
    """Refuse (403) everybody who may not take lists of customers out of the house."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not may_export(request.user):
            raise PermissionDenied(NOT_WITH_YOUR_ROLE if EXPORTERS[settings.EXPORTS] else NOT_HERE)
        return view(request, *args, **kwargs)

    guarded.allowed_roles = EVERYBODY
    return guarded


def start_page(user: User) -> str:
    """The path of the dashboard at which `user` begins."""
    return reverse("dashboards:manager" if user.is_manager else "dashboards:sales")


def safe_next(request: HttpRequest, target: str) -> str:
    """`target` if a person may be sent there after signing in, else "".

    Only a page of ours that answers GET, and never the login or logout page: neither of another host, nor hidden
    behind dots or percent signs that the browser takes away.
    """
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return ""
    path = unquote(urlsplit(target).path)
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    can_be_opened = "GET" in getattr(match.func, "methods", ["GET"])
    is_way_in_or_out = match.view_name in ("accounts:login", "accounts:logout", "admin:login", "admin:logout")
    return target if can_be_opened and not is_way_in_or_out and "/." not in path else ""


def client_address(request: HttpRequest) -> str:
    """The address a request came from: behind N proxies of ours the N-th from the right in X-Forwarded-For."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return request.META.get("REMOTE_ADDR", "")
