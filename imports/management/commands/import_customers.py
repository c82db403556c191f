"""manage.py import_customers: a spreadsheet goes in while one waits; the same actions as behind the upload page."""

import json
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from imports import actions, pipeline
from imports.models import Import, ImportRow, Outcome, State
from imports.options import DATE_ORDERS, KNOWN_POLICIES, OVERWRITABLE
from imports.presenters import cards, present_check
from imports.report.overlap import note_overlap
from imports.wording import note_in_words, refusal, sentence

COUNTS = ("rows", *Outcome.values)
CHOICES = ("dry_run", "known", "overwrite", "sheets", "encoding", "date_order")


class Command(BaseCommand):
    help = "Import a spreadsheet in the foreground. Exit code 0 when imported (or checked), 1 when refused or waiting."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the manager in whose name it is done")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--dry-run", action="store_true", help="count all rows, write no customer")
        parser.add_argument("--known", choices=KNOWN_POLICIES, help="what happens to customers we know (update)")
        parser.add_argument(
            "--overwrite", action="append", choices=OVERWRITABLE, help="with --known overwrite: a field to replace"
        )
        parser.add_argument("--sheet", action="append", dest="sheets", help="a sheet to read, also a hidden one (all)")
        parser.add_argument("--encoding", help="of a csv whose letters cannot be told, such as cp1251")
        parser.add_argument("--date-order", choices=DATE_ORDERS, help="instead of what the file itself shows")

    def handle(self, *, path: Path, by: str, **options):
        chosen = {name: options[name] for name in CHOICES}
        answer = self._import(path, self._manager(by), chosen)
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if options["json"] else as_text(answer))
        if answer["state"] != (State.CHECKED if chosen["dry_run"] else State.DONE):
            raise SystemExit(1)

    def _manager(self, username: str) -> User:
        user = User.objects.filter(username=username).first()
        if user is None or not user.is_manager:
            raise CommandError(f"{username} is no active manager.")
        return user

    def _import(self, path: Path, by: User, chosen: dict) -> dict:
        try:
            with path.open("rb") as file:
                import_ = actions.upload(
                    file=file,
                    original_name=path.name,
                    by=by,
                    now=timezone.now(),
                    options=chosen,
                    enqueue=False,
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except actions.ActionError as error:
            raise CommandError(str(error)) from error
        except actions.Refused as error:
            return refused(error.code, error.detail)
        if import_.repeated and chosen["dry_run"]:
            raise CommandError("The same file is being imported at this moment. Wait until that is done.")
        return report(_through(import_))


def _through(import_: Import) -> Import:
    """The import once it is through; one that a worker has in hand already is waited for."""
    pipeline.run(import_.pk)
    import_.refresh_from_db()
    while import_.is_working:
        time.sleep(0.5)
        pipeline.run(import_.pk)
        import_.refresh_from_db()
    note_overlap(import_.pk)
    return import_


def refused(code: str, detail: dict) -> dict:
    """The report of a file that was not even kept."""
    counts = dict.fromkeys(COUNTS, 0)
    head = {"import": None, "state": State.REFUSED.value, "file_error": code, "message": refusal(code, detail)}
    return {**head, **counts, "problems": [], "check": None, "warnings": []}


def report(import_: Import) -> dict:
    """What became of the file and of its rows, in the words of its pages."""
    rows = list(import_.import_rows.filter(raw__isnull=False).order_by("number"))
    [card] = cards([import_], timezone.now())
    many = len(import_.sheets) > 1
    notes = [
        _line(note["sheet"], note["row"], None, note["code"], note_in_words(note, many_sheets=many))
        for note in import_.notes
    ]
    return {
        "import": str(import_.pk),
        "state": import_.state,
        "file_error": import_.file_error or None,
        "message": card.message,
        **{name: getattr(import_, name) for name in COUNTS},
        "problems": [_of_row(row, row.reason, row.detail) for row in rows if row.reason],
        "check": present_check(import_),
        "warnings": notes + [_of_row(row, warning["code"], warning) for row in rows for warning in row.warnings],
    }


def _of_row(row: ImportRow, code: str, detail: dict) -> dict:
    return _line(row.sheet, row.row, row.outcome, code, sentence(code, detail))


def _line(sheet: str, row: int | None, outcome: str | None, code: str, said: str) -> dict:
    return {"sheet": sheet, "row": row, "outcome": outcome, "reason": code, "message": said}


def as_text(answer: dict) -> str:
    """The report for a person at a terminal."""
    lines = [f"{answer['state'].replace('_', ' ')}: {answer['message']}".rstrip(": ")]
    lines += [f"{answer[name]:>9,}  {name.replace('_', ' ')}" for name in COUNTS]
    for entry in answer["problems"] + answer["warnings"]:
        place = f"{entry['sheet']} row {entry['row']}: ".lstrip() if entry["outcome"] else ""  # a note names its own
        lines.append(place + entry["message"])
    if answer["check"] and "kinds" in answer["check"]:
        lines += _examples(answer["check"])
    return "\n".join(lines)


def _examples(check: dict) -> list[str]:
    """What the first rows of a check would change, and where it goes on."""
    lines = []
    for kind in check["kinds"]:
        for row in kind["examples"]:
            said = [f"{d['field']}: {d['old'] or 'blank'} -> {d['new']}" for d in row["differences"]]
            said += [f"{k['field']}: {k['typed']} stays, typed by hand" for k in row["kept"]]
            lines += [f"{row['sheet']} row {row['row']}: {'; '.join(said)}".strip()] if said else []
    return [*lines, f"Nothing is written. Import it, or choose otherwise first: {check['url']}"]
