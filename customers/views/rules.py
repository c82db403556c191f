"""The ordered rules of sharing out, and what they would do."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from customers import actions
from customers.forms.rules import RuleForm, WhoGetsForm
from customers.models import SharingRule


def _rule(rule_id: int) -> SharingRule:
    """Raises Http404."""
    if found := SharingRule.objects.filter(pk=rule_id).first():
        return found
    raise Http404("There is no such rule.")


@roles_allowed(MANAGER)
@require_methods("GET")
def rules(request):
    """Every rule in its order; with an area, a source and a course in the address also who would get somebody such."""
    asked = WhoGetsForm(request.GET) if request.GET else WhoGetsForm()
    if asked.is_bound and not asked.is_valid():
        raise BadRequest(form_errors(asked))
    found = list(SharingRule.objects.in_order().select_related("source", "course").prefetch_related("people"))
    fits = next((rule for rule in found if rule.fits(**asked.cleaned_data)), None) if asked.is_bound else None
    if wants_json(request):
        return JsonResponse({"rules": [_as_json(rule) for rule in found], "fits": fits and fits.pk})
    context = {"rules": found, "asked": asked, "fits": fits}
    return render(request, "customers/rules.html", context)


def _as_json(rule: SharingRule) -> dict:
    people = [person.username for person in rule.people.all()]
    return {"id": rule.pk, "order": rule.order, "about": str(rule), "people": people}


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:new_rule")
def new_rule(request):
    return _edit(request, SharingRule())


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:rule")
def rule(request, rule_id):
    return _edit(request, _rule(rule_id))


def _edit(request, rule: SharingRule):
    draft = f"rule {rule.pk or 'new'}"
    kept = None if request.method == "POST" else drafts.take(request, draft)
    data = request_data(request) if request.method == "POST" else None
    form = RuleForm(data, instance=rule, initial=RuleForm.as_initial(kept.fields) if kept else None)
    if form.is_valid():
        actions.save_rule(rule=rule, **form.cleaned_data)
        messages.success(request, "The rule is saved. It holds from the next sharing out.")
        return redirect("customers:rules")
    if form.errors and wants_json(request):
        return error(request, 400, form_errors(form))
    context = {"form": form, "rule": rule, "draft": drafts.token(request.user, draft)}
    context["restored"] = bool(kept and kept.signed_out)
    return render(request, "customers/rule.html", context, status=400 if form.errors else 200)


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:rules")
def delete_rule(request, rule_id):
    rule = _rule(rule_id)
    actions.delete_rule(rule=rule)
    if wants_json(request):
        return JsonResponse({"success": True})
    messages.success(request, f"The rule for {rule} is gone.")
    return redirect("customers:rules")
