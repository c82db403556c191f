"""Every page that the permission matrix knows, desk and phone, light and dark: no accessibility fault that axe can
find, nothing wider than the screen, and no complaint of the browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.actions import set_password_link
from accounts.models import User
from crm.management.commands import demo
from customers.actions import create_event, merge, save_rule
from customers.models import Batch, Customer, SharingRule
from imports.models import Import
from tests.test_permission_matrix import OK, ROWS

STANDARDS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}
FILES = {"imports:template", "imports:problems_file", "imports:file"}  # sent, not shown
SIGNED_OUT = {"accounts:login", "accounts:set_password"}
# An answer in a line, or a part of a page.
NO_PAGE = {"healthz", "favicon", "service_worker", "customers:due", "customers:loads", "customers:views_menu"}


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    """The demo's team with its work. Gives the password of them all."""
    monkeypatch.setattr(demo, "SIGN_INS", tmp_path / "sign-ins.txt")
    call_command("demo")
    return re.search(r"password (\S+)", capsys.readouterr().out).group(1)


def addresses(person: User) -> dict[str, str]:
    """name -> path of every page that `person` may open."""
    role = "manager" if person.is_manager else "owner"
    asha = User.objects.get(username="asha")
    rule = save_rule(rule=SharingRule(), order=1, area="Kochi", source=None, course=None, people=[asha])
    batch = Batch.objects.create(kind=Batch.Kind.ASSIGN, by=person, at=timezone.now())
    act = {"status": "NEW", "note": "", "due_at": None, "source": None}
    bulk = Batch.objects.create(
        kind=Batch.Kind.STATUS, by=person, at=timezone.now(), options={"act": act, "total": 0, "seen": 0}
    )
    customer, winner, loser = Customer.objects.filter(assigned_to=asha).order_by("pk")[:3]
    manager = User.objects.get(username="meena")
    known = {
        "customer_id": customer.pk,
        "merge_id": merge(survivor=winner, loser=loser, by=manager, now=timezone.now()).pk,
        "event_id": create_event(name="CBSE results", happens_on=None, by=manager, now=timezone.now()).pk,
        "import_id": Import.objects.order_by("-id").first().pk,
        "user_id": asha.pk,
        "rule_id": rule.pk,
        "batch_id": batch.pk,
        "bulk_id": bulk.pk,
    }
    rows = [
        row for row in ROWS if row.get == OK and role in row.allowed and row.name not in FILES | NO_PAGE | SIGNED_OUT
    ]
    return {row.name: reverse(row.name, kwargs=kwargs_of(row, known)) for row in rows}


def kwargs_of(row, known: dict) -> dict:
    """The keywords of a matrix row, "batch_id:bulk_id" being the keyword and whose id it is."""
    return {key.split(":")[0]: known[key.split(":")[-1]] for key in row.kwargs}


def faults_of(page) -> list[str]:
    """What axe and the ruler say against the page at every size and in every scheme."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way to another
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            for fault in Axe().run(page, options=STANDARDS).response["violations"]:
                where = "; ".join(" ".join(node["target"]) for node in fault["nodes"][:3])
                found.append(f"{size}, {scheme}: {fault['id']} ({fault['help']}): {where}")
            if (width := page.evaluate("document.documentElement.scrollWidth")) > viewport["width"]:
                found.append(f"{size}, {scheme}: {width} px wide")
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("username", ["meena", "asha"])
def test_no_page_has_a_fault(page, desk, sign_in, username):
    person = User.objects.get(username=username)
    sign_in(page, person, desk)
    faults = {}
    for name, path in addresses(person).items():
        page.goto(path)
        if found := faults_of(page):
            faults[f"{name} {path}"] = found
    assert not faults


@pytest.mark.parametrize("name", sorted(SIGNED_OUT))
def test_no_page_outside_has_a_fault(page, asha, name):
    page.goto(set_password_link(asha) if name == "accounts:set_password" else reverse(name))
    assert not faults_of(page)


def test_no_refusal_has_a_fault(page, desk, sign_in, faults):
    """What is said when something is not there, or is nobody's business here, is a page like any other."""
    sign_in(page, User.objects.get(username="asha"), desk)
    for path, status in (("/customers/0/", 404), ("/team/", 403), ("/customers/?status=NONE", 400)):
        faults.allow(rf"{status} .*")
        assert page.goto(path).status == status
        assert not faults_of(page), path
