"""The pictures of the guide, taken from the demo; `make screenshots` puts them where the guide shows them."""

import os
import re
from datetime import time

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from crm.management.commands import demo
from customers.models import CallingRules, Customer
from tests.browser.conftest import ROOT, SCREENSHOTS

PICTURES = ROOT / "docs" / "guide" / "pictures" if os.environ.get("GUIDE_PICTURES") else SCREENSHOTS / "guide"
WINDOW = {"width": 1000, "height": 640}
LARGEST = 200_000  # bytes: they are in the repository


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    """The demo's team with its work, and calls at any hour. Gives the password of them all."""
    monkeypatch.setattr(demo, "SIGN_INS", tmp_path / "sign-ins.txt")
    call_command("demo")
    CallingRules.objects.create(opens=time(0), closes=time.max)
    return re.search(r"password (\S+)", capsys.readouterr().out).group(1)


def picture(page: Page, name: str, path: str, heading: str) -> None:
    """Take a picture of the page at `path`, once its heading says that it is the right one."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(path)
    expect(page.locator("h1").first).to_contain_text(heading)
    PICTURES.mkdir(parents=True, exist_ok=True)
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file)
    assert file.stat().st_size < LARGEST


def test_the_pictures_for_counsellors(page, phone, desk, sign_in):
    asha = User.objects.get(username="asha")
    hers = Customer.objects.filter(assigned_to=asha, attempts__gt=0, status="INTERESTED").order_by("pk").first()
    page.set_viewport_size(WINDOW)
    for window in (phone, page):
        sign_in(window, asha, desk)
    picture(phone, "next-call", reverse("customers:next"), "")
    expect(phone.locator("#call-name")).to_be_visible()
    picture(page, "follow-ups", reverse("customers:follow_ups"), "follow-ups")
    picture(page, "customer", reverse("customers:detail", args=[hers.pk]), hers.name)


def test_the_pictures_for_managers(page, desk, sign_in):
    somebody = Customer.objects.exclude(name="").filter(attempts__gt=0).order_by("pk").first()
    page.set_viewport_size(WINDOW)
    sign_in(page, User.objects.get(username="meena"), desk)
    picture(page, "dashboard", reverse("dashboards:manager"), "")
    picture(page, "import", reverse("imports:upload"), "Import")
    picture(page, "share-out", reverse("customers:unassigned"), "Unassigned")
    picture(page, "erase", reverse("customers:erase", args=[somebody.pk]), "Erase")


def test_the_pictures_for_admins(page, desk, sign_in):
    page.set_viewport_size(WINDOW)
    sign_in(page, UserFactory(admin=True, username="root"), PASSWORD)
    picture(page, "admin", reverse("admin:index"), "")
    rules = reverse("admin:customers_callingrules_change", args=[CallingRules.ONLY])
    picture(page, "calling-rules", rules, "")


def test_the_guide_shows_its_pictures(page, desk, sign_in):
    sign_in(page, UserFactory(admin=True, username="root"), PASSWORD)
    for name in ("guide_counsellor", "guide_manager", "guide_admin"):
        page.goto(reverse(name))
        for image in page.locator(".guide img").all():
            image.scroll_into_view_if_needed()
            expect(image).to_have_js_property("complete", True)
            assert image.evaluate("image => image.naturalWidth") > 300
