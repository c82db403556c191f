"""What a person typed while her session ended: kept, and given back to her alone.

A form carries a token signed with her id and the form's name when it is drawn. A post that comes without a session
(or with a stale CSRF token) and with a valid token leaves its fields in the visitor's session; the form's page takes
them out again once the same person has signed in. A token of somebody else's, or none, keeps nothing.
"""

from datetime import timedelta

from django.core import signing
from django.http import HttpRequest, QueryDict

FIELD = "draft"
SALT = "crm.drafts"
SESSION_KEY = "drafts"
MAX_AGE = timedelta(hours=24)
MAX_KEPT = 5
NOT_KEPT = {"csrfmiddlewaretoken", FIELD}


def token(user, form_name: str) -> str:
    """The value of the hidden `draft` field of the form `form_name` (its page's name and the customer's id)."""
    return signing.dumps([user.pk, form_name], salt=SALT)


def keep(request: HttpRequest) -> bool:
    """Keep the posted fields in the session. Returns whether there was a valid token and so a draft."""
    owner = _owner(request.POST.get(FIELD, ""))
    if owner is None:
        return False
    user_id, form_name = owner
    fields = {key: values for key, values in request.POST.lists() if key not in NOT_KEPT}
    drafts = request.session.get(SESSION_KEY, [])
    drafts = [draft for draft in drafts if draft["form"] != form_name]
    drafts.append({"user": user_id, "form": form_name, "fields": fields})
    request.session[SESSION_KEY] = drafts[-MAX_KEPT:]
    return True


def take(request: HttpRequest, form_name: str) -> QueryDict | None:
    """The kept fields of that form, once and for their author only; drafts of others are dropped unseen."""
    drafts = request.session.get(SESSION_KEY)
    if not drafts:
        return None
    mine = [draft for draft in drafts if draft["user"] == request.user.pk]
    found = next((draft for draft in mine if draft["form"] == form_name), None)
    request.session[SESSION_KEY] = [draft for draft in mine if draft is not found]
    if found is None:
        return None
    data = QueryDict(mutable=True)
    for key, values in found["fields"].items():
        data.setlist(key, values)
    return data


def _owner(value: str) -> tuple[int, str] | None:
    try:
        user_id, form_name = signing.loads(value, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return user_id, form_name
