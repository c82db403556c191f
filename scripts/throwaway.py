"""The product on a database and a folder of its own that are gone afterwards, for scripts that measure or break it."""

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def product() -> Iterator["User"]:  # noqa: F821 - known once Django is set up
    """A manager of an empty product on SQLite. Whatever database the environment names is left alone."""
    with tempfile.TemporaryDirectory(prefix="crm-") as folder:
        os.environ.update(
            DATABASE_URL=f"sqlite:///{folder}/db.sqlite3",
            MEDIA_ROOT=f"{folder}/media",
            SECRET_KEY=secrets.token_urlsafe(64),
            DJANGO_SETTINGS_MODULE="crm.settings",
            HTTPS="0",
            DEBUG="0",
        )
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command

        from accounts.models import Role, User

        call_command("migrate", verbosity=0)
        yield User.objects.create_user("meena", role=Role.MANAGER)
