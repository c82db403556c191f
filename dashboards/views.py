"""Pictures of the work; nothing here writes."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import EVERYBODY, MANAGER, roles_allowed
from accounts.actions import see_notices
from accounts.models import Role, User
from crm.lib.downloads import attachment, spooled, streamed
from crm.lib.http import form_errors, require_methods, wants_json
from customers import exports
from customers.models import SharingSettings
from dashboards import figures, presenters, trends
from dashboards.forms import ReportForm, WhoseDayForm
from dashboards.notices import notices as told
from dashboards.reports import REPORTS
from dashboards.reports import presenters as presenting
from dashboards.reports.table import Sheet, Table


@roles_allowed(MANAGER)
@require_methods("GET")
def manager(request):
    """Is anything wrong, who needs help, how are we doing."""
    now = timezone.now()
    seen = figures.Seen.by(request.user, now)
    totals = figures.totals(request.user, now, seen)
    context = {
        "totals": totals,
        "trends": trends.trends(request.user, now, totals["new_in_7_days"], seen.stand.statuses),
        "funnel": trends.funnel(request.user, now, seen.stand.statuses),
        "distribution": figures.status_distribution(seen.stand),
        "team": figures.sales_performance(request.user, seen),
        "sparks": trends.sparks(request.user, now),
        "imports": figures.recent_imports(),
        "waiting_imports": trends.imports_that_need_someone(now),
    }
    if wants_json(request):
        return JsonResponse(presenters.manager_dashboard(**context))
    alarm_before = SharingSettings.current().alarm_before(now)
    return render(request, "dashboards/manager.html", presenters.manager_page(**context, alarm_before=alarm_before))


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def sales(request):
    """Her own day; a manager looks at it with ?user=, as she sees it."""
    person, now = _whose_day(request), timezone.now()
    seen = figures.Seen.by(person, now)
    context = {
        "person": person,
        "totals": figures.totals(person, now, seen),
        "distribution": figures.status_distribution(seen.stand),
        "activity": figures.recent_activity(person),
        "customers": figures.customers_to_call(person),
    }
    if wants_json(request):
        return JsonResponse(presenters.sales_dashboard(**context))
    return render(request, "dashboards/sales.html", {**context, "owner_query": f"?owner={person.pk}"})


def _whose_day(request) -> User:
    """The sales user whose dashboard is asked for. Raises what the answer has to be when it may not be shown."""
    form = WhoseDayForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form_errors(form))
    user_id = form.cleaned_data["user"]
    if request.user.is_sales:
        if user_id not in (None, request.user.pk):
            raise PermissionDenied("This is a colleague's dashboard.")
        return request.user
    if user_id is None:
        raise PermissionDenied("Choose whose dashboard you want to see on the team page.")
    person = User.objects.filter(pk=user_id, role=Role.SALES).first()
    if person is None:
        raise Http404("There is no such counsellor.")
    return person


@roles_allowed(*EVERYBODY)
@require_methods("GET")
def notices(request):
    """What happened to her work meanwhile; shown is seen."""
    found = told(request.user, timezone.now())
    if wants_json(request):
        return JsonResponse({"results": [notice.as_dict() for notice in found]})
    if found:
        see_notices(user=request.user, until=max(notice.at for notice in found))
    return render(request, "dashboards/notices.html", {"notices": found})


@roles_allowed(MANAGER)
@require_methods("GET")
def report(request, name):
    """One question about the customers of a period: as a page, as JSON, or as a file to keep."""
    now = timezone.now()
    asked = REPORTS[name]
    form = ReportForm(request.GET, user=request.user, report=asked, now=now)
    if not form.is_valid():
        if wants_json(request):
            raise BadRequest(form_errors(form))
        return render(request, "dashboards/report.html", presenting.page(asked, form, None), status=400)
    table = asked.table(form.scope)
    if kind := form.cleaned_data["format"]:
        return report_file(table, kind, f"{asked.title} {timezone.localtime(now):%Y-%m-%d %H%M}.{kind}")
    if wants_json(request):
        return JsonResponse(presenting.as_json(asked, form.scope, table))
    return render(request, "dashboards/report.html", presenting.page(asked, form, table))


def report_file(table: Table, kind: str, name: str) -> HttpResponse:
    """The table alone: figures, nobody's data, so nothing to put on the record of exports."""
    if kind == "csv":
        return streamed(exports.csv_parts(Sheet(table)), name, exports.CSV)
    return attachment(spooled(lambda to: exports.write_xlsx(to, Sheet(table), title="Report")), name)
