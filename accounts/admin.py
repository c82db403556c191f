"""People in the admin: made, described, given rights. Their passwords they choose themselves, by a link."""

from django import forms
from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html

from accounts.actions import create_user, set_password_link
from accounts.models import Role, User
from crm.lib.admin import NeverDeleted

LINKS_AT_ONCE = 20
HAS_CUSTOMERS = "Customers are still assigned to this person. Hand them over on the team page first."


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = "__all__"  # noqa: DJ007 - the admin names the fields, by what the person who edits may do

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "role" in self.fields and "is_staff" not in self.fields:
            self.fields["role"].required = True

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is already somebody of this name. Choose another one.")
        return username

    def clean(self) -> dict:
        data = super().clean()
        new = {field: data.get(field, getattr(self.instance, field)) for field in ("role", "is_staff", "is_superuser")}
        stays = new["role"] == Role.SALES and not new["is_staff"] and not new["is_superuser"]
        # The accessor is the customers' own; somebody who is no sales user any more must not keep some unseen. Won and
        # lost ones stay with her name, as when she leaves: handing over does not take them along.
        was_sales = self.instance.pk and self.instance.role == Role.SALES
        if was_sales and not stays and self.instance.customers.filter(merged_into=None).needing_work().exists():
            raise forms.ValidationError(HAS_CUSTOMERS)
        return data


@admin.register(User)
class UserAdmin(NeverDeleted):
    form = UserForm
    list_display = ("username", "get_full_name", "role", "is_active", "is_staff", "last_seen_at")
    list_filter = ("role", "is_active", "is_staff")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    readonly_fields = ("access", "last_login", "last_seen_at", "date_joined")
    filter_horizontal = ("groups", "user_permissions")
    actions = ("make_links",)

    def get_fieldsets(self, request, obj=None):
        who = (None, {"fields": ("username", "first_name", "last_name", "email", "role")})
        if obj is None:
            return [who]
        taking = ("takes_new", "away_from", "away_until", "daily_cap", "open_cap")
        rights = ("is_staff", "is_superuser", "groups", "user_permissions")
        fieldsets = [
            who,
            ("Access", {"fields": ("access", "last_login", "last_seen_at", "date_joined")}),
            ("New customers", {"fields": taking}),
        ]
        return [*fieldsets, ("Rights", {"fields": rights})] if request.user.is_superuser else fieldsets

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "is_staff", "is_superuser") if obj == request.user else fields

    def has_change_permission(self, request, obj=None) -> bool:
        """Who is no superuser leaves staff and superusers alone: else she could become one by a link to their mail."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or not (obj.is_staff or obj.is_superuser))

    def save_model(self, request, obj, form, change) -> None:
        if change:
            return super().save_model(request, obj, form, change)
        created = create_user(by=request.user, **form.cleaned_data)
        obj.__dict__.update(created.__dict__)  # the admin goes on with its own object
        return self._tell_link(request, obj)

    @admin.display(description="access")
    def access(self, user: User) -> str:
        if user.is_active:
            url, words, act = reverse("customers:deactivate", args=[user.pk]), "May sign in.", "Deactivate"
        else:
            url, words, act = reverse("customers:team"), "Deactivated.", "Reactivate on the team page"
        return format_html('{} <a href="{}">{}</a>', words, url, act)

    @admin.action(description="Make a link for choosing a password", permissions=["change"])
    def make_links(self, request, queryset) -> None:
        for user in queryset.order_by("pk")[:LINKS_AT_ONCE]:
            if not user.is_active:
                self.message_user(request, f"No link for {user.username}, who is deactivated.", messages.WARNING)
            elif not self.has_change_permission(request, user):
                self.message_user(request, f"Only a superuser makes a link for {user.username}.", messages.ERROR)
            else:
                self._tell_link(request, user)

    def _tell_link(self, request, user: User) -> None:
        link = request.build_absolute_uri(set_password_link(user))
        self.message_user(request, f"Here {user.username} chooses a password, once, within a day: {link}")
