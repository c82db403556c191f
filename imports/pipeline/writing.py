"""Phase 2: staged rows become customers, slice by slice; each slice and its receipts are one transaction."""

from collections import Counter
from collections.abc import Sequence

from django.db import connection
from django.db.models import F
from django.utils import timezone

from customers.actions.words import Vocabulary
from imports.column_samples import without_samples
from imports.decisions import Policy
from imports.models import Import, StagedSlice
from imports.pipeline.ahead import Ahead
from imports.pipeline.arrivals import Arrivals, people_of
from imports.pipeline.claims import Claim
from imports.pipeline.counting import Confirmed, Counted
from imports.pipeline.patience import one_of_many, without_collector
from imports.pipeline.slices import Slice, Surroundings
from imports.pipeline.staged import Staged

NEW_WORDS = 200  # sources, and as many courses, that one file may add


class Writer:
    """Writes one import. `next_slice` is called until it says that there is nothing left."""

    def __init__(self, claim: Claim, import_: Import):
        self.claim, self.import_ = claim, import_
        self.is_dry = bool(import_.options.get("dry_run"))
        self.people = people_of(import_)
        self.added: dict = self._added_so_far(import_.mapping)
        self.ahead = Ahead(import_, self.people)
        self.works_between = connection.vendor == "sqlite"
        self._forget_words()

    def next_slice(self) -> bool:
        """Write the next rows. Returns whether there were any; raises Lost when the import is not ours any more."""
        try:
            with without_collector():
                if self.works_between:
                    self.ahead.begin(self._state()[0], self.words)
                with one_of_many():
                    is_more = self._next_slice()
        except BaseException:  # whatever ended it, the transaction is rolled back; raised again below
            self.ahead.forget()
            self._forget_words()  # those just added are gone with the transaction
            raise
        self.added = self._added_now()
        return is_more

    def _next_slice(self) -> bool:
        self.claim.hold()
        done, result = self._state()
        rows = self.ahead.take(done, self.words)
        if not rows:
            return False
        now = timezone.now()
        around = Surroundings(self.import_, policy_of(self.import_), self.words, self.people, now, self.is_dry)
        part = self._kind_of_slice(around, rows)
        arrivals = Arrivals(self.import_, result)
        arrivals.hold(now)
        part.decide()
        self.ahead.expects_new = bool(part.new)
        if not self.works_between:
            self.ahead.begin(rows[-1].number, self.words)
        part.keep()
        new = part.new_ones
        more = arrivals.plan(new, now) if self.is_dry else arrivals.give([one.id for one in new], now)
        if isinstance(part, Confirmed):
            more["otherwise"] = dict(Counter(result.get("otherwise", {})) + part.otherwise)
        self._forget_samples(part.kept_out)
        self._account(rows, part, {**result, **more} if more else None)
        return True

    def _state(self) -> tuple[int, dict]:
        """The last row that is written, and what is kept of the check."""
        return Import.objects.values_list("done_rows", "check_result").get(pk=self.import_.pk)

    def _kind_of_slice(self, around: Surroundings, rows: Sequence[Staged]) -> Slice:
        if self.is_dry:
            return Counted(around, rows)
        return Confirmed(around, rows) if self.import_.was_checked else Slice(around, rows)

    def _forget_samples(self, said: set[str]) -> None:
        """Rows that are kept out are shown nowhere, not as an example of a column either."""
        if said:
            self.import_.mapping = without_samples(self.import_.mapping, said.__contains__)

    def _account(self, rows: Sequence[Staged], part: Slice, result: dict | None) -> None:
        values = {name: F(name) + number for name, number in part.counts.items()}
        if result:
            values["check_result"] = result
        values["done_rows"], values["deaths"] = rows[-1].number, 0
        if (added := self._added_now()) != self.added or part.kept_out:
            values["mapping"] = {**self.import_.mapping, **added}
        if not self.is_dry:
            StagedSlice.objects.filter(import_id=self.import_.pk, number=rows[0].number).delete()
        self.claim.hold(**values)

    @staticmethod
    def _added_so_far(mapping: dict) -> dict:
        return {"new_words": mapping.get("new_words", {}), "pretended": mapping.get("pretended", {})}

    def _added_now(self) -> dict:
        """How many words are new, and which ones a check has only pretended to add: they are new only once."""
        return {
            "new_words": {field: words.added for field, words in self.words.items()},
            "pretended": {field: names for field, words in self.words.items() if (names := words.pretended)},
        }

    def _forget_words(self) -> None:
        self.words = {
            field: Vocabulary(
                field,
                limit=NEW_WORDS,
                added=self.added["new_words"].get(field, 0),
                is_dry=self.is_dry,
                pretended=self.added["pretended"].get(field, ()),
            )
            for field in ("source", "course")
        }


def policy_of(import_: Import) -> Policy:
    """What the manager chose for customers we know."""
    options = import_.options
    return Policy(known=options.get("known", "update"), overwrite=frozenset(options.get("overwrite", ())))
