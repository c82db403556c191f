"""A check in words and numbers: what would become of the rows, with examples, and who would get the new ones."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from crm.lib.phones import spaced
from customers.models import Batch
from customers.receipts import receipt
from imports.check_words import otherwise_in_words
from imports.models import Import, Outcome, State
from imports.pipeline.counting import OTHER_NAME
from imports.pipeline.staged import Staged
from imports.presenters.rows import Line, line_as_json, lines
from imports.samples import Group, as_they_come_in, groups

WORDS = {
    Outcome.CREATED.value: ("new", "Added as customers."),
    Outcome.UPDATED.value: ("updated", "Customers we know, to whom the file brings something new."),
    Outcome.UNCHANGED.value: ("unchanged", "Customers we know; the file says nothing new about them."),
    OTHER_NAME: ("another name", "At a number we know. Nothing is changed until somebody decides who is meant."),
    Outcome.DUPLICATE_IN_FILE.value: ("twice in the file", "The first row is taken."),
    Outcome.REJECTED.value: ("cannot be imported", "They can be downloaded, mended and uploaded again."),
}
SHOWN_OF_A_NEW_ONE = ("area", "date", "course", "source", "status", "owner", "remark")


@dataclass(frozen=True)
class Kind:
    """Rows of one outcome: how many, what it means, the list of them all, and the first ones."""

    code: str
    count: int
    words: str
    meaning: str
    url: str
    lines: list[Line]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True)
class Share:
    """How many of the new ones somebody would get."""

    who: str
    count: int


def kinds(import_: Import) -> list[Kind]:
    """Every outcome that rows of the check have, with examples."""
    found = groups(import_)
    new = next((as_they_come_in(import_, group.rows) for group in found if group.code == Outcome.CREATED), {})
    return [_kind(import_, group, new) for group in found]


def _kind(import_: Import, group: Group, new: dict[int, Staged]) -> Kind:
    words, meaning = WORDS[group.code]
    detail, problems = reverse("imports:detail", args=[import_.pk]), reverse("imports:problems", args=[import_.pk])
    is_other = group.code == OTHER_NAME
    url = f"{problems}?reason={OTHER_NAME}" if is_other else f"{detail}?outcome={group.code}"
    shown = [
        _with_values(line, new.get(row.number))
        for line, row in zip(lines(import_, group.rows), group.rows, strict=True)
    ]
    return Kind(group.code, group.count, words, meaning, url, shown)


def _with_values(line: Line, row: Staged | None) -> Line:
    """A new one has no customer yet: who she will be stands in the row."""
    if row is None:
        return line
    said = [(name, _shown(row.values[name])) for name in SHOWN_OF_A_NEW_ONE if row.values.get(name)]
    number = spaced(row.phone, settings.HOME_COUNTRY)
    line.values.extend([("name", row.values.get("name", "")), ("phone_number", number), *said])
    return line


def _shown(value: str | dt.date) -> str:
    return f"{value.day} {value:%b %Y}" if isinstance(value, dt.date) else value


def shares(import_: Import) -> tuple[list[Share], int]:
    """Who would get how many of the new ones, and how many find nobody with room."""
    plan = import_.check_result.get("plan", {})
    dealt = plan.get("dealt", {})
    people = User.objects.in_bulk([int(pk) for pk in dealt]) if dealt else {}
    found = [Share(str(people[int(pk)]), count) for pk, count in dealt.items() if count]
    return sorted(found, key=lambda share: (-share.count, share.who.casefold())), plan.get("left", 0)


def dealt_in_words(import_: Import, viewer: User, now) -> tuple[str, str]:
    """(who got the new ones, the address of that act); ("", "") when nobody did."""
    pk = import_.check_result.get("batch")
    batch = Batch.objects.filter(pk=pk).first() if pk else None
    if batch is None or import_.is_working:
        return "", ""
    said = f"{receipt(batch, viewer=viewer, now=now)} {_dealt_otherwise(import_, batch)}".strip()
    return said, reverse("customers:batch", args=[batch.pk])


def _dealt_otherwise(import_: Import, batch: Batch) -> str:
    """What the check had shown of the deal, when it came out otherwise; else ""."""
    planned = import_.check_result.get("plan", {}).get("dealt", {})
    if not import_.was_checked or {**planned} == {**batch.counts.get("shares", {})}:
        return ""
    shown, _left = shares(import_)
    return f"The check had shown: {', '.join(f'{share.who} {share.count:,}' for share in shown) or 'nobody'}."


def present_check(import_: Import) -> dict | None:
    """For scripts; None for an import that nobody checked. While it is being counted there are no examples yet."""
    if not (import_.is_dry or import_.was_checked):
        return None
    result = import_.check_result
    answer = {
        "url": reverse("imports:check", args=[import_.pk]),
        "counted": result.get("round", 0),
        "shown": result.get("shown"),
        "otherwise": result.get("otherwise") if import_.was_checked else None,
        "message": otherwise_in_words(import_) if import_.state == State.DONE else "",
        "options": {key: value for key, value in import_.options.items() if key != "dry_run"},
    }
    if import_.state == State.CHECKED:
        dealt, left = shares(import_)
        answer |= {
            "kinds": [
                {
                    "kind": kind.code,
                    "count": kind.count,
                    "examples": [{**line_as_json(line), "values": dict(line.values)} for line in kind.lines],
                }
                for kind in kinds(import_)
            ],
            "shares": [asdict(share) for share in dealt],
            "shares_left": left,
        }
    return answer
