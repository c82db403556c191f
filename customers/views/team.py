"""The counsellors: who has how much, who is away, who leaves."""

from django.http import Http404

from accounts.access import MANAGER, roles_allowed
from crm.lib.http import require_methods


@roles_allowed(MANAGER)
@require_methods("GET")
def team(request):
    raise Http404


@roles_allowed(MANAGER)
@require_methods("GET", "POST")
def counsellor(request, user_id):
    raise Http404


@roles_allowed(MANAGER)
@require_methods("GET", "POST")
def deactivate(request, user_id):
    raise Http404


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:counsellor")
def reactivate(request, user_id):
    raise Http404
