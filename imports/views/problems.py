"""The rows that want somebody: looked through, decided, taken away as a spreadsheet."""

from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.access import MANAGER, roles_allowed
from crm.lib import drafts
from crm.lib.downloads import attachment, spooled
from crm.lib.http import form_errors, request_data, require_methods, wants_json
from crm.lib.pagination import fingerprint, paginate
from imports import actions
from imports.forms import DecisionForm, ProblemsForm
from imports.models import Import
from imports.presenters import line_as_json, lines, page_links, problem_chips
from imports.problems import write_problems
from imports.rows import IN_FILE_ORDER, kinds_of_problems, narrowed, problems_of
from imports.views.detail import import_for
from imports.wording import decided_in_words, purged_in_words

AT_ONCE = 2_000  # rows held while the spreadsheet is written


@roles_allowed(MANAGER)
@require_methods("GET", "POST", back_to="imports:problems")
def problems(request, import_id):
    """The list; a post decides what the ticked rows' names mean."""
    import_ = import_for(import_id)
    if request.method == "POST":
        return _decide(request, import_)
    chosen = _chosen(request)
    page = paginate(
        narrowed(problems_of(import_), outcome=chosen["outcome"], reason=chosen["reason"]).select_related("customer"),
        sort=IN_FILE_ORDER,
        cursor=chosen["cursor"],
        size=chosen["page_size"],
        key=fingerprint("problem rows", import_.pk, chosen["outcome"], chosen["reason"]),
    )
    found = lines(import_, page.rows)
    if wants_json(request):
        return JsonResponse({"results": [line_as_json(line) for line in found], **page_links(page, request)})
    return render(request, "imports/problems.html", _context(request, import_, chosen, found) | {"page": page})


def _context(request, import_: Import, chosen: dict, found: list) -> dict:
    kinds = kinds_of_problems(import_)
    kind = {name: chosen[name] for name in ("outcome", "reason") if chosen[name]}
    form_name = f"imports:problems {import_.pk}"
    draft = drafts.take(request, form_name)
    return {
        "import": import_,
        "lines": found,
        "has_problems": bool(kinds),
        "purged": purged_in_words(import_),
        "chips": problem_chips(import_, kinds, outcome=chosen["outcome"], reason=chosen["reason"]),
        "can_decide": any(line.can_decide for line in found),
        "ticked": _numbers(draft.fields.getlist("rows")) if draft else set(),
        "restored": bool(draft and draft.signed_out),
        "draft": drafts.token(request.user, form_name, back=request.get_full_path()),
        "file_query": f"?{urlencode(kind)}" if kind else "",
    }


def _numbers(texts: list[str]) -> set[int]:
    return {int(text) for text in texts if text.isascii() and text.isdecimal()}


def _chosen(request) -> dict:
    form = ProblemsForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    return form.cleaned_data


def _decide(request, import_: Import):
    form = DecisionForm(request_data(request))
    if not form.is_valid():
        return _answer(request, import_, error=form_errors(form))
    same = form.cleaned_data["decision"] == DecisionForm.SAME
    rows = form.cleaned_data["rows"]
    try:
        decided = actions.decide_names(import_=import_, rows=rows, same=same, by=request.user, now=timezone.now())
    except actions.ActionError as error:
        return _answer(request, import_, error=str(error))
    return _answer(request, import_, said=decided_in_words(**asdict(decided), same=same))


def _answer(request, import_: Import, *, said: str = "", error: str = ""):
    if wants_json(request):
        return JsonResponse(
            {"error": error} if error else {"success": True, "message": said}, status=400 if error else 200
        )
    if error:
        drafts.keep(request)  # the rows stay ticked
        messages.error(request, error)
    else:
        messages.success(request, said)
    query = request.GET.urlencode()
    return redirect(f"{reverse('imports:problems', args=[import_.pk])}{'?' if query else ''}{query}")


@roles_allowed(MANAGER)
@require_methods("GET")
def problems_file(request, import_id):
    """The same rows as a spreadsheet that can be mended and uploaded as it is."""
    import_ = import_for(import_id)
    chosen = _chosen(request)
    rows = narrowed(problems_of(import_), outcome=chosen["outcome"], reason=chosen["reason"]).order_by("number")
    stem = import_.original_name.rpartition(".")[0] or import_.original_name
    content = spooled(lambda file: write_problems(file, import_, rows.iterator(chunk_size=AT_ONCE)))
    return attachment(content, f"{stem} - problem rows.xlsx")
