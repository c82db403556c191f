"""The browser's fixtures: a desktop page and a phone, both of which tell on the product.

Everything in this folder is marked `browser` and runs against pytest-django's live server, with tasks run at once in
the server's own process (crm/settings_test.py): a page that starts an import comes back when the import is done.

A test fails by itself on any console error or warning, uncaught script error, and request to another host. An answer
that is meant to be an error makes the browser write to its console; the test announces it:

    faults.allow("status of 400")
"""

import os
import re
import shutil
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from playwright.sync_api import BrowserContext, Page, Request
from pytest_django.live_server_helper import LiveServer

from accounts.tests.factories import PASSWORD

# Playwright's synchronous interface keeps an event loop in the test's thread, where Django then suspects async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SCREENSHOTS = ROOT / "var" / "screenshots"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
NOTHING_OF_ITS_OWN = [
    "--no-sandbox",  # a container's root has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Its path: the one named by CHROMIUM, or else the first that is installed."""
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items) -> None:
    """Mark what lies here: before pytest-django sorts by database use, and before -m selects."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # The server's threads need committed rows; the migrations' own rows come back after each emptying.
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True))


@pytest.fixture(scope="session")
def live_server():
    """pytest-django's, with the static files as they lie in the tree.

    It asks for Django's staticfiles app by name, does not find it behind our app config, and would then serve what was
    last collected.
    """
    with mock.patch("django.test.testcases._StaticFilesHandler", StaticFilesHandler):
        server = LiveServer("localhost")
    yield server
    server.stop()


class Faults:
    """What the browser complained about during one test."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.seen: list[str] = []
        self.allowed: list[str] = []
        self.contexts: list[BrowserContext] = []

    def allow(self, pattern: str) -> None:
        """Expect console messages that match this regular expression; it is a fault if none comes."""
        self.allowed.append(pattern)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"script error: {error.error}"))
        context.on("request", self._request)
        self.contexts.append(context)

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.seen.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.home + "/", "data:", "blob:", "about:")):
            self.seen.append(f"request to another host: {request.url}")

    def check(self) -> None:
        for context in self.contexts:
            for page in context.pages:
                page.evaluate("1")  # lets events that are under way arrive
        left = [fault for fault in self.seen if not any(re.search(pattern, fault) for pattern in self.allowed)]
        missing = [pattern for pattern in self.allowed if not any(re.search(pattern, fault) for fault in self.seen)]
        left += [f"announced by the test but never seen: {pattern}" for pattern in missing]
        if left:
            pytest.fail("The browser complained:\n  " + "\n  ".join(left), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Judge as part of the test and not of its tear-down, so that it is the test that fails."""
    result = yield
    if faults := getattr(item, "funcargs", {}).get("faults"):
        faults.check()
    return result


@pytest.fixture
def faults(live_server) -> Faults:
    return Faults(live_server.url)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = chromium()
    if path is None:
        reason = "no Chromium found (apt-get install chromium, or CHROMIUM=/path/to/it)"
        if os.environ.get("BROWSER") == "required":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return {**browser_type_launch_args, "executable_path": path, "args": NOTHING_OF_ITS_OWN}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "en-IN", "timezone_id": "Asia/Kolkata"}


@pytest.fixture
def context(new_context, live_server, faults):
    context = new_context(base_url=live_server.url, viewport=DESKTOP)
    faults.watch(context)
    return context


@pytest.fixture
def page(context) -> Page:
    """A desktop window; addresses are relative to the live server: page.goto("/customers/")."""
    return context.new_page()


@pytest.fixture
def phone(new_context, live_server, faults) -> Page:
    """The same on a phone with a touch screen."""
    context = new_context(
        base_url=live_server.url, viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    faults.watch(context)
    return context.new_page()


@pytest.fixture
def no_script(new_context, live_server, faults) -> Page:
    """A desktop window whose owner has switched JavaScript off."""
    context = new_context(base_url=live_server.url, viewport=DESKTOP, java_script_enabled=False)
    faults.watch(context)
    return context.new_page()


@pytest.fixture
def sign_in():
    """sign_in(page, user): through the real login form, up to the first page behind it."""

    def through_the_form(page: Page, user, password: str = PASSWORD) -> None:
        page.goto("/login/")
        page.locator("input[name=username]").fill(user.username)
        page.locator("input[name=password]").fill(password)
        page.locator("form:has(input[name=password]) [type=submit]").click()
        page.wait_for_url(lambda url: "/login/" not in url)

    return through_the_form


@pytest.fixture
def shot():
    """shot(page, "customers-list"): the whole page as var/screenshots/customers-list.png, to look at."""

    def save(page: Page, name: str, full_page: bool = True) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=full_page)
        return path

    return save
