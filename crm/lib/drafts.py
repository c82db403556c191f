"""What a person typed while her session ended, or what was refused elsewhere: kept, and given back to her alone.

A form carries a token signed with her id, the form's name and its page when it is drawn. A post that comes without a
session (or with a stale CSRF token) and with a valid token leaves its fields in the visitor's session; the form's page
takes them out again once the same person has signed in. A token of somebody else's, or none, keeps nothing.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils import timezone

FIELD = "draft"
SALT = "crm.drafts"
SESSION_KEY = "drafts"
# As long as a session lives: a form may have stood open for all of it.
MAX_AGE = timedelta(days=14)
MAX_KEPT = 5
MAX_CHARACTERS = 50_000
NOT_KEPT = {"csrfmiddlewaretoken", FIELD}


@dataclass(frozen=True)
class Draft:
    """What was typed. `signed_out`: its author had no session when she sent it, which the form's page tells her."""

    fields: QueryDict
    signed_out: bool


def token(user, form_name: str, *, back: str = "") -> str:
    """The value of the hidden `draft` field of the form `form_name` (its page's name and the customer's id).

    `back` is the path of the page with its filter and place in the list, for a form that is sent to another address.
    """
    return signing.dumps([user.pk, form_name, back, timezone.now().timestamp()], salt=SALT)


def way_back(request: HttpRequest) -> str:
    """The path that the posted form's page gave with its token; "" if none, or if the token is not ours."""
    owner = _owner(request.POST.get(FIELD, ""))
    return owner[2] if owner else ""


def drawn_at(user, value: str, form_name: str, *, within: timedelta) -> datetime | None:
    """When `user` was shown the form that carries the token `value`; None for any other token, or an older one."""
    owner = _owner(value)
    if owner is None or owner[:2] != (user.pk, form_name):
        return None
    drawn = datetime.fromtimestamp(owner[3], tz=UTC)
    return drawn if timezone.now() - drawn <= within else None


def is_anothers(user, value: str) -> bool:
    """True for a token of ours that somebody else got: her page is still open where `user` has signed in since."""
    owner = _owner(value)
    return owner is not None and owner[0] != user.pk


def waiting(request: HttpRequest) -> bool:
    """True if something waits in this visitor's session for its author to sign in."""
    return bool(request.session.get(SESSION_KEY))


def keep(request: HttpRequest) -> bool:
    """Keep the posted fields in the session. Returns whether there is a draft now.

    There is none without a valid token, with the token of somebody else than who is signed in, or for more text than
    any of our forms takes.
    """
    owner = _owner(request.POST.get(FIELD, ""))
    if owner is None or request.user.pk not in (None, owner[0]):
        return False
    user_id, form_name, *_ = owner
    fields = {key: values for key, values in request.POST.lists() if key not in NOT_KEPT and "password" not in key}
    if sum(len(key) + sum(map(len, values)) for key, values in fields.items()) > MAX_CHARACTERS:
        return False
    drafts = [draft for draft in request.session.get(SESSION_KEY, []) if draft["form"] != form_name]
    drafts.append({"user": user_id, "form": form_name, "fields": fields, "signed_out": request.user.pk is None})
    request.session[SESSION_KEY] = drafts[-MAX_KEPT:]
    return True


def take(request: HttpRequest, form_name: str) -> Draft | None:
    """The kept fields of that form, once and for their author only."""
    mine = _mine(request)
    found = next((draft for draft in mine if draft["form"] == form_name), None)
    if found is None:
        return None
    request.session[SESSION_KEY] = [draft for draft in mine if draft is not found]
    data = QueryDict(mutable=True)
    for key, values in found["fields"].items():
        data.setlist(key, values)
    return Draft(data, found["signed_out"])


def drop_others(request: HttpRequest) -> None:
    """After a login: what somebody else had typed in this browser goes, unseen."""
    if SESSION_KEY in request.session:
        request.session[SESSION_KEY] = _mine(request)


def forget(words: Collection[str]) -> None:
    """Take every draft whose form is named after one of `words` out of every session."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(chunk_size=500):
        kept = session.get_decoded().get(SESSION_KEY, [])
        if any(word in draft["form"] for draft in kept for word in words):
            store = SessionStore(session.session_key)
            store[SESSION_KEY] = [draft for draft in kept if not any(word in draft["form"] for word in words)]
            with suppress(UpdateError):  # signed out in this very moment, and the draft is gone with the session
                store.save()


def _mine(request: HttpRequest) -> list[dict]:
    return [draft for draft in request.session.get(SESSION_KEY, []) if draft["user"] == request.user.pk]


def _owner(value: str) -> tuple[int, str, str, float] | None:
    """(user id, form name, way back, when it was drawn) of a token of ours."""
    try:
        user_id, form_name, back, drawn = signing.loads(value, salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError):  # or one of an earlier release
        return None
    return user_id, form_name, back, drawn
