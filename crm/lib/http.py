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

JSON, HTML = "application/json", "text/html"

TITLES = {
    400: "That did not work",
    403: "Not yours to open",
    404: "Nothing here",
    405: "Not in this way",
    500: "Our fault",
}


def json_endpoint(view: Callable) -> Callable:
    """Mark `view` as one that answers JSON unless a page is asked for by name."""
    view.json_endpoint = True
    return view


def _quality(request: HttpRequest, media_type: str, *, by_name: bool) -> float:
    """How much the request wants `media_type` (0 to 1); with `by_name` wildcards do not count."""
    qualities = [
        accepted.quality
        for accepted in request.accepted_types
        if (str(accepted).split(";")[0] == media_type if by_name else accepted.match(media_type))
    ]
    return max(qualities, default=0.0)


def wants_json(request: HttpRequest, view: Callable | None = None) -> bool:
    """True if the answer to `request` is JSON. `view` is looked up from the resolver when absent."""
    match = getattr(request, "resolver_match", None)
    view = view or (match.func if match else None)
    if not request.headers.get("Accept"):
        return getattr(view, "json_endpoint", False)
    json_wish, html_wish = (_quality(request, kind, by_name=True) for kind in (JSON, HTML))
    if getattr(view, "json_endpoint", False):
        return not html_wish or json_wish > html_wish
    # JSON by name beside a bare */* (what script libraries send) is a wish for JSON.
    return json_wish > html_wish and json_wish >= _quality(request, HTML, by_name=False)


def request_data(request: HttpRequest) -> QueryDict:
    """The fields of a POST, form-encoded or a JSON object alike.

    Lists in a JSON object become repeated fields, null an empty one, true and false "1" and "".
    Raises BadRequest when the body calls itself JSON and is not an object of plain values.
    """
    if request.content_type != JSON:
        return request.POST
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadRequest("The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise BadRequest("The request body must be a JSON object.")
    data = QueryDict(mutable=True)
    for key, value in body.items():
        data.setlist(key, [_as_field(item) for item in (value if isinstance(value, list) else [value])])
    return data


def _as_field(value: object) -> str:
    if isinstance(value, dict | list):
        raise BadRequest("The request body holds an object where a plain value is expected.")
    if isinstance(value, bool):
        return "1" if value else ""
    text = "" if value is None else str(value)
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadRequest("The request body holds characters that are no text.")
    return text


def error(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """The answer to a request that failed: `{"error": message}` or a page that says it."""
    if wants_json(request):
        return JsonResponse({"error": message}, status=status)
    context = {"status": status, "title": TITLES.get(status, TITLES[400]), "message": message}
    return render(request, "error.html", context, status=status)


def form_errors(form) -> str:
    """All errors of a form in one sentence or more, for the JSON answer and the flash line."""
    lines = []
    for name, errors in form.errors.items():
        label = "" if name == "__all__" else f"{form.fields[name].label or name}: "
        lines += [f"{label}{message}" for message in errors]
    return " ".join(lines)


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
