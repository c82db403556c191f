"""Where a spreadsheet comes in."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import form_errors, require_methods, wants_json
from crm.lib.uploads import too_large, without_room
from imports import actions
from imports.actions import Refused
from imports.forms import NO_ROOM, UploadForm
from imports.models import Import
from imports.presenters import cards
from imports.wording import refusal

LATEST = 5
DRAFT = "imports:upload"
UNDER_WAY = "{name} is already on its way; here it is. It was not taken a second time."


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="imports:upload")
def upload(request):
    """The form, and the file that it sends: looked at, put aside, and left to the worker."""
    if request.method == "GET":
        return _page(request, lost=drafts.take(request, DRAFT) is not None)
    sent = request.POST, request.FILES  # they are read now; only then is it known what was dropped
    form = UploadForm(*sent, too_large=too_large(request), without_room=without_room(request))
    if not form.is_valid():
        return _refuse(request, " ".join(form.errors["file"] if "file" in form.errors else [form_errors(form)]))
    file, token = form.cleaned_data["file"], form.cleaned_data["token"]
    try:
        sent = {"file": file, "original_name": file.name, "token": token, "options": form.options()}
        import_ = actions.upload(**sent, by=request.user, now=timezone.now())
    except Refused as refused:
        return _refuse(request, refusal(refused.code, refused.detail), form)
    except actions.NoRoom:
        return _refuse(request, NO_ROOM)
    except actions.ActionError as error:
        return _refuse(request, str(error), form)
    return _taken(request, import_)


def _taken(request, import_: Import):
    said = UNDER_WAY.format(name=import_.original_name) if import_.repeated == "same_file" else ""
    to = reverse("imports:check", args=[import_.pk]) if import_.is_dry else reverse("imports:history")
    if wants_json(request):
        answer = {"success": True, "import": str(import_.pk), "state": import_.state, "message": said, "url": to}
        return JsonResponse(answer, status=200 if import_.repeated else 201)
    if said:
        messages.warning(request, said)
    return redirect(to)


def _refuse(request, why: str, form: UploadForm | None = None):
    status = 503 if why == NO_ROOM else 400
    if wants_json(request):
        return JsonResponse({"error": why}, status=status)
    return _page(request, why=why, chosen=form.options() if form else {}, status=status)


def _page(request, *, why: str = "", chosen: dict | None = None, lost: bool = False, status: int = 200):
    latest = Import.objects.select_related("uploaded_by", "purged_by").order_by("-id")[:LATEST]
    context = {
        "form": UploadForm(initial={**(chosen or {}), "token": uuid.uuid4()}),
        "why": why,
        "lost": lost,
        "draft": drafts.token(request.user, DRAFT),
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "cards": cards(latest, timezone.now()),
    }
    return render(request, "imports/upload.html", context, status=status)
