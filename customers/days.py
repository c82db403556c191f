"""Where days begin at home, and from when on a call is overdue."""

from datetime import date, datetime, time, timedelta

from django.utils.timezone import localtime, make_aware

# "Due now" is within 15 minutes of its time; older is overdue.
DUE_FOR = timedelta(minutes=15)


def midnight(now: datetime) -> datetime:
    """The beginning of the day of `now` at home."""
    return localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def beginning(day: date) -> datetime:
    """The midnight at home with which `day` begins."""
    return make_aware(datetime.combine(day, time()))
