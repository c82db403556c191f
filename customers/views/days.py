"""What was promised when."""

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import EVERYBODY, roles_allowed
from crm.lib.http import form_errors, require_methods, wants_json
from customers import figures, presenters
from customers.forms.team import WhoseForm
from customers.models import Customer


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def follow_ups(request):
    now = timezone.now()
    form = WhoseForm(request.GET, counsellors=figures.counsellors_for(request.user))
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    owner = form.cleaned_data["owner"]
    customers = Customer.objects.visible_to(request.user)
    if owner:
        customers = customers.filter(assigned_to=owner)
    sections = figures.follow_up_sections(customers, now=now)
    if wants_json(request):
        return JsonResponse({section.key: _as_json(section) for section in sections})
    context = {"sections": sections, "any_row": any(section.rows for section in sections)}
    return render(request, "customers/follow_ups.html", {**context, "form": form, "owner": owner})


def _as_json(section: figures.Section) -> dict:
    rows = [presenters.customer(row) for row in section.rows]
    return {"count": section.count, "count_is_exact": section.exact, "results": rows}
