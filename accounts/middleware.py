"""Everything asks for a session unless a view says otherwise; and when somebody was last here."""

from datetime import timedelta

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from crm.lib import drafts
from crm.lib.http import error, page_behind, send_again, wants_json

# The page's own script shows these words beside the form, where what was typed still stands.
SIGNED_OUT = "You are signed out. Sign in in another tab and press Save again."
SEEN_EVERY = timedelta(minutes=5)


class LoginRequired(LoginRequiredMiddleware):
    """Signed out: JSON gets 403; a page goes to the login page, and what was typed waits for its author."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is None and getattr(view_func, "login_required", True):
            note_seen(request.user)
        return refused

    def handle_no_permission(self, request, view_func):
        if wants_json(request, view_func):
            return send_again(error(request, 403, SIGNED_OUT))
        if request.method == "POST":
            drafts.keep(request)
        back = self._back(request, view_func)
        return redirect_to_login(back, reverse("accounts:login")) if back else redirect("accounts:login")

    @staticmethod
    def _back(request, view_func) -> str:
        """Where to go after the login: the page itself, or the page that a post was made from."""
        if request.method == "POST" and (page := drafts.way_back(request)):
            return page
        if request.method not in ("GET", "HEAD") and (page := page_behind(view_func, request.resolver_match.kwargs)):
            return page
        can_be_opened = "GET" in getattr(view_func, "methods", ["GET"])
        return request.get_full_path() if can_be_opened else ""


def note_seen(user: User) -> None:
    """Remember that `user` is here: one UPDATE, at most once in SEEN_EVERY."""
    now = timezone.now()
    if user.last_seen_at is None or user.last_seen_at < now - SEEN_EVERY:
        long_ago = Q(last_seen_at=None) | Q(last_seen_at__lt=now - SEEN_EVERY)
        User.objects.filter(long_ago, pk=user.pk).update(last_seen_at=now)
