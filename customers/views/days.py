"""What was promised when: the days ahead with their loads, one moved, a backlog spread anew."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import EVERYBODY, SALES, roles_allowed, safe_next
from accounts.models import User
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from crm.lib.pagination import capped_count
from customers import actions, figures, planning, presenters
from customers.access import customer_for
from customers.forms.status import PutOffForm, follow_up_chips
from customers.forms.team import RescueForm, WhoseForm
from customers.lists import FOLLOW_UPS
from customers.models import CallingRules, Customer, CustomerQuerySet

RESCUE_DAYS, EXAMPLES = 5, 12
# From so many overdue on, the page offers to spread them anew.
BACKLOG = 10


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def follow_ups(request):
    now = timezone.now()
    form = WhoseForm(request.GET, counsellors=figures.counsellors_for(request.user))
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    owner, day = form.cleaned_data["owner"], form.cleaned_data["day"]
    customers = Customer.objects.visible_to(request.user)
    if owner:
        customers = customers.filter(assigned_to=owner)
    rows = _as_shown(request, customers)
    sections = [figures.day_section(rows, day)] if day else figures.follow_up_sections(rows, now=now)
    if wants_json(request):
        return JsonResponse({section.key: _as_json(section) for section in sections})
    context = {"sections": sections, "any_row": any(section.rows for section in sections), "day": day}
    context |= _around(request.user, owner, customers, now)
    return render(request, "customers/follow_ups.html", {**context, "form": form, "owner": owner})


def _as_shown(request: HttpRequest, customers: CustomerQuerySet) -> CustomerQuerySet:
    """`customers` with what the answer says of them: a counsellor's page has one counsellor, who is not named."""
    if wants_json(request):
        return customers.with_people().prefetch_related("numbers")
    along = ("status", "assigned_to") if request.user.is_manager else ("status",)
    return customers.select_related(*along)


def _as_json(section: figures.Section) -> dict:
    rows = [presenters.customer(row) for row in section.rows]
    return {"count": section.count, "count_is_exact": section.exact, "results": rows}


def _around(user: User, owner: User | None, customers: CustomerQuerySet, now: datetime) -> dict:
    """The week, the times to put one off to, and what calls for more than one call."""
    rules, whose = CallingRules.current(), owner or (user if user.is_sales else None)
    week = planning.loads(user, whose, start=timezone.localdate(now), days=planning.WEEK, rules=rules)
    exhausted = customers.filter(FOLLOW_UPS["exhausted"](now)) if user.is_manager else None
    return {
        "week": week,
        "most": max((load.count for load in week), default=0) or 1,
        "times": [(chip.value, chip.label) for chip in follow_up_chips(now, rules.hours)],
        "whose": whose,
        "backlog": BACKLOG,
        "exhausted": capped_count(exhausted)[0] if exhausted is not None else 0,
        "now": now,
    }


@roles_allowed(SALES)
@require_methods("GET")
def due(request):
    """What the device tells of, asked for once a minute: how many of hers are due, and the newest one's first name."""
    rows = figures.due_now(request.user, now=timezone.now())
    if not rows:
        return JsonResponse({"due": 0, "first": "", "newest": ""})
    newest = rows[-1]
    moment = f"{newest.pk} {newest.next_follow_up_at.isoformat()}"
    return JsonResponse({"due": len(rows), "first": newest.shown_name.split()[0], "newest": moment})


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:detail")
def put_off(request, customer_id):
    customer, now = customer_for(request.user, customer_id), timezone.now()
    form = PutOffForm(request_data(request), now=now)
    if not form.is_valid():
        return error(request, 400, form_errors(form))
    try:
        actions.put_off(customer=customer, due_at=form.due_at, by=request.user, now=now)
    except actions.ActionError as refused:
        return error(request, 400, str(refused))
    words = f"{customer.shown_name}: follow-up {presenters.soon(form.due_at, now)}."
    words += presenters.full_day(planning.full_day(request.user, customer, form.due_at))
    if wants_json(request):
        return JsonResponse({"success": True, "message": words})
    messages.success(request, words)
    return redirect(safe_next(request, request.POST.get("next", "")) or reverse("customers:follow_ups"))


@roles_allowed(*EVERYBODY)
@require_methods("GET", "POST", back_to="customers:rescue")
def rescue(request):
    now, rules = timezone.now(), CallingRules.current()
    data = request_data(request) if request.method == "POST" else _rescue_defaults(request, rules)
    form = RescueForm(data, counsellors=figures.counsellors_for(request.user))
    if request.method != "POST" and not data.get("owner"):
        return _rescue_page(request, form, None)
    if not form.is_valid():
        if wants_json(request):
            return error(request, 400, form_errors(form))
        return _rescue_page(request, form, None, status=400)
    plan = planning.rescue(request.user, now=now, rules=rules, **form.cleaned_data)
    if request.method != "POST":
        return _rescue_page(request, form, plan)
    batch = actions.replan(planned=plan.planned, by=request.user, now=now)
    if wants_json(request):
        return JsonResponse({"success": True, **batch.counts, "batch": str(batch.pk)})
    messages.success(request, presenters.replanned(batch, plan))
    return redirect(f"{reverse('customers:follow_ups')}?owner={form.cleaned_data['owner'].pk}")


def _rescue_defaults(request: HttpRequest, rules: CallingRules) -> dict:
    """What the address leaves open: a counsellor's own backlog, over five days, up to a full day each."""
    own = {"owner": request.user.pk} if request.user.is_sales else {}
    return {**own, "days": RESCUE_DAYS, "per_day": rules.day_limit, **request.GET.dict()}


def _rescue_page(request: HttpRequest, form: RescueForm, plan: planning.Rescue | None, status=200) -> HttpResponse:
    """The form, and under it what it would do."""
    if wants_json(request):
        days = [{"day": load.day.isoformat(), "count": load.count} for load in plan.days] if plan else []
        return JsonResponse({"planned": len(plan.planned), "left": plan.left, "days": days} if plan else {"days": []})
    context = {"form": form, "plan": plan, "examples": plan.planned[:EXAMPLES] if plan else []}
    return render(request, "customers/rescue.html", context, status=status)
