"""What accounts leave to the worker."""

from django_tasks import task

from accounts import actions


@task()
def mail_set_password_links(email: str, base_url: str) -> None:
    """In the worker, so that the page answers as fast for an address nobody has as for one somebody has."""
    actions.mail_set_password_links(email=email, base_url=base_url)
