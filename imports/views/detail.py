"""One import: its sum, how the file was read, and what became of each row."""

from django.core.exceptions import BadRequest
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import MANAGER, roles_allowed
from crm.lib.http import form_errors, require_methods, wants_json
from crm.lib.pagination import fingerprint, paginate
from imports.forms import RowsForm
from imports.models import Import
from imports.presenters import cards, dealt_in_words, lines, notes, outcome_chips, present, present_check, sheets_found
from imports.rows import IN_FILE_ORDER, narrowed, rows_of


@roles_allowed(MANAGER)
@require_methods("GET")
def detail(request, import_id):
    """The page; as JSON the state, the counts and the progress, which is what the pages' own poll asks for."""
    import_ = import_for(import_id)
    [card] = cards([import_], timezone.now())
    form = RowsForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    if wants_json(request):
        return JsonResponse({**present(card), "check": present_check(import_)})
    outcome = form.cleaned_data["outcome"]
    page = paginate(
        narrowed(rows_of(import_), outcome=outcome).select_related("customer"),
        sort=IN_FILE_ORDER,
        cursor=form.cleaned_data["cursor"],
        size=form.cleaned_data["page_size"],
        key=fingerprint("import rows", import_.pk, outcome),
    )
    dealt, batch_url = dealt_in_words(import_, request.user, timezone.now())
    context = {
        "import": import_,
        "card": card,
        "dealt": dealt,
        "batch_url": batch_url,
        "notes": notes(import_),
        "sheets": sheets_found(import_),
        "chips": outcome_chips(import_, outcome),
        "page": page,
        "rows": lines(import_, page.rows),
    }
    return render(request, "imports/detail.html", context)


def import_for(import_id) -> Import:
    found = Import.objects.select_related("uploaded_by", "undone_by", "purged_by").filter(pk=import_id).first()
    if found is None:
        raise Http404("This import does not exist.")
    return found
