"""What came of a call, and what is worth remembering."""

import uuid
from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.access import EVERYBODY, roles_allowed
from crm.lib import drafts
from crm.lib.http import (
    error,
    form_errors,
    json_endpoint,
    request_data,
    require_methods,
    send_again,
    wants_json,
)
from customers import actions, presenters
from customers.access import NOT_YOURS, customer_for, once_hers
from customers.forms.status import ChangeNoteForm, NoteForm, StatusForm
from customers.models import Customer, StatusChange
from customers.views.calls import call_page, form_name, page_of
from customers.views.detail import customer_page
from customers.worklist import Next, awaited

# So long a form may have stood open for its save to count as one made in time.
IN_TIME = timedelta(hours=24)
NOW_WITH_ANOTHER = "Saved. This customer is looked after by somebody else now."
ANOTHERS = "Somebody else typed this in before you signed in here. It was not saved under your name."


@json_endpoint
@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def update_status(request, customer_id):
    data, now = request_data(request), timezone.now()
    if drafts.is_anothers(request.user, data.get(drafts.FIELD, "")):
        return send_again(error(request, 403, ANOTHERS))
    drawn = drafts.drawn_at(request.user, data.get(drafts.FIELD, ""), f"outcome {customer_id}", within=IN_TIME)
    form = StatusForm(data, now=now)
    try:
        customer = customer_for(request.user, customer_id)
    except PermissionDenied:
        return _late(request, customer_id, form, drawn, now)
    if not form.is_valid():
        return _refused(request, customer, form)
    try:
        change = actions.record_status(customer=customer, by=request.user, now=now, seen=drawn, **form.outcome())
    except actions.ActionError as refusal:
        form.add_error(None, str(refusal))
        form.conflict = isinstance(refusal, actions.Conflict)
        return _refused(request, customer, form)
    return _recorded(request, change.customer, change)  # as she is after it


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def notes(request, customer_id):
    data, now = request_data(request), timezone.now()
    if drafts.is_anothers(request.user, data.get(drafts.FIELD, "")):
        return send_again(error(request, 403, ANOTHERS))
    drawn = drafts.drawn_at(request.user, data.get(drafts.FIELD, ""), f"outcome {customer_id}", within=IN_TIME)
    form = NoteForm(data)
    try:
        customer = customer_for(request.user, customer_id)
    except PermissionDenied:
        return _late(request, customer_id, form, drawn, now)
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


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def change_note(request, customer_id, note_id):
    customer, form = customer_for(request.user, customer_id), ChangeNoteForm(request_data(request))
    note = actions.note_of(customer=customer, note_id=note_id)
    if note is None:
        raise Http404("There is no such note.")
    if not form.is_valid():
        return error(request, 400, form_errors(form))
    text, pinned = form.cleaned_data["text"], form.cleaned_data["pinned"]
    try:
        if text:
            actions.edit_note(note=note, text=text, by=request.user, now=timezone.now())
        if pinned:
            actions.pin_note(note=note, pinned=pinned == "yes")
    except actions.ActionError as refusal:
        return error(request, 400, str(refusal))
    if wants_json(request):
        note.refresh_from_db(fields=["text"])
        return JsonResponse({"success": True, "note": presenters.note(note)})
    return redirect("customers:detail", customer.pk)


def _late(request: HttpRequest, customer_id: uuid.UUID, form, drawn: datetime | None, now: datetime) -> HttpResponse:
    """She no longer looks after the customer, but did when her form was drawn: kept, and nothing told of it.

    Raises PermissionDenied when she did not, or when that is longer ago than IN_TIME.
    """
    if drawn is None:
        raise PermissionDenied(NOT_YOURS)
    customer = once_hers(request.user, customer_id, at=drawn)
    if not form.is_valid():
        return error(request, 400, form_errors(form))
    try:
        if isinstance(form, StatusForm):
            actions.record_late(customer=customer, by=request.user, now=now, drawn=drawn, **form.outcome())
        else:
            actions.add_note(customer=customer, by=request.user, now=now, **form.typed())
    except actions.ActionError as refusal:
        return error(request, 400, str(refusal))
    if wants_json(request):
        return JsonResponse({"success": True, "late": True, "message": NOW_WITH_ANOTHER})
    messages.success(request, NOW_WITH_ANOTHER)
    return redirect("customers:next")


def _recorded(request: HttpRequest, customer: Customer, change: StatusChange) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(presenters.outcome(change, customer))
    if request.POST.get("then") == "next":
        return redirect("customers:next")  # whose top line says what was recorded
    messages.success(
        request, presenters.outcome_in_words(change, customer, now=timezone.now(), event=awaited(customer))
    )
    return redirect("customers:detail", customer.pk)


def _refused(request: HttpRequest, customer: Customer, form, shown: StatusForm | None = None) -> HttpResponse:
    """400: the words alone, or her page with them and with what was typed (in `shown`, if that is another form)."""
    words = form_errors(form)
    if wants_json(request) and form.conflict:
        # The new token says that she has read what is told here: sent with it, the form is saved.
        token = drafts.token(request.user, form_name(customer), back=page_of(customer))
        return JsonResponse({"error": words, "draft": token}, status=400)
    if wants_json(request):
        return error(request, 400, words)
    if request.POST.get("then") == "next" and request.user.is_sales:
        return call_page(request, Next(customer, "chosen"), form=shown or form, errors=words, status=400)
    return customer_page(request, customer, shown or form, errors=words, status=400)
