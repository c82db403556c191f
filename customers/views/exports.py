"""Lists that leave the house: asked for, written, on the record."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from accounts.access import MANAGER, export_allowed, roles_allowed
from crm.lib import drafts
from crm.lib.downloads import attachment, spooled, streamed
from crm.lib.http import error, form_errors, request_data, require_methods, wants_json
from crm.lib.pagination import Sort, capped_count, paginate
from customers import actions, exports, presenters
from customers.forms.exports import ExportForm
from customers.forms.lists import ListForm
from customers.lists import Filters, narrowed
from customers.models import Customer, CustomerQuerySet, Export
from customers.views.lists import filtered

DRAFT = "export"
BY_AGE = Sort("newest", "Newest", "id")
A_PAGE = 50


@export_allowed
@require_methods("GET", "POST", back_to="customers:export")
def export(request):
    draft = drafts.take(request, DRAFT) if request.method == "GET" else None
    data = request_data(request) if request.method == "POST" else draft.fields if draft else request.GET
    listing = ListForm(data, user=request.user).checked()
    if request.method == "GET" or "ask" in data:
        return _asked(request, ExportForm.unsent(data), listing, data, restored=bool(draft and draft.signed_out))
    form = ExportForm(data)
    if not form.is_valid():
        return _refused(request, form, listing, data)
    try:
        return _written(request, form, listing)
    except actions.ActionError as refusal:
        form.add_error("format", str(refusal))
        return _refused(request, form, listing, data)


@roles_allowed(MANAGER)
@require_methods("GET")
def exports_made(request):
    cursor = request.GET.get("cursor", "")
    page = paginate(Export.objects.select_related("by"), sort=BY_AGE, cursor=cursor, size=A_PAGE, key="exports")
    if wants_json(request):
        return JsonResponse({"results": [presenters.export(row) for row in page.rows]})
    rows = [(row, "" if "ids" in row.filters else urlencode(row.filters, doseq=True)) for row in page.rows]
    return render(request, "customers/exports.html", {"page": page, "rows": rows})


def _filters(listing: ListForm, form: ExportForm) -> Filters:
    """What the list is narrowed to: by its own parameters, or to the rows that were ticked."""
    return Filters(ids=tuple(map(str, form.chosen))) if form.chosen else listing.filters


def _customers(request: HttpRequest, filters: Filters) -> CustomerQuerySet:
    return narrowed(Customer.objects.visible_to(request.user), filters, now=timezone.now())


def _asked(request: HttpRequest, form: ExportForm, listing: ListForm, data: QueryDict, *, status=200, restored=False):
    """The page that asks what the list is for, with the list on it in words and in numbers."""
    count, count_is_exact = capped_count(_customers(request, _filters(listing, form)), exact=listing.exact)
    if wants_json(request):
        return JsonResponse({"count": count, "count_is_exact": count_is_exact, "formats": Export.Format.values})
    context = {
        "form": form,
        "count": count,
        "count_is_exact": count_is_exact,
        "restored": restored,
        "draft": drafts.token(request.user, DRAFT),
        **filtered(data, listing),
    }
    context["list_parameters"].append(("sort", listing.sorting.name))
    context["list_query"] = f"?{urlencode(context['list_parameters'])}"
    return render(request, "customers/export.html", context, status=status)


def _refused(request: HttpRequest, form: ExportForm, listing: ListForm, data: QueryDict) -> HttpResponse:
    if wants_json(request):
        return error(request, 400, form_errors(form))
    return _asked(request, form, listing, data, status=400)


def _written(request: HttpRequest, form: ExportForm, listing: ListForm) -> HttpResponse:
    """The file. Its record is made first, and told at its end how far it came."""
    filters, now = _filters(listing, form), timezone.now()
    customers = _customers(request, filters)
    words = f"{len(form.chosen):,} ticked" if form.chosen else listing.in_words
    record = actions.begin_export(
        by=request.user,
        now=now,
        format=form.cleaned_data["format"],
        count=customers.order_by().count(),
        reason=form.cleaned_data["reason"],
        sort=listing.sorting.name,
        filters=filters.as_dict(),
        words=words,
    )
    sheet = exports.Sheet(customers, listing.sorting)
    name = f"customers {timezone.localtime(now):%Y-%m-%d %H%M}.{record.format}"
    if record.format == Export.Format.CSV:
        return streamed(on_record(record, sheet), name, exports.CSV)
    file = spooled(lambda to: exports.write_xlsx(to, sheet))
    actions.end_export(export=record, count=sheet.written, now=timezone.now())
    return attachment(file, name)


def on_record(record: Export, sheet: exports.Sheet) -> Iterator[bytes]:
    """The lines of the file; when they end, or the browser hangs up, their number goes on record."""
    finished = None
    try:
        yield from exports.csv_parts(sheet)
        finished = timezone.now()
    finally:
        actions.end_export(export=record, count=sheet.written, now=finished)
