"""Who looks after whom: one customer given, many shared out, the list of those nobody looks after yet."""

from django.http import Http404

from accounts.access import MANAGER, roles_allowed
from crm.lib.http import json_endpoint, require_methods


@json_endpoint
@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:detail")
def assign(request, customer_id):
    raise Http404


@roles_allowed(MANAGER)
@require_methods("GET")
def unassigned(request):
    raise Http404


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:unassigned")
def bulk_assign(request):
    raise Http404


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:unassigned")
def random_assign(request):
    raise Http404


@roles_allowed(MANAGER)
@require_methods("GET")
def batch(request, batch_id):
    raise Http404
