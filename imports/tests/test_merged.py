"""A file that means somebody by a number whose row was merged away."""

from datetime import date

import pytest
from django.utils import timezone

from customers import actions
from imports.tests.factories import imported

pytestmark = pytest.mark.django_db


def test_a_file_with_the_losers_number_means_the_survivor(asha, manager):
    now = timezone.now()
    farah = actions.create_customer(
        by=asha, now=now, phone_number="+919876543210", name="Farah Khan", date=date(2026, 3, 5), source="Fair"
    )
    double = actions.create_customer(
        by=asha, now=now, phone_number="+919876543201", name="Farah", date=date(2026, 4, 1), source="Website"
    )
    actions.merge(survivor=farah, loser=double, by=manager, now=now)

    import_ = imported(manager, b"Name,Phone,Area,Source,Date\nFarah,98765 43201,Aluva,Website,01/04/2026\n")
    again = imported(manager, b"Name,Phone,Source,Date\nFarah Khan,98765 43210,Website,01/04/2026\n")

    assert import_.import_rows.get().customer == farah
    assert (import_.created, again.created) == (0, 0)
    farah.refresh_from_db()
    assert (farah.area, farah.enquiry_count) == ("Aluva", 2)  # what she asked as the other is not asked again
