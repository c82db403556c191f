"""Moments as JSON says them."""

from datetime import UTC, datetime


def utc(moment: datetime | None) -> str | None:
    """As in 2023-04-10T14:30:00Z: UTC, whole seconds; None stays None."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None
