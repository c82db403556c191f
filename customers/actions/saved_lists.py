"""Saved lists, their place in the menu, and the columns of the list."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from customers.actions.errors import ActionError
from customers.models.saved_lists import ListSetting, Pin, SavedView

MOST_PINNED = 8
MOST_VIEWS = 100  # a person
MENU_IS_FULL = f"The menu holds {MOST_PINNED} lists. Take one off first."


@transaction.atomic
def save_view(
    *, by: User, now: datetime, name: str, filters: dict, sort: str, is_shared: bool = False, pin: bool = False
) -> SavedView:
    """Keep a list under a name; her own one of that name is replaced. Only a manager's is shared.

    Raises ActionError when the menu is full or when there are too many already.
    """
    _hold(by)
    known = SavedView.objects.filter(owner=by, name=name).first()
    if known is None and SavedView.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise ActionError(f"You have {MOST_VIEWS} saved lists. Delete one first.")
    view = known or SavedView(owner=by, name=name, created_at=now)
    view.filters, view.sort, view.is_shared = filters, sort, is_shared and by.is_manager
    view.save()
    if pin:
        _pin(by, view)
    return view


@transaction.atomic
def pin_view(*, view: SavedView, by: User, pinned: bool) -> None:
    """Put a list into the menu of `by`, or take it off. Raises ActionError when the menu is full."""
    _hold(by)
    if pinned:
        _pin(by, view)
    else:
        Pin.objects.filter(user=by, view=view).delete()


def delete_view(*, view: SavedView, by: User) -> None:
    """Delete a list of her own; it leaves every menu. Raises ActionError for somebody else's."""
    if view.owner_id != by.pk:
        raise ActionError(f"This list is {view.owner}’s. Only {view.owner} can delete it.")
    view.delete()


def choose_columns(*, by: User, columns: Iterable[str]) -> None:
    """Remember which columns `by` wants; none brings back the usual ones."""
    ListSetting.objects.update_or_create(user=by, defaults={"columns": list(columns)})


def _hold(user: User) -> None:
    """Two clicks at once do not get past the limits."""
    User.objects.select_for_update().get(pk=user.pk)


def _pin(user: User, view: SavedView) -> None:
    if Pin.objects.filter(user=user, view=view).exists():
        return
    # Only those she sees in it: one that is shared no more, she could not take off either.
    if SavedView.objects.open_to(user).filter(pins__user=user).count() >= MOST_PINNED:
        raise ActionError(MENU_IS_FULL)
    Pin.objects.create(user=user, view=view)
