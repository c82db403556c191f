"""Undoing in words: why something stays, what became of a row, what it came to."""

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime

from customers.actions import taken_back
from customers.models.timeline import FIELD_LABELS
from imports.decisions import EXTRA_PREFIX
from imports.models import Import, ImportRow, Undo
from imports.pipeline.old_values import GONE, OTHER
from imports.pipeline.since import FILE, HAND
from imports.pipeline.undoing import LATER

WHY = {
    taken_back.CONTACT: "contacted since",
    taken_back.STATUS: "status set since",
    taken_back.NOTE: "has a note",
    taken_back.EDITED: "edited by hand",
    taken_back.FOLLOW_UP: "has a follow-up",
    taken_back.ASKED: "came in another way, too",
    taken_back.MERGED: "merged with another customer",
    taken_back.ERASED: "was erased since",
    LATER: "in a later file, too",
    HAND: "changed by hand since",
    FILE: "changed by a later file",
    GONE: "what was there before no longer exists",
    OTHER: "something else stands there now",
}


def reasons(counts: dict[str, int]) -> list[tuple[str, int]]:
    """(reason in words, how many), the most frequent first."""
    return [(WHY.get(why, why), count) for why, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count]


def named(fields: list[str]) -> str:
    """Field names in words: `area, further numbers, Fees`."""
    return ", ".join(FIELD_LABELS.get(name, name.removeprefix(EXTRA_PREFIX)) for name in fields)


def row_in_words(row: ImportRow) -> str:
    """What undoing did about a row; "" when it did nothing."""
    said = row.detail.get("undo", {})
    if row.undo == Undo.GONE:
        return "Taken back."
    if row.undo == Undo.BACK:
        return f"As before: {named(said['back'])}." if said.get("back") else "As before."
    if row.undo != Undo.STAYS:
        return ""
    if why := said.get("why"):
        files = f" ({', '.join(said['files'])})" if said.get("files") else ""
        return f"Stays: {', '.join(WHY.get(code, code) for code in why)}{files}."
    kept = "; ".join(f"{named([name])}: {_kept(reason)}" for name, reason in said.get("kept", {}).items())
    back = f" As before: {named(said['back'])}." if said.get("back") else ""
    return f"Stays as it is now: {kept}.{back}"


def _kept(reason: dict) -> str:
    if reason["why"] not in (HAND, FILE):
        return WHY.get(reason["why"], reason["why"])
    moment = localtime(parse_datetime(reason["at"]))
    return f"changed by {reason['by']}, {moment.day} {moment:%b, %H:%M}"


def result(import_: Import) -> list[str]:
    """What undoing did (so far), in sentences; nought is left out."""
    counts = {name: number for name, number in import_.undo_counts.items() if name != "why"}
    return sentences(**counts, done=True)


def sentences(
    *,
    gone: int = 0,
    behind: int = 0,
    stay: int = 0,
    back: int = 0,
    kept: int = 0,
    values: int = 0,
    values_kept: int = 0,
    enquiries: int = 0,
    numbers: int = 0,
    done: bool = False,
) -> list[str]:
    """What undoing does or, with `done`, did."""
    found = [
        (gone, f"{_count(gone, 'customer')} it added {_go(gone, done)}."),
        (behind, f"{_count(behind, 'customer')} that only this file still kept {_go(behind, done)}, too."),
        (stay, f"{_count(stay, 'customer')} it added {_stay(stay, done)}."),
        (values, f"{_count(values, 'value')} of {_count(back, 'known customer')} {_come(values, done)}."),
        (values_kept, f"{_count(values_kept, 'value')} {_stay(values_kept, done)} as {_pronoun(values_kept)}."),
        (enquiries, f"{_count(enquiries, 'enquiry', 'enquiries')} it noted down {_go(enquiries, done)}."),
    ]
    return [sentence for number, sentence in found if number]


def _count(number: int, one: str, many: str = "") -> str:
    if number == 1:
        return f"1 {one}"
    return f"{number:,} {many or f'{one}s'}"


def _go(number: int, done: bool) -> str:
    return "went" if done else ("goes" if number == 1 else "go")


def _come(number: int, done: bool) -> str:
    return "came back" if done else ("comes back" if number == 1 else "come back")


def _stay(number: int, done: bool) -> str:
    return "stayed" if done else ("stays" if number == 1 else "stay")


def _pronoun(number: int) -> str:
    return "it is now" if number == 1 else "they are now"
