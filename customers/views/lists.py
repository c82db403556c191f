"""The list of customers."""

from collections.abc import Collection
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from accounts.access import EVERYBODY, may_export, roles_allowed
from crm.lib import drafts
from crm.lib.http import require_methods, wants_json
from crm.lib.in_time import TooSlow, in_time
from crm.lib.pagination import Page, capped_count, fingerprint, paginate
from crm.lib.phones import spaced
from customers import presenters
from customers.actions import seats
from customers.columns import columns_of, offered, read_along
from customers.forms.assignment import Chosen
from customers.forms.lists import FILTER_NAMES, ListForm
from customers.lists import SORTS, narrowed, not_found
from customers.models import Customer, CustomerQuerySet
from customers.models.customer import PEOPLE

SAVE_LIST = "save list"
# Seconds that the database may take for a page and its count, whatever somebody combines.
FOUND_WITHIN, COUNTED_WITHIN, COUNTED_EXACTLY_WITHIN = 1.5, 0.5, 10
NARROW = "Among so many customers this takes too long to find. Narrow the list by a counsellor, a status or an area."


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def customers(request):
    now = timezone.now()
    form = ListForm(request.GET, user=request.user).checked()
    matching = narrowed(Customer.objects.visible_to(request.user), form.filters, now=now)
    if wants_json(request):
        return list_answer(request, listed(request, matching, form))
    columns, chosen = columns_of(request.user)
    found = listed(request, matching, form, along=read_along(columns))
    context = {
        "form": form,
        "now": now,
        "may_export": may_export(request.user),
        "columns": columns,
        "columns_chosen": chosen,
        "columns_offered": offered(request.user),
        **found,
    }
    if numbers := form.filters.numbers:
        missing = not_found(Customer.objects.visible_to(request.user), numbers)
        context["not_found"] = [spaced(number, settings.HOME_COUNTRY) for number in missing]
    if request.user.is_manager:
        # Without their loads: counting every open customer is the unassigned page's business, not each list's.
        context["seats"] = seats(now=now, counted=False) if found["page"].rows else []
        context |= chosen_before(request, found["page"])
    context |= name_before(request, context)
    return render(request, "customers/list.html", context | filtered(request.GET, form))


def name_before(request: HttpRequest, context: dict) -> dict:
    """The name that a list was to be saved under before the session ended."""
    draft = drafts.take(request, SAVE_LIST)
    return {
        "naming": draft.fields if draft else None,
        "restored": context.get("restored") or bool(draft and draft.signed_out),
        "name_draft": drafts.token(request.user, SAVE_LIST, back=request.get_full_path()),
    }


def chosen_before(request: HttpRequest, page: Page) -> dict:
    """What the sharing form of this page shows again: ticked and chosen before it was refused or the session ended."""
    name = f"share {request.path}"
    draft = drafts.take(request, name)
    return {
        "chosen": Chosen.of(draft.fields, [row.pk for row in page.rows]) if draft else Chosen(),
        "restored": bool(draft and draft.signed_out),
        "draft": drafts.token(request.user, name, back=request.get_full_path()),
    }


def listed(
    request: HttpRequest, customers: CustomerQuerySet, form: ListForm, *, along: Collection[str] = PEOPLE
) -> dict:
    """The page of `customers` that was asked for, and how many there are in all, or at least so many.

    What they point at is read along as far as `along` names it.

    Raises BadRequest when they cannot be found in time.
    """
    rows = customers.select_related(*along)
    try:
        with in_time(FOUND_WITHIN):
            page = paginate(
                rows.prefetch_related("numbers") if wants_json(request) else rows,
                sort=form.sorting,
                cursor=form.position,
                size=form.size,
                key=fingerprint(request.path, form.filters.key(request.user)),
            )
    except TooSlow as error:
        raise BadRequest(NARROW) from error
    count, count_is_exact = counted(customers, page, exact=form.exact)
    return {"page": page, "count": count, "count_is_exact": count_is_exact}


def counted(customers: CustomerQuerySet, page: Page, *, exact: bool) -> tuple[int, bool]:
    """(count, whether it is exact); what cannot be counted in time are at least those on the page."""
    if page.is_all:
        return len(page.rows), True
    try:
        with in_time(COUNTED_EXACTLY_WITHIN if exact else COUNTED_WITHIN):
            return capped_count(customers, exact=exact)
    except TooSlow:
        return len(page.rows), False


def list_answer(request: HttpRequest, found: dict) -> JsonResponse:
    """What `listed` found, as JSON."""
    page, counts = found["page"], {name: found[name] for name in ("count", "count_is_exact")}
    results = [presenters.customer(row) for row in page.rows]
    return JsonResponse({**counts, **neighbours(request, page), "results": results})


def neighbours(request: HttpRequest, page: Page) -> dict:
    """The paths of the next and the previous page, or None."""

    def path(cursor: str | None) -> str | None:
        return f"{request.path}?{without(request.GET, 'cursor', cursor=cursor)}" if cursor else None

    return {"next": path(page.next), "previous": path(page.previous)}


def without(params: QueryDict, *names: str, **added: str) -> str:
    """`params` as a query string without `names`, with `added`."""
    pairs = [(key, value) for key, values in params.lists() if key not in names for value in values if value]
    return urlencode([*pairs, *added.items()])


# What no box of the list's filter sheet asks for: only links lead there.
LINKED = ("stage", "assigned", "reached", "won", "came", "happened", "lost")
ASKED = tuple(name for name in FILTER_NAMES if name not in LINKED)


def filtered(params: QueryDict, form: ListForm, asked: Collection[str] = ASKED) -> dict:
    """What the page says about its filters: a chip each that takes it off, and the parameters a form must carry on.

    `asked` are the filters that the page's own filter form has boxes for; it carries the others on unseen.
    """
    chips = [
        {"label": label, "value": value, "url": f"?{without(params, name, 'cursor')}"}
        for name, label, value in form.shown()
    ]
    kept = [(name, value) for name in FILTER_NAMES if name in form.fields for value in params.getlist(name) if value]
    sorts = [(name, sort.label, f"?{without(params, 'sort', 'cursor', sort=name)}") for name, sort in SORTS.items()]
    return {
        "chips": chips,
        "sorts": sorts,
        "clear_url": f"?{without(params, *FILTER_NAMES, 'cursor')}",
        "exact_url": f"?{without(params, 'count', count='exact')}",
        "list_parameters": kept,
        "tool_parameters": [*kept, ("sort", form.sorting.name)],
        "export_query": urlencode([*kept, ("sort", form.sorting.name)]),
        "carried": [
            *((name, value) for name, value in kept if name not in asked),
            *((name, params[name]) for name in ("page_size",) if params.get(name)),
        ],
    }
