"""The import pages. Managers only, every one of them."""

from imports.views.pages import detail, file, history, mapping, problems, problems_file, template, upload

__all__ = ["detail", "file", "history", "mapping", "problems", "problems_file", "template", "upload"]
