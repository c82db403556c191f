"""A status, a follow-up or a source for many customers at once: looked at, done, undone."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from customers import actions, bulk, bulk_words
from customers.forms.bulk import ACTS, ChosenForm
from customers.forms.lists import ListForm
from customers.models import Batch
from customers.views.lists import filtered

DRAFT = "many at once"


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:bulk")
def act_on(request):
    kept = drafts.take(request, DRAFT) if request.method == "GET" else None
    if request.method == "GET" and kept is None:  # the page has no address of its own: it begins with a choice
        return redirect("customers:list")
    data, now = kept.fields if kept else request_data(request), timezone.now()
    form, listing = ChosenForm(data), ListForm(data, user=request.user).checked()
    if not form.is_valid():
        return _not_chosen(request, form)
    act_form = ACTS[form.cleaned_data["act"]](data if "go" in data and not kept else None, initial=data.dict())
    if not act_form.is_valid():
        return _asked(request, form, listing, act_form, data, now)
    chosen = {"ids": form.ids, "filters": listing.filters, "as_of": form.cleaned_data["as_of"]}
    act = actions.Act(form.cleaned_data["act"], **act_form.values())
    try:
        batch = bulk.act_on(act=act, by=request.user, now=now, **chosen)
    except actions.ActionError as refusal:
        act_form.add_error(None, str(refusal))
        return _asked(request, form, listing, act_form, data, now)
    return _answer(request, batch)


@roles_allowed(MANAGER)
@require_methods("GET")
def batch(request, batch_id):
    found = _batch(batch_id)
    if wants_json(request):
        return JsonResponse(_as_json(found))
    context = {
        "batch": found,
        "title": bulk_words.title(found),
        "told": bulk_words.told(found),
        "names": bulk_words.names_left(found, request.user),
        "can_undo": not actions.why_not_undone(found),
    }
    return render(request, "customers/bulk_done.html", context)


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:bulk_batch")
def undo(request, batch_id):
    found = _batch(batch_id)
    try:
        undone = bulk.undo(batch=found, by=request.user, now=timezone.now())
    except actions.ActionError as refusal:
        if wants_json(request):
            return error(request, 400, str(refusal))
        messages.error(request, str(refusal))
        return redirect("customers:bulk_batch", batch_id)
    return _answer(request, undone)


def _batch(batch_id: UUID) -> Batch:
    found = Batch.objects.filter(pk=batch_id, kind__in=actions.BULK_KINDS).select_related("by").first()
    if found is None:
        raise Http404("There is no such act.")
    return found


def _as_json(found: Batch) -> dict:
    undone = found.options.get("undo", {}).get("back", 0) if found.undone_at else found.options["seen"]
    return {
        "state": found.state,
        "seen": undone,
        "total": found.options["total"],
        "changed": found.counts.get("done", 0),
        "text": bulk_words.told(found),
    }


def _answer(request: HttpRequest, done: Batch) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"success": True, "batch": str(done.pk), **_as_json(done)})
    return redirect("customers:bulk_batch", done.pk)


def _not_chosen(request: HttpRequest, form: ChosenForm) -> HttpResponse:
    """Nobody was chosen, which a person sees on the list; or the request makes no sense."""
    if wants_json(request) or set(form.errors) != {"customer_ids"}:
        raise BadRequest(form_errors(form))
    messages.error(request, form_errors(form))
    return redirect(drafts.way_back(request) or "customers:list")


def _asked(
    request: HttpRequest, form: ChosenForm, listing: ListForm, act_form, data: QueryDict, now: datetime
) -> HttpResponse:
    """The page that says how many were chosen, and asks what they get."""
    if act_form.errors and wants_json(request):
        return error(request, 400, form_errors(act_form))
    as_of = form.cleaned_data["as_of"] or now
    customers = bulk.chosen(user=request.user, ids=form.ids, filters=listing.filters, now=now)
    seen = bulk_words.preview(customers, form.cleaned_data["act"], as_of)
    if wants_json(request):
        return JsonResponse({"total": seen.total, "changed": seen.changed, "names": seen.names})
    context = {
        "form": form,
        "act": form.cleaned_data["act"],
        "title": bulk_words.DOING[form.cleaned_data["act"]],
        "act_form": act_form,
        "seen": seen,
        "as_of": as_of,
        **filtered(data, listing),
    }
    context |= {"draft": drafts.token(request.user, DRAFT), "restored": request.method == "GET"}
    return render(request, "customers/bulk.html", context, status=400 if act_form.errors else 200)
