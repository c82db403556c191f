"""JSON or page: which of the two a request asked for, its input, and its errors in both.

Every URL but the JSON endpoints is a page unless `Accept` ranks JSON above HTML; a JSON endpoint is JSON unless
`Accept` names HTML and does not rank JSON above it.
"""

import json
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

JSON, HTML = "application/json", "text/html"
# Precision of an Accept range: 2 a type by name, 1 a main type with a star, 0 only stars.
NAMED, NOT_NAMED = 2, (0.0, 0)
# Django refuses to parse a header without end; nobody who sends one can expect to be understood.
LONGEST_ACCEPT = 2_000

# A script that gets this header with a 403 keeps what it sent: after signing in (again) it may be sent once more.
AGAIN = "X-Send-Again"

TITLES = {
    400: "That did not work",
    403: "Not yours to open",
    404: "Nothing here",
    405: "Not in this way",
    429: "Too many tries",
    500: "Our fault",
}


class Unclear(BadRequest):
    """Some parameters make no sense; `rest` is the query that is left without them."""

    def __init__(self, message: str, rest: str):
        super().__init__(message)
        self.rest = rest


def json_endpoint(view: Callable) -> Callable:
    """Mark `view` as one that answers JSON unless a page is asked for by name."""
    view.json_endpoint = True
    return view


def _rank(request: HttpRequest, media_type: str) -> tuple[float, int]:
    """How much the request wants `media_type`: the quality, then the precision, of the range that fits it best."""
    if len(request.headers.get("Accept", "")) > LONGEST_ACCEPT:
        return NOT_NAMED
    ranges = [accepted for accepted in request.accepted_types if _fits(accepted, media_type)]
    best = max(ranges, key=lambda accepted: accepted.specificity, default=None)
    return (best.quality, min(best.specificity, NAMED)) if best else NOT_NAMED


def _fits(accepted, media_type: str) -> bool:
    main_type, sub_type = media_type.split("/")
    return accepted.main_type in (main_type, "*") and accepted.sub_type in (sub_type, "*")


def wants_json(request: HttpRequest, view: Callable | None = None) -> bool:
    """True if the answer to `request` is JSON. `view` is looked up from the resolver when absent."""
    match = getattr(request, "resolver_match", None)
    view = view or (match.func if match else None)
    json, html = (_rank(request, kind) for kind in (JSON, HTML))
    if getattr(view, "json_endpoint", False):
        return html[1] < NAMED or json > html
    return json > html


def request_data(request: HttpRequest) -> QueryDict:
    """The fields of a POST, form-encoded or a JSON object alike.

    Lists in a JSON object become repeated fields, null an empty one, true and false "1" and "".
    Raises BadRequest when the body calls itself JSON and is not an object of plain values.
    """
    if request.content_type != JSON:
        return request.POST
    try:
        body = json.loads(request.body or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise BadRequest("The request body must be a JSON object.")
    data = QueryDict(mutable=True)
    for key, value in body.items():
        data.setlist(key, [_as_field(item) for item in (value if isinstance(value, list) else [value])])
    return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _as_field(value: object) -> str:
    if isinstance(value, dict | list):
        raise BadRequest("The request body holds an object where a plain value is expected.")
    if isinstance(value, bool):
        return "1" if value else ""
    text = "" if value is None else str(value)
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadRequest("The request body holds characters that are no text.")
    return text


def error(request: HttpRequest, status: int, message: str, *, title: str = "", way_on: str = "") -> HttpResponse:
    """The answer to a request that failed: `{"error": message}` or a page that says it, under its code's `title`.

    `way_on`: the address of the nearest page that would not fail.
    """
    if wants_json(request):
        return JsonResponse({"error": message}, status=status)
    context = {"status": status, "title": title or TITLES.get(status, TITLES[400]), "message": message}
    context["way_on"] = way_on
    if status >= 500:  # the frame asks the database, and that may be what is broken
        return HttpResponse(render_to_string("error.html", context), status=status)
    return render(request, "error.html", context, status=status)


def send_again(answer: HttpResponse) -> HttpResponse:
    """Mark a 403 as one that signing in mends."""
    answer[AGAIN] = "1"
    return answer


def form_errors(form) -> str:
    """All errors of a form in one sentence or more, for the JSON answer and the flash line."""
    lines = []
    for name, errors in form.errors.items():
        label = "" if name == "__all__" else f"{form[name].label}: "
        lines += [f"{label}{message}" for message in errors]
    return " ".join(lines)


def page_behind(view: Callable, kwargs: dict) -> str:
    """The path of the page that posts to `view` are made from, or ""; `kwargs` are those of the post's own address.

    A page further up knows fewer of them: those at the end fall away.
    """
    name, known = getattr(view, "back_to", ""), list(kwargs.items())
    while name:
        try:
            return reverse(name, kwargs=dict(known))
        except NoReverseMatch:
            if not known:
                raise
            known.pop()
    return ""


def require_methods(*methods: str, back_to: str = "") -> Callable:
    """Answer other methods with 405, in the request's language.

    `back_to` names the page (URL name with the same keywords) that a post to this view is made from: where a
    person goes who had to sign in again in between.
    """
    allowed = {*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method not in allowed or request.method == "OPTIONS":
                answer = error(request, 405, f"This address does not answer {request.method} requests.")
                answer["Allow"] = ", ".join(methods)
                return answer
            return view(request, *args, **kwargs)

        guarded.methods = methods
        guarded.back_to = back_to
        return guarded

    return decorate
