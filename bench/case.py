"""One measurement in a process of its own: `python -m bench.case NAME FILE`. Its last line of output is JSON."""

import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from customers.actions import assign  # noqa: E402
from customers.models import Customer  # noqa: E402
from imports import actions, pipeline  # noqa: E402
from imports.models import Import  # noqa: E402
from imports.pipeline.writing import Writer  # noqa: E402


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def processor_seconds() -> float:
    """Of this process, the children it has waited for, and its session at the database server."""
    own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    if connection.vendor != "postgresql":
        return own
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return own + (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def boss() -> User:
    return User.objects.get_or_create(username="boss", defaults={"role": "manager"})[0]


def upload(path: Path, *, enqueue: bool = False) -> Import:
    with open(path, "rb") as file:
        return actions.upload(file=file, original_name=path.name, by=boss(), now=timezone.now(), enqueue=enqueue)


def floor(path: Path) -> dict:
    from bench import floor

    by = boss()
    return {"seconds": seconds(lambda: floor.run(path, by)), "customers": Customer.objects.count()}


def peer(path: Path, kind: str) -> dict:
    from bench import peer

    by = boss()
    return {"seconds": seconds(lambda: peer.run(path, by, getattr(peer, kind))), "customers": Customer.objects.count()}


def ours(path: Path) -> dict:
    """From the worker's claim to the counts being final; with the longest slice, in whose transaction rows are locked.

    What the worker does after that (the database looks at the tables that have grown) is in `whole`.
    """
    slices = []
    real = Writer.next_slice

    def timed(self) -> bool:
        begun = time.perf_counter()
        try:
            return real(self)
        finally:
            slices.append(time.perf_counter() - begun)

    Writer.next_slice = timed
    import_ = upload(path)
    whole = seconds(lambda: pipeline.run(import_.pk))
    import_.refresh_from_db()
    took = (import_.finished_at - import_.started_at).total_seconds()
    counted = {name: getattr(import_, name) for name in ("rows", "created", "updated", "unchanged", "rejected")}
    return {"seconds": took, "whole": whole, "state": import_.state, "longest_slice": max(slices), **counted}


def again(path: Path) -> dict:
    """The file, and the very same file once more: how long each took, and how many rows the second time rewrote."""
    first = ours(path)
    before = _rewritten()
    second = ours(path)
    return {"first": first, "again": second, "rewritten": _rewritten() - before}


def _rewritten() -> int:
    """Updates of customers: the server's own count on PostgreSQL, elsewhere what each row says of itself."""
    if connection.vendor != "postgresql":
        return Customer.objects.exclude(version=1).count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()" if connection.pg_version >= 150000 else "SELECT 1")
        cursor.execute("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'customers_customer'")
        return cursor.fetchone()[0]


def queue(path: Path) -> dict:
    """Upload for the worker that runs beside this."""
    return {"id": str(upload(path, enqueue=True).pk)}


def finish(import_id: Path) -> dict:
    """Wait for the worker to come to the import's end; with how long it had waited, and how long it took."""
    while (import_ := Import.objects.get(pk=str(import_id))).is_working:
        time.sleep(0.25)
    return {
        "state": import_.state,
        "rows": import_.rows,
        "waited": (import_.started_at - import_.created_at).total_seconds(),
        "took": (import_.finished_at - import_.started_at).total_seconds(),
    }


def team(path: Path) -> dict:
    """A team at work: customers, a counsellor with some of them, and the sessions of both."""
    ours(path)
    sales, _ = User.objects.get_or_create(username="asha", defaults={"role": "sales"})
    some = list(Customer.objects.visible_to(boss()).order_by("pk").values_list("pk", flat=True)[:500])
    hers = Customer.objects.visible_to(boss()).filter(pk__in=some)
    assign(customers=hers, to=sales, by=boss(), now=timezone.now())
    return {
        "manager": _session(boss()),
        "counsellor": _session(sales),
        "cookie": settings.SESSION_COOKIE_NAME,
        "customers": [str(pk) for pk in some],
    }


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session.save()
    return session.session_key


CASES = {
    "floor": floor,
    "default": lambda path: peer(path, "AsItComes"),
    "tuned": lambda path: peer(path, "Tuned"),
    "ours": ours,
    "again": again,
    "queue": queue,
    "finish": finish,
    "team": team,
}

if __name__ == "__main__":
    logging.disable(logging.INFO)
    begun = processor_seconds()
    found = CASES[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({**found, "processor": processor_seconds() - begun}))
