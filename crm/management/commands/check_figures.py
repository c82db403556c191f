"""Counts anew whatever is kept by increment."""

from itertools import chain

from django.core.management.base import BaseCommand, CommandError

from customers import recount as of_customers
from imports import recount as of_imports


class Command(BaseCommand):
    help = "Recount every figure that is kept beside its rows; print each difference, and end with 1 if there is any."

    def add_arguments(self, parser) -> None:
        told = "Write anew how far customers came and when they were first called, where that is wrong."
        parser.add_argument("--mend", action="store_true", help=told)

    def handle(self, *, mend: bool, **options) -> None:
        found = 0
        for difference in chain(of_customers.differences(mend=mend), of_imports.differences()):
            self.stdout.write(str(difference))
            found += not difference.mended
        if found:
            raise CommandError(f"{found:,} figures are not what their rows add up to.")
        self.stdout.write("Every figure is what its rows add up to.")
