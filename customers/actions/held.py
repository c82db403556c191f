"""A customer held for a change."""

from uuid import UUID

from customers.actions.errors import ActionError
from customers.models import Customer

ERASED = "This person’s data was erased. Nothing can be recorded or changed any more."


def held(customer_id: UUID) -> Customer:
    """The row as it is now, locked until the transaction ends. Raises ActionError when her data was erased."""
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    refuse_erased(customer)
    return customer


def refuse_erased(customer: Customer) -> None:
    """Raises ActionError when her data was erased."""
    if customer.erased_at:
        raise ActionError(ERASED)
