"""Writes a world into an empty database: COPY on PostgreSQL, executemany on SQLite, in one transaction."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import connection, models, transaction
from django.utils.timezone import localtime

from accounts.models import Role, User
from crm.lib import bulk
from crm.lib.text import fold, fold_word, search_text
from crm.world import words
from crm.world.lives import DAY, HOUR, Life, Rows, Stories, Team, moment
from crm.world.people import Offered, People, Person
from customers.models import (
    AssignmentChange,
    CallTap,
    ContactNumber,
    Course,
    Customer,
    Enquiry,
    FieldChange,
    FollowUp,
    LostReason,
    Note,
    Origin,
    Skip,
    Source,
    Status,
    StatusChange,
)
from customers.models.customer import edit_bit
from imports.models import Import, ImportRow, Outcome, State

SPAN = 730 * DAY  # so long ago the first one came
SLICE = 10_000
ROWS_A_SECOND = 500  # of a file
_AREA = edit_bit("area")

# In this order, so that every row finds what it points at.
TABLES = {
    "origins": (Origin, "id kind label created_by created_at"),
    "imports": (
        Import,
        "id origin file original_name size sha256 token uploaded_by created_at state file_error file_error_detail rows "
        "created updated unchanged duplicate_in_file rejected warned mapping options notes read_rows done_rows worker "
        "deaths started_at finished_at undo_counts report check_result purged_at",
    ),
    "customers": (
        Customer,
        "id name phone_number person area area_key date remark email source course status assigned_to assigned_at "
        "extra origin hand_edited search_text been_at first_contact_at last_contact_at attempts next_follow_up_at "
        "exhausted_at enquiry_count last_enquired_at do_not_call merged_into version created_at updated_at",
    ),
    "numbers": (ContactNumber, "customer number"),
    "enquiries": (Enquiry, "customer enquired_on source course origin sheet row"),
    "receipts": (ImportRow, "import number sheet row outcome reason warnings detail customer before raw undo"),
    "edits": (FieldChange, "customer field old new by at origin row"),
    "changes": (
        StatusChange,
        "customer previous_status new_status changed_by happened_at changed_at notes kind client_token undone_at "
        "lost_reason before batch",
    ),
    "assignments": (AssignmentChange, "customer previous_owner new_owner by at batch why"),
    "follow_ups": (
        FollowUp,
        "customer owner due_at promised_at kind state created_by created_at closed_by closed_at",
    ),
    "notes": (Note, "customer text by at pinned edited_at client_token"),
    "taps": (CallTap, "customer by at kind"),
    "skips": (Skip, "customer by at until reason"),
}
HISTORY = ("enquiries", "edits", "changes", "assignments", "follow_ups", "notes", "taps", "skips")


@dataclass
class World:
    """How many rows of each kind were written."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def history(self) -> int:
        return sum(self.counts.get(name, 0) for name in HISTORY)


def build(
    *, customers: int, users: int, seed: int, at: datetime, say: Callable[[str], None] = lambda text: None
) -> World:
    """A world of so many customers and counsellors as it stands `at` that moment; the same for the same four.

    The database must be empty of customers and people: ValueError otherwise.
    """
    if User.objects.exists() or Customer.objects.exists():
        raise ValueError("This database is in use. A made-up world needs an empty one.")
    draw = random.Random(f"{seed} {customers} {users}")  # noqa: S311 - the same world every time
    with transaction.atomic(), _light():
        return _Builder(draw, customers, _team(draw, users), at).build(say)


@contextmanager
def _light() -> Iterator[None]:
    """Without the indexes that only reading needs; they are made when all is written."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What is pointed at is looked up at once: waiting until the end, a million rows would fill the memory.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        found = _indexes(cursor)
        for name in found:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
    yield
    with connection.cursor() as cursor:
        for statement in found.values():
            cursor.execute(statement)
    bulk.take_statistics(User, *(model for model, _ in TABLES.values()))


def _indexes(cursor) -> dict[str, str]:
    """How each index of the large tables was made, by its name; those that keep rows from coming twice stay."""
    tables = [model._meta.db_table for model, _ in TABLES.values()]
    places = ", ".join(["%s"] * len(tables))
    if connection.vendor == "postgresql":
        cursor.execute(f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({places})", tables)  # noqa: S608
    else:
        statement = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> '' AND tbl_name IN ({places})"  # noqa: S608
        cursor.execute(statement, tables)
    return {name: sql for name, sql in cursor.fetchall() if not re.match("CREATE UNIQUE ", sql)}


def _team(draw: random.Random, users: int) -> Team:
    def people(role: str, count: int) -> list[int]:
        User.objects.bulk_create(
            User(
                username=f"{role}{place:04d}",
                first_name=draw.choice(words.FIRST),
                last_name=draw.choice(words.LAST),
                role=role,
                password="!",  # nobody signs in with it
            )
            for place in range(1, count + 1)
        )
        return list(User.objects.filter(role=role).order_by("username").values_list("pk", flat=True))

    return Team(people(Role.MANAGER, max(1, users // 40)), people(Role.SALES, users))


def _words(model: type[models.Model], names: list[str]) -> list[int]:
    for name in names:
        model.objects.get_or_create(key=fold(name), defaults={"name": name})
    by_key = dict(model.objects.values_list("key", "pk"))
    return [by_key[fold(name)] for name in names]


@dataclass(slots=True)
class File:
    """An import of the past, being counted."""

    id: str
    origin: str
    at: int
    by: int
    name: str
    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    receipts: list[tuple] = field(default_factory=list)
    known: list[str] = field(default_factory=list)  # customers who will enquire again with this file


class _Builder:
    def __init__(self, draw: random.Random, customers: int, team: Team, at: datetime):
        self.draw, self.customers, self.team = draw, customers, team
        self.at = int(at.timestamp())
        self.offset = int(localtime(at).utcoffset().total_seconds())
        offered = Offered(_words(Source, words.SOURCES), _words(Course, words.COURSES))
        self.reasons = _words(LostReason, words.LOST_REASONS)
        self.people = People(draw, offered)
        self.stories = Stories(draw, team, Status.objects.in_bulk(), self.reasons, self.at, self.offset)
        self.waiting: dict[str, list[tuple]] = {name: [] for name in TABLES}
        self.rows = Rows()
        self.world = World(dict.fromkeys(TABLES, 0))
        self.per_file = min(2_500, max(50, customers // 60))

    def build(self, say: Callable[[str], None]) -> World:
        self.files = [self._file(number) for number in range(-(-self.customers // self.per_file))]
        for number, file in enumerate(self.files):
            first = number * self.per_file
            for place in range(first, min(first + self.per_file, self.customers)):
                self._customer(place, number, file)
            self._close(file)
            if len(self.waiting["customers"]) >= SLICE:
                self._flush()
                say(f"{self.world.counts['customers']:,} of {self.customers:,} customers")
        self._flush()
        return self.world

    def _id(self, milliseconds: int, count: int = 0) -> str:
        return f"{milliseconds:012x}7{count:03x}8{self.draw.getrandbits(60):015x}"

    # -- files ---------------------------------------------------------------------------------------------------------

    def _file(self, number: int) -> File:
        """An upload on a working day; the last one came in an hour ago."""
        share = (number + 1) * self.per_file / max(self.customers, self.per_file)
        at = self.at - HOUR - int(SPAN * max(0.0, 1 - share))
        at -= (at + self.offset) % DAY - 11 * HOUR if number + 1 < -(-self.customers // self.per_file) else 0
        at = min(at, self.at - HOUR)
        name = f"{self.draw.choice(words.SOURCES)} {moment(at):%d %b %Y} {number + 1}.xlsx"
        return File(self._id(at * 1_000), self._id(at * 1_000, 1), at, self.draw.choice(self.team.managers), name)

    def _receipt(
        self, file: File, outcome: str, customer: str | None, reason: str = "", before: dict | None = None
    ) -> int:
        """The row's number in its sheet."""
        file.rows += 1
        file.counts[outcome] = file.counts.get(outcome, 0) + 1
        file.receipts.append(
            (file.id, file.rows, "Leads", file.rows + 1, outcome, reason, [], {}, customer, before, None, "")
        )
        return file.rows + 1

    def _close(self, file: File) -> None:
        """Those who enquired again with it, those of its rows that were of no use, and the import itself."""
        for customer in file.known:
            self._receipt(file, Outcome.UPDATED, customer, before={"enquiry_count": 1})
        for _ in range(len(file.receipts) // 50):
            self._receipt(file, Outcome.REJECTED, None, "phone_invalid")
        made, counts = moment(file.at), file.counts
        self.waiting["origins"].append((file.origin, Origin.Kind.IMPORT, file.name, file.by, made))
        self.waiting["imports"].append(
            (
                file.id, file.origin, "", file.name, 60 * file.rows, file.id * 2, file.id, file.by, made, State.DONE,
                "", {}, file.rows, *(counts.get(outcome, 0) for outcome in Outcome.values), 0, {}, {}, [], file.rows,
                file.rows, "", 0, made, moment(file.at + file.rows // ROWS_A_SECOND + 1), {}, {}, {}, made,
            )
        )  # fmt: skip
        self.waiting["receipts"] += file.receipts
        file.receipts = []

    # -- customers -----------------------------------------------------------------------------------------------------

    def _customer(self, place: int, number: int, file: File) -> None:
        draw, chance = self.draw, self.draw.random
        person = self.people.next(place)
        typed_by = draw.choice(self.team.counsellors) if chance() < 0.02 else None
        created = file.at + (draw.randrange(1, HOUR) if typed_by else file.rows // ROWS_A_SECOND)
        life = Life(self._id(created * 1_000 + file.rows % ROWS_A_SECOND, place % 4096), created)
        brought = (
            draw.choice(("INTERESTED", "FOLLOW_UP", "NOT_INTERESTED")) if not typed_by and chance() < 0.03 else None
        )
        muted = chance() < 0.01
        self.stories.live(life, self.rows, typed_by=typed_by, brought=brought, do_not_call=muted)
        asked = self._asked(life, person, number, file, typed_by)
        edited = 0 if chance() > 0.04 else self._edit(life, person)
        numbers = [person.number, person.further] if person.further else [person.number]
        self.waiting["customers"].append(
            (
                life.id, person.name, person.number, 1, person.area, fold_word(person.area), asked[0], person.remark,
                person.email, person.source, person.course, life.status, life.owner, moment(life.assigned), {},
                asked[1], edited, search_text(name=person.name, area=person.area, numbers=numbers), life.been_at,
                moment(life.first_contact), moment(life.last_contact), life.attempts,
                moment(life.next.due) if life.next else None, moment(life.exhausted), asked[2], asked[3], muted, None,
                1 + life.writes, moment(created), moment(life.touched),
            )
        )  # fmt: skip
        if person.further:
            self.waiting["numbers"].append((life.id, person.further))

    def _asked(self, life: Life, person: Person, number: int, file: File, typed_by: int | None) -> tuple:
        """Her enquiries: (day of the first, origin, how many, day of the last)."""
        draw = self.draw
        on = self._day(file.at - draw.randrange(12 * DAY)) if draw.random() < 0.95 else None
        if typed_by:
            origin = self._id(life.created * 1_000, 2)
            self.waiting["origins"].append((origin, Origin.Kind.MANUAL, "Typed in", typed_by, moment(life.created)))
            sheet, row = "", None
        else:
            origin, sheet, row = file.origin, "Leads", self._receipt(file, Outcome.CREATED, life.id)
        self.waiting["enquiries"].append((life.id, on, person.source, person.course, origin, sheet, row))
        if draw.random() > 0.08 or number + 1 >= len(self.files):
            return on, origin, 1, on
        later = self.files[draw.randrange(number + 1, len(self.files))]
        later.known.append(life.id)
        again = self._day(later.at - DAY)
        self.waiting["enquiries"].append((life.id, again, person.source, person.course, later.origin, "Leads", None))
        life.wrote(max(life.touched, later.at))
        return on, origin, 2, max(again, on) if on else again

    def _day(self, at: int) -> date:
        return datetime.fromtimestamp(at + self.offset, UTC).date()

    def _edit(self, life: Life, person: Person) -> int:
        """A person has corrected her area."""
        at = min(self.at, life.touched + DAY)
        by = life.owner or self.team.managers[0]
        old = self.draw.choice(words.AREAS)
        self.waiting["edits"].append((life.id, "area", old, person.area, by, moment(at), None, None))
        life.wrote(at)
        return _AREA

    # -- writing -------------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        for name in ("changes", "assignments", "follow_ups", "notes", "taps", "skips"):
            self.waiting[name] = getattr(self.rows, name)
        for name, (model, columns) in TABLES.items():
            bulk.insert(model, columns.split(), self.waiting[name])
            self.world.counts[name] += len(self.waiting[name])
            self.waiting[name] = []
        self.rows = Rows()
