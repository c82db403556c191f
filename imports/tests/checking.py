"""What the tests of a check share."""

from django.utils import timezone

from accounts.models import User
from imports import actions, tasks
from imports.models import Import


def counted_again(import_: Import, by: User, **options) -> Import:
    """The check counted anew with these options, the others as they were."""
    chosen = {**import_.options, **options}
    actions.recount(import_=import_, options=chosen, by=by, now=timezone.now())
    return worked(import_)


def gone_ahead(import_: Import, by: User) -> Import:
    """The checked import after the worker has imported it."""
    counted = import_.check_result.get("round", 0)
    actions.go_ahead(import_=import_, counted=counted, by=by, now=timezone.now())
    return worked(import_)


def worked(import_: Import) -> Import:
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    return import_
