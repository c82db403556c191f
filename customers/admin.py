"""The words customers are described with are edited here; customers and their histories are only looked at."""

import re

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from crm.lib.admin import BoundedAdmin, NeverDeleted, ReadOnlyAdmin
from crm.lib.text import fold
from customers.models import (
    Alias,
    AssignmentChange,
    Batch,
    CallingRules,
    CallTap,
    ContactNumber,
    Course,
    Customer,
    Enquiry,
    ErasedNumber,
    Erasure,
    Export,
    FieldChange,
    FollowUp,
    LostReason,
    Merge,
    Note,
    Origin,
    SharingSettings,
    Skip,
    Source,
    Status,
    StatusChange,
)

# --- Statuses -----------------------------------------------------------------------------------


class StatusForm(forms.ModelForm):
    class Meta:
        model = Status
        fields = (
            "code",
            "label",
            "colour",
            "order",
            "stage",
            "rung",
            "reached",
            "hotkey",
            "is_active",
            "prompts_note",
            "prompts_follow_up",
        )
        help_texts = {"code": "Capital letters, digits and _. It stays for ever; what people read is the label."}

    def clean_code(self) -> str:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", self.cleaned_data["code"]):
            raise forms.ValidationError("Only capital letters, digits and _, beginning with a letter.")
        return self.cleaned_data["code"]

    def clean_colour(self) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.cleaned_data["colour"]):
            raise forms.ValidationError("Write the colour as #rrggbb, like #1d3362.")
        return self.cleaned_data["colour"].lower()

    def clean(self) -> dict:
        if not self.instance.pk:
            try:
                Status.free_mark()  # which it gets when it is saved
            except ValueError as error:
                raise forms.ValidationError(f"{error} Change one that is not in use.") from error
        return super().clean()

    def clean_hotkey(self) -> str:
        key = self.cleaned_data["hotkey"]
        if key and Status.objects.filter(hotkey=key).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Another status has this key.")
        return key

    def clean_is_active(self) -> bool:
        if self.instance.pk == Status.NEW and not self.cleaned_data["is_active"]:
            raise forms.ValidationError("Every customer begins with this status: it stays in use.")
        return self.cleaned_data["is_active"]


@admin.register(Status)
class StatusAdmin(NeverDeleted):
    form = StatusForm
    list_display = ("label", "code", "dot", "order", "stage", "rung", "hotkey", "is_active")
    list_filter = ("stage", "is_active")
    search_fields = ("code", "label")
    ordering = ("order", "code")

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()

    @admin.display(description="colour", ordering="colour")
    def dot(self, status: Status) -> str:
        drawing = '<svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5.5" fill="{}"/></svg> {}'
        return format_html(drawing, status.colour, status.colour)


# --- Sources, courses, reasons, and how else they are spelt ---------------------------------------


class NamedForm(forms.ModelForm):
    """A word that is known by its folded name."""

    def clean_name(self) -> str:
        key = fold(self.cleaned_data["name"])
        if not key:
            raise forms.ValidationError("Write a name with at least one letter or digit.")
        if self._meta.model.objects.filter(key=key).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("This name exists already.")
        self.instance.key = key
        return self.cleaned_data["name"]


class NamedAdmin(BoundedAdmin, NeverDeleted):
    form = NamedForm
    search_fields = ("name",)
    ordering = ("name", "pk")


@admin.register(Source)
class SourceAdmin(NamedAdmin):
    fields = ("name", "cost")
    list_display = ("name", "cost", "merged_into")
    list_select_related = ("merged_into",)


@admin.register(Course)
class CourseAdmin(NamedAdmin):
    fields = ("name",)
    list_display = ("name", "merged_into")
    list_select_related = ("merged_into",)


@admin.register(LostReason)
class LostReasonAdmin(NamedAdmin):
    fields = ("name", "is_active")
    list_display = ("name", "is_active")


class AliasForm(forms.ModelForm):
    class Meta:
        model = Alias
        fields = ("kind", "key", "source", "course", "lost_reason")
        labels = {"key": "Spelling"}
        help_texts = {"key": "As spreadsheets write it; capitals and spaces make no difference."}

    def clean_key(self) -> str:
        key = fold(self.cleaned_data["key"])
        if not key:
            raise forms.ValidationError("Write a spelling with at least one letter or digit.")
        return key

    def clean(self) -> dict:
        data = super().clean()
        named = [kind for kind in Alias.Kind.values if data.get(kind)]
        if data.get("kind") and named != [data["kind"]]:
            word = Alias.Kind(data["kind"]).label.lower()
            self.add_error(data["kind"], f"Choose the {word} that is meant, and nothing else.")
        return data


@admin.register(Alias)
class AliasAdmin(BoundedAdmin):
    form = AliasForm
    autocomplete_fields = ("source", "course", "lost_reason")
    list_display = ("key", "kind", "source", "course", "lost_reason")
    list_filter = ("kind",)
    list_select_related = ("source", "course", "lost_reason")
    search_fields = ("key",)


# --- How people are called ------------------------------------------------------------------------


@admin.register(CallingRules)
class CallingRulesAdmin(NeverDeleted, admin.ModelAdmin):
    """One row; until somebody saves it the defaults hold."""

    fieldsets = (
        ("Calling hours", {"fields": (("opens", "closes"), "day_limit")}),
        ("When nobody answers", {"fields": ("ladder", "tries")}),
        ("Messages", {"fields": ("whatsapp_text",)}),
    )
    list_display = ("__str__", "opens", "closes", "ladder", "tries")

    def has_add_permission(self, request) -> bool:
        return super().has_add_permission(request) and not CallingRules.objects.exists()


@admin.register(SharingSettings)
class SharingSettingsAdmin(NeverDeleted, admin.ModelAdmin):
    """One row; until somebody saves it the defaults hold."""

    list_display = ("__str__", "pool_a_day", "alarm_days")

    def has_add_permission(self, request) -> bool:
        return super().has_add_permission(request) and not SharingSettings.objects.exists()


# --- Customers and what happened to them: to be looked at -----------------------------------------


class SearchedAsCustomers:
    """The box finds customers as the product's own list does: by name, area, and numbers in any way of writing."""

    search_fields = ("pk",)  # shows the box
    search_help_text = "Name, area or number of the customer"

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        found = Customer.objects.visible_to(request.user).search(search_term[:100])
        return queryset.filter(**{f"{self.customer_path}__in": found}), False


@admin.register(Customer)
class CustomerAdmin(SearchedAsCustomers, ReadOnlyAdmin):
    customer_path = "pk"
    list_display = ("name_or_unknown", "number", "area", "status", "assigned_to", "created_at")
    list_filter = ("status",)
    list_select_related = ("status", "assigned_to")
    readonly_fields = ("page",)

    @admin.display(description="name", ordering="name")
    def name_or_unknown(self, customer: Customer) -> str:
        return customer.shown_name

    @admin.display(description="number", ordering="phone_number")
    def number(self, customer: Customer) -> str:
        return customer.spaced_number

    @admin.display(description="page")
    def page(self, customer: Customer) -> str:
        url = reverse("customers:detail", args=[customer.pk])
        return format_html('<a href="{}">Status, counsellor and all else are changed on the customer’s page</a>', url)


class HistoryAdmin(SearchedAsCustomers, ReadOnlyAdmin):
    customer_path = "customer"


@admin.register(StatusChange)
class StatusChangeAdmin(HistoryAdmin):
    list_display = ("customer", "previous_status", "new_status", "kind", "changed_by", "changed_at", "undone_at")
    list_filter = ("kind",)
    list_select_related = ("customer", "previous_status", "new_status", "changed_by")


@admin.register(AssignmentChange)
class AssignmentChangeAdmin(HistoryAdmin):
    list_display = ("customer", "previous_owner", "new_owner", "by", "at", "why")
    list_select_related = ("customer", "previous_owner", "new_owner", "by")


@admin.register(FollowUp)
class FollowUpAdmin(HistoryAdmin):
    list_display = ("customer", "owner", "due_at", "kind", "state", "closed_by")
    list_filter = ("state", "kind")
    list_select_related = ("customer", "owner", "closed_by")


@admin.register(CallTap)
class CallTapAdmin(HistoryAdmin):
    list_display = ("customer", "kind", "by", "at")
    list_filter = ("kind",)
    list_select_related = ("customer", "by")


@admin.register(Skip)
class SkipAdmin(HistoryAdmin):
    list_display = ("customer", "reason", "by", "at", "until")
    list_filter = ("reason",)
    list_select_related = ("customer", "by")


@admin.register(Note)
class NoteAdmin(HistoryAdmin):
    list_display = ("customer", "__str__", "by", "at", "pinned")
    list_select_related = ("customer", "by")


@admin.register(FieldChange)
class FieldChangeAdmin(HistoryAdmin):
    list_display = ("customer", "field", "old", "new", "by", "at")
    list_select_related = ("customer", "by")


@admin.register(Enquiry)
class EnquiryAdmin(HistoryAdmin):
    list_display = ("customer", "enquired_on", "source", "course", "origin", "sheet", "row")
    list_select_related = ("customer", "source", "course", "origin")


@admin.register(ContactNumber)
class ContactNumberAdmin(HistoryAdmin):
    list_display = ("customer", "number")
    list_select_related = ("customer",)


@admin.register(Erasure)
class ErasureAdmin(HistoryAdmin):
    list_display = ("customer", "reason", "by", "at")
    list_select_related = ("customer", "by")


@admin.register(ErasedNumber)
class ErasedNumberAdmin(ReadOnlyAdmin):
    """Which numbers these are nobody can read; they are let in again on the team's page."""

    list_display = ("erasure", "let_in_at", "let_in_by", "why")
    list_select_related = ("erasure", "let_in_by")


@admin.register(Merge)
class MergeAdmin(HistoryAdmin):
    customer_path = "winner"
    list_display = ("winner", "loser", "by", "at", "undone_at")
    list_select_related = ("winner", "loser", "by")


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ("kind", "by", "at", "state", "undone_at")
    list_filter = ("kind", "state")
    list_select_related = ("by",)


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    list_display = ("at", "by", "format", "count", "words", "reason", "finished_at")
    list_filter = ("format",)
    list_select_related = ("by",)


@admin.register(Origin)
class OriginAdmin(ReadOnlyAdmin):
    list_display = ("label", "kind", "created_by", "created_at")
    list_filter = ("kind",)
    list_select_related = ("created_by",)
    search_fields = ("label",)
