"""Undoing for tests: the import taken back as the page and the worker do it, and what is left."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from customers import actions as work
from customers.models import ContactNumber, Customer, Enquiry
from imports import actions, tasks
from imports.models import Import, ImportRow
from imports.tests.factories import csv_bytes

HEADER = "Name,Phone,Area,Date,Remark,Source,Course,Email,Other phone,Fees"
FARAH, JOHN = "+919876543210", "+919876543211"


def undone(import_: Import, by: User, now: datetime | None = None) -> Import:
    """The import after the worker has taken it back."""
    actions.undo(import_=import_, by=by, now=now or timezone.now())
    tasks.run_import.call(str(import_.pk))
    import_.refresh_from_db()
    return import_


def at(number: str) -> Customer:
    return Customer.objects.get(phone_number=number)


def rows_of(import_: Import) -> dict[int, tuple[str, dict]]:
    return {
        row.row: (row.undo, row.detail.get("undo", {}))
        for row in ImportRow.objects.filter(import_id=import_.pk).order_by("number")
    }


def at_person(person: int) -> Customer:
    return Customer.objects.get(phone_number=FARAH, person=person)


def state_of(customer: Customer) -> dict:
    """All that is known of a customer, but for the moments and the version."""
    customer = Customer.objects.get(pk=customer.pk)
    values = {
        field.attname: getattr(customer, field.attname)
        for field in Customer._meta.concrete_fields
        if field.attname not in ("updated_at", "version")
    }
    values["numbers"] = sorted(ContactNumber.objects.filter(customer=customer).values_list("number", flat=True))
    asked = Enquiry.objects.filter(customer=customer).order_by("pk")
    values["enquiries"] = list(asked.values_list("enquired_on", "source", "course", "origin"))
    return values


def many(count: int, *, area: str = "Kochi") -> bytes:
    return csv_bytes(*[f"Person {n},98765{n:05d},{area},," for n in range(count)])


def note(customer, by):
    work.add_note(customer=customer, text="Her father decides.", by=by, now=timezone.now())
