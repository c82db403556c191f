"""Events that follow-ups wait for: the list, one with those who wait, and its day."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import EVERYBODY, MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from customers import actions, figures, planning, presenters
from customers.forms.events import EventForm
from customers.models import CallingRules, Event


def _event(event_id: int) -> Event:
    """Raises Http404."""
    if found := Event.objects.select_related("planned").filter(pk=event_id).first():
        return found
    raise Http404("There is no such event.")


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def events(request):
    found = figures.events(request.user)
    if wants_json(request):
        return JsonResponse({"events": [presenters.event(row.event, row.hanging, row.waiting) for row in found]})
    return render(request, "customers/events.html", {"events": found})


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def event(request, event_id):
    found = _event(event_id)
    section = figures.event_section(request.user, found)
    batch = found.planned
    if wants_json(request):
        state = {"state": batch.state, "seen": batch.options["seen"]} if batch else {"state": None, "seen": 0}
        results = [presenters.customer(row) for row in section.rows]
        return JsonResponse({**presenters.event(found, section.count), **state, "results": results})
    return render(request, "customers/event.html", {"event": found, "section": section, "batch": batch})


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:new_event")
def new_event(request):
    form, kept = _form(request, "event new", None)
    if form.is_valid():
        try:
            made = actions.create_event(by=request.user, now=timezone.now(), **form.cleaned_data)
        except actions.ActionError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{made} can be chosen for a follow-up now.")
            return redirect("customers:events")
    if form.errors and wants_json(request):
        return error(request, 400, form_errors(form))
    return _form_page(request, form, "event new", kept, None, {})


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:edit_event")
def edit_event(request, event_id):
    """With a day in the address: what that day would mean. A post writes it."""
    found, now = _event(event_id), timezone.now()
    form, kept = _form(request, f"event {found.pk}", found)
    if form.is_valid() and request.method == "POST" and not _asks_first(request, form):
        try:
            batch = actions.change_event(event=found, by=request.user, now=now, **form.cleaned_data)
        except actions.ActionError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, presenters.event_planned(form.cleaned_data["name"], batch))
            return redirect("customers:event", found.pk)
    plan = _preview(request, found, form, now)
    if form.errors and wants_json(request):
        return error(request, 400, form_errors(form))
    if wants_json(request):
        return JsonResponse(presenters.event_plan(plan))
    return _form_page(request, form, f"event {found.pk}", kept, found, {"plan": plan})


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:event")
def close_event(request, event_id):
    """It is over; with `again` it is not."""
    found, again = _event(event_id), "again" in request_data(request)
    try:
        event = (
            actions.reopen_event(event=found)
            if again
            else actions.close_event(event=found, by=request.user, now=timezone.now())
        )
    except actions.ActionError as refused:
        return error(request, 400, str(refused))
    if wants_json(request):
        return JsonResponse(
            {"success": True, **presenters.event(event, figures.event_section(request.user, event).count)}
        )
    messages.success(request, presenters.event_closed(event))
    return redirect("customers:events")


def _asks_first(request: HttpRequest, form: EventForm) -> bool:
    """Whether she wants to see first what the day would mean."""
    return "preview" in request_data(request) and form.cleaned_data["happens_on"] is not None


def _form(request: HttpRequest, draft: str, found: Event | None) -> tuple[EventForm, drafts.Draft | None]:
    """The form as it was sent, as it was typed before the session ended, or as the event stands."""
    if request.method == "POST":
        return EventForm(request_data(request)), None
    if "happens_on" in request.GET:
        return EventForm(request.GET), None
    kept = drafts.take(request, draft)
    stands = {"name": found.name, "happens_on": found.happens_on} if found else None
    return EventForm(initial=kept.fields.dict() if kept else stands), kept


def _preview(request: HttpRequest, found: Event, form: EventForm, now) -> planning.EventPlan | None:
    """What the form's day would mean; None without a day, or with one that is over, which the form then says."""
    day = form.cleaned_data.get("happens_on") if form.is_bound else None
    if day is None:
        return None
    same = day == found.happens_on
    if not same and actions.is_past(day, now=now):
        form.add_error("happens_on", actions.PAST_DAY)
        return None
    return planning.event_plan(request.user, found, day, now=now, rules=CallingRules.current(), only_waiting=same)


def _form_page(request: HttpRequest, form: EventForm, draft: str, kept, found: Event | None, context) -> HttpResponse:
    context |= {"form": form, "event": found, "draft": drafts.token(request.user, draft)}
    context["restored"] = bool(kept and kept.signed_out)
    return render(request, "customers/event_form.html", context, status=400 if form.errors else 200)
