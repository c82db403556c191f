"""Imports and their rows in words and numbers, for the pages and for scripts."""

from imports.presenters.cards import cards, doors, in_words, page_links, present, progress
from imports.presenters.check import dealt_in_words, kinds, present_check, shares
from imports.presenters.rows import (
    Line,
    fields_to_choose,
    line_as_json,
    lines,
    notes,
    outcome_chips,
    problem_chips,
    sheets_found,
)
from imports.presenters.undo import present_preview, previewed

__all__ = [
    "Line",
    "cards",
    "dealt_in_words",
    "doors",
    "fields_to_choose",
    "in_words",
    "kinds",
    "line_as_json",
    "lines",
    "notes",
    "outcome_chips",
    "page_links",
    "present",
    "present_check",
    "present_preview",
    "previewed",
    "problem_chips",
    "progress",
    "shares",
    "sheets_found",
]
