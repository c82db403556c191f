"""Lists one comes back to, and the columns one wants to see."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import EVERYBODY, roles_allowed
from accounts.models import User
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from crm.lib.pagination import capped_count
from customers import actions
from customers.forms.lists import ListForm
from customers.forms.saved_lists import ColumnsForm, SaveViewForm, ViewActForm
from customers.lists import Filters, narrowed
from customers.models import Customer
from customers.models.saved_lists import Pin, SavedView
from customers.views.lists import filtered

MOST_SHOWN = 200


@roles_allowed(*EVERYBODY)
@require_methods("GET", "POST", back_to="customers:views")
def views(request):
    if request.method != "POST":
        return _all_views(request)
    data = request_data(request)
    form, listing = SaveViewForm(data), ListForm(data, user=request.user).checked()
    back = f"{reverse('customers:list')}?{filtered(data, listing)['export_query']}"
    if not form.is_valid():
        return _refused(request, form_errors(form), back)
    how = {"filters": listing.filters.as_dict(), "sort": listing.sorting.name, **form.cleaned_data}
    try:
        view = actions.save_view(by=request.user, now=timezone.now(), **how)
    except actions.ActionError as refusal:
        return _refused(request, str(refusal), back)
    return _done(request, f"“{view.name}” is saved.", back)


@roles_allowed(*EVERYBODY)
@require_methods("POST")
def view(request, view_id):
    saved = SavedView.objects.open_to(request.user).select_related("owner").filter(pk=view_id).first()
    if saved is None:
        raise Http404("There is no such list.")
    form, back = ViewActForm(request_data(request)), reverse("customers:views")
    if not form.is_valid():
        return _refused(request, form_errors(form), back)
    try:
        words = _act(form.cleaned_data["act"], saved, request.user)
    except actions.ActionError as refusal:
        return _refused(request, str(refusal), back)
    return _done(request, words, back)


def _act(act: str, saved: SavedView, by: User) -> str:
    """Do it; what to say of it."""
    if act == "delete":
        actions.delete_view(view=saved, by=by)
        return f"“{saved.name}” is deleted."
    actions.pin_view(view=saved, by=by, pinned=act == "pin")
    return f"“{saved.name}” is in the menu." if act == "pin" else f"“{saved.name}” is off the menu."


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def menu(request):
    """The pinned lists with their counts: a piece of the menu that comes after the page, one bounded query a list."""
    now, mine = timezone.now(), Customer.objects.visible_to(request.user)
    lists = []
    for saved in pinned(request.user):
        count, exact = capped_count(narrowed(mine, Filters.from_dict(saved.filters), now=now))
        lists.append({"name": saved.name, "url": list_url(saved), "count": count, "count_is_exact": exact})
    if wants_json(request):
        return JsonResponse({"results": lists})
    return render(request, "customers/_pinned.html", {"pinned": lists})


@roles_allowed(*EVERYBODY)
@require_methods("POST", back_to="customers:list")
def columns(request):
    data = request_data(request)
    form, listing = ColumnsForm(data, user=request.user), ListForm(data, user=request.user).checked()
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    actions.choose_columns(by=request.user, columns=form.cleaned_data["columns"])
    if wants_json(request):
        return JsonResponse({"success": True})
    return redirect(f"{reverse('customers:list')}?{filtered(data, listing)['export_query']}")


def pinned(user: User) -> list[SavedView]:
    """The lists in the menu of `user`, at most eight, as she put them there."""
    of_her = SavedView.objects.open_to(user).filter(pins__user=user)
    return list(of_her.order_by("pins__pk").distinct()[: actions.MOST_PINNED])


def list_url(saved: SavedView) -> str:
    """The address of the list."""
    return f"{reverse('customers:list')}?{urlencode({**saved.filters, 'sort': saved.sort}, doseq=True)}"


def _all_views(request: HttpRequest) -> HttpResponse:
    """Every list that `request.user` may open."""
    saved = SavedView.objects.open_to(request.user).select_related("owner").order_by("name", "pk")[:MOST_SHOWN]
    pins = set(Pin.objects.filter(user=request.user).values_list("view_id", flat=True))
    rows = [{"view": row, "url": list_url(row), "is_pinned": row.pk in pins} for row in saved]
    if wants_json(request):
        results = [{"id": str(row["view"].pk), "name": row["view"].name, "url": row["url"]} for row in rows]
        return JsonResponse({"results": results})
    return render(request, "customers/views.html", {"rows": rows})


def _done(request: HttpRequest, words: str, back: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"success": True, "message": words})
    messages.success(request, words)
    return redirect(back)


def _refused(request: HttpRequest, words: str, back: str) -> HttpResponse:
    if wants_json(request):
        return error(request, 400, words)
    messages.error(request, words)
    return redirect(back)
