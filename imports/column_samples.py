"""The few values that are shown of each column of a file, and how some of them are forgotten."""

from collections.abc import Callable

from crm.lib.text import cell_text, clean_line

LENGTH = 80


def sample_of(cell) -> str:
    """A cell as a sample shows it."""
    return clean_line(cell_text(cell))[:LENGTH]


def without_samples(mapping: dict, which: Callable[[str], bool] = lambda said: True) -> dict:
    """The mapping of an import without the samples of its columns, or without those of `which` that is true."""
    sheets = [
        {**sheet, "columns": [_without(column, which) for column in sheet["columns"]]}
        for sheet in mapping.get("sheets", [])
    ]
    return {**mapping, "sheets": sheets} if sheets else mapping


def _without(column: dict, which: Callable[[str], bool]) -> dict:
    return {**column, "samples": [said for said in column["samples"] if not which(said)]}
