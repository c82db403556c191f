"""What a file was worth."""

from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib.http import require_methods, wants_json
from imports.report import report_card, report_card_as_json
from imports.views.detail import import_for


@roles_allowed(MANAGER)
@require_methods("GET")
def report(request, import_id):
    """On the day, and since."""
    import_ = import_for(import_id)
    card = report_card(import_, request.user, timezone.now())
    if wants_json(request):
        return JsonResponse(report_card_as_json(import_, card))
    return render(request, "imports/report.html", {"import": import_, "report": card})
