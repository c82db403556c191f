"""The guide: a page for each role, reached from the frame, whole without a net."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from crm.guide import PAGES, drawn, read

pytestmark = pytest.mark.django_db
HTML = {"accept": "text/html"}


@pytest.mark.parametrize(
    ("person", "start"),
    [("asha", "guide_counsellor"), ("manager", "guide_manager"), ("admin_user", "guide_admin")],
)
def test_help_opens_the_page_of_ones_role(person, start, request, as_user):
    client = as_user(request.getfixturevalue(person))
    response = client.get(reverse("help"))
    assert (response.status_code, response["Location"]) == (302, reverse(start))
    assert client.get(response["Location"], headers=HTML).status_code == 200


@pytest.mark.parametrize(
    ("person", "offered"),
    [
        ("asha", set()),
        ("manager", {"guide_manager", "guide_counsellor"}),
        ("admin_user", {"guide_manager", "guide_counsellor", "guide_admin"}),
    ],
)
def test_only_pages_that_are_of_use_are_offered(person, offered, request, as_user):
    page = as_user(request.getfixturevalue(person)).get(reverse("guide_counsellor"), headers=HTML).content.decode()
    assert {name for name in PAGES.values() if f'href="{reverse(name)}"' in page} == offered


def test_the_frame_leads_to_it(asha, as_user):
    page = as_user(asha).get(reverse("customers:list"), headers=HTML).content.decode()
    assert f'href="{reverse("help")}"' in page


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_and_link_of_a_page_leads_somewhere(name):
    title, text = read(name)
    page = drawn(text)
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', page)
    assert title.startswith("For ") and pictures
    assert len(pictures) == page.count("<img ")
    for url, alternative in pictures:
        assert finders.find(url.removeprefix(f"/{settings.STATIC_URL.strip('/')}/")), url
        assert alternative
    assert {link for link in re.findall(r'href="([^"]+)"', page)} <= {reverse(known) for known in PAGES.values()}


def test_a_page_brings_no_code_of_its_own():
    assert drawn("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


def test_scripts_get_the_text(manager, as_user):
    found = as_user(manager).get(reverse("guide_manager"), headers={"accept": "application/json"}).json()
    assert found["title"] == "For managers" and "Share out" in found["text"]
