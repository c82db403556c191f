"""The reports: each asks one question about a period, and answers with a table whose numbers are doors."""

from dashboards.reports.registry import REPORTS, Report

__all__ = ["REPORTS", "Report"]
