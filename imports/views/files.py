"""Files that go out: the upload as it came, and the template."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed, safe_next
from crm.lib.downloads import attachment, spooled
from crm.lib.http import error, require_methods, wants_json
from imports import actions
from imports.template_file import write_template
from imports.views.detail import import_for
from imports.wording import purged_in_words

GONE = "The file itself has been deleted, as uploads are after a while. What became of its rows is still here."


@roles_allowed(MANAGER)
@require_methods("GET")
def file(request, import_id):
    """The upload as it came, under the name it came with; never shown by the browser, always saved."""
    import_ = import_for(import_id)
    try:
        content = import_.file.open("rb") if import_.file else None
    except FileNotFoundError:
        content = None
    if content is None:
        return error(request, 404, purged_in_words(import_) or GONE)
    return attachment(content, import_.original_name, "application/octet-stream")


@roles_allowed(MANAGER)
@require_methods("POST", back_to="imports:detail")
def delete_file(request, import_id):
    """The upload goes before its time; what became of its rows stays."""
    import_ = import_for(import_id)
    try:
        actions.delete_file(import_=import_, by=request.user, now=timezone.now())
    except actions.ActionError as refusal:
        if wants_json(request):
            return error(request, 400, str(refusal))
        messages.error(request, str(refusal))
    else:
        if wants_json(request):
            return JsonResponse({"success": True})
        messages.success(request, f"The file {import_.original_name} is deleted.")
    return redirect(safe_next(request, request.POST.get("next", "")) or reverse("imports:detail", args=[import_.pk]))


@roles_allowed(MANAGER)
@require_methods("GET")
def template(request):
    return attachment(spooled(write_template), "enquiries-template.xlsx")
