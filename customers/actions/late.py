"""What a counsellor saves when the customer has gone to somebody else while her form was open or her network down."""

from datetime import datetime

from django.utils.timezone import localtime

from customers.actions.notes import add_note
from customers.actions.status import by_others_since, record_status
from customers.models import Customer, Note, Status, StatusChange


def record_late(
    *, customer: Customer, status: Status, by, now: datetime, drawn: datetime, notes="", client_token=None, **rest
) -> StatusChange | Note:
    """Record her outcome, drawn before the customer changed hands; as a note when the new counsellor was quicker.

    So nothing that was recorded since is written over. Raises ActionError as record_status does.
    """
    mine = StatusChange.objects.filter(client_token=client_token, changed_by=by).first() if client_token else None
    if mine is None and by_others_since(customer, by, drawn):
        text = f"{status.label}, by {by} before the hand-over ({localtime(drawn):%H:%M}), sent late.\n{notes}".strip()
        return add_note(customer=customer, text=text, by=by, now=now, client_token=client_token)
    return record_status(
        customer=customer, status=status, by=by, now=now, notes=notes, client_token=client_token, **rest
    )
