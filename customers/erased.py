"""Numbers of people who were erased: known again by a keyed hash, so that no file and no form brings anybody back."""

import hmac
from collections.abc import Collection
from functools import lru_cache

from django.conf import settings

from crm.lib import lookups  # noqa: F401 - one_of
from customers.models import ErasedNumber

_PURPOSE = b"numbers of people who were erased"


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), _PURPOSE, "sha256")


def digest(number: str) -> str:
    """The hash of a number (E.164) that is kept in its place. Without the key nobody can try out all numbers."""
    return hmac.digest(_key(settings.ERASED_KEY), number.encode(), "sha256").hex()


def erased_among(numbers: Collection[str]) -> set[str]:
    """Those of `numbers` (E.164) that are kept out. Two queries, for one number as for thousands."""
    kept_out = ErasedNumber.objects.filter(let_in_at=None)
    if not numbers or not kept_out.exists():  # most desks have none: then nothing is hashed
        return set()
    of = {digest(number): number for number in numbers}
    return {of[found] for found in kept_out.filter(digest__one_of=of).values_list("digest", flat=True)}
