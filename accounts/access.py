"""What your role lets you do: the decorators that every view carries."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import Role, User

MANAGER, SALES = Role.MANAGER, Role.SALES
EVERYBODY = (MANAGER, SALES)


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


def client_address(request: HttpRequest) -> str:
    """The address a request came from: behind N proxies of ours the N-th from the right in X-Forwarded-For."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return request.META.get("REMOTE_ADDR", "")
