"""Making people and letting them choose a password: for the admin, the team page and the command alike."""

import logging
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Role, User

log = logging.getLogger(__name__)

ADMIN = "admin"
ROLES = (*Role.values, ADMIN)


class AccountError(Exception):
    """An account could not be made; the text says why, fit for the one who asked."""


@transaction.atomic
def create_user(
    *,
    username: str,
    role: str,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    password: str | None = None,
    by: User | None = None,
) -> User:
    """A new person who may sign in; `role` is one of ROLES. Without `password` she chooses one by `set_password_link`.

    Raises AccountError for a name that is taken or not allowed, a role that does not exist, or a weak password.
    """
    if role not in ROLES:
        raise AccountError(f"There is no role “{role}”. Choose one of {', '.join(ROLES)}.")
    is_admin = role == ADMIN
    user = User(
        username=User.normalize_username(username),
        role="" if is_admin else role,
        is_staff=is_admin,
        is_superuser=is_admin,
        first_name=first_name,
        last_name=last_name,
        email=User.objects.normalize_email(email),
    )
    if User.objects.filter(username__iexact=user.username).exists():
        raise AccountError(f"There is already somebody called {user.username}. Choose another name.")
    try:
        user.full_clean(exclude=["password"])
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise AccountError(" ".join(error.messages)) from error
    user.set_password(password)  # None makes a password that nothing matches
    user.save(force_insert=True)
    log.info("User %s (%s) created by %s", user.username, role, by or "the command line")
    return user


def set_password_link(user: User) -> str:
    """The path under which `user` can choose a password: once, for a day, and not after another sign-in."""
    uidb64 = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accounts:set_password", args=[uidb64, default_token_generator.make_token(user)])


def end_sessions(*, user: User, by: User) -> None:
    """Take `user`'s password away and with it every session: she comes in again by `set_password_link` only."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    log.info("Password and sessions of %s ended by %s", user.username, by)


def see_notices(*, user: User, until: datetime) -> None:
    """Remember that `user` has seen her notices up to that moment; one UPDATE, and never back in time."""
    if user.notices_seen_at and user.notices_seen_at >= until:
        return
    unseen = Q(notices_seen_at=None) | Q(notices_seen_at__lt=until)
    User.objects.filter(unseen, pk=user.pk).update(notices_seen_at=until)
    user.notices_seen_at = until


def mail_set_password_links(*, email: str, base_url: str) -> int:
    """Send everybody active with that address her link, always to the address on record. Returns how many."""
    people = list(User.objects.filter(email__iexact=email, is_active=True).order_by("pk")[:10]) if email else []
    for user in people:
        context = {"user": user, "link": base_url + set_password_link(user)}
        send_mail("Choose a new password", render_to_string("accounts/mail/password.txt", context), None, [user.email])
    return len(people)
