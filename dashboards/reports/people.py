"""Rows of counsellors."""

from collections.abc import Iterable

from accounts.models import User
from customers.lists import NOBODY

NO_ONE = "Nobody"


def in_order(ids: Iterable[int | None]) -> list[tuple[int | str, str]]:
    """(value of the list's `owner`, name) of each, by name; those who are nobody's last. One query."""
    wanted = set(ids)
    people = sorted(User.objects.filter(pk__in=wanted - {None}), key=lambda user: str(user).casefold())
    return [*((user.pk, str(user)) for user in people), *([(NOBODY, NO_ONE)] if None in wanted else [])]
