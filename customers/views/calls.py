"""The next call: whom, why, and what is done around it."""

import uuid
from itertools import islice
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import EVERYBODY, MANAGER, SALES, roles_allowed
from accounts.models import User
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from customers import actions, planning, presenters, worklist
from customers.access import customer_for
from customers.forms.calls import MessageForm, SkipForm, TakeBackForm, TapForm, WhomForm
from customers.forms.status import StatusForm, follow_up_chips
from customers.models import CallingRules, Customer, Event, Skip, Stage, Status
from customers.my_day import closing_words
from customers.my_day import my_day as figures_of_day
from customers.timeline import FOR_A_CALL, Story, worth_a_call

ENTRIES = 4
FIRST_OUTCOMES = 5
MESSAGE = "message"  # the name under which its text waits for its author


@roles_allowed(SALES)
@require_methods("GET")
def next_customer(request):
    now, form = timezone.now(), WhomForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    if number := form.cleaned_data["who"]:
        return _whose(request, number)
    rules, chosen = CallingRules.current(), form.cleaned_data["customer"]
    if chosen:
        found = worklist.Next(customer_for(request.user, chosen), "chosen")
        if found.customer.erased_at and not wants_json(request):
            return redirect("customers:detail", found.customer.pk)
    else:
        found = worklist.next_call(request.user, now=now) if rules.hours.is_open(now) else None
    if wants_json(request):
        return JsonResponse(presenters.next_call(found))
    return call_page(request, found, rules=rules) if found else _nobody(request, rules)


def call_page(
    request: HttpRequest,
    found: worklist.Next,
    *,
    rules: CallingRules | None = None,
    form: StatusForm | None = None,
    errors: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one call; with `form` as it was typed and `errors`, why it was refused."""
    now, customer, rules = timezone.now(), found.customer, rules or CallingRules.current()
    kept = None if form else drafts.take(request, form_name(customer))
    outcomes = [status for status in Status.objects.active().in_order() if status.stage != Stage.NEW]
    outcomes.sort(key=lambda status: status.hotkey or "~")
    story = Story(customer, request.user)
    context = {
        "customer": customer,
        "why": worklist.WHY[found.why],
        "numbers": list(customer.numbers.all()),
        "promise": worklist.open_promise(request.user, customer),
        "entries": list(islice(worth_a_call(story.entries(now=now, kinds=FOR_A_CALL)[0]), ENTRIES)),
        "form": form or StatusForm(initial=kept.fields.dict() if kept else None, now=now),
        "outcomes": outcomes[:FIRST_OUTCOMES],
        "more_outcomes": outcomes[FIRST_OUTCOMES:],
        "chips": follow_up_chips(now, rules.hours, Event.objects.offered(timezone.localdate(now))),
        "reasons": Skip.Reason.choices,
        "whatsapp_url": whatsapp_url(customer, request.user, rules),
        "errors": errors,
        "client_token": uuid.uuid4().hex,
        "draft": drafts.token(request.user, form_name(customer), back=page_of(customer)),
        "restored": bool(kept and kept.signed_out),
        "now": now,
    }
    return render(request, "customers/call.html", context | _top(request.user, now), status=status)


def form_name(row: Customer) -> str:
    """The name under which what was typed about her call waits for its author."""
    return f"outcome {row.pk}"


def page_of(customer: Customer) -> str:
    """The call page of one chosen customer."""
    return f"{reverse('customers:next')}?customer={customer.pk}"


def whatsapp_url(customer: Customer, user: User, rules: CallingRules) -> str:
    """The chat with `customer`, the message already in it."""
    digits = customer.phone_number.removeprefix("+")
    text = rules.message(customer, user)
    return f"https://wa.me/{digits}{f'?text={quote(text)}' if text else ''}" if digits else ""


def _top(user: User, now) -> dict:
    """What stands above every call: what was recorded last, and how the day stands."""
    last = worklist.last_recorded(user, since=now - actions.UNDO_WITHIN)
    full = last and planning.full_day(user, last.customer, last.customer.next_follow_up_at)
    words = last and presenters.outcome_in_words(
        last, last.customer, now=now, event=worklist.awaited(last.customer)
    ) + presenters.full_day(full)
    return {"last": last, "last_words": words, "full": full, "day": worklist.day_so_far(user, now=now)}


def _nobody(request: HttpRequest, rules: CallingRules) -> HttpResponse:
    now = timezone.now()
    context = {
        "coming": worklist.coming_next(request.user, now=now),
        "unplanned": worklist.unplanned(request.user, now=now),
        "may_take": actions.left_today(request.user, now=now),
        "rules": rules,
        "is_open": rules.hours.is_open(now),
        "again_at": rules.hours.fitted(now),
    }
    return render(request, "customers/next.html", context | _top(request.user, now))


def _whose(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody rings back: straight to her, or a choice among those who share the number."""
    found = worklist.with_number(request.user, number)
    if wants_json(request):
        results = [presenters.customer(row) for row in found]
        return JsonResponse({"results": results, "erased": not found and worklist.is_kept_out(number)})
    if len(found) == 1:
        return redirect(page_of(found[0]))
    kept_out = not found and worklist.is_kept_out(number)
    return render(request, "customers/who.html", {"number": number, "found": found, "kept_out": kept_out})


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def skip(request, customer_id):
    customer, form = customer_for(request.user, customer_id), SkipForm(request_data(request))
    if not form.is_valid():
        return error(request, 400, form_errors(form))
    try:
        skipped = actions.skip(customer=customer, by=request.user, now=timezone.now(), **form.cleaned_data)
    except actions.ActionError as refused:
        return error(request, 400, str(refused))
    words = f"{customer.shown_name} comes back {presenters.soon(skipped.until, timezone.now())}."
    if wants_json(request):
        return JsonResponse({"success": True, "message": words})
    messages.success(request, words)
    return redirect("customers:next" if request.user.is_sales else "customers:list")


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def tap(request, customer_id):
    customer, form = customer_for(request.user, customer_id), TapForm(request_data(request))
    if not form.is_valid():
        return error(request, 400, form_errors(form))
    try:
        actions.record_tap(customer=customer, by=request.user, now=timezone.now(), **form.cleaned_data)
    except actions.ActionError as refused:
        return error(request, 400, str(refused))
    return JsonResponse({"success": True}) if wants_json(request) else redirect("customers:detail", customer.pk)


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def take_back(request, customer_id):
    customer, form = customer_for(request.user, customer_id), TakeBackForm(request_data(request))
    if not form.is_valid():
        return error(request, 400, form_errors(form))
    change = customer.status_changes.filter(pk=form.cleaned_data["change"]).first()
    if change is None:
        raise Http404("There is no such entry.")
    try:
        actions.take_back(change=change, by=request.user, now=timezone.now())
    except actions.ActionError as refused:
        return error(request, 400, str(refused))
    if wants_json(request):
        return JsonResponse({"success": True})
    messages.success(request, f"Taken back. {customer.shown_name} is as she was.")
    if request.user.is_sales:
        return redirect(page_of(customer))
    return redirect("customers:detail", customer.pk)


@roles_allowed(SALES)
@require_methods("GET")
def my_day(request):
    now = timezone.now()
    mine = figures_of_day(request.user, now=now)
    words = closing_words(mine, request.user, now=now)
    if wants_json(request):
        counts = {name: getattr(mine, name) for name in ("calls", "reached", "kept", "missed", "planned")}
        return JsonResponse({**counts, "taps": mine.taps, "outcomes": dict(mine.outcomes), "text": words})
    return render(request, "customers/my_day.html", {"mine": mine, "words": words})


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:message")
def message(request):
    kept = None
    form = MessageForm(request_data(request) if request.method == "POST" else None)
    if form.is_valid():
        actions.set_message(text=form.cleaned_data["text"])
        messages.success(request, "The message is saved. Counsellors find it behind WhatsApp from now on.")
        return JsonResponse({"success": True}) if wants_json(request) else redirect("customers:message")
    if wants_json(request):
        if form.is_bound:
            return error(request, 400, form_errors(form))
        return JsonResponse({"text": CallingRules.current().whatsapp_text})
    if not form.is_bound:
        kept = drafts.take(request, MESSAGE)
        text = kept.fields.get("text", "") if kept else CallingRules.current().whatsapp_text
        form = MessageForm(initial={"text": text})
    context = {"form": form, "draft": drafts.token(request.user, MESSAGE), "restored": bool(kept and kept.signed_out)}
    return render(request, "customers/message.html", context, status=400 if form.is_bound else 200)
