"""What came of a call, and what is worth remembering."""

from django.http import Http404

from accounts.access import EVERYBODY, roles_allowed
from crm.lib.http import json_endpoint, require_methods


@json_endpoint
@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def update_status(request, customer_id):
    raise Http404


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def notes(request, customer_id):
    raise Http404
