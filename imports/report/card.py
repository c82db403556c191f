"""The figures of the card: each named, each the number of the list that it opens."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from accounts.models import User
from crm.lib.phones import LEAST_DIGITS_FOR_SEARCH, as_dialled
from customers.funnel import HowFar, steps
from customers.lists import CONTACTED
from customers.models import Customer, Status
from imports.memory import file_in_words
from imports.models import Import, Outcome

SOURCES = 10


@dataclass(frozen=True)
class Figure:
    """A number, the list that makes it up ("" for none), and which part it is of `of` (0 to 100)."""

    name: str
    words: str
    count: int
    url: str = ""
    percent: int | None = None


@dataclass(frozen=True)
class ReportCard:
    on_the_day: list[Figure]
    became: list[Figure]
    sources: list[Figure]
    earlier: list[Figure]
    earlier_files: int
    is_overlap_known: bool
    runs: list[Figure]
    run_count: int
    run_numbers: int


def report_card(import_: Import, viewer: User, now: datetime) -> ReportCard:
    """Six queries, whatever the size of the file."""
    overlap, runs = import_.report.get("overlap"), import_.report.get("runs") or {}
    return ReportCard(
        on_the_day=_on_the_day(import_),
        became=_became(import_, viewer, now),
        sources=_sources(import_, viewer),
        earlier=_earlier(overlap or {}),
        earlier_files=(overlap or {}).get("files", 0),
        is_overlap_known=overlap is not None,
        runs=[_run(import_, run) for run in runs.get("examples", ())],
        run_count=runs.get("found", 0),
        run_numbers=runs.get("numbers", 0),
    )


def _on_the_day(import_: Import) -> list[Figure]:
    detail = reverse("imports:detail", args=[import_.pk])
    words = {
        Outcome.CREATED: "New",
        Outcome.UPDATED: "Known already, brought something new",
        Outcome.UNCHANGED: "Known already, nothing new",
        Outcome.DUPLICATE_IN_FILE: "Twice in the file",
        Outcome.REJECTED: "Invalid",
    }
    total = max(import_.rows, import_.written)
    parts = [
        Figure(
            code.value,
            text,
            getattr(import_, code),
            f"{detail}?outcome={code}",
            _percent(getattr(import_, code), total),
        )
        for code, text in words.items()
    ]
    return [Figure("rows", "Rows", total, detail), *parts]


def _became(import_: Import, viewer: User, now: datetime) -> list[Figure]:
    """How far those came whom it added: contacted, and each rung of the funnel that they ever reached."""
    added = Customer.objects.visible_to(viewer).filter(origin=import_.origin_id)
    statuses = list(Status.objects.in_order())
    standing, contacted = HowFar(added, statuses), added.filter(CONTACTED["ever"](now)).count()
    total = standing.total
    figures = [
        Figure("added", "Added by this file", total, _list(import_)),
        Figure("contacted", "Contacted", contacted, _list(import_, contacted="ever"), _percent(contacted, total)),
    ]
    rising = [status for status in steps(statuses) if status.rung]
    for status in rising:
        ever = standing.ever(status.rung)
        url = _list(import_, reached=status.code)
        words = status.label if status is rising[-1] else f"{status.label} or further"
        figures.append(Figure(status.code, words, ever, url, _percent(ever, total)))
    return figures


def _sources(import_: Import, viewer: User) -> list[Figure]:
    """Those it added by source, the largest first."""
    added = Customer.objects.visible_to(viewer).filter(origin=import_.origin_id).order_by()
    counted = list(added.values_list("source", "source__name").annotate(n=Count("pk")))
    counted.sort(key=lambda row: (-row[2], row[1] or ""))
    total = sum(n for *_, n in counted)
    return [
        Figure(
            str(source or ""), name or "No source given", n, _list(import_, source=source or "none"), _percent(n, total)
        )
        for source, name, n in counted[:SOURCES]
    ]


def _earlier(overlap: dict) -> list[Figure]:
    counts = dict(overlap.get("largest", ()))
    found = {str(earlier.pk): earlier for earlier in Import.objects.filter(pk__in=counts)}
    return [
        Figure(pk, file_in_words(found[pk]), count, reverse("imports:report", args=[pk]))
        for pk, count in counts.items()
        if pk in found
    ]


def _run(import_: Import, run: dict) -> Figure:
    """With the list of those of this file whose number has the digits that all numbers of the run have."""
    first, last = (as_dialled(run[end], settings.HOME_COUNTRY) for end in ("first", "last"))
    how = "one after the other" if run["kind"] == "consecutive" else "one digit changed"
    same = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    digits = max(first[:same], first[same + 1 :] if run["kind"] == "one_digit" else "", key=len)
    url = _list(import_, search=digits) if len(digits) >= LEAST_DIGITS_FOR_SEARCH else ""
    return Figure(run["kind"], f"{first} to {last}, {how}", run["count"], url)


def _list(import_: Import, **more) -> str:
    return f"{reverse('customers:list')}?{urlencode({'origin': import_.origin_id, **more})}"


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def report_card_as_json(import_: Import, card: ReportCard) -> dict:
    def plain(figures: list[Figure]) -> list[dict]:
        return [{"name": f.name, "words": f.words, "count": f.count, "list": f.url or None} for f in figures]

    return {
        "import": str(import_.pk),
        "name": import_.original_name,
        "state": import_.state,
        "on_the_day": plain(card.on_the_day),
        "became": plain(card.became),
        "sources": plain(card.sources),
        "earlier_files": {"count": card.earlier_files, "largest": plain(card.earlier)}
        if card.is_overlap_known
        else None,
        "suspicious_runs": {"count": card.run_count, "numbers": card.run_numbers, "examples": plain(card.runs)},
    }
