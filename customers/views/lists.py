"""The list of customers."""

from django.http import Http404

from accounts.access import EVERYBODY, roles_allowed
from crm.lib.http import require_methods


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def customers(request):
    raise Http404
