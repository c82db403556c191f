"""One customer: who she is and what happened with her."""

import uuid
from datetime import datetime

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import EVERYBODY, roles_allowed
from accounts.models import User
from crm.lib import drafts
from crm.lib.http import require_methods, wants_json
from customers import presenters
from customers.access import customer_for
from customers.actions import EDIT_WITHIN, seats
from customers.erase_preview import files_with
from customers.forms.status import StatusForm, follow_up_chips
from customers.models import CallingRules, Customer, Event, LikelyDuplicate, Status
from customers.timeline import LIKELY, SHOWS, Story
from customers.views.calls import form_name, whatsapp_url

LIKELY_SHOWN = 3


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def customer(request, customer_id):
    row = customer_for(request.user, customer_id)
    if wants_json(request):
        history, complete = Story(row, request.user).status_history()
        return JsonResponse(presenters.customer_with_history(row, history, complete=complete))
    if row.pk != customer_id:  # merged away: this is her survivor
        return redirect("customers:detail", row.pk)
    kept, given, changed = (drafts.take(request, name(row)) for name in (form_name, assign_name, change_name))
    form = StatusForm(initial=kept.fields.dict() if kept else None, now=timezone.now())
    restored = any(draft.signed_out for draft in (kept, given, changed) if draft)
    chosen = given.fields.get("sales_user") if given else None
    return customer_page(request, row, form, restored=restored, chosen=chosen, changed=changed)


def assign_name(row: Customer) -> str:
    """The name under which the counsellor that was chosen for her waits."""
    return f"assign {row.pk}"


def change_name(row: Customer) -> str:
    """The name under which a note of hers that was being changed waits."""
    return f"change note {row.pk}"


def customer_page(
    request: HttpRequest,
    row: Customer,
    form: StatusForm,
    *,
    restored: bool = False,
    chosen: str | None = None,
    changed: drafts.Draft | None = None,
    errors: str = "",
    status: int = 200,
) -> HttpResponse:
    """Her page with `form` as it was typed and why it was refused, if it was.

    `restored` says that what was typed comes from before the person had to sign in again; `chosen` is the id of the
    counsellor that was chosen then, `changed` the note that was being changed.
    """
    now, rules = timezone.now(), CallingRules.current()
    show = request.GET.get("show", "")
    if show and show not in SHOWS:
        raise BadRequest("Show one of: " + ", ".join(SHOWS) + ".")
    kinds = SHOWS[show][1] if show else ()
    story = Story(row, request.user)
    entries, more = story.entries(now=now, everything="all" in request.GET, kinds=kinds)
    context = {
        "customer": row,
        "numbers": list(row.numbers.all()),
        "entries": entries,
        "pinned": story.pinned(),
        "likely": likely_duplicates(row, request.user) if LIKELY in story.has else [],
        "shows": [(word, label) for word, (label, _) in SHOWS.items()],
        "show": show,
        "editable_since": now - EDIT_WITHIN,
        "more": more,
        "form": form,
        "statuses": list(Status.objects.active().in_order()),
        "chips": follow_up_chips(now, rules.hours, Event.objects.offered(timezone.localdate(now))),
        "errors": errors,
        "client_token": uuid.uuid4().hex,  # nothing was recorded under the one that was sent
        "draft": drafts.token(request.user, form_name(row)),
        "restored": restored,
        "change_draft": drafts.token(request.user, change_name(row)),
        "changed": _being_changed(changed),
        "whatsapp_url": whatsapp_url(row, request.user, rules),
        "now": now,
    }
    if request.user.is_manager and row.erased_at:
        context["kept_files"] = files_with(row.row_ids)
    elif request.user.is_manager:
        context |= _who_may_have_her(request, row, chosen, now)
    return render(request, "customers/detail.html", context, status=status)


def likely_duplicates(row: Customer, user: User) -> list[Customer]:
    """Who may be the same person, if `user` may see them too."""
    pairs = LikelyDuplicate.objects.visible_to(user).open().of(row).select_related("one", "other").order_by("pk")
    return [pair.other if pair.one_id == row.pk else pair.one for pair in pairs[:LIKELY_SHOWN]]


def _being_changed(typed: drafts.Draft | None) -> dict[int, str]:
    """The text of the note that was being changed, by the note's id."""
    note = typed.fields.get("note", "") if typed else ""
    return {int(note): typed.fields.get("text", "")} if note.isascii() and note.isdecimal() and len(note) < 19 else {}


def _who_may_have_her(request: HttpRequest, row: Customer, chosen: str | None, now: datetime) -> dict:
    """What the form that gives her to somebody shows; a choice that is none any more is her owner again."""
    owner, stays = row.assigned_to, str(row.assigned_to_id or "")
    able = {str(seat.pk): seat.name for seat in seats(now=now, counted=False)}
    hers = {} if owner is None or stays in able else {stays: str(owner) if owner.is_active else f"{owner} (left)"}
    may = {"": "Nobody", **hers, **able}
    return {
        "may_have_her": may.items(),
        "chosen": chosen if chosen in may else stays,
        "assign_draft": drafts.token(request.user, assign_name(row)),
    }
