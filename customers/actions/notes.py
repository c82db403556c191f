"""Notes: what a person wants to remember of a customer."""

from datetime import datetime

from django.db import transaction

from customers.actions.errors import ActionError
from customers.models import Customer, Note


@transaction.atomic
def add_note(*, customer: Customer, text: str, by, now: datetime, client_token: str | None = None) -> Note:
    """Add a note. The same `client_token` again returns the note of the first time.

    Raises ActionError when the token was used for another customer or by another person.
    """
    Customer.objects.select_for_update().get(pk=customer.pk)
    if client_token and (note := Note.objects.filter(client_token=client_token).first()):
        if note.customer_id != customer.pk or note.by_id != by.pk:
            raise ActionError("This form was already used for something else. Open the page again.")
        return note
    return Note.objects.create(customer=customer, text=text, by=by, at=now, client_token=client_token or None)
