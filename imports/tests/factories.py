"""Imports for tests: a file goes the whole way, as the pages and the worker take it."""

import io
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from imports import actions, tasks
from imports.models import Import, Outcome

ASHA = "Asha Nair,98765 43210,Kochi,05/03/2026,first"


def csv_bytes(*rows: str, header: str = "Name,Phone,Area,Date,Remark") -> bytes:
    return "\n".join([header, *rows]).encode()


def upload(by: User, content: bytes | Path, name: str = "leads.csv", *, token: str = "", **options) -> Import:
    """The import as it stands right after the upload; the worker has not begun."""
    if isinstance(content, Path):
        content, name = content.read_bytes(), content.name
    return actions.upload(
        file=io.BytesIO(content), original_name=name, token=token, by=by, now=timezone.now(), options=options
    )


def imported(by: User, content: bytes | Path, name: str = "leads.csv", **options) -> Import:
    """The import after the worker has done what it can."""
    import_ = upload(by, content, name, **options)
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    return import_


def leads(count: int) -> bytes:
    """So many different people."""
    return csv_bytes(*(f"Person {n},98{n:08d},Kochi,05/03/2026," for n in range(10_000_001, 10_000_001 + count)))


def counts(import_: Import) -> dict[str, int]:
    """The outcomes that there are."""
    return {outcome: getattr(import_, outcome) for outcome in Outcome.values if getattr(import_, outcome)}
