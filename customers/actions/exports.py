"""A list that leaves the house, on the record."""

from datetime import datetime

from accounts.models import User
from customers.actions.errors import ActionError
from customers.models import Export

MOST_XLSX = 100_000


def begin_export(
    *, by: User, now: datetime, format: str, count: int, reason: str, sort: str, filters: dict, words: str
) -> Export:
    """Record that `by` takes a list of `count` customers out, and why; before its first line is written.

    Raises ActionError when an Excel file would take too long to write.
    """
    if format == Export.Format.XLSX and count > MOST_XLSX:
        raise ActionError(
            f"An Excel file holds at most {MOST_XLSX:,} customers here. Choose CSV, which Excel opens too, "
            "or narrow the list."
        )
    return Export.objects.create(
        by=by, at=now, format=format, reason=reason, sort=sort, filters=filters, words=words, count=0
    )


def end_export(*, export: Export, count: int, now: datetime | None) -> None:
    """Note how many customers were written; `now` None says that the file broke off."""
    export.count, export.finished_at = count, now
    export.save(update_fields=["count", "finished_at"])
