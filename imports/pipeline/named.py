"""Rows whose name differs from the customer's at that number, once a person has said who is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from customers.actions import ActionError
from customers.actions.imported import Snapshot
from customers.actions.words import Vocabulary
from imports.models import Import, ImportRow, Outcome, State
from imports.pipeline.people import People
from imports.pipeline.slices import Slice, Surroundings
from imports.pipeline.staged import Staged, from_detail
from imports.pipeline.writing import NEW_WORDS, policy_of
from imports.reasons import Reason


@dataclass(frozen=True)
class Decided:
    """How many rows became what; `left` were decided by somebody else before."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0  # somebody at that number has been erased meanwhile
    left: int = 0


def decide(*, import_: Import, rows: Sequence[int], same: bool, by: User, now: datetime) -> Decided:
    """Take the rows (ids of ImportRows) as the same person, or as another one at that number."""
    with transaction.atomic():
        stored = Import.objects.select_for_update(of=("self",)).get(pk=import_.pk)
        if stored.state in (State.UNDOING, State.UNDONE):
            raise ActionError("This import has been undone: its rows are no longer to be decided.")
        if stored.is_dry:
            raise ActionError("This file was only checked. Import it first; then its rows can be decided.")
        waiting = ImportRow.objects.filter(import_id=import_.pk, pk__in=rows, reason=Reason.DIFFERENT_NAME)
        kept = list(waiting.select_for_update(of=("self",)).order_by("number"))
        words = {field: Vocabulary(field, limit=NEW_WORDS) for field in ("source", "course")}
        around = Surroundings(import_, policy_of(import_), words, People(), now, is_dry=False)
        decided = _Decision(around, kept, same=same, by=by)
        decided.write()
        counts = decided.counts
        Import.objects.filter(pk=import_.pk).update(
            created=F("created") + counts[Outcome.CREATED],
            updated=F("updated") + counts[Outcome.UPDATED],
            rejected=F("rejected") + counts[Outcome.REJECTED],
            unchanged=F("unchanged") - counts[Outcome.CREATED] - counts[Outcome.UPDATED] - counts[Outcome.REJECTED],
        )
    return Decided(**counts, left=len(set(rows)) - len(kept))


class _Decision(Slice):
    """A slice of rows whose receipts exist already."""

    def __init__(self, around: Surroundings, kept: Sequence[ImportRow], *, same: bool, by: User):
        super().__init__(around, [from_detail(row) for row in kept])
        self.by, self._same = by, same
        self._kept = {row.number: row for row in kept}

    def _other_name(self, row: Staged, candidates: Sequence[Snapshot]) -> None:
        if self._same:
            self._update(row, candidates[0], named_by_id=True)
        else:
            self._create(row)

    def _receipt(self, row: Staged, outcome: str, *, reason="", detail=None, customer=None, before=None) -> None:
        kept = self._kept[row.number]
        kept.outcome, kept.reason, kept.warnings, kept.before = outcome, reason, row.warnings, before
        kept.detail = {**(detail or {}), "decided_by": self.by.pk, "decided": "same" if self._same else "another"}
        kept.customer_id = customer
        kept.raw = row.raw if row.warnings else None
        self.counts[str(outcome)] += 1

    def _keep_receipts(self) -> None:
        fields = ("outcome", "reason", "warnings", "before", "detail", "customer", "raw")
        ImportRow.objects.bulk_update(self._kept.values(), fields, batch_size=200)
