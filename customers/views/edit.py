"""A customer typed in, or corrected."""

from django.http import Http404

from accounts.access import EVERYBODY, roles_allowed
from crm.lib.http import require_methods


@roles_allowed(*EVERYBODY)
@require_methods("GET", "POST", back_to="customers:create")
def create(request):
    raise Http404


@roles_allowed(*EVERYBODY)
@require_methods("GET", "POST", back_to="customers:edit")
def edit(request, customer_id):
    raise Http404
