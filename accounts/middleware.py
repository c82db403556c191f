"""Everything asks for a session unless a view says otherwise."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import resolve_url
from django.urls import reverse

from crm.lib import drafts
from crm.lib.http import error, wants_json

SIGNED_OUT = "You are signed out. Sign in and send it again."


class LoginRequired(LoginRequiredMiddleware):
    """Signed out: JSON gets 403; a page goes to the login page, and what was typed waits for its author."""

    def handle_no_permission(self, request, view_func):
        if wants_json(request, view_func):
            return error(request, 403, SIGNED_OUT)
        if request.method == "POST":
            drafts.keep(request)
        return redirect_to_login(self._back(request, view_func), resolve_url(self.get_login_url(view_func)))

    @staticmethod
    def _back(request, view_func) -> str:
        """Where to go after the login: the page itself, or the page that a post was made from."""
        back_to = getattr(view_func, "back_to", "")
        if request.method in ("GET", "HEAD") or not back_to:
            return request.get_full_path()
        kwargs = request.resolver_match.kwargs
        return reverse(back_to, kwargs=kwargs)
