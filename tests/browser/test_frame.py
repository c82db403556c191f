"""The frame's comforts, and forms that are sent in place."""

import json

import pytest
from playwright.sync_api import expect

FORM = """<!DOCTYPE html><title>Form</title><link rel="icon" href="/static/favicon.svg">
<script src="/static/js/post.js" defer></script>
<form method="post" action="/fake/save/" data-json-form>
  <input type="hidden" name="csrfmiddlewaretoken" value="stale">
  <textarea name="notes"></textarea>
  <button type="submit" name="act" value="save">Save</button>
  <button type="submit" formaction="/fake/note/">Note</button>
</form>"""
LISTEN = """addEventListener("saved", (event) => { document.title = JSON.stringify(event.detail); })"""


@pytest.fixture
def form(page, live_server):
    """A page with such a form; form.answers is what its address answers next, form.posts what it was sent."""
    page.posts, page.answers = [], []

    def answer(route):
        page.posts.append(route.request)
        status, body = page.answers.pop(0) if page.answers else (200, {"success": True})
        if status is None:
            return route.abort("internetdisconnected")
        text = body if isinstance(body, str) else json.dumps(body)
        return route.fulfill(status=status, body=text, content_type="application/json")

    page.route("**/fake/form/", lambda route: route.fulfill(body=FORM, content_type="text/html"))
    page.route("**/fake/*e/", answer)
    page.context.add_cookies([{"name": "csrftoken", "value": "fresh", "url": live_server.url}])
    page.goto("/fake/form/")
    page.evaluate(LISTEN)
    page.fill("textarea", "Call her father")
    return page


def send(form):
    form.get_by_role("button", name="Save").click()


def test_a_form_is_sent_in_place(form):
    form.answers = [(200, {"success": True, "status": "INTERESTED"})]
    send(form)
    expect(form).to_have_title('{"success":true,"status":"INTERESTED"}')
    (sent,) = form.posts
    assert sent.headers["accept"] == "application/json"
    assert sent.headers["x-csrftoken"] == "fresh"
    assert "Call her father" in sent.post_data
    assert "stale" not in sent.post_data
    assert 'name="act"' in sent.post_data
    assert form.url.endswith("/fake/form/")


def test_a_button_with_its_own_address_is_heard(form):
    form.get_by_role("button", name="Note").click()
    expect(form).to_have_title('{"success":true}')
    assert form.posts[0].url.endswith("/fake/note/")


def test_an_error_is_told_and_the_text_stays(form, faults):
    faults.allow("status of 400")
    form.answers = [(400, {"error": "The follow-up lies in the past."})]
    send(form)
    expect(form.get_by_role("alert")).to_have_text("The follow-up lies in the past.")
    expect(form.locator("textarea")).to_have_value("Call her father")
    send(form)
    expect(form).to_have_title('{"success":true}')
    expect(form.get_by_role("alert")).to_have_text("")


def test_a_lost_connection_is_told_and_the_text_stays(form, faults):
    faults.allow("ERR_INTERNET_DISCONNECTED")
    form.answers = [(None, "")]
    send(form)
    expect(form.get_by_role("alert")).to_have_text("Not saved: no connection. Your text is still here.")
    expect(form.locator("textarea")).to_have_value("Call her father")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, "<h1>no JSON</h1>", "You are signed out. Sign in in another tab and press Save again."),
        (502, "<h1>Bad gateway</h1>", "Not saved: something went wrong on our side. Your text is still here."),
        (200, "<h1>no JSON</h1>", "Not saved: something went wrong on our side. Your text is still here."),
    ],
)
def test_an_answer_that_is_none_is_told(form, faults, status, body, words):
    if status != 200:
        faults.allow(f"status of {status}")
    form.answers = [(status, body)]
    send(form)
    expect(form.get_by_role("alert")).to_have_text(words)


def test_two_taps_send_once(form):
    form.evaluate("""() => { const b = document.querySelector("button"); b.click(); b.click(); b.click(); }""")
    expect(form).to_have_title('{"success":true}')
    assert len(form.posts) == 1


def test_signed_out_in_between_says_so(form, faults):
    """With the real answer to a signed-out post."""
    faults.allow("status of 403")
    form.unroute("**/fake/*e/")
    action = f"/customers/{'0' * 8}-0000-7000-8000-{'0' * 12}/update-status/"
    form.context.clear_cookies()
    form.goto("/login/")
    form.goto("/fake/form/")
    form.evaluate(f"document.querySelector('form').action = '{action}'")
    send(form)
    words = "You are signed out. Sign in in another tab and press Save again."
    expect(form.get_by_role("alert")).to_have_text(words)


# --- the frame --------------------------------------------------------------------------------------


def test_slash_goes_to_the_search_unless_one_is_typing(page, sign_in, asha):
    sign_in(page, asha)
    page.goto("/profile/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.locator("#id_first_name").focus()
    page.keyboard.press("/")
    expect(page.locator("#id_first_name")).to_be_focused()


def test_who_wants_no_shortcuts_has_none(page, sign_in, asha):
    asha.shortcuts = False
    asha.save()
    sign_in(page, asha)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_a_menu_closes_when_one_looks_elsewhere(page, sign_in, asha):
    sign_in(page, asha)
    page.locator(".person summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".person summary")).to_be_focused()
    page.locator(".person summary").click()
    page.locator("h1").click()
    expect(page.locator(".person[open]")).to_have_count(0)


def test_a_phone_has_four_places_and_more_without_script(new_context, live_server, faults, manager, sign_in):
    context = new_context(base_url=live_server.url, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    faults.watch(context)
    page = context.new_page()
    sign_in(page, manager)
    page.goto("/profile/")
    bar = page.locator(".bottom-bar")
    expect(bar.locator(":scope > a")).to_have_text(["Dashboard", "Customers", "Unassigned"])
    bar.get_by_text("More").click()
    expect(bar.get_by_role("link", name="Team")).to_be_visible()
    for place in bar.locator("a:visible, summary, button:visible").all():
        assert place.bounding_box()["height"] >= 44
    bar.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")


def test_the_search_leads_to_the_list(page, sign_in, manager):
    sign_in(page, manager)
    page.get_by_role("searchbox").fill("98765 43210")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/?search=98765+43210")
    expect(page.get_by_role("searchbox").first).to_have_value("98765 43210")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_system_with_and_without_script(new_context, live_server, faults, scheme):
    seen = set()
    for script in (True, False):
        context = new_context(base_url=live_server.url, color_scheme=scheme, java_script_enabled=script)
        faults.watch(context)
        page = context.new_page()
        page.goto("/login/")
        colours = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor + getComputedStyle(e).color")
        button = page.locator("[type=submit]").evaluate("e => getComputedStyle(e).backgroundColor")
        seen.add((colours, button))
    assert len(seen) == 1
    assert ("rgb(255, 255, 255)" in seen.pop()[0]) == (scheme == "light")


def test_the_admin_works_under_the_strict_policy(page, sign_in, admin_user, asha):
    sign_in(page, admin_user)
    for path in ("", "accounts/user/", f"accounts/user/{asha.pk}/change/", "customers/customer/", "customers/status/"):
        page.goto(f"/admin/{path}")
        expect(page.locator("#site-name")).to_be_visible()
    page.goto("/admin/customers/alias/add/")
    page.locator(".field-source .select2-selection").click()
    expect(page.get_by_text("No results found")).to_be_visible()
