"""Who looks after whom: one customer given, many shared out, the list of those nobody looks after yet."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import MANAGER, SALES, roles_allowed
from accounts.models import User
from crm.lib import drafts
from crm.lib.http import error, form_errors, json_endpoint, request_data, require_methods, wants_json
from customers import actions, tasks
from customers.access import customer_for, customers_for
from customers.dealing import RULES
from customers.figures import waiting_longest
from customers.forms.assignment import WAYS, AssignForm, ShareForm
from customers.forms.lists import ListForm
from customers.forms.status import StatusForm
from customers.lists import NOBODY, narrowed
from customers.models import Batch, Customer, SharingRule, SharingSettings
from customers.receipts import how, left_in_words, progress
from customers.sharing_preview import Foreseen, chosen_matching, foresee
from customers.views.detail import customer_page
from customers.views.lists import chosen_before, filtered, list_answer, listed

SHARING = (Batch.Kind.ASSIGN, Batch.Kind.DISTRIBUTE)
TOLD_FOR = timedelta(minutes=15)
NOT_CARRIED_ON = ("preview", "csrfmiddlewaretoken")


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:detail")
@json_endpoint
def assign(request, customer_id):
    customer = customer_for(request.user, customer_id)
    form, now = AssignForm(request_data(request), counsellors=User.objects.sales_users()), timezone.now()
    if not form.is_valid():
        return _not_assigned(request, customer, form_errors(form), now)
    to = form.cleaned_data["sales_user"]
    try:
        actions.assign_one(customer=customer, to=to, by=request.user, now=now)
    except actions.ActionError as refused:
        return _not_assigned(request, customer, str(refused), now)
    if wants_json(request):
        return JsonResponse({"success": True, "assigned_to": to.username if to else None})
    whom = f"is with {to} now" if to else "has no counsellor now"
    messages.success(request, f"{customer.shown_name} {whom}.")
    return redirect("customers:detail", customer.pk)


def _not_assigned(request: HttpRequest, customer: Customer, sentence: str, now: datetime) -> HttpResponse:
    """Why nothing changed: as JSON, or on her page."""
    if wants_json(request):
        return error(request, 400, sentence)
    messages.error(request, sentence)
    return customer_page(request, customer, StatusForm(now=now), status=400)


@roles_allowed(MANAGER)
@require_methods("GET")
def unassigned(request):
    now = timezone.now()
    params = request.GET.copy()
    params.pop("owner", None)  # nobody, by definition: a second word on it would only confuse "all that match"
    form = ListForm(params, user=request.user).checked()
    waiting = narrowed(Customer.objects.visible_to(request.user).unassigned(), form.filters, now=now)
    found = listed(request, waiting, form)
    if wants_json(request):
        return list_answer(request, found)
    batches = [
        (batch, progress(batch, viewer=request.user, now=now), not actions.why_not_undone(batch))
        for batch in _batches(request.user, now)
    ]
    # Counting everybody's open customers takes its time: only whoever is about to share out needs it.
    seats = actions.seats(now=now, counted="loads" in params)
    context = {
        "seats": seats,
        "has_rules": SharingRule.objects.exists(),
        "alarm_before": SharingSettings.current().alarm_before(now),
        "oldest": waiting_longest(waiting),
        "batches": batches,
        "working": any(batch.is_under_way for batch, *_ in batches),
        "now": now,
        "form": form,
        **found,
    }
    context |= filtered(params, form, asked=("search", "area", "source")) | chosen_before(request, found["page"])
    context["list_parameters"].append(("owner", NOBODY))
    return render(request, "customers/unassigned.html", context)


@roles_allowed(MANAGER)
@require_methods("GET")
def loads(request):
    """How many open customers each has who can be given more: what the sharing form asks for once some are chosen."""
    seats = actions.seats(now=timezone.now())
    return JsonResponse({"loads": [{"id": seat.pk, "open": seat.load} for seat in seats]})


@roles_allowed(SALES)
@require_methods("POST", back_to="customers:next")
def take(request):
    try:
        customer = actions.take_from_pool(by=request.user, now=timezone.now())
    except actions.ActionError as refused:
        if wants_json(request):
            return error(request, 400, str(refused))
        messages.error(request, str(refused))
        return redirect("customers:next")
    if wants_json(request):
        return JsonResponse({"success": True, "customer": str(customer.pk)})
    return redirect(f"{reverse('customers:next')}?customer={customer.pk}")


def _batches(user: User, now: datetime) -> QuerySet[Batch]:
    """What the worker is at right now, and what `user` has just shared out, which she may want to undo."""
    sharing = Batch.objects.filter(kind__in=SHARING)
    recent = sharing.filter(by=user, at__gte=now - TOLD_FOR)
    return (sharing.filter(state__in=Batch.UNDER_WAY) | recent).select_related("by").order_by("-id")[:3]


def _batch(batch_id: UUID) -> Batch:
    """The act of sharing out with that id. Raises Http404."""
    if found := Batch.objects.filter(pk=batch_id, kind__in=SHARING).select_related("by").first():
        return found
    raise Http404("There is no such act.")


@roles_allowed(MANAGER)
@require_methods("GET")
def batch(request, batch_id):
    found = _batch(batch_id)
    told = progress(found, viewer=request.user, now=timezone.now())
    if wants_json(request):
        return JsonResponse({"state": found.state, "seen": told.seen, "total": told.total, "text": told.text})
    context = {"batch": found, "told": told, "how": how(found), "can_undo": not actions.why_not_undone(found)}
    return render(request, "customers/batch.html", context)


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:batch")
def undo_batch(request, batch_id):
    found, now = _batch(batch_id), timezone.now()
    try:
        undone = tasks.undo_sharing(batch=found, by=request.user, now=now)
    except actions.ActionError as refused:
        if wants_json(request):
            return error(request, 400, str(refused))
        messages.error(request, str(refused))
        return redirect("customers:batch", batch_id)
    if wants_json(request):
        counts = {name: undone.options["undo"][name] for name in ("back", "stays")}
        return JsonResponse({"success": True, "state": undone.state, **counts})
    messages.success(request, progress(undone, viewer=request.user, now=now).text)
    return redirect("customers:unassigned")


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:unassigned")
def bulk_assign(request):
    return _share(request, ShareForm.ONE)


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:unassigned")
def random_assign(request):
    return _share(request, ShareForm.RANDOM)


def _share(request: HttpRequest, default_how: str) -> HttpResponse:
    data, now = _with_the_way_of_its_button(request_data(request)), timezone.now()
    if "otherwise" in data:
        return _to_choosing(request)
    form = ShareForm(data, counsellors=User.objects.sales_users(), how=default_how)
    if not form.is_valid():
        if form.refusal or drafts.way_back(request):
            return _refused(request, form.refusal or form_errors(form))
        raise BadRequest(form_errors(form))
    try:
        if "preview" in data:
            return _looked_ahead(request, form, data, now)
        shared = _shared(request.user, form, data, now)
    except actions.ActionError as refused:
        return _refused(request, str(refused))
    told = progress(shared, viewer=request.user, now=now)
    if wants_json(request):
        counts = {"assigned": told.assigned, "left": told.left, "batch": str(shared.pk)}
        return JsonResponse({"success": True, **counts, "state": shared.state})
    messages.add_message(request, messages.SUCCESS if told.good else messages.WARNING, told.text)
    return redirect("customers:unassigned")


def _with_the_way_of_its_button(data: QueryDict) -> QueryDict:
    """A button that looks ahead may say in which way: `preview=load`."""
    if data.get("preview") not in WAYS:
        return data
    data = data.copy()
    data["how"] = data["preview"]
    return data


def _shared(user: User, form: ShareForm, data: QueryDict, now: datetime) -> Batch:
    """Do what `form` says; the batch that tells how it went, or how it will go."""
    values = form.cleaned_data
    as_of = values["as_of"] and min(values["as_of"], now)
    act = {"by": user, "now": now, "among": form.among, "as_of": as_of}
    act["kind"] = Batch.Kind.ASSIGN if form.to_one else Batch.Kind.DISTRIBUTE
    act["scheme"] = form.scheme
    if form.all_matching:
        filters = ListForm(data, user=user).checked().filters
        return tasks.share_matching(filters=filters, limit=values["limit"], **act)
    customers, unknown = customers_for(user, values["customer_ids"])
    if form.scheme.how == RULES:
        return actions.share_by_rules(customers=customers, by=user, now=now, as_of=as_of, unknown=unknown)
    done = actions.share_out(customers=customers, unknown=unknown, **act)
    return Batch.objects.get(pk=done.batch)


def _looked_ahead(request: HttpRequest, form: ShareForm, data: QueryDict, now: datetime) -> HttpResponse:
    """Who would get how many, with one button that does it."""
    foreseen = _foreseen(request.user, form, data, now)
    left = sum(foreseen.left.values())
    if wants_json(request):
        shares = [{"id": s.user.pk, "username": s.user.username, "count": s.more} for s in foreseen.shares]
        return JsonResponse({"shares": shares, "left": left})
    kept = [(name, value) for name, values in data.lists() if name not in NOT_CARRIED_ON for value in values]
    context = {"foreseen": foreseen, "left": left_in_words(foreseen.left), "carried": kept, "action": request.path}
    return render(request, "customers/share_preview.html", context)


def _foreseen(user: User, form: ShareForm, data: QueryDict, now: datetime) -> Foreseen:
    """What `_shared` would do."""
    values, unknown = form.cleaned_data, 0
    as_of = values["as_of"] and min(values["as_of"], now)
    if form.all_matching:
        filters = ListForm(data, user=user).checked().filters
        customers = chosen_matching(filters=filters, by=user, as_of=as_of, limit=values["limit"], now=now)
    else:
        customers, unknown = customers_for(user, values["customer_ids"])
    about = {"among": form.among, "as_of": as_of, "scheme": form.scheme, "now": now}
    return foresee(customers=customers, unknown=unknown, **about)


def _refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """Nothing was given out; the page that it was chosen on says why, and what was ticked is ticked still."""
    if wants_json(request):
        return error(request, 400, sentence)
    messages.error(request, sentence)
    return _to_choosing(request)


def _to_choosing(request: HttpRequest) -> HttpResponse:
    """Back to the page that it was chosen on, with what was ticked and typed there."""
    drafts.keep(request)
    return redirect(drafts.way_back(request) or "customers:unassigned")
