"""What is not needed any more goes, in batches that lock nobody out for long."""

from uuid import UUID

from django.db import transaction
from django.db.models import Min

from imports.models import StagedRow

BATCH = 5_000


def clear_staged(import_id: UUID, *, at_most: int | None = None) -> bool:
    """Delete the rows that wait. `at_most` so many batches. Returns whether all are gone."""
    staged = StagedRow.objects.filter(import_id=import_id)
    while (first := staged.aggregate(first=Min("number"))["first"]) is not None:
        if at_most == 0:
            return False
        with transaction.atomic():
            staged.filter(number__lt=first + BATCH).delete()
        at_most = None if at_most is None else at_most - 1
    return True
