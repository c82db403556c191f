"""The admin behind the product's own door: one login page, one lock-out, and a plain no for who may not enter."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

NO_ADMIN = "The admin is for administrators. Ask one of them."


class DeskAdminSite(AdminSite):
    site_header = site_title = f"{settings.ORGANISATION} · Admin"
    index_title = "Admin"

    def admin_view(self, view, cacheable=False):
        """Somebody signed in who is no admin gets 403: another login page would only send her round in a circle."""
        guarded = super().admin_view(view, cacheable)

        def inner(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied(NO_ADMIN)
            return guarded(request, *args, **kwargs)

        inner.__dict__.update(guarded.__dict__)
        return inner

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied(NO_ADMIN)
        there = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('accounts:login')}?{urlencode({'next': there})}")

    def logout(self, request, extra_context=None):
        return redirect("accounts:logout")

    def password_change(self, request, extra_context=None):
        return redirect("accounts:password_change")


class DeskAdminConfig(AdminConfig):
    default_site = "crm.adminsite.DeskAdminSite"
