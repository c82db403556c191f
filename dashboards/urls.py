from django.urls import path

from dashboards import views

app_name = "dashboards"

urlpatterns = [
    path("dashboard/manager/", views.manager, name="manager"),
    path("dashboard/sales/", views.sales, name="sales"),
    path("notices/", views.notices, name="notices"),
    path("reports/", views.report, {"name": "funnel"}, name="reports"),
    path("reports/sources/", views.report, {"name": "sources"}, name="report_sources"),
]
