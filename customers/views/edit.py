"""A customer typed in, or corrected."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import EVERYBODY, roles_allowed
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from customers import actions, presenters
from customers.access import customer_for
from customers.actions.held import ERASED
from customers.forms.profile import EditForm, ProfileForm, initial_of
from customers.models import Course, Customer, Source

NEW = "new customer"
SUGGESTIONS = 500


@roles_allowed(*EVERYBODY)
@require_methods("GET", "POST", back_to="customers:create")
def create(request):
    if request.method != "POST":
        return _blank(request, ProfileForm, NEW, {"date": f"{timezone.localdate():%d/%m/%Y}"})
    form = ProfileForm(request_data(request))
    if not form.is_valid():
        return _refused(request, form, NEW)
    try:
        customer = actions.create_customer(by=request.user, now=timezone.now(), **form.typed())
    except actions.AlreadyLookedAfter as passed_on:
        return _passed_on(request, str(passed_on))
    except actions.ActionError as refusal:
        form.add_error(None, str(refusal))
        kept_out = isinstance(refusal, actions.KeptOut)
        return _refused(request, form, NEW, known=getattr(refusal, "customer", None), kept_out=kept_out)
    return _saved(request, customer, f"{customer.shown_name} was added.")


@roles_allowed(*EVERYBODY)
@require_methods("GET", "POST", back_to="customers:edit")
def edit(request, customer_id):
    customer = customer_for(request.user, customer_id)
    draft = f"edit {customer.pk}"
    if customer.erased_at:
        return error(request, 400, ERASED)
    if request.method != "POST":
        return _blank(request, EditForm, draft, _stored(customer), customer=customer)
    form = EditForm(request_data(request))
    if not form.is_valid():
        return _refused(request, form, draft, customer=customer)
    try:
        actions.edit_customer(customer=customer, by=request.user, now=timezone.now(), **form.typed())
    except actions.AlreadyLookedAfter as passed_on:
        return _passed_on(request, str(passed_on))
    except actions.ActionError as refusal:
        form.add_error(None, str(refusal))
        known = getattr(refusal, "customer", None)
        stored = _after_conflict(customer, form) if isinstance(refusal, actions.Conflict) else {}
        kept_out = isinstance(refusal, actions.KeptOut)
        return _refused(request, form, draft, customer=customer, known=known, stored=stored, kept_out=kept_out)
    customer.refresh_from_db()
    return _saved(request, customer, "Saved.")


def _stored(customer: Customer) -> dict:
    return initial_of(customer, [number.number for number in customer.numbers.all()])


def _after_conflict(customer: Customer, form: EditForm) -> dict:
    """What is stored by now, in words; the form may be saved over it."""
    customer.refresh_from_db()
    form.now_seen(customer)
    return _stored(customer)


def _blank(request: HttpRequest, form_class, draft: str, initial: dict, **context) -> HttpResponse:
    """The form before it is sent: as it is stored, or as it was typed before its author had to sign in again."""
    if wants_json(request):
        return JsonResponse({"fields": initial})
    kept = drafts.take(request, draft)
    form = form_class(initial=initial | kept.fields.dict() if kept else initial)
    return _page(request, form, draft, restored=bool(kept and kept.signed_out), **context)


def _page(request: HttpRequest, form, draft: str, *, status: int = 200, stored: dict | None = None, **context):
    context |= {
        "form": form,
        "draft": drafts.token(request.user, draft),
        "clashes": form.differing(stored) if stored else [],
        "names": {model._meta.model_name: _names(model) for model in (Source, Course)},
    }
    return render(request, "customers/form.html", context, status=status)


def _names(model) -> list[str]:
    """What the box for a source or a course suggests."""
    words = model.objects.filter(merged_into=None).order_by("name", "pk")
    return list(words.values_list("name", flat=True)[:SUGGESTIONS])


def _refused(request: HttpRequest, form, draft: str, **context) -> HttpResponse:
    if wants_json(request):
        return error(request, 400, form_errors(form))
    return _page(request, form, draft, status=400, **context)


def _passed_on(request: HttpRequest, words: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"success": True, "passed_on": True, "message": words})
    messages.info(request, words)
    return redirect("customers:list")


def _saved(request: HttpRequest, customer: Customer, words: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"success": True, "customer": presenters.customer(customer)})
    messages.success(request, words)
    return redirect("customers:detail", customer.pk)
