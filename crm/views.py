"""What belongs to no room: the way in, and the sign of life."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static

from accounts.access import EVERYBODY, roles_allowed, start_page
from crm.lib.http import require_methods


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def home(request):
    """Everybody starts at the dashboard of her role."""
    return redirect(start_page(request.user))


@login_not_required
@require_methods("GET")
def healthz(request):
    """200 while the process answers and its database does; tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
@require_methods("GET")
def favicon(request):
    return redirect(static("favicon.svg"), permanent=True)
