"""manage.py purge_uploads: deletes uploaded files that are too old now, instead of when the worker comes to it."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from imports import purging


class Command(BaseCommand):
    help = "Delete uploaded files, and rows as they came, that are older than KEEP_UPLOADS_DAYS (at least 30)."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say which, delete nothing")

    def handle(self, *, dry_run: bool, **options):
        now, days = timezone.now(), purging.keep_for().days
        due = list(purging.due(now).values_list("original_name", flat=True))
        for name in due:
            if not dry_run:
                purging.purge_next(now=now)
            self.stdout.write(name)
        done = "would be deleted" if dry_run else "deleted"
        self.stdout.write(f"{len(due):,} {'file' if len(due) == 1 else 'files'} {done}: older than {days} days.")
