"""Who may be one person: looked at one pair after the other."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib.http import require_methods, wants_json
from crm.lib.pagination import PAGE_SIZE, Sort, capped_count, paginate
from customers import actions, presenters
from customers.models import LikelyDuplicate

BY_AGE = Sort("newest", "Newest", "id")
PEOPLE = [f"{who}__{what}" for who in ("one", "other") for what in ("status", "assigned_to", "course", "source")]


@roles_allowed(MANAGER)
@require_methods("GET")
def likely(request):
    waiting = LikelyDuplicate.objects.visible_to(request.user).open()
    pairs = waiting.select_related(*PEOPLE)
    cursor = request.GET.get("cursor", "")
    page = paginate(pairs, sort=BY_AGE, cursor=cursor, size=PAGE_SIZE, key="duplicates")
    count, exact = capped_count(waiting)
    if wants_json(request):
        results = [presenters.likely_duplicate(row) for row in page.rows]
        return JsonResponse({"count": count, "next": page.next, "previous": page.previous, "results": results})
    return render(request, "customers/duplicates.html", {"page": page, "count": count, "count_is_exact": exact})


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:duplicates")
def not_the_same(request, pair_id):
    pairs = LikelyDuplicate.objects.visible_to(request.user).select_related("one", "other")
    pair = pairs.filter(pk=pair_id).first()
    if pair is None:
        raise Http404("There is no such pair.")
    actions.not_the_same(pair=pair, by=request.user, now=timezone.now())
    if wants_json(request):
        return JsonResponse({"success": True})
    words = f"{pair.one.shown_name} and {pair.other.shown_name} stay two customers. They are not offered again."
    messages.success(request, words)
    return redirect("customers:duplicates")
