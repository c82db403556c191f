"""Placeholders while the pages are being built."""

from django.http import HttpResponse

from accounts.access import MANAGER, roles_allowed
from crm.lib.http import require_methods


def _page(*methods):
    @roles_allowed(MANAGER)
    @require_methods(*methods)
    def view(request, **kwargs):
        return HttpResponse("")

    return view


upload = _page("GET", "POST")
history = _page("GET")
detail = _page("GET")
mapping = _page("GET", "POST")
problems = _page("GET", "POST")
problems_file = _page("GET")
file = _page("GET")
template = _page("GET")
