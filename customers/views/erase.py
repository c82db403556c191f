"""A person's data erased, and a number of hers let in again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from customers import actions
from customers.access import customer_for
from customers.erase_preview import preview
from customers.forms.erase import EraseForm, LetInForm
from customers.models import Customer

DONE = "This person’s data was erased."
LET_IN = "The number is let in again. Add her as a new customer, or upload the row once more."
NUMBERS = "erased numbers"  # the name under which what was typed there waits for its author


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:erase")
def erase(request, customer_id):
    customer = customer_for(request.user, customer_id)
    form = EraseForm(request_data(request) if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, customer, form)
    typed = {name: form.cleaned_data[name] for name in ("reason", "with_files")}
    try:
        actions.erase(customer=customer, by=request.user, now=timezone.now(), **typed)
    except actions.ActionError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, customer, form)
    if wants_json(request):
        return JsonResponse({"success": True, "id": str(customer.pk)})
    messages.success(request, DONE)
    return redirect("customers:detail", customer.pk)


def _page(request: HttpRequest, customer: Customer, form: EraseForm) -> HttpResponse:
    """What goes and what stays, with the form as it was typed."""
    seen = preview(customer)
    if wants_json(request):
        if form.errors:
            return error(request, 400, form_errors(form))
        kept = [{"name": file.name, "until": file.until.isoformat()} for file in seen.files]
        return JsonResponse({"goes": seen.goes, "stays": seen.stays, "files": kept})
    draft = f"erase {customer.pk}"
    kept = None if form.is_bound else drafts.take(request, draft)
    if kept:
        form = EraseForm(initial=kept.fields.dict() | {"confirm": ""})
    context = {"customer": customer, "form": form, "preview": seen, "restored": bool(kept and kept.signed_out)}
    context["draft"] = drafts.token(request.user, draft)
    return render(request, "customers/erase.html", context, status=400 if form.errors else 200)


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:let_in")
def let_in(request):
    form = LetInForm(request_data(request) if request.method == "POST" else None)
    if form.is_valid():
        number, why = form.cleaned_data["phone_number"], form.cleaned_data["why"]
        try:
            actions.let_in(number=number, by=request.user, now=timezone.now(), why=why)
        except actions.ActionError as refusal:
            form.add_error("phone_number", str(refusal))
        else:
            messages.success(request, LET_IN)
            return JsonResponse({"success": True}) if wants_json(request) else redirect("customers:create")
    if wants_json(request):
        return error(request, 400, form_errors(form)) if form.is_bound else JsonResponse({"fields": list(form.fields)})
    kept = None if form.is_bound else drafts.take(request, NUMBERS)
    if kept:
        form = LetInForm(initial=kept.fields.dict())
    context = {"form": form, "draft": drafts.token(request.user, NUMBERS), "restored": bool(kept and kept.signed_out)}
    return render(request, "customers/let_in.html", context, status=400 if form.is_bound else 200)
