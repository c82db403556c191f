"""A made-up institute of any size, to measure in."""

import time
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from crm.world.loading import build


def moment(text: str) -> datetime:
    """A date and time; without a zone it is meant at home."""
    at = datetime.fromisoformat(text)
    return at if timezone.is_aware(at) else timezone.make_aware(at)


class Command(BaseCommand):
    help = "Fill an empty database with a made-up institute: the same for the same numbers, seed and moment."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--customers", type=int, default=100_000)
        parser.add_argument("--users", type=int, default=200, help="How many counsellors.")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--at", type=moment, help="The moment up to which everything has happened; now.")

    def handle(self, *, customers: int, users: int, seed: int, at: datetime | None, **options) -> None:
        begun = time.monotonic()
        if customers < 1 or users < 1:
            raise CommandError("A world needs at least one customer and one counsellor.")
        try:
            world = build(customers=customers, users=users, seed=seed, at=at or timezone.now(), say=self.stdout.write)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")  # else an index alone answers nothing until the server gets to it
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in world.counts.items())
        took = time.monotonic() - begun
        self.stdout.write(f"{counts}; {world.history:,} rows of history. {took:.0f} seconds.")
