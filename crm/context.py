"""What every page's frame shows."""

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from crm.lib.pagination import capped_count
from customers.models import Customer


def frame(request) -> dict:
    """The organisation's name and the two numbers in the menu (each one capped query, made when drawn)."""
    return {
        "organisation": settings.ORGANISATION,
        "demo": settings.DEMO,
        "unassigned_count": SimpleLazyObject(lambda: _unassigned(request)),
        "due_count": SimpleLazyObject(lambda: _due(request)),
    }


def _unassigned(request) -> int:
    return capped_count(Customer.objects.visible_to(request.user).unassigned())[0]


def _due(request) -> int:
    due = Customer.objects.visible_to(request.user).filter(
        assigned_to=request.user, next_follow_up_at__lte=timezone.now()
    )
    return capped_count(due)[0]
