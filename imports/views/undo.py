"""An import taken back, or stopped while it is at work."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import form_errors, require_methods, wants_json
from crm.lib.pagination import fingerprint, paginate
from imports import actions
from imports.forms import PageForm
from imports.models import Import, State
from imports.presenters import cards, line_as_json, lines, page_links, present, present_preview, previewed
from imports.rows import IN_FILE_ORDER, staying_of
from imports.undo import until, why_not
from imports.undo_preview import Preview
from imports.views.detail import import_for

UNDOING = "{name} is being undone."
STOPPED = "{name} was stopped. {what}"


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="imports:undo")
def undo(request, import_id):
    """What undoing would do, what it is doing, or what it did; a post begins it."""
    import_, now = import_for(import_id), timezone.now()
    if request.method == "POST":
        return _answer(request, import_, actions.undo, UNDOING)
    if import_.state == State.UNDONE:
        return _done(request, import_)
    refused = why_not(import_, now)
    preview = None if refused else previewed(Preview(import_, request.user))
    [card] = cards([import_], now)
    if wants_json(request):
        return JsonResponse({**present(card), "refused": refused or None, "preview": present_preview(preview)})
    context = {"import": import_, "card": card, "refused": refused, "preview": preview, "until": until(import_)}
    context["draft"] = drafts.token(request.user, _form_name(import_))
    context["asked"] = drafts.take(request, _form_name(import_)) is not None
    return render(request, "imports/undo.html", context)


def _form_name(import_: Import) -> str:
    return f"imports:undo {import_.pk}"


@roles_allowed(MANAGER)
@require_methods("POST", back_to="imports:detail")
def cancel(request, import_id):
    """What has come in stays."""
    return _answer(request, import_for(import_id), actions.cancel, STOPPED)


def _done(request, import_: Import):
    """The result: the rows that stay, page by page."""
    form = PageForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    page = paginate(
        staying_of(import_).select_related("customer"),
        sort=IN_FILE_ORDER,
        cursor=form.cleaned_data["cursor"],
        size=form.cleaned_data["page_size"],
        key=fingerprint("rows that stay", import_.pk),
    )
    [card] = cards([import_], timezone.now())
    found = lines(import_, page.rows)
    if wants_json(request):
        staying = {"results": [line_as_json(line) for line in found], **page_links(page, request)}
        return JsonResponse({**present(card), "undone": import_.undo_counts, "staying": staying})
    context = {"import": import_, "card": card, "lines": found, "page": page}
    return render(request, "imports/undo.html", context)


def _answer(request, import_: Import, act, said: str):
    try:
        import_ = act(import_=import_, by=request.user, now=timezone.now())
    except actions.ActionError as error:
        if wants_json(request):
            return JsonResponse({"error": str(error)}, status=400)
        messages.error(request, str(error))
    else:
        [card] = cards([import_], timezone.now())
        words = said.format(name=import_.original_name, what=card.message)
        if wants_json(request):
            return JsonResponse({"success": True, "message": words, **present(card)})
        messages.success(request, words)
    return redirect("imports:undo" if act is actions.undo else "imports:detail", import_.pk)
