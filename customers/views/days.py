"""A counsellor's day: whom to call next, and what was promised when."""

from django.http import Http404

from accounts.access import EVERYBODY, SALES, roles_allowed
from crm.lib.http import require_methods


@roles_allowed(SALES)
@require_methods("GET")
def next_customer(request):
    raise Http404


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def follow_ups(request):
    raise Http404
