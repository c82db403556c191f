"""How a person wants her lists: which columns, and which lists she comes back to."""

from django.conf import settings
from django.db import models
from uuid6 import uuid7

from accounts.models import User
from customers.models.timeline import person

VIEW_NAME_LENGTH = 60


class ListSetting(models.Model):
    """The columns that one person chose for the list of customers."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    columns = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.user)


class SavedViewQuerySet(models.QuerySet):
    def open_to(self, user: User):
        """Her own, and those that managers share; of these a counsellor gets none that ask for another's customers."""
        shared = models.Q(is_shared=True)
        if not user.is_manager:
            shared &= ~models.Q(filters__has_key="owner")
        return self.filter(models.Q(owner=user) | shared)


class SavedView(models.Model):
    """A list under a name: its filters and its order. Who opens it sees of it what she may see."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = person()
    name = models.CharField(max_length=VIEW_NAME_LENGTH)
    filters = models.JSONField(default=dict, blank=True, help_text="The parameters of the list's address.")
    sort = models.CharField(max_length=20)
    is_shared = models.BooleanField(default=False, help_text="Everybody sees it.")
    created_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class Pin(models.Model):
    """A saved view in somebody's menu."""

    user = person()
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="pins")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "view"], name="pin_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.view_id}"
