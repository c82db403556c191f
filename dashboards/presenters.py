"""Figures as JSON, and as the pages show them."""

from dataclasses import asdict

from crm.lib.dates import utc
from dashboards.trends import NO_CALLS


def _statuses(distribution) -> list[dict]:
    return [{"status": row.status.pk, "status_display": row.status.label, "count": row.count} for row in distribution]


def manager_dashboard(*, totals, trends, funnel, distribution, team, sparks, imports, waiting_imports) -> dict:
    """The manager dashboard's figures by the names of the page."""
    return {
        "total_customers": totals["customers"],
        "assigned": totals["assigned"],
        "unassigned": totals["unassigned"],
        "contacted_today": totals["contacted_today"],
        "due": totals["due"],
        "overdue": totals["overdue"],
        "admissions": totals["admissions"],
        "oldest_unassigned": utc(totals["oldest_unassigned"]),
        "new_in_7_days": totals["new_in_7_days"],
        **asdict(trends),
        "funnel": {
            "since": funnel.since.isoformat(),
            "total": funnel.total,
            "steps": [{"status": step.status.pk, "now": step.now, "ever": step.ever} for step in funnel.steps],
        },
        "status_distribution": _statuses(distribution),
        "sales_performance": [
            {
                "id": row.user.pk,
                "username": row.user.username,
                "assigned": row.assigned,
                "open": row.open,
                "contacted_today": row.contacted_today,
                "overdue": row.overdue,
                "interested": row.interested,
                "admissions": row.admissions,
                "calls_in_7_days": sparks.get(row.user.pk, NO_CALLS),
            }
            for row in team
        ],
        "recent_imports": [_import(item) for item in imports],
        "imports_that_need_someone": [_import(item) for item in waiting_imports],
    }


def _import(item) -> dict:
    return {
        "id": str(item.pk),
        "name": item.original_name,
        "state": item.state,
        "rows": item.rows,
        "created": item.created,
        "uploaded_by": item.uploaded_by.username,
        "created_at": utc(item.created_at),
    }


def manager_page(*, totals, trends, **rest) -> dict:
    """The same for the page: each figure with the words that compare it."""
    return {
        "totals": totals,
        "trends": trends,
        "compared": {
            "customers": f"{totals['new_in_7_days']:+,} in 7 days",
            "unassigned": f"{trends.unassigned_net:+,} in 7 days",
            "contacted": f"{trends.contacted_then:,} by this time last week",
            "overdue": f"{trends.overdue_then:,} a week ago",
            "admissions": f"{trends.admissions_last_month:,} by this time last month",
        },
        **rest,
    }


def sales_dashboard(*, person, totals, distribution, activity, customers) -> dict:
    """A counsellor's figures, last entries and first customers."""
    return {
        "user": {"id": person.pk, "username": person.username},
        "assigned": totals["customers"],
        "contacted_today": totals["contacted_today"],
        "due": totals["due"],
        "overdue": totals["overdue"],
        "admissions": totals["admissions"],
        "status_distribution": _statuses(distribution),
        "recent_activity": [
            {
                "customer": str(change.customer_id),
                "name": change.customer.shown_name,
                "new_status": change.new_status_id,
                "changed_by": change.changed_by.username,
                "changed_at": utc(change.changed_at),
                "notes": change.notes,
            }
            for change in activity
        ],
        "customers": [
            {
                "id": str(customer.pk),
                "name": customer.shown_name,
                "phone_number": customer.dialled,
                "status": customer.status_id,
                "next_follow_up_at": utc(customer.next_follow_up_at),
            }
            for customer in customers
        ],
    }
