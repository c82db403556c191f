"""What came in, newest first."""

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from accounts.actions import see_notices
from crm.lib.http import form_errors, require_methods, wants_json
from crm.lib.pagination import Sort, fingerprint, paginate
from imports.forms import PageForm
from imports.models import Import
from imports.presenters import cards, page_links, present

NEWEST = Sort("newest", "Newest", "id")


@roles_allowed(MANAGER)
@require_methods("GET")
def history(request):
    """Every import as a card."""
    form = PageForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    imports = Import.objects.select_related("uploaded_by", "undone_by", "purged_by")
    page = paginate(
        imports,
        sort=NEWEST,
        cursor=form.cleaned_data["cursor"],
        size=form.cleaned_data["page_size"],
        key=fingerprint("imports"),
    )
    shown = cards(page.rows, timezone.now())
    if wants_json(request):
        return JsonResponse({"results": [present(card) for card in shown], **page_links(page, request)})
    if ended := [row.finished_at for row in page.rows if row.uploaded_by == request.user and row.finished_at]:
        see_notices(user=request.user, until=max(ended))  # her files stand here with what became of them
    return render(request, "imports/history.html", {"cards": shown, "page": page})
