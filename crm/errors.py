"""Errors that no view answers itself, in the language the request asked for."""

from django.contrib import messages
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404
from django.middleware.csrf import get_token
from django.shortcuts import redirect

from crm.lib import drafts
from crm.lib.http import Unclear, error, page_behind, send_again, wants_json

TOO_MANY = "Too many fields in one request. To act on more than 10,000 customers use “all matching”."
STALE = "The page had been open for too long to be saved safely. What you typed is here: save it again."

NOT_HERE = "This page does not exist, or no longer does."
NO_TOKEN = "This form was open for too long or came from another site. Open the page again and send it once more."


def bad_request(request, exception=None):
    if isinstance(exception, TooManyFieldsSent | RequestDataTooBig):
        return error(request, 400, TOO_MANY)
    message = str(exception) if isinstance(exception, BadRequest) else ""
    way_on = f"{request.path}?{exception.rest}" if isinstance(exception, Unclear) and request.method == "GET" else ""
    return error(request, 400, message or "The request could not be understood.", way_on=way_on)


def permission_denied(request, exception=None):
    return error(request, 403, str(exception or "") or "You may not open this page.")


def not_found(request, exception=None):
    # Django's own say what the code looked for (a dict of paths, a model), ours are sentences for the person.
    said = str(exception) if type(exception) is Http404 else ""
    return error(request, 404, said if said.endswith(".") and "matches the given query" not in said else NOT_HERE)


def server_error(request):
    return error(request, 500, "Something went wrong on our side. Nothing you typed was saved; please try once more.")


def csrf_failure(request, reason=""):
    """A stale token (she signed in again in another tab): the typed text goes back into its form."""
    match = request.resolver_match
    page = page_behind(match.func, match.kwargs) if match else ""
    if page and not wants_json(request) and drafts.keep(request):
        if request.user.is_authenticated and not request.FILES:  # a file is lost, which its form says
            messages.warning(request, STALE)
        return redirect(drafts.way_back(request) or page)
    if match and match.view_name == "accounts:login" and request.user.is_authenticated and not wants_json(request):
        return redirect("home")  # she signed in in another tab
    get_token(request)  # a script that sends it again finds the new token in the cookie
    return send_again(error(request, 403, NO_TOKEN, title="Not done"))
