"""Two entries that are one person: side by side, made one, taken apart again."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from customers import actions, presenters
from customers.access import customer_for
from customers.forms.merging import MergeForm, OtherForm, initial_choices
from customers.models import Customer, Merge
from customers.parting_words import comes_back, stays

FOUND = 10
ONE_ALREADY = "These two are one entry already."


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:merge")
def merge(request, customer_id):
    left, asked = customer_for(request.user, customer_id), OtherForm(request.GET)
    if not asked.is_valid():
        raise BadRequest(form_errors(asked))
    if not asked.cleaned_data["other"]:
        return _find(request, left, asked)
    right = customer_for(request.user, asked.cleaned_data["other"])
    if right.pk == left.pk:
        return error(request, 400, ONE_ALREADY)
    if request.method != "POST":
        return _side_by_side(request, _offered(request, left, right))
    form = MergeForm(request_data(request), left=left, right=right)
    if not form.is_valid():
        return _refused(request, form)
    try:
        done = actions.merge(by=request.user, now=timezone.now(), **form.choice())
    except actions.ActionError as refusal:
        return _refused(request, form, str(refusal), again=isinstance(refusal, actions.Conflict))
    return _merged(request, done)


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:unmerge")
def unmerge(request, merge_id):
    now = timezone.now()
    found = Merge.objects.visible_to(request.user).filter(pk=merge_id)
    done = found.select_related("by", *(f"{who}__{what}" for who in ("winner", "loser") for what in WITH)).first()
    if done is None:
        raise Http404("There is no such merge.")
    why = actions.why_not_unmerged(done, now=now)
    if request.method != "POST" or done.undone_at or why:
        return _parting(request, done, why)
    try:
        actions.unmerge(merge=done, by=request.user, now=now)
    except actions.ActionError as refusal:
        return _parting(request, done, str(refusal))
    if wants_json(request):
        return JsonResponse({"success": True, "id": str(done.winner_id), "apart": str(done.loser_id)})
    messages.success(request, f"{done.loser.shown_name} is a customer of her own again.")
    return redirect("customers:detail", done.loser_id)


WITH = ("status", "assigned_to", "source", "course")


def _find(request: HttpRequest, customer: Customer, asked: OtherForm) -> HttpResponse:
    """The page that asks whom she is the same as."""
    if request.method == "POST":
        return error(request, 400, "Say with whom: other is missing.")
    text, found = asked.cleaned_data["search"], []
    if text:
        others = Customer.objects.visible_to(request.user).search(text).exclude(pk=customer.pk)
        found = list(others.with_people().order_by("pk")[:FOUND])
    if wants_json(request):
        return JsonResponse({"results": [presenters.customer(row) for row in found]})
    context = {"customer": customer, "form": asked, "search": text, "found": found}
    return render(request, "customers/merge_find.html", context)


def draft_name(left: Customer, right: Customer) -> str:
    """The name under which what was chosen waits for its author."""
    return f"merge {left.pk} {right.pk}"


def _offered(request: HttpRequest, left: Customer, right: Customer) -> MergeForm:
    """The form before it is sent: as is best, or as it was chosen before its author had to sign in again."""
    kept = drafts.take(request, draft_name(left, right))
    offered = initial_choices(left, right) | (kept.fields.dict() if kept else {})
    form = MergeForm(None, left=left, right=right, initial=offered)
    form.restored = bool(kept and kept.signed_out)
    return form


def _side_by_side(request: HttpRequest, form: MergeForm, errors: str = "", status: int = 200) -> HttpResponse:
    left, right = form.left, form.right
    if wants_json(request):
        both = {"left": presenters.customer(left), "right": presenters.customer(right)}
        return JsonResponse({**both, "choices": initial_choices(left, right)})
    context = {
        "form": form,
        "sides": [("left", left), ("right", right)],
        "survivor": form["survivor"].value(),
        "errors": errors,
        "seen": f"{left.version}.{right.version}",
        "draft": drafts.token(request.user, draft_name(left, right), back=request.get_full_path()),
        "restored": form.restored,
    }
    return render(request, "customers/merge.html", context, status=status)


def _refused(request: HttpRequest, form: MergeForm, words: str = "", *, again: bool = False) -> HttpResponse:
    """400: why not. After a change in between with the values of now, and what was chosen still chosen."""
    words = words or form_errors(form)
    if wants_json(request):
        return error(request, 400, words)
    if again:
        for row in (form.left, form.right):
            row.refresh_from_db()
    return _side_by_side(request, form, words, status=400)


def _merged(request: HttpRequest, done: Merge) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"success": True, "id": str(done.winner_id), "merge": str(done.pk)})
    days = actions.REVERSIBLE_FOR.days
    words = f"{done.loser.shown_name} is part of {done.winner.shown_name} now. For {days} days you can take them apart."
    messages.success(request, words)
    return redirect("customers:detail", done.winner_id)


def _parting(request: HttpRequest, done: Merge, why: str) -> HttpResponse:
    """What taking it apart would do; or 400 and why it stays, when that was asked for."""
    if done.undone_at:
        why = "They were taken apart already."
    refused = bool(why) and request.method == "POST"
    if wants_json(request) and refused:
        return error(request, 400, why)
    parts = None if why else actions.parting(done, done.winner, done.loser)
    lists = {"comes_back": comes_back(parts) if parts else [], "stays": stays(parts) if parts else []}
    if wants_json(request):
        return JsonResponse({**lists, "why_not": why})
    return render(
        request, "customers/unmerge.html", {"merge": done, "why": why, **lists}, status=400 if refused else 200
    )
