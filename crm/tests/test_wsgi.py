"""What the web server serves is loaded before the first visitor comes."""

import os
import subprocess
import sys

from django.conf import settings

LOADED = """
import gc, sys
import crm.wsgi
print("customers.views.lists" in sys.modules, gc.get_freeze_count() > 50_000)
"""


def test_the_views_are_read_and_out_of_the_cycle_collectors_way():
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "crm.settings_test"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "True"]
