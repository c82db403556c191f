"""The import pages. Managers only, every one of them."""

from imports.views.check import check
from imports.views.detail import detail
from imports.views.files import delete_file, file, template
from imports.views.history import history
from imports.views.mapping import mapping
from imports.views.problems import problems, problems_file
from imports.views.report import report
from imports.views.retry import retry
from imports.views.undo import cancel, undo
from imports.views.upload import upload

__all__ = [
    "cancel",
    "check",
    "delete_file",
    "detail",
    "file",
    "history",
    "mapping",
    "problems",
    "problems_file",
    "report",
    "retry",
    "template",
    "undo",
    "upload",
]
