"""What a person typed while her session ended comes back to her alone."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from crm.lib import drafts

ASHA, RAVI = SimpleNamespace(pk=1), SimpleNamespace(pk=2)


@pytest.fixture
def session():
    return SessionStore()


@pytest.fixture
def post(session):
    """post(user, token, …fields): the request of `user`, all in one browser."""

    def make(user, token="", **fields):
        request = RequestFactory().post("/", {"draft": token, **fields})
        request.user, request.session = user, session
        return request

    return make


def test_what_was_typed_comes_back_once(post):
    token = drafts.token(ASHA, "status 7")
    assert drafts.keep(post(AnonymousUser(), token, notes="Call her father", ids=["1", "2"], csrfmiddlewaretoken="t"))
    data = drafts.take(post(ASHA), "status 7").fields
    assert data.dict() == {"notes": "Call her father", "ids": "2"}
    assert data.getlist("ids") == ["1", "2"]
    assert drafts.take(post(ASHA), "status 7") is None


def test_another_form_does_not_get_it(post):
    drafts.keep(post(AnonymousUser(), drafts.token(ASHA, "status 7"), notes="x"))
    assert drafts.take(post(ASHA), "status 8") is None
    assert drafts.take(post(ASHA), "status 7").fields["notes"] == "x"


def test_another_person_does_not_get_it(post):
    drafts.keep(post(AnonymousUser(), drafts.token(ASHA, "status 7"), notes="x"))
    assert drafts.take(post(RAVI), "status 7") is None


def test_after_another_ones_login_nothing_of_it_is_left(post, session):
    drafts.keep(post(AnonymousUser(), drafts.token(ASHA, "status 7"), notes="x"))
    drafts.keep(post(AnonymousUser(), drafts.token(RAVI, "status 9"), notes="y"))
    drafts.drop_others(post(RAVI))
    assert [draft["fields"] for draft in session[drafts.SESSION_KEY]] == [{"notes": ["y"]}]


def test_a_colleagues_token_keeps_nothing_in_my_session(post, session):
    assert not drafts.keep(post(ASHA, drafts.token(RAVI, "status 7"), notes="x"))
    assert drafts.SESSION_KEY not in session


@pytest.mark.parametrize(
    "token",
    ["", "nonsense", "a:b:c", drafts.token(ASHA, "f")[:-1], "\0"],
    ids=["none", "nonsense", "parts", "cut off", "NUL"],
)
def test_without_a_valid_token_nothing_is_kept(post, session, token):
    assert not drafts.keep(post(AnonymousUser(), token, notes="x"))
    assert not session.keys()


def test_a_token_ages(post, time_machine):
    time_machine.move_to("2026-03-05 10:00")
    token = drafts.token(ASHA, "f")
    time_machine.move_to("2026-03-18 10:00")
    assert drafts.keep(post(AnonymousUser(), token, notes="x"))
    time_machine.move_to("2026-03-20 10:00")
    assert not drafts.keep(post(AnonymousUser(), token, notes="x"))


def test_the_same_form_again_replaces_its_draft(post):
    for text in ("first", "second"):
        drafts.keep(post(AnonymousUser(), drafts.token(ASHA, "f"), notes=text))
    assert drafts.take(post(ASHA), "f").fields["notes"] == "second"
    assert drafts.take(post(ASHA), "f") is None


def test_only_the_newest_few_are_kept(post, session):
    for n in range(8):
        drafts.keep(post(AnonymousUser(), drafts.token(ASHA, f"f{n}"), notes="x"))
    assert [draft["form"] for draft in session[drafts.SESSION_KEY]] == ["f3", "f4", "f5", "f6", "f7"]


def test_more_text_than_any_form_takes_is_not_kept(post, session):
    assert not drafts.keep(post(AnonymousUser(), drafts.token(ASHA, "f"), notes="x" * 60_000))
    assert not session.keys()


def test_a_password_is_never_kept(post):
    drafts.keep(post(AnonymousUser(), drafts.token(ASHA, "f"), name="Asha", old_password="s", password1="s"))
    assert drafts.take(post(ASHA), "f").fields.dict() == {"name": "Asha"}


def test_looking_for_a_draft_writes_no_session(post, session):
    assert drafts.take(post(ASHA), "f") is None
    assert not session.modified
