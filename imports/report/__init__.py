"""The report card of a file: what it was like on the day, and what became of those it brought."""

from imports.report.card import ReportCard, report_card, report_card_as_json

__all__ = ["ReportCard", "report_card", "report_card_as_json"]
