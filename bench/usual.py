"""The same pages written the usual Django way, to be compared with: an exact count, `icontains`, a count per figure.

Settings (`DJANGO_SETTINGS_MODULE=bench.usual_settings`) mount them beside the product's own addresses.
"""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from accounts.access import MANAGER, roles_allowed
from accounts.models import User
from crm.urls import handler400, handler403, handler404, handler500  # noqa: F401 - Django looks for them here
from crm.urls import urlpatterns as ours
from customers.models import Customer, Status

_ROWS = engines["django"].from_string(
    "{% extends 'base.html' %}{% block content %}<p>{{ page.paginator.count }}</p><table>{% for row in page %}<tr>"
    "<td><a href='/customers/{{ row.pk }}/'>{{ row.name }}</a></td><td>{{ row.phone_number }}</td>"
    "<td>{{ row.status.label }}</td><td>{{ row.assigned_to }}</td><td>{{ row.area }}</td></tr>{% endfor %}</table>"
    "{% endblock %}"
)
_COUNTS = engines["django"].from_string(
    "{% extends 'base.html' %}{% block content %}<table>{% for name, counts in rows %}<tr><td>{{ name }}</td>"
    "{% for count in counts %}<td>{{ count }}</td>{% endfor %}</tr>{% endfor %}</table>{% endblock %}"
)


@roles_allowed(MANAGER)
def a_list(request: HttpRequest) -> HttpResponse:
    found = Customer.objects.select_related("status", "assigned_to").order_by("-created_at")
    if text := request.GET.get("search"):
        found = found.filter(Q(name__icontains=text) | Q(phone_number__icontains=text) | Q(area__icontains=text))
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return HttpResponse(_ROWS.render({"page": page}, request))


@roles_allowed(MANAGER)
def a_dashboard(request: HttpRequest) -> HttpResponse:
    statuses = list(Status.objects.in_order())
    rows = [("all", [Customer.objects.filter(status=status).count() for status in statuses])]
    for user in User.objects.sales_users():
        hers = Customer.objects.filter(assigned_to=user)
        rows.append((user.username, [hers.filter(status=status).count() for status in statuses]))
    return HttpResponse(_COUNTS.render({"rows": rows}, request))


urlpatterns = [*ours, path("usual/list/", a_list), path("usual/dashboard/", a_dashboard)]
