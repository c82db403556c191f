"""What became of a file and of its rows in sentences: the codes of `reasons` together with what they are about.

Details are those that the pipeline stores: of a file a dict of facts; of a row `column` and `text` (what stood
there) or, if it repeats another one, `of_row` and `of_sheet` of that, or, at a known number, the name that is `known`
there.
"""

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.timezone import localtime

from imports.models import Import, ImportRow, State
from imports.reasons import Reason, message
from imports.undo_words import result

_MARK = "\x00"  # stands for what a sentence is about while it is taken apart
_BY_COLUMN = frozenset({Reason.FORMULA_NO_VALUE, Reason.TEXT_CUT})  # said of a column, not of what stands in it
_COLUMNS_NAMED = 12

_KINDS = {
    "pdf": "a PDF document",
    "image": "a picture",
    "media": "a recording or a picture",
    "zip": "a ZIP archive (unpack it and upload what is inside)",
    "gz": "a packed file",
    "bz2": "a packed file",
    "xz": "a packed file",
    "zst": "a packed file",
    "rar": "a RAR archive",
    "7z": "a 7-Zip archive",
    "exe": "a program",
    "sqlite": "a database",
    "parquet": "a Parquet data file",
    "rtf": "a text document",
    "doc": "a Word document",
    "docx": "a Word document",
    "odt": "a text document",
    "ppt": "a presentation",
    "pptx": "a presentation",
    "odp": "a presentation",
    "msg": "an e-mail",
    "mht": "a saved web page",
    "json": "a JSON data file",
    "xml": "an XML data file",
    "slk": "a SYLK file",
    "numbers": "an Apple Numbers document (export it as Excel or CSV)",
    "xls_before_95": "a workbook from before Excel 95",
    "xml2003": "an XML spreadsheet of Excel 2003",
}
FAILED = (
    "It stopped because of a fault on our side. Start it again: rows that are in already stay as they are, and nothing "
    "is added twice."
)
UNDO_FAILED = (
    "Undoing stopped because of a fault on our side. Start it again: what has been taken back stays so, and the rest "
    "follows."
)
EXPIRED = "expired"
_STATES = {
    State.FAILED: FAILED,
    State.CHECKED: "Checked: nothing is written yet. Look at what it would do, then import it.",
}
_COUNTED = {
    "row": "row {:,}",
    "rows": "{:,} rows",
    "limit": "more than {:,}",
    "cells": "{:,} cells",
    "seconds": "{:,} s",
}
_NOTES = {
    "sheet_hidden": "The sheet {sheet} is hidden in the file and was not read.",
    "sheet_without_phone": "The sheet {sheet} has no column with phone numbers and was not read.",
    "remembered": "Columns as in {text}{place}.",
    "columns_left_out": "The row is wider than can be read; the columns far to the right were left out.",
}


def state_in_words(import_: Import) -> str:
    """Why an import did not simply come through, and what to do; "" when it did, or is still at it."""
    if import_.state in (State.REFUSED, State.NEEDS_MAPPING):
        return refusal(import_.file_error or Reason.UNREADABLE_FILE, import_.file_error_detail)
    if import_.state == State.CHECKED and import_.report.get("stopped"):
        return " ".join(["Nothing has been written yet.", *import_.report["stopped"]])
    if import_.state == State.CANCELLED:
        return stopped_in_words(import_)
    if import_.state == State.UNDONE:
        return undone_in_words(import_)
    if import_.state == State.FAILED and import_.undo_started_at:
        return UNDO_FAILED
    return _STATES.get(import_.state, "")


def purged_in_words(import_: Import) -> str:
    """When its file was deleted, and why; "" while it is there."""
    if import_.purged_at is None:
        return ""
    day = localtime(import_.purged_at)
    if import_.purged_by_id:
        return (
            f"{import_.purged_by} deleted the file on {day:%a} {day.day} {day:%b %Y}, and its rows as they came with "
            "it. What became of them is still here."
        )
    return (
        f"The file was deleted on {day:%a} {day.day} {day:%b %Y}, as uploads are after {settings.KEEP_UPLOADS_DAYS} "
        "days, and its rows as they came with it. What became of them is still here."
    )


def stopped_in_words(import_: Import) -> str:
    """How far an import had come when it was stopped."""
    if import_.file_error == EXPIRED:
        return "Nobody went on with it, and its file has been deleted, as uploads are after a while."
    by = import_.file_error_detail.get("stopped_by")
    stopped = f"{by} stopped it" if by else "it was stopped"
    if import_.is_dry and import_.file_error_detail.get("was") == State.CHECKED:
        return f"It was checked and not imported: {by or 'somebody'} put it aside. Nothing was written."
    if import_.is_dry:
        return f"The check was not finished: {stopped}. Nothing was written."
    if not import_.written:
        return f"No row was imported before {stopped}."
    total = max(import_.rows, import_.read_rows, import_.written)
    return (
        f"{import_.written:,} of {total:,} rows were imported before {stopped}. What came in stays until it is undone."
    )


def undone_in_words(import_: Import) -> str:
    """Who undid an import, when, and what that came to."""
    moment = localtime(import_.undone_at)
    head = f"{import_.undone_by} undid it, {moment:%a} {moment.day} {moment:%b %Y, %H:%M}."
    return " ".join([head, *result(import_)])


def refusal(code: str, detail: dict) -> str:
    """Why a file was not read, and the remedy."""
    return message(code, _about_file(detail)) if code in set(Reason) else FAILED


def _about_file(detail: dict) -> str:
    for name, value in detail.items():
        if name == "kind":
            return _KINDS.get(value, "")
        if name in ("missing", "method", "cut", "line"):  # for us; a manager can do nothing with them
            return ""
        if isinstance(value, list):
            more = f" and {len(value) - _COLUMNS_NAMED:,} more" if len(value) > _COLUMNS_NAMED else ""
            return ", ".join(map(str, value[:_COLUMNS_NAMED])) + more
        if name == "bytes":
            return filesizeformat(value).replace("\xa0", " ")
        if isinstance(value, int):
            return _COUNTED.get(name, "{:,}").format(value)
        return str(value)
    return ""


def about(code: str, detail: dict) -> str:
    """What the sentence of a row's code is about, as it stands inside that sentence."""
    if code == Reason.DUPLICATE_IN_FILE and detail.get("of_row"):
        sheet = f" of “{detail['of_sheet']}”" if detail.get("of_sheet") else ""
        return f"row {detail['of_row']:,}{sheet}"
    if code == Reason.DIFFERENT_NAME:
        return str(detail.get("known") or "")
    if code in _BY_COLUMN:
        column = detail.get("column", "")
        return f"“{column}”" if column else ""
    return str(detail.get("text") or "")


def why_and_what_to_do(code: str, detail: dict) -> tuple[str, str]:
    """(what is wrong, what to do about it or ""), each of whole sentences."""
    said = about(code, detail)
    why, _, what_to_do = message(code, _MARK if said else "").partition(". ")
    return f"{why.removesuffix('.')}.".replace(_MARK, said), what_to_do.replace(_MARK, said)


def sentence(code: str, detail: dict) -> str:
    """The same in one text, as the pages and the commands say it."""
    return " ".join(filter(None, why_and_what_to_do(code, detail)))


def remarks(row: ImportRow) -> list[tuple[str, str]]:
    """All there is to say about a row: the reason of its outcome, then its warnings. Each as `why_and_what_to_do`."""
    said = [why_and_what_to_do(row.reason, row.detail)] if row.reason else []
    return said + [why_and_what_to_do(warning["code"], warning) for warning in row.warnings]


def note_in_words(note: dict, *, many_sheets: bool) -> str:
    """One of an import's notes, with the place it is about."""
    sheet = f"“{note['sheet']}”"
    if note["code"] in _NOTES:
        place = f" (sheet {sheet})" if many_sheets else ""
        return _NOTES[note["code"]].format(sheet=sheet, text=note["text"], place=place)
    said = message(note["code"], note["text"]) if note["code"] in set(Reason) else note["text"] or note["code"]
    place = [f"sheet {sheet}"] if many_sheets and note["sheet"] else []
    place += [f"row {note['row']:,}"] if note.get("row") else []
    return f"{', '.join(place).capitalize()}: {said}" if place else said


def decided_in_words(*, created: int, updated: int, unchanged: int, rejected: int = 0, left: int, same: bool) -> str:
    """What a decision about names did."""
    done = []
    if same:
        done.append(f"{updated:,} updated, {unchanged:,} had nothing new")
    elif created:
        done.append(f"{created:,} added as another person at the same number")
    if not same and updated + unchanged:
        done.append(f"{updated + unchanged:,} had been added meanwhile")
    if rejected:
        done.append(f"{rejected:,} kept out, because the person at that number was erased")
    if left:
        done.append(f"{left:,} had been decided already and were left")
    return ". ".join(done) + "."
