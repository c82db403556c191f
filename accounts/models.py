"""Who you are."""

from datetime import date

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q


class Role(models.TextChoices):
    MANAGER = "manager", "Sales manager"
    SALES = "sales", "Student counsellor"


def called(first_name: str, last_name: str, username: str) -> str:
    return f"{first_name} {last_name}".strip() or username


class UserQuerySet(models.QuerySet):
    def sales_users(self):
        """Everybody who can look after customers: active, role sales, not staff."""
        return self.filter(is_active=True, role=Role.SALES, is_staff=False, is_superuser=False)

    def available(self, on: date):
        """Those who take new customers on that day: not switched off, not on leave."""
        on_leave = Q(away_from__lte=on) & (Q(away_until__isnull=True) | Q(away_until__gte=on))
        return self.filter(takes_new=True).exclude(on_leave)


class People(UserManager.from_queryset(UserQuerySet)):
    use_in_migrations = False


class User(AbstractUser):
    """A person who signs in. `is_manager` and `is_sales` are the only two questions asked about the role."""

    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    takes_new = models.BooleanField("takes new customers", default=True)
    away_from = models.DateField("on leave from", null=True, blank=True)
    away_until = models.DateField("on leave until", null=True, blank=True, help_text="The last day of the leave.")
    daily_cap = models.PositiveIntegerField("new customers a day, at most", null=True, blank=True)
    open_cap = models.PositiveIntegerField("open customers, at most", null=True, blank=True)
    dealt_ahead = models.FloatField(
        default=0, editable=False, help_text="How many odd customers even deals gave her beyond her share so far."
    )
    shortcuts = models.BooleanField("keyboard shortcuts", default=True)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    notices_seen_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The moment of the newest notice she has seen."
    )

    objects = People()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(role="") | Q(is_staff=True) | Q(is_superuser=True),
                name="user_has_a_role",
                violation_error_message="Choose a role. Only staff can be without one.",
            ),
            models.CheckConstraint(
                condition=Q(away_until__isnull=True) | Q(away_until__gte=models.F("away_from")),
                name="user_leave_ends_after_it_begins",
                violation_error_message="The leave ends before it begins.",
            ),
        ]

    def __str__(self) -> str:
        return called(self.first_name, self.last_name, self.username)

    @property
    def is_manager(self) -> bool:
        return self.is_active and (self.is_staff or self.is_superuser or self.role == Role.MANAGER)

    @property
    def is_sales(self) -> bool:
        return self.is_active and self.role == Role.SALES and not (self.is_staff or self.is_superuser)

    def is_away(self, on: date) -> bool:
        """True on a day of her leave."""
        return bool(self.away_from and self.away_from <= on and (self.away_until is None or self.away_until >= on))
