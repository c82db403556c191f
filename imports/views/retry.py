"""A failed import, started again where it stopped."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib.http import require_methods, wants_json
from imports import actions
from imports.views.detail import import_for


@roles_allowed(MANAGER)
@require_methods("POST", back_to="imports:detail")
def retry(request, import_id):
    """What was written stays; nothing is written twice."""
    import_ = import_for(import_id)
    try:
        import_ = actions.retry(import_=import_, by=request.user, now=timezone.now())
    except actions.ActionError as error:
        if wants_json(request):
            return JsonResponse({"error": str(error)}, status=400)
        messages.error(request, str(error))
    else:
        if wants_json(request):
            return JsonResponse({"success": True, "import": str(import_.pk), "state": import_.state})
        messages.success(request, f"{import_.original_name} goes on where it stopped.")
    return redirect("imports:detail", import_id)
