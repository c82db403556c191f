"""Notes: what a person wants to remember of a customer."""

from datetime import datetime

from django.db import IntegrityError, transaction

from customers.actions.errors import USED_TOKEN, ActionError
from customers.models import Customer, Note


def add_note(*, customer: Customer, text: str, by, now: datetime, client_token: str | None = None) -> Note:
    """Add a note. The same `client_token` again returns the note of the first time.

    Raises ActionError when the token was used for another customer or by another person.
    """
    try:
        with transaction.atomic():
            Customer.objects.select_for_update().get(pk=customer.pk)
            if client_token and (note := Note.objects.filter(client_token=client_token).first()):
                if note.customer_id != customer.pk or note.by_id != by.pk:
                    raise ActionError(USED_TOKEN)
                return note
            return Note.objects.create(customer=customer, text=text, by=by, at=now, client_token=client_token or None)
    except IntegrityError as error:  # the token was used for another customer in this very moment
        raise ActionError(USED_TOKEN) from error
