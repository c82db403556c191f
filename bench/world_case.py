"""What is looked up or measured within an institute's database: `python -m bench.world_case NAME`; ends in JSON."""

import json
import logging
import statistics
import sys
from dataclasses import asdict
from datetime import time as clock

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup()
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import pages  # noqa: E402
from bench.case import _session, seconds  # noqa: E402
from bench.plans import explained  # noqa: E402
from crm.lib.pagination import _write, fingerprint  # noqa: E402
from customers.access import customers_for  # noqa: E402
from customers.actions import share_out  # noqa: E402
from customers.lists import SORTS, Filters  # noqa: E402
from customers.models import AssignmentChange, CallingRules, Customer  # noqa: E402

DEEP = 20_000 * 25


def facts() -> dict:
    """Everybody's session, and the addresses of all pages."""
    CallingRules.objects.update_or_create(pk=1, defaults={"opens": clock(0), "closes": clock(23, 59)})
    found = pages.Facts.of_world()
    manager = found.people[pages.MANAGER]
    hers = Customer.objects.visible_to(found.people[pages.SALES]).order_by("-pk").values_list("pk", flat=True)[:300]
    return {
        "cookie": settings.SESSION_COOKIE_NAME,
        "sessions": {who: _session(user) for who, user in found.people.items()},
        "pages": [asdict(page) for page in pages.every(found)],
        "customers": [str(pk) for pk in hers],
        "to": [found.people[pages.BUSY].pk, found.people[pages.SALES].pk],
        "deep": _deep(manager),
        "number": found.number.removeprefix("+91"),
    }


def _deep(manager: User) -> str:
    """The address of the page after 20,000 others, or of the last one there is."""
    rows = Customer.objects.visible_to(manager).order_by("-pk").only("pk")
    row = rows[DEEP : DEEP + 1].first() or rows.reverse()[30:31].first()
    key = fingerprint("/customers/", Filters().key(manager))
    return f"/customers/?cursor={_write(row, SORTS['newest'], key, backward=False)}"


def team() -> dict:
    """A session and some customers for every counsellor, and for the managers."""
    found = []
    for user in User.objects.sales_users().order_by("pk"):
        hers = Customer.objects.visible_to(user).order_by("-pk").values_list("pk", flat=True)[:20]
        found.append({"session": _session(user), "manager": False, "customers": [str(pk) for pk in hers]})
    for user in User.objects.filter(role="manager").order_by("pk"):
        found.append({"session": _session(user), "manager": True, "customers": []})
    return {"cookie": settings.SESSION_COOKIE_NAME, "people": found}


def size() -> dict:
    return {"customers": Customer.objects.count()}


def one_pass() -> dict:
    """Milliseconds of one GROUP BY owner, status over all who are not merged away."""
    rows = Customer.objects.filter(merged_into=None).order_by().values("assigned_to", "status").annotate(n=Count("pk"))
    took = [seconds(lambda: list(rows.all())) * 1_000 for _ in range(9)]
    return {"median": statistics.median(took)}


def explain() -> dict:
    """Of each page: how many queries, and of the slowest its milliseconds and plan."""
    found = pages.Facts.of_world()
    clients = {}
    for who, user in found.people.items():
        clients[who] = Client(SERVER_NAME="127.0.0.1")
        clients[who].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = {}
    for page in pages.every(found):
        clients[page.who].get(page.url)
        with CaptureQueriesContext(connection) as captured:
            clients[page.who].get(page.url)
        reads = [query for query in captured.captured_queries if query["sql"].startswith("SELECT")]
        slowest = max(reads, key=lambda query: float(query["time"]))
        steps = [line.strip() for line in explained(slowest["sql"]) if "SCAN" in line.upper() or "SEARCH" in line]
        answer[page.name] = {
            "queries": len(reads),
            "slowest": float(slowest["time"]) * 1_000,
            "plan": "; ".join(steps[:3]),
        }
    return answer


class _Undone(Exception):
    """What was measured is taken back."""


def bulk() -> dict:
    """Seconds to give 10,000 customers to one in one act, and to save as many one by one, medians of three in turns.

    In turns, because whoever is first fetches the rows from the disk for the other. Nothing is kept.
    """
    people = pages.Facts.of_world().people
    ids = list(Customer.objects.unassigned().callable().order_by("-pk").values_list("pk", flat=True)[:10_000])
    took = [(_undone(lambda: _in_one(ids, people)), _undone(lambda: _one_by_one(ids, people))) for _ in range(3)]
    ours, one_by_one = (statistics.median(turn) for turn in zip(*took, strict=True))
    return {"customers": len(ids), "ours": ours, "one by one": one_by_one}


def _undone(work) -> float:
    try:
        with transaction.atomic():
            took = seconds(work)
            raise _Undone
    except _Undone:
        return took


def _in_one(ids: list, people: dict) -> None:
    chosen, _ = customers_for(people[pages.MANAGER], ids)
    done = share_out(customers=chosen, among=[people[pages.SALES]], by=people[pages.MANAGER], now=timezone.now())
    assert done.assigned == len(ids)


def _one_by_one(ids: list, people: dict) -> None:
    to, by = people[pages.SALES], people[pages.MANAGER]
    for customer in Customer.objects.filter(pk__in=ids):
        customer.assigned_to, customer.assigned_at = to, timezone.now()
        customer.save()
        AssignmentChange.objects.create(customer=customer, new_owner=to, by=by, at=customer.assigned_at)


CASES = {"facts": facts, "team": team, "size": size, "pass": one_pass, "explain": explain, "bulk": bulk}

if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print(json.dumps(CASES[sys.argv[1]]()))
