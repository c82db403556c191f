from django.urls import path

from dashboards import views

app_name = "dashboards"

urlpatterns = [
    path("dashboard/manager/", views.manager, name="manager"),
    path("dashboard/sales/", views.sales, name="sales"),
    path("notices/", views.notices, name="notices"),
    path("reports/", views.report, {"name": "funnel"}, name="reports"),
    path("reports/sources/", views.report, {"name": "sources"}, name="report_sources"),
    path("reports/files/", views.report, {"name": "files"}, name="report_files"),
    path("reports/counsellors/", views.report, {"name": "counsellors"}, name="report_counsellors"),
    path("reports/first-contact/", views.report, {"name": "first_contact"}, name="report_first_contact"),
    path("reports/untouched/", views.report, {"name": "ageing"}, name="report_ageing"),
    path("reports/activity/", views.report, {"name": "activity"}, name="report_activity"),
    path("reports/follow-ups/", views.report, {"name": "follow_ups"}, name="report_follow_ups"),
    path("reports/lost/", views.report, {"name": "lost"}, name="report_lost"),
]
