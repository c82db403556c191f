"""The roof: which room answers which address."""

from django.contrib import admin
from django.urls import include, path

from crm import guide, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),  # a probe follows no redirect
    path("healthz/", views.healthz, name="healthz"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("help/", guide.help_page, name="help"),
    path("help/counsellor/", guide.counsellor, name="guide_counsellor"),
    path("help/manager/", guide.manager, name="guide_manager"),
    path("help/admin/", guide.admin, name="guide_admin"),
    path("", include("accounts.urls")),
    path("", include("customers.urls")),
    path("import/", include("imports.urls")),
    path("", include("dashboards.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "crm.errors.bad_request"
handler403 = "crm.errors.permission_denied"
handler404 = "crm.errors.not_found"
handler500 = "crm.errors.server_error"
