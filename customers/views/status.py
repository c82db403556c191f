"""What came of a call, and what is worth remembering."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.access import EVERYBODY, roles_allowed
from crm.lib.http import error, form_errors, json_endpoint, request_data, require_methods, wants_json
from customers import actions, presenters
from customers.access import customer_for
from customers.forms.status import NoteForm, StatusForm
from customers.models import Customer, StatusChange
from customers.views.calls import call_page
from customers.views.detail import customer_page
from customers.worklist import Next


@json_endpoint
@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def update_status(request, customer_id):
    customer, now = customer_for(request.user, customer_id), timezone.now()
    form = StatusForm(request_data(request), now=now)
    if not form.is_valid():
        return _refused(request, customer, form)
    try:
        change = actions.record_status(customer=customer, by=request.user, now=now, **form.outcome())
    except actions.ActionError as refusal:
        form.add_error(None, str(refusal))
        return _refused(request, customer, form)
    customer.refresh_from_db(fields=["next_follow_up_at", "exhausted_at"])
    return _recorded(request, customer, change)


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def notes(request, customer_id):
    customer, now = customer_for(request.user, customer_id), timezone.now()
    data = request_data(request)
    form = NoteForm(data)
    if not form.is_valid():
        return _refused(request, customer, form, StatusForm(initial=data.dict(), now=now))
    try:
        note = actions.add_note(customer=customer, by=request.user, now=now, **form.typed())
    except actions.ActionError as refusal:
        form.add_error(None, str(refusal))
        return _refused(request, customer, form, StatusForm(initial=data.dict(), now=now))
    if wants_json(request):
        return JsonResponse({"success": True, "note": presenters.note(note)})
    return redirect("customers:detail", customer.pk)


def _recorded(request: HttpRequest, customer: Customer, change: StatusChange) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(presenters.outcome(change, customer))
    if request.POST.get("then") == "next":
        return redirect("customers:next")  # whose top line says what was recorded
    messages.success(request, presenters.outcome_in_words(change, customer, now=timezone.now()))
    return redirect("customers:detail", customer.pk)


def _refused(request: HttpRequest, customer: Customer, form, shown: StatusForm | None = None) -> HttpResponse:
    """400: the words alone, or her page with them and with what was typed (in `shown`, if that is another form)."""
    words = form_errors(form)
    if wants_json(request):
        return error(request, 400, words)
    if request.POST.get("then") == "next" and request.user.is_sales:
        return call_page(request, Next(customer, "chosen"), form=shown or form, errors=words, status=400)
    return customer_page(request, customer, shown or form, errors=words, status=400)
