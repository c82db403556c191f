"""Notes: what a person wants to remember of a customer."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from customers.actions.errors import USED_TOKEN, ActionError
from customers.actions.held import held
from customers.models import Customer, FieldChange, Note

EDIT_WITHIN = timedelta(minutes=15)
NOT_EDITED = "A note can be changed by its author, for 15 minutes. Write another one."


def may_edit(note: Note, *, by, now: datetime) -> bool:
    """Her own, and fresh."""
    return note.by_id == by.pk and now - note.at <= EDIT_WITHIN


def note_of(*, customer: Customer, note_id: int) -> Note | None:
    """A note of `customer`, or of one who was merged into her."""
    return Note.objects.filter(customer__in=customer.row_ids, pk=note_id).select_related("by").first()


def edit_note(*, note: Note, text: str, by, now: datetime) -> Note:
    """Change one's own fresh note; what it said before stays on the record. Raises ActionError for any other."""
    with transaction.atomic():
        held(note.customer_id)
        note = Note.objects.select_for_update().get(pk=note.pk)
        if not may_edit(note, by=by, now=now):
            raise ActionError(NOT_EDITED)
        if note.text != text:
            FieldChange.objects.create(
                customer_id=note.customer_id, field="note", old=note.text, new=text, by=by, at=now
            )
            note.text, note.edited_at = text, now
            note.save(update_fields=["text", "edited_at"])
        return note


def pin_note(*, note: Note, pinned: bool) -> Note:
    """Keep a note above the timeline, or let it go."""
    note.pinned = pinned
    note.save(update_fields=["pinned"])
    return note


def add_note(*, customer: Customer, text: str, by, now: datetime, client_token: str | None = None) -> Note:
    """Add a note. The same `client_token` again returns the note of the first time.

    Raises ActionError when the token was used for another customer or by another person.
    """
    try:
        with transaction.atomic():
            held(customer.pk)
            if client_token and (note := Note.objects.filter(client_token=client_token).first()):
                if note.customer_id != customer.pk or note.by_id != by.pk:
                    raise ActionError(USED_TOKEN)
                return note
            return Note.objects.create(customer=customer, text=text, by=by, at=now, client_token=client_token or None)
    except IntegrityError as error:  # the token was used for another customer in this very moment
        raise ActionError(USED_TOKEN) from error
