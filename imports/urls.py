"""Addresses under /import/."""

from django.urls import path

from imports import views

app_name = "imports"

urlpatterns = [
    path("", views.upload, name="upload"),
    path("history/", views.history, name="history"),
    path("template.xlsx", views.template, name="template"),
    path("<uuid:import_id>/", views.detail, name="detail"),
    path("<uuid:import_id>/check/", views.check, name="check"),
    path("<uuid:import_id>/mapping/", views.mapping, name="mapping"),
    path("<uuid:import_id>/problems/", views.problems, name="problems"),
    path("<uuid:import_id>/problems.xlsx", views.problems_file, name="problems_file"),
    path("<uuid:import_id>/report/", views.report, name="report"),
    path("<uuid:import_id>/undo/", views.undo, name="undo"),
    path("<uuid:import_id>/cancel/", views.cancel, name="cancel"),
    path("<uuid:import_id>/retry/", views.retry, name="retry"),
    path("<uuid:import_id>/file/", views.file, name="file"),
    path("<uuid:import_id>/file/delete/", views.delete_file, name="delete_file"),
]
