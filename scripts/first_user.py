"""Says what to do next while the database has no user: one that is not ours to fill has no demo people."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

import django  # noqa: E402 - the path has to be set first

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - models need the set-up above

if not get_user_model().objects.exists():
    print(
        "This database has no users yet. In another terminal, with the same settings, make the first one:\n"
        "  .venv/bin/python manage.py create_user NAME --role manager",
        flush=True,
    )
