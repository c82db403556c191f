"""Statuses and counsellors as a file may write them."""

from functools import cached_property

from accounts.models import User
from crm.lib.text import fold
from customers.models import Status


class People:
    """Looked up once for each import."""

    @cached_property
    def statuses(self) -> dict[str, str]:
        words: dict[str, str] = {}
        for status in Status.objects.all():
            for spelling in (status.code, status.label):
                words[fold(spelling).replace("_", " ")] = status.code
        return words

    @cached_property
    def owners(self) -> dict[str, int]:
        """Only a spelling that means one person; usernames and addresses win over names."""
        users = list(User.objects.sales_users())
        names: dict[str, list[int]] = {}
        for user in users:
            names.setdefault(fold(user.get_full_name()), []).append(user.pk)
        found = {name: ids[0] for name, ids in names.items() if name and len(ids) == 1}
        found |= {fold(user.email): user.pk for user in users if user.email}
        return found | {fold(user.username): user.pk for user in users}

    def status(self, text: str) -> str | None:
        return self.statuses.get(fold(text).replace("_", " "))

    def owner(self, text: str) -> int | None:
        return self.owners.get(fold(text))
