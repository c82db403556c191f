"""manage.py create_user NAME --role manager|sales|admin"""

import os
import sys

from django.core.management.base import BaseCommand, CommandError

from accounts.actions import ROLES, AccountError, create_user, set_password_link


class Command(BaseCommand):
    help = "Makes a person who can sign in. Prints a one-time link for choosing the password, unless one is given."

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", help="The name to sign in with.")
        parser.add_argument("--role", required=True, choices=ROLES, help="admin: a superuser, without another role.")
        parser.add_argument("--password-stdin", action="store_true", help="Read the password from standard input.")
        parser.add_argument("--email", default="")
        here = f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}"
        parser.add_argument("--base-url", default=here, help="What the printed link begins with.")

    def handle(self, *, name, role, password_stdin, email, base_url, **options) -> None:
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
        try:
            user = create_user(username=name, role=role, email=email, password=password)
        except AccountError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.username} can sign in as {user.get_role_display() or 'admin'}.")
        if password is None:
            self.stdout.write("Choose the password here, once, within a day:")
            self.stdout.write(base_url.rstrip("/") + set_password_link(user))
