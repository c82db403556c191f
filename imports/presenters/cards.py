"""An import in words and numbers: what its card, its page and its JSON say."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse

from crm.lib.dates import utc
from crm.lib.pagination import Page
from imports.cancel import STOPPABLE
from imports.check_words import otherwise_in_words
from imports.lives import is_anybody_alive
from imports.models import Import, Outcome, State
from imports.rows import undecided_of
from imports.undo import why_not
from imports.wording import state_in_words

STALLED_AFTER = timedelta(minutes=1)
LONG_WAIT = 120  # seconds
NEW = 20  # seconds in which a worker that is just being started comes to be seen
FREE_SOON = "It starts as soon as the worker is free. You can leave this page."
TAKEN_OVER = (
    "The worker that had it has stopped answering. Another one takes it over within a minute; nothing is lost and "
    "nothing is counted twice."
)
NOBODY = (
    "The worker does not answer: nothing is being imported at present. Ask whoever looks after the server to start it. "
    "The import then goes on by itself; nothing is lost and nothing is counted twice."
)
STALLED, COUNTING = "Stalled", "Counting"
PHASES = {
    State.QUEUED: "Waiting for the worker",
    State.CHECKING: "Reading the file",
    State.RUNNING: "Adding customers",
    State.UNDOING: "Undoing",
}


@dataclass(frozen=True)
class Door:
    """A number and the list that makes it up ("" when there is none)."""

    count: int
    words: str
    url: str

    @property
    def text(self) -> str:
        return f"{self.count:,} {self.words}"


@dataclass(frozen=True)
class Progress:
    """How far a working import is. `percent` None: not known yet."""

    text: str
    percent: int | None
    seconds_left: int | None
    stalled: bool  # whoever has it has not been heard of for a minute
    waiting: bool  # nobody has it
    note: str  # what there is to know and to do, "" while it simply runs


def counted(number: int, one: str, many: str) -> str:
    """`1 row`, `1,120 rows`."""
    return f"{number:,} {one if number == 1 else many}"


def span(seconds: float) -> str:
    """A stretch of time in the largest unit that fits: `40 s`, `3 min`, `2 h`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"


def doors(import_: Import) -> list[Door]:
    """The sum of a finished import, part by part; parts that are nought are left out."""
    detail = reverse("imports:detail", args=[import_.pk])
    problems = detail if import_.purged_at else reverse("imports:problems", args=[import_.pk])
    added = Door(import_.created, "added", f"{reverse('customers:list')}?origin={import_.origin_id}")
    if import_.is_dry:  # nobody has come in yet
        added = Door(import_.created, "new", f"{detail}?outcome={Outcome.CREATED}")
    parts = [
        added,
        Door(import_.updated, "updated", f"{detail}?outcome={Outcome.UPDATED}"),
        Door(import_.unchanged, "unchanged", f"{detail}?outcome={Outcome.UNCHANGED}"),
        Door(import_.duplicate_in_file, "twice in the file", f"{problems}?outcome={Outcome.DUPLICATE_IN_FILE}"),
        Door(
            import_.rejected,
            "needs you" if import_.rejected == 1 else "need you",
            f"{problems}?outcome={Outcome.REJECTED}",
        ),
    ]
    return [door for door in parts if door.count]


def counts(import_: Import) -> dict[str, int]:
    """Every outcome and its number, `rows` (their sum) and `warned`."""
    names = ("rows", *Outcome.values, "warned")
    return {name: getattr(import_, name) for name in names}


def progress(import_: Import, now: datetime, *, is_alive: bool = True) -> Progress | None:
    """How far it is, or None when nobody is to work on it. `is_alive`: whether any worker is."""
    if not import_.is_working:
        return None
    percent, left = _share_done(import_, now)
    text, silent = _how_far(import_), (now - _last_sign(import_)).total_seconds()
    if not import_.worker:
        begun = import_.state != State.QUEUED and bool(percent)
        text = f"{text}, waiting for the worker" if begun else PHASES[State.QUEUED]
        text = f"{text} for {span(silent)}" if silent >= LONG_WAIT else text
        note = FREE_SOON if is_alive or silent < NEW else NOBODY
        return Progress(text, percent if begun else None, None, stalled=False, waiting=True, note=note)
    if silent > STALLED_AFTER.total_seconds():
        text = f"{text}. Nothing has moved for {span(silent)}"
        return Progress(text, percent, None, stalled=True, waiting=False, note=TAKEN_OVER if is_alive else NOBODY)
    text = text if left is None else f"{text}, about {span(left)} left"
    return Progress(text, percent, left, stalled=False, waiting=False, note="")


def _last_sign(import_: Import) -> datetime:
    return import_.heartbeat or import_.undo_started_at or import_.started_at or import_.created_at


def _total(import_: Import) -> int:
    return import_.written if import_.state == State.UNDOING else max(import_.rows, import_.read_rows)


def _how_far(import_: Import) -> str:
    total = _total(import_)
    if import_.state == State.CHECKING or not total:
        return f"{counted(import_.read_rows, 'row', 'rows')} read" if import_.read_rows else PHASES[import_.state]
    taken_back = " taken back" if import_.state == State.UNDOING else ""
    return f"{import_.done_rows:,} of {counted(total, 'row', 'rows')}{taken_back}"


def _share_done(import_: Import, now: datetime) -> tuple[int | None, int | None]:
    """(percent, seconds left) of the writing; reading a file of unknown length has neither."""
    total = _total(import_)
    if import_.state == State.CHECKING or not total or not import_.done_rows:
        return (0, None) if import_.state in (State.RUNNING, State.UNDOING) and total else (None, None)
    if import_.state == State.UNDOING:
        passed = (now - import_.undo_started_at).total_seconds()
        left = max(1, round(passed * (total - import_.done_rows) / import_.done_rows))
        return min(100, 100 * import_.done_rows // total), left
    # Reading took its share of the time that has passed: one unit of work a row read, one a row written.
    work, whole = total + import_.done_rows, 2 * total
    passed = (now - (import_.started_at or import_.created_at)).total_seconds()
    return min(100, 100 * import_.done_rows // total), max(1, round(passed * (whole - work) / work))


@dataclass(frozen=True)
class Card:
    """What the page and the JSON show of one import."""

    import_: Import
    progress: Progress | None
    doors: list[Door]
    message: str
    undecided: int
    can_stop: bool
    can_undo: bool

    @property
    def state_display(self) -> str:
        if self.progress and self.progress.stalled:
            return STALLED
        counts_only = self.import_.is_dry and self.import_.state == State.RUNNING
        return COUNTING if counts_only else self.import_.get_state_display()

    @property
    def otherwise(self) -> str:
        """Of a checked one: whether it came out as shown."""
        return otherwise_in_words(self.import_) if self.import_.state == State.DONE else ""


def cards(imports: Iterable[Import], now: datetime) -> list[Card]:
    """The imports as cards, with two queries for all: how many rows wait for a decision, and whether a worker lives."""
    imports = list(imports)
    waiting = undecided_of(imports)
    is_alive = not any(import_.is_working for import_ in imports) or is_anybody_alive(now)
    return [card(import_, now, waiting.get(import_.pk, 0), is_alive=is_alive) for import_ in imports]


def card(import_: Import, now: datetime, undecided: int, *, is_alive: bool = True) -> Card:
    sum_ = doors(import_)
    return Card(
        import_,
        progress(import_, now, is_alive=is_alive),
        sum_,
        in_words(import_, sum_),
        undecided,
        can_stop=import_.state in STOPPABLE,
        can_undo=not why_not(import_, now),
    )


def in_words(import_: Import, sum_: list[Door]) -> str:
    """What became of it, in a sentence."""
    if import_.state == State.DONE:
        return ", ".join(door.text for door in sum_) or "No rows"
    return state_in_words(import_)


def present(card: Card) -> dict:
    """A card for scripts, and for the page's own poll."""
    import_, how_far = card.import_, card.progress
    return {
        "import": str(import_.pk),
        "name": import_.original_name,
        "state": import_.state,
        "state_display": card.state_display,
        "file_error": import_.file_error or None,
        "message": card.message,
        "uploaded_by": import_.uploaded_by.username,
        "created_at": utc(import_.created_at),
        "finished_at": utc(import_.finished_at),
        "counts": {**counts(import_), "undecided": card.undecided},
        "progress": how_far and asdict(how_far) | {"read_rows": import_.read_rows, "done_rows": import_.done_rows},
    }


def page_links(page: Page, request: HttpRequest) -> dict[str, str | None]:
    """The neighbours of a page as paths that keep the other parameters."""

    def path(cursor: str | None) -> str | None:
        query = request.GET.copy()
        query["cursor"] = cursor or ""
        return f"{request.path}?{query.urlencode()}" if cursor else None

    return {"next": path(page.next), "previous": path(page.previous)}
