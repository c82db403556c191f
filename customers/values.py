"""A value of a customer in words."""

from datetime import date

from django.conf import settings

from crm.lib import phones


def shown(value: object) -> str:
    """A field's value as the timeline says it."""
    if isinstance(value, str) and value.startswith("+"):
        return phones.spaced(value, settings.HOME_COUNTRY)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)
