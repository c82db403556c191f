"""Who may open what: every URL of the project as everybody, asked for as a page, as JSON and without a wish.

A URL that is missing here fails the first test. Reads are repeated for each person; posts are sent by everybody who
must be refused, and once by somebody who may.
"""

import re
import uuid
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import set_password_link
from accounts.tests.factories import UserFactory
from crm.checks import walk
from customers.models import Batch, Event, Merge, Note, SavedView, SharingRule
from customers.tests.factories import CustomerFactory, likely_pair
from imports.tests.factories import imported

pytestmark = pytest.mark.django_db

WISHES = {"html": {"accept": "text/html"}, "json": {"accept": "application/json"}, "none": {}}
# "stranger" has a role that the product does not know: nothing inside is hers.
PEOPLE = ("anonymous", "deactivated", "stranger", "owner", "other", "manager", "admin")
INSIDE = ("owner", "other", "manager", "admin")
MANAGERS = ("manager", "admin")
SALES = ("owner", "other")
HERS = ("owner", "manager", "admin")
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Row:
    """One URL: who may, and with which code each method then answers (as a page, as JSON, without a wish)."""

    name: str
    allowed: tuple[str, ...]
    get: tuple[int, int, int] | None = None
    post: tuple[int, int, int] | None = None
    data: dict = field(default_factory=dict)
    kwargs: tuple[str, ...] = ()
    json_endpoint: bool = False
    public: bool = False
    outside: dict = field(default_factory=dict)  # public, but the signed-out get other codes: by method
    by_row: tuple[str, ...] = ()  # whose role may be here, but not at this very row: a method that is answered is 403


OK = (200, 200, 200)
REDIRECT = (302, 302, 302)
SENT_ON = (302, 200, 302)  # a script is told where to
BAD = (400, 400, 400)
CUSTOMER, IMPORT, COUNSELLOR = ("customer_id",), ("import_id",), ("user_id",)
LEFT = ("user_id:left_id",)  # the keyword, and whose id it is

# The posts are empty or wrong on purpose: they pass every lock, and are then told what is missing.
ROWS = [
    Row("home", INSIDE, get=REDIRECT),
    Row("healthz", PEOPLE, get=OK, public=True),
    Row("offline", PEOPLE, get=OK, public=True),
    Row("service_worker", PEOPLE, get=OK, public=True),
    Row("favicon", PEOPLE, get=(301, 301, 301), public=True),
    Row("help", INSIDE, get=REDIRECT),
    Row("guide_counsellor", INSIDE, get=OK),
    Row("guide_manager", MANAGERS, get=OK),
    Row("guide_admin", MANAGERS, get=OK),
    # --- accounts
    Row("accounts:login", PEOPLE, get=SENT_ON, post=SENT_ON, public=True, outside={"get": OK, "post": (200, 400, 200)}),
    Row("accounts:logout", PEOPLE, get=REDIRECT, post=REDIRECT, public=True),
    Row("accounts:profile", INSIDE, get=OK, post=BAD, data={"email": "x"}),
    Row("accounts:password_change", INSIDE, get=OK, post=BAD),
    Row("accounts:password_change_done", INSIDE, get=OK),
    Row("accounts:password_reset", PEOPLE, get=OK, post=BAD, public=True),
    Row("accounts:password_reset_sent", PEOPLE, get=OK, public=True),
    Row("accounts:set_password", PEOPLE, get=OK, post=BAD, kwargs=("uidb64", "token"), public=True),
    Row("accounts:set_password_done", PEOPLE, get=OK, public=True),
    # --- customers
    Row("customers:list", INSIDE, get=OK),
    Row("customers:create", INSIDE, get=OK, post=BAD),
    Row("customers:next", SALES, get=OK),
    Row("customers:detail", HERS, get=OK, kwargs=CUSTOMER, by_row=("other",)),
    Row("customers:merge", MANAGERS, get=OK, post=BAD, kwargs=CUSTOMER),
    Row("customers:unmerge", MANAGERS, get=OK, post=BAD, kwargs=("merge_id",)),
    Row("customers:duplicates", MANAGERS, get=OK),
    Row("customers:not_the_same", MANAGERS, post=SENT_ON, kwargs=("pair_id",)),
    Row("customers:edit", HERS, get=OK, post=BAD, kwargs=CUSTOMER, by_row=("other",)),
    Row("customers:erase", MANAGERS, get=OK, post=BAD, kwargs=CUSTOMER),
    Row("customers:let_in", MANAGERS, get=OK, post=BAD),
    Row("customers:notes", HERS, post=BAD, kwargs=CUSTOMER, by_row=("other",)),
    Row("customers:change_note", HERS, post=BAD, kwargs=("customer_id", "note_id"), by_row=("other",)),
    Row("customers:update_status", HERS, post=BAD, kwargs=CUSTOMER, json_endpoint=True, by_row=("other",)),
    Row("customers:assign", MANAGERS, post=BAD, data={"sales_user": "x"}, kwargs=CUSTOMER, json_endpoint=True),
    Row("customers:unassigned", MANAGERS, get=OK),
    Row("customers:loads", MANAGERS, get=OK),
    Row("customers:bulk_assign", MANAGERS, post=(302, 400, 302)),
    Row("customers:random_assign", MANAGERS, post=(302, 400, 302)),
    Row("customers:batch", MANAGERS, get=OK, kwargs=("batch_id",)),
    Row("customers:undo_batch", MANAGERS, post=(302, 400, 302), kwargs=("batch_id",)),
    Row("customers:export", MANAGERS, get=OK, post=BAD),  # the setting EXPORTS opens it to others: test_export
    Row("customers:exports", MANAGERS, get=OK),
    Row("customers:bulk", MANAGERS, get=REDIRECT, post=BAD),
    Row("customers:bulk_batch", MANAGERS, get=OK, kwargs=("batch_id:bulk_id",)),
    Row("customers:bulk_undo", MANAGERS, post=(302, 400, 302), kwargs=("batch_id:bulk_id",)),
    Row("customers:views", INSIDE, get=OK, post=(302, 400, 302)),
    Row("customers:views_menu", INSIDE, get=OK),
    Row("customers:view", INSIDE, post=(302, 400, 302), kwargs=("view_id",)),
    Row("customers:columns", INSIDE, post=BAD, data={"columns": "x"}),
    Row("customers:skip", HERS, post=BAD, kwargs=CUSTOMER, by_row=("other",)),
    Row("customers:tap", HERS, post=BAD, kwargs=CUSTOMER, by_row=("other",)),
    Row("customers:take_back", HERS, post=BAD, kwargs=CUSTOMER, by_row=("other",)),
    Row("customers:message", MANAGERS, get=OK, post=BAD, data={"text": "{who}"}),
    Row("customers:put_off", HERS, post=BAD, kwargs=CUSTOMER, by_row=("other",)),
    Row("customers:my_day", SALES, get=OK),
    Row("customers:due", SALES, get=OK),
    Row("customers:events", INSIDE, get=OK),
    Row("customers:new_event", MANAGERS, get=OK, post=BAD),
    Row("customers:event", INSIDE, get=OK, kwargs=("event_id",)),
    Row("customers:edit_event", MANAGERS, get=OK, post=BAD, kwargs=("event_id",)),
    Row("customers:close_event", MANAGERS, post=SENT_ON, kwargs=("event_id",)),
    Row("customers:rescue", INSIDE, get=OK, post=BAD),
    Row("customers:follow_ups", INSIDE, get=OK),
    Row("customers:team", MANAGERS, get=OK),
    Row("customers:counsellor", MANAGERS, get=OK, post=BAD, data={"open_cap": "x"}, kwargs=COUNSELLOR),
    Row("customers:take", SALES, post=(302, 400, 302)),
    Row("customers:rules", MANAGERS, get=OK),
    Row("customers:new_rule", MANAGERS, get=OK, post=BAD),
    Row("customers:rule", MANAGERS, get=OK, post=BAD, kwargs=("rule_id",)),
    Row("customers:delete_rule", MANAGERS, post=(302, 404, 404), kwargs=("rule_id",)),  # the first takes it away
    Row("customers:new_counsellor", MANAGERS, get=OK, post=BAD),
    Row("customers:password_link", MANAGERS, post=OK, kwargs=COUNSELLOR),
    Row("customers:hand_over", MANAGERS, get=OK, post=BAD, kwargs=COUNSELLOR),
    Row("customers:bring_back", MANAGERS, post=(302, 200, 302), kwargs=COUNSELLOR),
    Row("customers:deactivate", MANAGERS, get=OK, post=BAD, data={"to": "x"}, kwargs=COUNSELLOR),
    Row("customers:reactivate", MANAGERS, post=REDIRECT, kwargs=LEFT),
    # --- imports
    Row("imports:upload", MANAGERS, get=OK, post=BAD),
    Row("imports:history", MANAGERS, get=OK),
    Row("imports:template", MANAGERS, get=OK),
    Row("imports:detail", MANAGERS, get=OK, kwargs=IMPORT),
    Row("imports:check", MANAGERS, get=SENT_ON, post=(302, 400, 302), kwargs=IMPORT),
    Row("imports:mapping", MANAGERS, get=OK, post=BAD, kwargs=IMPORT),
    Row("imports:problems", MANAGERS, get=OK, post=(302, 400, 302), kwargs=IMPORT),
    Row("imports:report", MANAGERS, get=OK, kwargs=IMPORT),
    Row("imports:undo", MANAGERS, get=OK, post=(302, 400, 302), kwargs=IMPORT),
    Row("imports:cancel", MANAGERS, post=(302, 400, 302), kwargs=IMPORT),
    Row("imports:retry", MANAGERS, post=(302, 400, 302), kwargs=IMPORT),
    Row("imports:problems_file", MANAGERS, get=OK, kwargs=IMPORT),
    Row("imports:file", MANAGERS, get=OK, kwargs=IMPORT),
    Row("imports:delete_file", MANAGERS, post=(302, 200, 302), kwargs=IMPORT),
    # --- dashboards
    Row("dashboards:manager", MANAGERS, get=OK),
    Row("dashboards:sales", SALES, get=OK, by_row=MANAGERS),  # managers need to say whose: test_sales_dashboard
    Row("dashboards:notices", INSIDE, get=OK),
    Row("dashboards:reports", MANAGERS, get=OK),
    Row("dashboards:report_sources", MANAGERS, get=OK),
    Row("dashboards:report_files", MANAGERS, get=OK),
    Row("dashboards:report_counsellors", MANAGERS, get=OK),
    Row("dashboards:report_first_contact", MANAGERS, get=OK),
    Row("dashboards:report_ageing", MANAGERS, get=OK),
    Row("dashboards:report_activity", MANAGERS, get=OK),
    Row("dashboards:report_follow_ups", MANAGERS, get=OK),
    Row("dashboards:report_lost", MANAGERS, get=OK),
]
BY_NAME = {row.name: row for row in ROWS}


@pytest.fixture
def clients(manager, asha, ravi, admin_user):
    """Client by person. The deactivated one was a manager and still has her session."""
    gone = UserFactory(manager=True)
    stranger = UserFactory(role="visitor")
    people = {
        "deactivated": gone,
        "stranger": stranger,
        "owner": asha,
        "other": ravi,
        "manager": manager,
        "admin": admin_user,
    }
    signed_in = {"anonymous": Client()}
    for name, user in people.items():
        signed_in[name] = Client()
        signed_in[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    gone.is_active = False
    gone.save()
    return signed_in


class Ids(dict):
    """What the keywords of the URLs stand for, each made when first asked for."""

    def __init__(self, **makers):
        super().__init__()
        self.makers = makers

    def __missing__(self, key):
        self[key] = self.makers[key]()
        return self[key]


@pytest.fixture
def ids(asha, ravi, manager):
    """Asha's customer, an import that waits for its columns, Ravi and the link to his password, a batch."""
    made = Ids(
        customer_id=lambda: CustomerFactory(assigned_to=asha, name="Farah Khan", phone_number="+919876543210").pk,
        import_id=lambda: imported(manager, b"Name,Area\nFarah Khan,Kochi\n").pk,
        note_id=lambda: Note.objects.create(customer_id=made["customer_id"], text="x", by=asha, at=timezone.now()).pk,
        pair_id=lambda: likely_pair(CustomerFactory(), CustomerFactory()).pk,
        merge_id=lambda: (
            Merge.objects.create(
                winner=CustomerFactory(),
                loser=CustomerFactory(),
                by=manager,
                at=timezone.now(),
                undone_at=timezone.now(),
            ).pk
        ),
        user_id=lambda: ravi.pk,
        left_id=lambda: UserFactory(is_active=False).pk,
        uidb64=lambda: set_password_link(ravi).split("/")[-3],
        token=lambda: set_password_link(ravi).split("/")[-2],
        rule_id=lambda: SharingRule.objects.create().pk,
        event_id=lambda: (
            Event.objects.create(name="Results", key="x", created_by=manager, created_at=timezone.now()).pk
        ),
        view_id=lambda: (
            SavedView.objects.create(owner=manager, name="Kochi", is_shared=True, created_at=timezone.now()).pk
        ),
        bulk_id=lambda: (
            Batch.objects.create(
                kind=Batch.Kind.STATUS,
                by=manager,
                at=timezone.now(),
                options={"act": {"status": "NEW", "note": "", "due_at": None, "source": None}, "total": 0, "seen": 0},
            ).pk
        ),
        batch_id=lambda: Batch.objects.create(kind=Batch.Kind.ASSIGN, by=manager, at=timezone.now()).pk,
    )
    return made


def url_of(row: Row, ids: dict) -> str:
    return reverse(row.name, kwargs={key.split(":")[0]: ids[key.split(":")[-1]] for key in row.kwargs})


def named_urls():
    """(name with its namespaces, pattern) of every URL outside Django admin."""
    for _route, pattern, namespaces in walk():
        if "admin" not in namespaces and pattern.name:
            yield ":".join([*filter(None, namespaces), pattern.name])


def expected(row: Row, person: str, method: str, wish: str) -> int:
    """The code that `person` has to get."""
    codes = getattr(row, method, None)
    if person in ("anonymous", "deactivated"):
        codes = row.outside.get(method, codes)
    if not row.public and person in ("anonymous", "deactivated"):
        to_login = wish == "html" or (wish == "none" and not row.json_endpoint)
        return 302 if to_login else 403
    if person in row.by_row:
        return 403 if codes else 405
    if person not in row.allowed:
        return 403
    return codes[list(WISHES).index(wish)] if codes else 405


def test_every_url_has_its_row():
    assert set(named_urls()) == set(BY_NAME)


def test_every_url_has_a_name():
    unnamed = [route for route, pattern, namespaces in walk() if "admin" not in namespaces and not pattern.name]
    assert unnamed == []


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", BY_NAME)
def test_a_person_gets_what_she_may_and_nothing_else(name, person, clients, ids):
    row, url = BY_NAME[name], url_of(BY_NAME[name], ids)
    got, wanted = {}, {}
    for wish, headers in WISHES.items():
        for method in METHODS:
            response = getattr(clients[person], method)(url, row.data if method == "post" else {}, headers=headers)
            b"".join(response)  # a file closes at its end; close() would take the test's own connection along
            got[wish, method] = response.status_code
            wanted[wish, method] = expected(row, person, method, wish)
            if wish == "json" and response.status_code >= 400:
                assert set(response.json()) == {"error"}
            if wanted[wish, method] == 302 and person in ("anonymous", "deactivated"):
                assert response["Location"].startswith(reverse("accounts:login"))
    assert got == wanted


@pytest.mark.parametrize("person", PEOPLE)
def test_django_admin_is_for_admins(person, clients):
    """Every URL of the admin site; the ids in it lead nowhere, the lock comes before them."""
    for route, _pattern, namespaces in walk():
        if "admin" not in namespaces:
            continue
        response = clients[person].get("/" + re.sub(r"<[^>]*>", "1", route).replace("^", "").replace("$", ""))
        code = response.status_code
        if person == "admin":
            assert code < 500, route
        elif person in ("anonymous", "deactivated"):
            assert code == 302, route
        else:
            assert code in (302, 403), route
            assert code == 403 or "/login" in response["Location"] or "logout" in route, route


def test_an_id_that_leads_nowhere_is_404_for_those_who_may_ask(clients, ids):
    for row in ROWS:
        if not row.kwargs or row.public:
            continue
        keywords = [key.split(":")[0] for key in row.kwargs]
        numbered = ("user_id", "rule_id", "note_id", "pair_id", "event_id")
        nowhere = {key: 2**30 if key in numbered else uuid.uuid4() for key in keywords}
        method = "get" if row.get else "post"
        for wish, headers in WISHES.items():
            response = getattr(clients["manager"], method)(reverse(row.name, kwargs=nowhere), row.data, headers=headers)
            assert response.status_code == 404, (row.name, wish)
