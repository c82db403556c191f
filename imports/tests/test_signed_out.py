"""A post after the session ended, on the import pages: what was chosen and ticked is there again after the login."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import PASSWORD
from imports.models import ImportRow, State
from imports.tests.factories import csv_bytes, imported

HTML = {"accept": "text/html"}


@pytest.fixture
def browser(manager) -> Client:
    browser = Client()
    browser.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def siblings(manager):
    """Three rows with another name at a number that we know; the page for a post shows one row at a time."""
    imported(manager, csv_bytes(*[f"Asha Nair,987654321{n},,," for n in range(3)]), "first.csv")
    return imported(manager, csv_bytes(*[f"Zoya Khan,987654321{n},,," for n in range(3)]), "second.csv")


def sent_without_a_session(browser: Client, manager, page: str, data: dict):
    """What she sees after the login, having sent the form of `page` when her session had ended."""
    html = browser.get(page).content.decode()
    data["draft"] = re.search(r'name="draft" value="([^"]+)"', html).group(1)
    browser.cookies.clear()
    away = browser.post(page, data, headers=HTML)
    return browser.post(away["Location"], {"username": manager.username, "password": PASSWORD}, follow=True)


def ticked(html: str) -> list[str]:
    return re.findall(r'name="rows" value="(\d+)"\s+checked', html)


def test_ticked_rows_come_back_on_the_same_page_of_the_list(browser, manager, siblings):
    problems = reverse("imports:problems", args=[siblings.pk])
    first = browser.get(f"{problems}?reason=different_name&page_size=2", headers={"accept": "application/json"}).json()
    last = ImportRow.objects.filter(import_id=siblings.pk).latest("number")
    back = sent_without_a_session(browser, manager, first["next"], {"rows": [last.pk], "decision": "another"})
    html = back.content.decode()
    assert back.redirect_chain[-1][0] == first["next"]
    assert ticked(html) == [str(last.pk)]
    assert "You had to sign in again" in html
    last.refresh_from_db()
    assert last.reason == "different_name"


def test_ticked_rows_stay_ticked_when_the_decision_is_refused(browser, siblings):
    page = reverse("imports:problems", args=[siblings.pk])
    draft = re.search(r'name="draft" value="([^"]+)"', browser.get(page).content.decode()).group(1)
    row = ImportRow.objects.filter(import_id=siblings.pk).earliest("number").pk
    html = browser.post(page, {"rows": [row], "draft": draft}, headers=HTML, follow=True).content.decode()
    assert "Say whether it is the same person" in html
    assert ticked(html) == [str(row)]
    assert "You had to sign in again" not in html


def test_undo_is_not_done_and_says_so(browser, manager):
    import_ = imported(manager, csv_bytes("Asha Nair,9876543210,,,"))
    back = sent_without_a_session(browser, manager, reverse("imports:undo", args=[import_.pk]), {})
    assert "Nothing has been undone yet" in back.content.decode()
    import_.refresh_from_db()
    assert import_.state == State.DONE
