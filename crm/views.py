"""What belongs to no room: the way in, the sign of life, and what a device keeps for when there is no connection."""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse

from accounts.access import EVERYBODY, roles_allowed, start_page
from crm.lib.http import require_methods


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def home(request):
    """Everybody starts at the dashboard of her role."""
    return redirect(start_page(request.user))


@login_not_required
@require_methods("GET")
def healthz(request):
    """200 while the process answers and its database does; tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
@require_methods("GET")
def favicon(request):
    return redirect(static("favicon.svg"), permanent=True)


# What the page without a connection is drawn with.
SHELL = ("favicon.svg", "js/theme.js", "js/offline.js", "bootstrap/css/bootstrap.min.css", "css/app.css")
WORKER = Path(settings.BASE_DIR) / "static" / "js" / "sw.js"


@login_not_required
@require_methods("GET")
def offline(request):
    """What stands for a page while there is no connection; the same for everybody."""
    return render(request, "offline.html")


@login_not_required
@require_methods("GET")
def service_worker(request):
    """The worker's script with the addresses it keeps. Served from the root, whose pages it may answer for."""
    page = reverse("offline")
    shell, code = json.dumps([page, *map(static, SHELL)]), WORKER.read_text()
    name = "shell-" + hashlib.sha256((shell + code).encode()).hexdigest()[:12]
    head = f"const SHELL = {shell}, OFFLINE = {json.dumps(page)}, NAME = {json.dumps(name)};\n"
    return HttpResponse(head + code, content_type="text/javascript", headers={"Cache-Control": "no-cache"})
