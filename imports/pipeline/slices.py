"""One slice of a file: its rows decided one after the other, then written all at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.lib import bulk
from customers.actions.imported import (
    Asked,
    KnownCustomers,
    NewCustomer,
    Snapshot,
    add_imported,
    change_imported,
    new_id,
)
from customers.actions.words import Vocabulary
from customers.erased import erased_among
from customers.models import Status
from imports.column_samples import sample_of
from imports.decisions import SKIP, Effect, Incoming, Policy, apply, meant
from imports.models import Import, ImportRow, Outcome
from imports.pipeline.people import People, call_at
from imports.pipeline.staged import Staged, as_detail
from imports.reasons import Reason

RECEIPT = ("import", "number", "sheet", "row", "outcome", "reason", "warnings", "detail", "customer", "before", "raw")
_PERSON_LENGTH = 200
_CREATED = Outcome.CREATED.value


@dataclass(frozen=True)
class Surroundings:
    """What is the same for every row of a slice."""

    import_: Import
    policy: Policy
    words: dict[str, Vocabulary]
    people: People
    now: datetime
    is_dry: bool


class Slice:
    keeps_ready_receipts = True  # as pipeline.ahead made them

    def __init__(self, around: Surroundings, rows: Sequence[Staged]):
        self.around, self.import_, self.rows = around, around.import_, rows
        self.by = around.import_.uploaded_by
        self.new: dict[str, list[NewCustomer]] = {}
        self.receipts: list[tuple] = []
        self.ready_receipts: list = []
        self.counts: Counter = Counter()  # outcomes, and "warned"
        self.kept_out: set[str] = set()  # what rows of people who were erased say, as the samples would show it

    def write(self) -> None:
        """Decide and keep. Raises IntegrityError or Conflict when somebody else was quicker; nothing is kept then."""
        self.decide()
        self.keep()

    def decide(self) -> None:
        """Say what each row does."""
        self._look_up()
        for row in self.rows:
            self._decide(row)

    def keep(self) -> None:
        """Write what was decided."""
        if not self.around.is_dry:
            act = {"origin": self.import_.origin, "by": self.by, "now": self.around.now}
            add_imported(customers=self.new_ones, **act)
            change_imported(customers=self.known.by_id.values(), **act)
        self._keep_receipts()

    @property
    def new_ones(self) -> list[NewCustomer]:
        """The customers it added, or would add."""
        return [new for at_number in self.new.values() for new in at_number]

    def _keep_receipts(self) -> None:
        bulk.insert_encoded(ImportRow, RECEIPT, self.ready_receipts)
        bulk.insert(ImportRow, RECEIPT, self.receipts)

    # -- what has to be known first ---------------------------------------------------------------------------------

    def _look_up(self) -> None:
        live = [row for row in self.rows if not row.reason and row.first is None]
        self.known = KnownCustomers({row.phone for row in live}, {row.customer_id for row in live if row.customer_id})
        # After the customers: whoever is erased in between is met in one place or the other.
        self.erased = erased_among({number for row in live for number in (row.phone, *row.extra_phones)})
        self.firsts = self._places({row.first for row in self.rows if row.first is not None})
        if self.around.policy.known == SKIP:
            live = [row for row in live if not self.known.at(row.phone)]
        for field, words in self.around.words.items():
            words.learn(row.values[field] for row in live if field in row.values)

    def _places(self, numbers: set[int]) -> dict[int, tuple[str, int]]:
        """Sheet and row of the rows that others repeat; most are in this slice."""
        here = {row.number: (row.sheet, row.row) for row in self.rows if row.number in numbers}
        if missing := numbers - here.keys():
            written = ImportRow.objects.filter(import_id=self.import_.pk, number__in=missing)
            here |= {number: (sheet, row) for number, sheet, row in written.values_list("number", "sheet", "row")}
        return here

    # -- one row ----------------------------------------------------------------------------------------------------

    def _decide(self, row: Staged) -> None:
        if row.reason:
            self._receipt(row, Outcome.REJECTED, reason=row.reason, detail=row.detail)
        elif row.first is not None:
            sheet, number = self.firsts[row.first]
            detail = {"of_row": number, "of_sheet": sheet}
            self._receipt(row, Outcome.DUPLICATE_IN_FILE, reason=Reason.DUPLICATE_IN_FILE, detail=detail)
        else:
            self._decide_live(row)

    def _decide_live(self, row: Staged) -> None:
        named = self.known.with_id(row.customer_id) if row.customer_id else None
        candidates = self.known.at(row.phone)
        name = row.values.get("name", "")
        known = named or meant(candidates, name)
        if self._is_kept_out(row, known):
            self.kept_out.update(sample_of(cell) for cell in row.raw)
            row.raw, row.warnings = [], []
            self._receipt(row, Outcome.REJECTED, reason=Reason.NUMBER_ERASED)
        elif known:
            self._update(row, known, named_by_id=named is not None)
        elif candidates and not self._is_sibling(row, candidates):
            self._other_name(row, candidates)
        else:
            self._create(row)

    def _is_kept_out(self, row: Staged, known: Snapshot | None) -> bool:
        """The row would bring somebody back who was erased: by id, or by a number that nobody else has who is meant."""
        if row.customer_id and self.known.is_erased(row.customer_id):
            return True
        return bool(self.erased.intersection((row.phone, *row.extra_phones)) - (known.numbers if known else set()))

    def _is_sibling(self, row: Staged, candidates: Sequence[Snapshot]) -> bool:
        """The file names its people by ids of another database, and this one's number came with this very file."""
        return bool(row.customer_id) and all(known.origin_id == self.import_.origin_id for known in candidates)

    def _other_name(self, row: Staged, candidates: Sequence[Snapshot]) -> None:
        known = candidates[0]
        if "name" in self.around.policy.overwrite and len(candidates) == 1:
            self._update(row, known, named_by_id=True)
            return
        detail = {"name": row.values.get("name", ""), "known": known.name, "row": as_detail(row)}
        self._receipt(row, Outcome.UNCHANGED, reason=Reason.DIFFERENT_NAME, detail=detail, customer=known.id)

    def _update(self, row: Staged, known: Snapshot, *, named_by_id: bool) -> None:
        if self.around.policy.known == SKIP:
            self._receipt(row, Outcome.UNCHANGED, customer=known.id, detail={"skipped": True})
            return
        incoming = incoming_of(row, self.around.words, named_by_id=named_by_id)
        effect = apply(known, incoming, self.around.policy, self._name_of)
        row.warnings += kept_warnings(effect, row)
        outcome = Outcome.UPDATED if effect.is_update else Outcome.UNCHANGED
        before = effect.before if effect.is_update else None
        self._receipt(row, outcome, customer=known.id, detail=effect_detail(effect), before=before)

    def _name_of(self, field: str, pk: int | None) -> str:
        return self.around.words[field].name_of(pk)

    def _create(self, row: Staged) -> None:
        here = self.new.setdefault(row.phone, [])
        person = self.known.persons_at(row.phone) + len(here) + 1
        if row.new and person == row.new.person:
            here.append(row.new)
            if self.keeps_ready_receipts:
                self.counts[_CREATED] += 1
                self.ready_receipts.append(row.receipt)
                return
        else:
            here.append(new_customer(row, self.around.words, self.around.people, self.around.now))
            here[-1].person = person
        self._receipt(row, Outcome.CREATED, customer=None if self.around.is_dry else here[-1].id)

    def _receipt(self, row: Staged, outcome: str, *, reason="", detail=None, customer=None, before=None) -> None:
        is_problem = bool(reason or row.warnings)
        raw = row.raw if is_problem else None
        self.counts[str(outcome)] += 1
        self.counts["warned"] += bool(row.warnings)
        place = (self.import_.pk, row.number, row.sheet, row.row)
        self.receipts.append((*place, outcome, reason, row.warnings, detail or {}, customer, before, raw))


def created_receipt(import_: Import, row: Staged) -> tuple:
    """The receipt of a row that added the customer with its `new_id` and gave no cause for a warning."""
    return (import_.pk, row.number, row.sheet, row.row, Outcome.CREATED, "", [], {}, row.new_id, None, None)


# -- from a row to what it says ---------------------------------------------------------------------------------------


def incoming_of(row: Staged, words: dict[str, Vocabulary], *, named_by_id: bool = False) -> Incoming:
    """The row's values with source and course looked up."""
    values = row.values
    source_id, course_id, extra = _looked_up(row, words)
    return Incoming(
        phone=row.phone,
        sheet=row.sheet,
        row=row.row,
        name=values.get("name", ""),
        area=values.get("area", ""),
        date=values.get("date"),
        remark=values.get("remark", ""),
        email=values.get("email", ""),
        source_id=source_id,
        course_id=course_id,
        extra=extra,
        extra_phones=row.extra_phones,
        named_by_id=named_by_id,
    )


def _looked_up(row: Staged, words: dict[str, Vocabulary]) -> tuple[int | None, int | None, dict[str, str]]:
    """The ids of source and course, and the extra data: words that nobody may add stay there."""
    extra, ids = dict(row.extra), []
    for field in ("source", "course"):
        text = row.values.get(field)
        ids.append(words[field].id_of(text) if text else None)
        if text and ids[-1] is None:
            extra[field.title()] = text
            row.warnings.append({"code": str(Reason.SOURCE_LIMIT), "column": field.title(), "text": text})
    return *ids, extra


def new_customer(row: Staged, words: dict[str, Vocabulary], people: People, now: datetime) -> NewCustomer:
    """The customer that a row adds, with the status, the counsellor and the next call it brings.

    Unknown ones stay as text, and so does a call that is past or that nobody would make.
    """
    said = row.values.get
    source_id, course_id, extra = _looked_up(row, words)
    status = owner = None
    if text := said("status"):
        status = people.status(text)
        if status is None:
            extra["Status"] = text
    if text := said("owner"):
        owner = people.owner(text)
        if owner is None:
            extra["Counsellor"] = text
    follow_up_at = None
    if text := said("follow_up"):
        extra["Follow-up"] = text
        follow_up_at = call_at(text, now) if owner and status not in people.closing else None
    return NewCustomer(
        phone_number=row.phone,
        asked=Asked(said("date"), source_id, course_id, row.sheet, row.row),
        name=said("name", ""),
        area=said("area", ""),
        remark=said("remark", ""),
        email=said("email", ""),
        extra=extra,
        extra_phones=[number for number in row.extra_phones if number != row.phone],
        status=status or Status.NEW,
        mark=people.marks[status] if status and status != Status.NEW else 0,
        owner_id=owner,
        follow_up_at=follow_up_at,
        id=row.new_id or new_id(),
    )


def kept_warnings(effect: Effect, row: Staged) -> list[dict]:
    """One warning for each field where a person's edit stood against the file."""
    return [
        {"code": str(Reason.KEPT_HAND_EDIT), "column": field, "text": str(row.values.get(field, ""))[:_PERSON_LENGTH]}
        for field in effect.kept
    ]


def effect_detail(effect: Effect) -> dict:
    detail = {"changed": list(dict.fromkeys(effect.changed))} if effect.changed else {}
    return {**detail, "enquired_again": True} if effect.enquired_again else detail
