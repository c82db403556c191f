"""The counsellors: who has how much, who is away, who leaves."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from accounts.actions import AccountError, create_user, end_sessions, set_password_link
from accounts.models import Role, User, UserQuerySet
from crm.lib import drafts
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from customers import actions, figures
from customers.forms.team import AvailabilityForm, HandoverForm, LinkForm, NewCounsellorForm

NEW = "new counsellor"  # the form's name for what is typed when a session ends
NO_SUCH_PERSON = "This person does not exist."


def _person(people: UserQuerySet, user_id: int) -> User:
    """The one with that id among `people`. Raises Http404."""
    if found := people.filter(pk=user_id).first():
        return found
    raise Http404(NO_SUCH_PERSON)


@roles_allowed(MANAGER)
@require_methods("GET")
def team(request):
    members = figures.members(request.user, now=timezone.now())
    context = {
        "members": [member for member in members if member.user.is_sales],
        "left": [member for member in members if not member.user.is_sales],
    }
    return render(request, "customers/team.html", context)


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:new_counsellor")
def new_counsellor(request):
    data, kept = _typed(request, NEW)
    form = NewCounsellorForm(data, initial=kept.fields.dict() if kept else None)
    if request.method == "POST" and form.is_valid():
        try:
            user = create_user(role=Role.SALES, by=request.user, **form.cleaned_data)
        except AccountError as refused:
            form.add_error(None, str(refused))
        else:
            return _link(request, user)
    return _page(request, "customers/new_counsellor.html", {"form": form, "draft": NEW, "kept": kept})


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:counsellor")
def password_link(request, user_id):
    user, form = _person(figures.counsellors().filter(is_active=True), user_id), LinkForm(request_data(request))
    _refuse_unless_allowed(request.user, user)
    if not form.is_valid():
        return error(request, 400, form_errors(form))
    if form.cleaned_data["at_once"]:
        end_sessions(user=user, by=request.user)
    return _link(request, user)


def _link(request: HttpRequest, user: User) -> HttpResponse:
    """The page with a link for choosing a password; it is shown once and stored nowhere."""
    link = request.build_absolute_uri(set_password_link(user))
    if wants_json(request):
        return JsonResponse({"id": user.pk, "username": user.username, "link": link})
    return render(request, "customers/password_link.html", {"person": user, "link": link})


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:counsellor")
def counsellor(request, user_id):
    user = _person(figures.counsellors(), user_id)
    draft = f"counsellor {user.pk}"
    data, kept = _typed(request, draft)
    form = AvailabilityForm(data, instance=user, initial=AvailabilityForm.as_initial(kept.fields) if kept else None)
    if request.method == "POST" and form.is_valid():
        actions.set_availability(user=user, **form.cleaned_data)
        messages.success(request, f"Saved what {user} takes.")
        return redirect("customers:team")
    context = {
        "counsellor": user,
        "form": form,
        "draft": draft,
        "kept": kept,
        "link_form": LinkForm(),
        "elsewhere": actions.handed_over(user).count(),
        "may": not actions.why_not(user=user, by=request.user),
    }
    return _page(request, "customers/counsellor.html", context)


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:deactivate")
def deactivate(request, user_id):
    return _handover(request, _person(User.objects.filter(is_active=True), user_id), actions.deactivate, leaves=True)


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="customers:hand_over")
def hand_over(request, user_id):
    user = _person(figures.counsellors().filter(is_active=True), user_id)
    return _handover(request, user, actions.hand_over, leaves=False)


def _handover(request: HttpRequest, user: User, act: Callable, *, leaves: bool) -> HttpResponse:
    """The form that says who takes over; `act` does it, once the manager has seen who would get how many."""
    now = timezone.now()
    _refuse_unless_allowed(request.user, user)
    heirs = User.objects.filter(pk__in=[heir.pk for heir in actions.eligible(now=now) if heir != user])
    draft = f"{'deactivate' if leaves else 'hand over'} {user.pk}"
    data, kept = _typed(request, draft)
    initial = HandoverForm.as_initial(kept.fields) if kept else None
    form = HandoverForm(data, heirs=heirs.order_by("first_name"), initial=initial)
    context = {"person": user, "form": form, "leaves": leaves, "draft": draft, "kept": kept}
    context["work"] = figures.work_of(request.user, user, now=now)
    if request.method == "POST" and form.is_valid():
        if "preview" in form.data:
            context |= _shares(context["work"].open, form.heirs, now)
            return _page(request, "customers/handover.html", context)
        try:
            done = act(user=user, by=request.user, now=now, to=form.heirs)
        except actions.ActionError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _in_words(user, done, form.heirs, leaves=leaves))
            return redirect("customers:team")
    return _page(request, "customers/handover.html", context)


def _shares(count: int, heirs: list[User], now: datetime) -> dict:
    """Who would get how many, and how many would go to the pool."""
    shares = actions.preview(count, heirs, now=now) if heirs else []
    return {"previewed": True, "shares": shares, "to_pool": count - sum(n for _, n in shares)}


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:counsellor")
def bring_back(request, user_id):
    user = _person(figures.counsellors(), user_id)
    try:
        count = actions.bring_back(user=user, by=request.user, now=timezone.now())
    except actions.ActionError as refused:
        if wants_json(request):
            return error(request, 400, str(refused))
        messages.error(request, str(refused))
        return redirect("customers:counsellor", user_id)
    if wants_json(request):
        return JsonResponse({"success": True, "returned": count})
    messages.success(request, f"{count:,} customer{'s are' if count != 1 else ' is'} with {user} again.")
    return redirect("customers:counsellor", user_id)


@roles_allowed(MANAGER)
@require_methods("POST", back_to="customers:counsellor")
def reactivate(request, user_id):
    user = _person(User.objects.all(), user_id)
    _refuse_unless_allowed(request.user, user)
    actions.reactivate(user=user, by=request.user)
    messages.success(request, f"{user} can sign in again. New customers come with the next sharing out.")
    return redirect("customers:team")


def _refuse_unless_allowed(by: User, user: User) -> None:
    if reason := actions.why_not(user=user, by=by):
        raise PermissionDenied(reason)


def _typed(request: HttpRequest, draft: str) -> tuple[QueryDict | None, drafts.Draft | None]:
    """What was sent now, and what was typed before its author had to sign in again."""
    if request.method == "POST":
        return request_data(request), None
    return None, drafts.take(request, draft)


def _page(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    """The page with its form: as it is asked for, or as it was refused."""
    form, kept = context["form"], context["kept"]
    if form.errors and wants_json(request):
        return error(request, 400, form_errors(form))
    context |= {"draft": drafts.token(request.user, context["draft"]), "restored": bool(kept and kept.signed_out)}
    return render(request, template, context, status=400 if form.errors else 200)


def _in_words(user: User, done: actions.Handover, heirs: list[User], *, leaves: bool) -> str:
    """ "Asha is signed out and cannot sign in any more. 88 customers went to Ravi, 2 back to the unassigned." """
    to = str(heirs[0]) if len(heirs) == 1 else f"{len(heirs)} counsellors"
    moved = [f"{done.given:,} customer{'s' * (done.given != 1)} went to {to}"] if done.given else []
    if done.to_pool:
        went = "" if moved else f" customer{'s' * (done.to_pool != 1)} went"
        moved.append(f"{done.to_pool:,}{went} back to the unassigned")
    what = f"{', '.join(moved) or 'There was nothing to hand over'}."
    return f"{user} is signed out and cannot sign in any more. {what}" if leaves else what
