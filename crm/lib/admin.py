"""What the admin pages share: rows that are only looked at, and lists that cost the same however long they are."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from crm.lib.pagination import capped_count


class CappedPaginator(Paginator):
    """Counts as far as anybody pages; beyond that one searches."""

    @cached_property
    def count(self) -> int:
        return capped_count(self.object_list)[0]


class BoundedAdmin(admin.ModelAdmin):
    """A list of a table that may be long."""

    ordering = ("-pk",)
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50


class NeverDeleted(admin.ModelAdmin):
    """Rows that histories name."""

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ReadOnlyAdmin(BoundedAdmin, NeverDeleted):
    """Rows that only the product's own actions write."""

    actions = None

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False
