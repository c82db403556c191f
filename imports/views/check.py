"""A file looked at before it is imported: counted, counted again with other choices, then imported or put aside."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import form_errors, request_data, require_methods, wants_json
from customers.actions import seats
from customers.models import Course, SharingRule, Source
from imports import actions
from imports.check_form import CheckForm
from imports.models import Import, State
from imports.presenters import cards, fields_to_choose, kinds, notes, present, present_check, shares
from imports.views.detail import import_for

COUNTED_INSTEAD = "You had changed something, so it was counted again first. Look at the numbers, then import."
GOES_ON = "{name} is being imported as shown."
PUT_ASIDE = "{name} was put aside. Nothing was written."
NOT_CHECKED = "{name} does not wait to be looked at any more."
MOST_WORDS = 500


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="imports:check")
def check(request, import_id):
    """What the file would do, and what may be chosen; a post counts again (`act=count`), imports or discards."""
    import_ = import_for(import_id)
    if request.method == "POST":
        return _act(request, import_)
    if import_.can_be_counted:
        kept = drafts.take(request, _form_name(import_))
        form = _form(import_, kept.fields if kept else None)
        return _page(request, import_, form, restored=bool(kept and kept.signed_out))
    if wants_json(request):
        return JsonResponse(_as_json(import_))
    if import_.is_working and import_.is_dry:
        [card] = cards([import_], timezone.now())
        return render(request, "imports/check.html", {"import": import_, "card": card})
    return redirect("imports:mapping" if import_.state == State.NEEDS_MAPPING else "imports:detail", import_.pk)


def _act(request, import_: Import):
    data = request_data(request)
    if import_.was_checked and import_.is_working and data.get("act") == "import":
        return _answer(request, import_, said=GOES_ON)  # a double click
    if not import_.can_be_counted:
        return _answer(request, import_, error=NOT_CHECKED.format(name=import_.original_name))
    form = _form(import_, data)
    try:
        if data.get("act") == "discard":
            actions.discard(import_=import_, by=request.user, now=timezone.now())
            return _answer(request, import_, said=PUT_ASIDE)
        if not form.is_valid():
            return _page(request, import_, form, error=form_errors(form))
        return _count_or_import(request, import_, form, data)
    except actions.ActionError as error:
        return _refused(request, import_, form, str(error))


def _count_or_import(request, import_: Import, form: CheckForm, data):
    """Import only what was shown: with anything else chosen it is counted first."""
    act, now = {"import_": import_, "by": request.user}, timezone.now()
    if data.get("act") == "import" and not form.has_changed():
        actions.go_ahead(**act, counted=_counted(data), now=now)
        return _answer(request, import_, said=GOES_ON)
    actions.recount(**act, options=form.options(), now=now)
    return _answer(request, import_, said=COUNTED_INSTEAD if data.get("act") == "import" else "")


def _counted(data) -> int:
    """The round whose numbers were on the page; -1, which none has, when it does not say."""
    said = data.get("counted", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else -1


def _form(import_: Import, data=None) -> CheckForm:
    about = {"seats": seats(now=timezone.now()), "has_rules": SharingRule.objects.exists()}
    return CheckForm(data, import_=import_, fields=fields_to_choose(), **about)


def _form_name(import_: Import) -> str:
    return f"imports:check {import_.pk}"


def _answer(request, import_: Import, *, said: str = "", error: str = ""):
    import_.refresh_from_db()
    if wants_json(request):
        answer = {"error": error} if error else {"success": True, "message": said, **_as_json(import_)}
        return JsonResponse(answer, status=400 if error else 200)
    if error:
        messages.warning(request, error)
    elif said:
        messages.success(request, said.format(name=import_.original_name))
    return redirect(
        "imports:check" if import_.is_dry and import_.state != State.CANCELLED else "imports:detail", import_.pk
    )


def _refused(request, import_: Import, form: CheckForm, error: str):
    """Said beside the choices that led to it, or, when the import moved on meanwhile, where it is now."""
    counted = import_.check_result.get("round", 0)
    import_ = import_for(import_.pk)
    if import_.can_be_counted and import_.check_result.get("round", 0) == counted:
        return _page(request, import_, form, error=error)
    return _answer(request, import_, error=error)


def _as_json(import_: Import) -> dict:
    [card] = cards([import_], timezone.now())
    return {**present(card), "check": present_check(import_)}


def _page(request, import_: Import, form: CheckForm, *, error: str = "", restored: bool = False):
    status = 400 if error else 200
    if wants_json(request):
        answer = {"error": error} if error else _as_json(import_) | {"form": form.as_json()}
        return JsonResponse(answer, status=status)
    [card] = cards([import_], timezone.now())
    is_counted = import_.state == State.CHECKED
    dealt, left = shares(import_) if is_counted else ([], 0)
    unruled = import_.check_result.get("plan", {}).get("no_rule", 0) if is_counted else 0
    context = {
        "import": import_,
        "card": card,
        "is_counted": is_counted,
        "kinds": kinds(import_) if is_counted else [],
        "shares": dealt,
        "shares_left": left - unruled,
        "unruled": unruled,
        "notes": notes(import_),
        "form": form,
        "error": error,
        "restored": restored,
        "draft": drafts.token(request.user, _form_name(import_)),
        "sources": Source.objects.filter(merged_into=None).order_by("name").values_list("name", flat=True)[:MOST_WORDS],
        "courses": Course.objects.filter(merged_into=None).order_by("name").values_list("name", flat=True)[:MOST_WORDS],
    }
    return render(request, "imports/check.html", context, status=status)
