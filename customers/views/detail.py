"""One customer: who she is and what happened with her."""

from django.http import Http404

from accounts.access import EVERYBODY, roles_allowed
from crm.lib.http import require_methods


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def customer(request, customer_id):
    raise Http404
