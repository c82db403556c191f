"""JSON or page, the input of both, and their errors."""

import json

import pytest
from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.test import RequestFactory

from crm.lib.http import error, form_errors, json_endpoint, request_data, require_methods, wants_json

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def page(request):
    return HttpResponse("page")


@json_endpoint
def endpoint(request):
    return HttpResponse("endpoint")


def asked(accept: str | None = None, method: str = "get", **kwargs):
    headers = {} if accept is None else {"Accept": accept}
    return getattr(RequestFactory(), method)("/", headers=headers, **kwargs)


# Accept, JSON from a page, JSON from a JSON endpoint
WISHES = [
    (None, False, True),
    ("", False, True),
    ("*/*", False, True),
    ("text/html", False, False),
    (BROWSER, False, False),
    ("application/json", True, True),
    ("Application/JSON", True, True),
    ("application/json; charset=utf-8", True, True),
    ("application/json, */*", True, True),
    ("application/json, text/plain, */*", True, True),
    ("application/json;q=0.5, */*", False, True),
    ("application/*", True, True),
    ("application/json, text/html", False, False),
    ("text/html, application/json", False, False),
    ("application/json, text/html;q=0.9", True, True),
    ("text/html, application/json;q=0.9", False, False),
    ("text/html;q=0.9, application/json", True, True),
    ("text/html;q=0.5, */*", True, True),
    ("text/html;q=0, application/json", True, True),
    ("application/json;q=0", False, True),
    ("application/json;q=0, text/html", False, False),
    ("application/json;q=0, */*", False, True),
    ("text/*", False, True),
    ("text/*, application/json", True, True),
    ("application/xhtml+xml", False, True),
    ("image/avif,image/webp,*/*;q=0.8", False, True),
    ("application/json;q=nonsense", True, True),
    ("application/json;q=nan, text/html", False, False),
    ("nonsense", False, True),
    (",;,/,*", False, True),
    ("application/json," * 1_000, False, True),
]


@pytest.mark.parametrize(("accept", "from_page", "from_endpoint"), WISHES)
def test_who_gets_json(accept, from_page, from_endpoint):
    assert wants_json(asked(accept), page) is from_page
    assert wants_json(asked(accept), endpoint) is from_endpoint


def test_a_wrapped_endpoint_stays_one():
    assert wants_json(asked(), require_methods("GET")(endpoint))


def test_without_a_view_it_is_a_page():
    assert not wants_json(asked())


# --- input --------------------------------------------------------------------------------------


def body(content, content_type="application/json"):
    return request_data(asked(method="post", data=content, content_type=content_type))


def test_a_form_is_its_fields():
    data = request_data(RequestFactory().post("/", {"status": "NEW", "ids": ["1", "2"]}))
    assert (data["status"], data.getlist("ids")) == ("NEW", ["1", "2"])


def test_a_json_object_is_the_same_fields():
    data = body(json.dumps({"status": "NEW", "ids": [1, 2], "none": None, "yes": True, "no": False, "n": 1.5}))
    assert data["status"] == "NEW"
    assert data.getlist("ids") == ["1", "2"]
    assert (data["none"], data["yes"], data["no"], data["n"]) == ("", "1", "", "1.5")


def test_a_charset_does_not_hide_json():
    assert body(b'{"a": "b"}', "application/json; charset=utf-8")["a"] == "b"


def test_names_in_any_script_arrive():
    assert body('{"name": "देव"}'.encode())["name"] == "देव"


def test_an_empty_body_has_no_field():
    assert not body(b"")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'"text"',
        b"1",
        b"null",
        b"nonsense",
        b"\xff\xfe",
        b'{"a": {"b": 1}}',
        b'{"a": [[1]]}',
        b'{"a": [{"b": 1}]}',
        b'{"a": "x\\u0000y"}',
        b'{"a": "\\ud800"}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"[" * 100_000,
        b'{"a": ' * 100_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)
def test_a_body_that_is_no_object_of_plain_values_is_refused(content):
    with pytest.raises(BadRequest):
        body(content)


# --- errors -------------------------------------------------------------------------------------


def test_an_error_in_json():
    answer = error(asked("application/json"), 400, "Choose a status.")
    assert answer.status_code == 400
    assert json.loads(answer.content) == {"error": "Choose a status."}


def test_an_error_on_a_page_is_escaped(rf):
    answer = error(asked("text/html"), 500, "<b>Broken</b>")
    assert answer.status_code == 500
    assert "&lt;b&gt;Broken&lt;/b&gt;" in answer.text


def test_our_own_fault_is_told_without_the_database(django_assert_num_queries, client, db):
    with django_assert_num_queries(0):
        answer = error(asked("text/html"), 500, "Broken.")
    assert "Our fault" in answer.text
    assert "Main menu" not in answer.text


def test_errors_of_a_form_name_their_fields():
    class Form(forms.Form):
        note = forms.CharField(label="Note")
        n = forms.IntegerField()

        def clean(self):
            raise forms.ValidationError("Both are wrong.")

    assert form_errors(Form({"n": "x"})) == "Note: This field is required. N: Enter a whole number. Both are wrong."


# --- methods ------------------------------------------------------------------------------------


def test_allowed_methods_pass():
    view = require_methods("GET", "POST")(page)
    assert view(asked()).text == "page"
    assert view(asked(method="head")).status_code == 200
    assert view(asked(method="post")).text == "page"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused_in_json(method):
    answer = require_methods("GET")(page)(asked("application/json", method=method))
    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert json.loads(answer.content) == {"error": f"This address does not answer {method.upper()} requests."}


def test_get_is_refused_where_only_post_is_answered():
    view = require_methods("POST")(endpoint)
    assert view(asked()).status_code == 405
    assert view(asked(method="head")).status_code == 405


def test_the_label_is_kept_for_who_reads_it():
    view = require_methods("POST", back_to="some:page")(page)
    assert (view.methods, view.back_to) == (("POST",), "some:page")
