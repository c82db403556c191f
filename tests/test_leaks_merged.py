"""What nobody learns of a customer through another who is, or may be, the same person."""

import pytest
from django.utils import timezone

from customers.models import Note, StatusChange
from customers.tests.factories import CustomerFactory, StatusChangeFactory
from customers.timeline import pinned, status_history

pytestmark = pytest.mark.django_db

NAME, SECRET = "Farah Quraishi", "her father is against it"


@pytest.fixture
def farah(asha):
    return CustomerFactory(name=NAME, phone_number="+919876543210", area="Zamorin Street", assigned_to=asha)


def test_what_was_merged_into_a_colleagues_customer_is_hers_alone(farah, asha, ravi):
    """Not even who looked after the other row sees its history any more."""
    gone = CustomerFactory(assigned_to=ravi, merged_into=farah)
    Note.objects.create(customer=gone, text=SECRET, by=ravi, at=timezone.now(), pinned=True)
    StatusChangeFactory(customer=gone, changed_by=ravi)
    assert len(pinned(farah, asha)) == 1
    assert len(status_history(farah, asha)[0]) == 1
    assert not Note.objects.visible_to(ravi, merged=True).exists()
    assert not StatusChange.objects.visible_to(ravi, merged=True).exists()
