"""Imports and their rows: to be looked at. What happens to them happens on the import's page."""

import uuid

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from crm.lib.admin import ReadOnlyAdmin
from imports.models import Import, ImportRow


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ("original_name", "state", "uploaded_by", "created_at", "rows", "created", "updated", "rejected")
    list_filter = ("state",)
    list_select_related = ("uploaded_by",)
    search_fields = ("original_name",)
    exclude = ("file", "token")
    readonly_fields = ("page",)

    @admin.display(description="page")
    def page(self, row: Import) -> str:
        return format_html('<a href="{}">The import’s page</a>', reverse("imports:detail", args=[row.pk]))


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnlyAdmin):
    list_display = ("import", "sheet", "row", "outcome", "reason", "customer")
    list_filter = ("outcome",)
    list_select_related = ("import", "customer")
    search_fields = ("import",)  # shows the box
    search_help_text = "The id of an import"

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(import_id=uuid.UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False
