"""What the columns are, where the file alone does not say which holds the phone."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import form_errors, request_data, require_methods, wants_json
from imports import actions
from imports.forms import MappingForm
from imports.models import Import, State
from imports.presenters import fields_to_choose
from imports.views.detail import import_for

NOT_WAITING = "{name} does not wait for its columns any more."
GOES_ON = "{name} goes on with the columns you chose."


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="imports:mapping")
def mapping(request, import_id):
    """Each column with some of its values and a field to choose; the answer sets the import going again."""
    import_ = import_for(import_id)
    if import_.state != State.NEEDS_MAPPING:
        return _no_longer(request, import_)
    kept = drafts.take(request, _form_name(import_)) if request.method == "GET" else None
    data = kept.fields if kept else request_data(request) if request.method == "POST" else None
    form = MappingForm(data, sheets=import_.sheets, fields=fields_to_choose())
    if request.method == "GET":
        return _page(request, import_, form, restored=bool(kept and kept.signed_out))
    if not form.is_valid():
        return _page(request, import_, form, error=form_errors(form))
    try:
        actions.choose_mapping(import_=import_, mapping=form.chosen(), by=request.user, now=timezone.now())
    except actions.ActionError as error:
        return _page(request, import_, form, error=str(error))
    return _go_on(request, import_)


def _form_name(import_: Import) -> str:
    return f"imports:mapping {import_.pk}"


def _no_longer(request, import_: Import):
    said = NOT_WAITING.format(name=import_.original_name)
    if wants_json(request):
        return JsonResponse({"error": said}, status=400)
    messages.warning(request, said)
    return redirect("imports:detail", import_.pk)


def _go_on(request, import_: Import):
    import_.refresh_from_db(fields=["state"])
    if wants_json(request):
        return JsonResponse({"success": True, "import": str(import_.pk), "state": import_.state})
    messages.success(request, GOES_ON.format(name=import_.original_name))
    return redirect("imports:check", import_.pk) if import_.is_dry else redirect("imports:history")


def _page(request, import_: Import, form: MappingForm, *, error: str = "", restored: bool = False):
    status = 400 if error else 200
    if wants_json(request):
        answer = {"error": error} if error else {"import": str(import_.pk), "columns": form.as_json()}
        return JsonResponse(answer, status=status)
    draft = drafts.token(request.user, _form_name(import_))
    context = {"import": import_, "form": form, "error": error, "draft": draft, "restored": restored}
    return render(request, "imports/mapping.html", context, status=status)
