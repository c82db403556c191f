"""No page reads a large table from end to end: asked of the database, in a made-up institute of a middling size."""

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench import pages
from bench.plans import explained, whole_tables
from crm.world.loading import build
from customers.models import CallingRules, Customer

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(500)]
CUSTOMERS = 20_000


@pytest.fixture
def world(settings):
    """An institute at any hour of whose day calls are made."""
    CallingRules.objects.create(opens=time(0), closes=time.max)
    build(customers=CUSTOMERS, users=60, seed=1, at=timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL random_page_cost = 1.1")  # for a disk of today
            # What a VACUUM, which no transaction can run, would note down: that an index alone can answer.
            cursor.execute("UPDATE pg_class SET relallvisible = relpages WHERE relname LIKE 'customers\\_%'")
    return pages.Facts.of_world()


def offences(captured: CaptureQueriesContext, name: str) -> list[str]:
    found = []
    for query in captured.captured_queries:
        sql = query["sql"]
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            found += [f"{name}: {step}\n    {sql}" for step in whole_tables(sql)]
    return found


def test_nothing_reads_a_large_table_from_end_to_end(world, as_user):
    clients = {who: as_user(user) for who, user in world.people.items()}

    found = [*looked_at(world, clients), *saved(world, clients), *counted(clients)]

    assert found == [], "\n".join(found)


def looked_at(world, clients) -> list[str]:
    found, seen = [], 0
    for page in pages.served_by_indexes(world):
        with CaptureQueriesContext(connection) as captured:
            response = clients[page.who].get(page.url)
        assert response.status_code == 200, page
        seen += len(captured)
        found += offences(captured, page.name)
    assert seen > 400
    return found


def saved(world, clients) -> list[str]:
    customer, to = world.customer, world.people[pages.BUSY]
    ids = list(Customer.objects.unassigned().values_list("pk", flat=True)[:50])
    acts = [
        (pages.SALES, "customers:update_status", {"status": "INTERESTED", "notes": "asked for the fees"}),
        (pages.SALES, "customers:notes", {"notes": "Her father decides."}),
        (pages.MANAGER, "customers:assign", {"sales_user": to.pk}),
        (pages.MANAGER, "customers:bulk_assign", {"customer_ids": ids, "sales_user": to.pk}),
    ]
    found = []
    for who, name, values in acts:
        url = reverse(name) if "customer_ids" in values else reverse(name, args=[customer.pk])
        with CaptureQueriesContext(connection) as captured:
            response = clients[who].post(url, values)
        assert response.status_code in (200, 302), (name, response.content)
        found += offences(captured, name)
    assert Customer.objects.filter(pk__in=ids, assigned_to=to).count() > 40
    return found


def counted(clients) -> list[str]:
    """The counts that are not made from the index that was made for them.

    From it alone on PostgreSQL; SQLite asks each row of the funnel besides whether she was merged away.
    """
    how = "Index Only Scan" if connection.vendor == "postgresql" else "INDEX"
    # page, what its counts have in their text, how many there are, the index
    counts = [
        ("dashboards:manager", '"been_at"', 1, "customer_how_far"),
        ("dashboards:reports", '"been_at"', 1, "customer_how_far"),
        ("dashboards:report_activity", 'AS "talked"', 2, "status_change_lately"),
    ]
    found = []
    for name, words, times, index in counts:
        with CaptureQueriesContext(connection) as captured:
            assert clients[pages.MANAGER].get(reverse(name)).status_code == 200
        queries = [query["sql"] for query in captured.captured_queries if words in query["sql"]]
        assert len(queries) == times, name
        for sql in queries:
            steps = explained(sql)
            if not any(how in step and index in step for step in steps):
                found.append(f"{name}: {steps}\n    {sql}")
    return found


def test_a_query_without_an_index_is_noticed():
    build(customers=500, users=5, seed=1, at=timezone.now())
    remarked = Customer.objects.filter(remark="Call after 6 pm").values("pk")

    with CaptureQueriesContext(connection) as captured:
        list(remarked)

    assert len(offences(captured, "remark")) == 1
