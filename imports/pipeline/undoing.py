"""An import taken back, slice by slice from its last row to its first; a slice and its record are one transaction.

A customer is taken back as a whole when the first of her rows is met, whatever slices the others are in. What somebody
else has touched since stays, and the row says why.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from crm.lib import bulk
from customers.actions import taken_back
from customers.actions.imported import Snapshot
from customers.actions.taken_back import TakeBack
from imports.models import Import, ImportRow, Outcome, State, Undo
from imports.pipeline.claims import Claim
from imports.pipeline.clearing import clear_receipts, clear_staged
from imports.pipeline.old_values import OldValues, Words
from imports.pipeline.since import LaterRows, LaterValues

LATER = "later"  # beside the reasons of customers.actions.taken_back: a later file had her, too
# Of those it added: gone and staying. Of those it changed: put back and (also) left as they are; their values likewise.
# `behind`: those whom a file undone before had added, and who stayed then only because this one had them, too.
COUNTED = ("gone", "behind", "stay", "back", "kept", "values", "values_kept", "enquiries", "numbers")
CHANGED = (Outcome.CREATED, Outcome.UPDATED)
# Seconds for which customers are held while they are taken back; on a slower server the next slices are smaller.
LONGEST_SLICE, SMALLEST = 0.5, 100


def undo(claim: Claim, import_: Import, do_all: Callable[[Callable[[], bool]], None]) -> None:
    """Take an import back to its end. `do_all` does slice after slice, as long as there are any."""
    clear_receipts(import_.pk, after=import_.written)  # of a check whose import was stopped or failed halfway
    do_all(Undoing(claim, import_).next_slice)
    clear_staged(import_.pk)  # likewise
    claim.let_go(state=State.UNDONE, undone_at=timezone.now())


class Undoing:
    """Takes back one import. `next_slice` is called until it says that there is nothing left."""

    def __init__(self, claim: Claim, import_: Import):
        self.claim, self.import_ = claim, import_
        self.size = 500 if connection.vendor == "sqlite" else 1_000

    def next_slice(self) -> bool:
        """Take back the rows before those that were. Raises Lost when the import is not ours any more."""
        began = time.monotonic()
        with transaction.atomic():
            is_more = self._next_slice()
        if time.monotonic() - began > LONGEST_SLICE:
            self.size = min(self.size, max(SMALLEST, self.size // 2))
        return is_more

    def _next_slice(self) -> bool:
        self.claim.hold()
        stored = Import.objects.select_related("origin", "undone_by").get(pk=self.import_.pk)
        upper = stored.written - stored.done_rows
        if upper <= 0:
            return False
        lower = max(0, upper - self.size)
        rows = ImportRow.objects.filter(import_id=stored.pk, number__gt=lower, number__lte=upper)
        about_others = rows.exclude(outcome__in=CHANGED).exclude(customer=None).values_list("customer_id", flat=True)
        changed = list(rows.filter(outcome__in=CHANGED, undo="").defer("raw", "warnings"))
        part = Part(stored, changed, set(about_others), timezone.now())
        part.write()
        counts = added(stored.undo_counts, part.counts, part.why)
        self.claim.hold(done_rows=stored.written - lower, undo_counts=counts, deaths=0)
        return True


def added(before: dict, counts: Counter, why: Counter) -> dict:
    """The numbers of what was done so far, with those of one more slice."""
    sums = {name: before.get(name, 0) + counts[name] for name in COUNTED}
    return {**sums, "why": dict(Counter(before.get("why", {})) + why)}


@dataclass
class Whose:
    """One customer and all rows of the import that are about her, in the order they were written."""

    known: Snapshot
    rows: list[ImportRow] = field(default_factory=list)


class Part:
    """One slice: its customers decided one after the other, then written all at once.

    `rows` changed something; `met` are customers of whom other rows said nothing new.
    """

    def __init__(self, import_: Import, rows: Sequence[ImportRow], met: set[UUID], now: datetime):
        self.import_, self.rows, self.met, self.now = import_, rows, met, now
        self.origin = import_.origin
        self.counts: Counter = Counter()
        self.why: Counter = Counter()

    def write(self) -> None:
        self._look_up()
        created = {pk: whose for pk, whose in self.people.items() if whose.known.origin_id == self.origin.pk}
        behind = self._take_away_behind()
        changed = {pk: whose for pk, whose in self.people.items() if whose.rows and pk not in created.keys() | behind}
        self._take_away(created)
        self._give_back(changed)
        nobody = [row for row in self.rows if row.customer_id not in self.people]
        self._mark(nobody, Undo.GONE)  # she went in another way

    def _look_up(self) -> None:
        """Lock the customers, then look at everything else: what is decided on stays true until it is written."""
        undone = Import.objects.filter(state=State.UNDONE).values("origin")
        ids = {row.customer_id for row in self.rows if row.customer_id}
        ids |= taken_back.of_origins(self.met - ids, undone)
        self.people = {pk: Whose(known) for pk, known in taken_back.locked(ids).items()}
        rows = ImportRow.objects.filter(import_id=self.import_.pk, customer__in=ids, outcome__in=CHANGED, undo="")
        for row in rows.defer("raw", "warnings").order_by("number"):
            if row.customer_id in self.people:
                self.people[row.customer_id].rows.append(row)
        self.later = LaterRows(ids, self.import_)

    # -- those it added ---------------------------------------------------------------------------------------------

    def _take_away(self, created: dict[UUID, Whose]) -> None:
        reasons = taken_back.worked_on(created, self.origin.pk)
        for pk in created:
            if self.later.of(pk):
                reasons.setdefault(pk, []).append(LATER)
        self._mark([row for pk, whose in created.items() if pk not in reasons for row in whose.rows], Undo.GONE)
        self.counts["gone"] += taken_back.remove_added([pk for pk in created if pk not in reasons])
        staying = []
        for pk, why in reasons.items():
            said = {"why": why, **({"files": self.later.files(pk)} if LATER in why else {})}
            self.why.update(why)
            staying += [(row, Undo.STAYS, said) for row in created[pk].rows]
        self.counts["stay"] += len(reasons)
        self._tell(staying)

    def _take_away_behind(self) -> set[UUID]:
        """Those whom nothing keeps any more but a file that is undone now. Returns their ids."""
        undone = dict(Import.objects.filter(state=State.UNDONE).values_list("origin_id", "pk"))
        found = {pk for pk, whose in self.people.items() if whose.known.origin_id in undone and not self.later.of(pk)}
        found -= taken_back.worked_on(found, self.origin.pk, *undone).keys()
        self._mark([row for pk in found for row in self.people[pk].rows], Undo.GONE)
        self._mark(ImportRow.objects.filter(customer__in=found, undo=Undo.STAYS).only("pk"), Undo.GONE)
        self.counts["behind"] += taken_back.remove_added(found)
        return found

    # -- those it changed -------------------------------------------------------------------------------------------

    def _give_back(self, changed: dict[UUID, Whose]) -> None:
        if not changed:
            return
        since = LaterValues({pk: whose.rows[0] for pk, whose in changed.items()}, self.import_, self.later)
        words = Words([row for whose in changed.values() for row in whose.rows], [w.known for w in changed.values()])
        merged, erased = taken_back.merged_of(changed), taken_back.erased_of(changed)
        asked = taken_back.enquiries_of(changed, self.origin.pk)
        asked_else = taken_back.asked_elsewhere(changed, self.origin)
        taken, told = [], []
        for pk, whose in changed.items():
            if pk in merged | erased:
                why = taken_back.ERASED if pk in erased else taken_back.MERGED
                told += [(row, Undo.STAYS, {"why": [why]}) for row in whose.rows]
                self.counts["kept"] += 1
                self.why[why] += 1
                continue
            old = OldValues(whose.known, whose.rows, since.of(pk), words, asked_else.get(pk))
            old.give_back()
            back = TakeBack(whose.known, old.numbers, asked.get(pk, []))
            taken.append(back)
            self._count(old, back)
            told += [(row, *old.said_of(row)) for row in whose.rows]
        taken_back.take_back(customers=taken, origin=self.origin, by=self.import_.undone_by, now=self.now)
        since.hand_down()
        self._tell(told)

    def _count(self, old: OldValues, back: TakeBack) -> None:
        self.counts["back"] += bool(old.back or back.enquiries)
        self.counts["numbers"] += len(old.numbers)
        self.counts["kept"] += bool(old.kept)
        self.counts["values"] += len(old.back)
        self.counts["values_kept"] += len(old.kept)
        self.counts["enquiries"] += len(back.enquiries)
        self.why.update(kept["why"] for kept in old.kept.values())

    # -- the record -------------------------------------------------------------------------------------------------

    def _mark(self, rows: Sequence[ImportRow], undo: Undo) -> None:
        ImportRow.objects.filter(pk__in=[row.pk for row in rows]).update(undo=undo)

    def _tell(self, told: Sequence[tuple[ImportRow, Undo, dict]]) -> None:
        rows = [(row.pk, undo.value, {**row.detail, "undo": said}) for row, undo, said in told]
        bulk.update(ImportRow, ("id",), ("undo", "detail"), rows)
