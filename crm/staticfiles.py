"""Which static files are worth collecting."""

from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig


class StaticFilesConfig(DjangoStaticFilesConfig):
    # The packages ship many builds of the same thing; hashing and compressing all of them takes longer
    # than starting the server.
    ignore_patterns = [
        *DjangoStaticFilesConfig.ignore_patterns,
        "*.rtl.*",
        "bootstrap-grid*",
        "bootstrap-reboot*",
        "bootstrap-utilities*",
        "*.esm.*",
        "bootstrap.css*",
        "bootstrap.js*",
        "bootstrap.bundle.js*",
    ]
