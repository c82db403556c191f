"""An export that is asked for with the bar below a list is that list, in its order."""

import re

import pytest

from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def test_it_keeps_the_order_of_the_list(manager, as_user):
    # Given a list by name
    CustomerFactory()
    client = as_user(manager)
    page = client.get("/customers/", {"sort": "name"}).content.decode()
    bar = page[page.index('id="selection"') :]
    sent = dict(re.findall(r'<input type="hidden" name="(sort)" value="(\w*)">', bar[: bar.index("</form>")]))
    # When all of it is to be exported with the form that the list has for many at once
    asked = client.post("/customers/export/", {**sent, "matching": "1", "ask": "1"}).content.decode()
    # Then the file will be by name as well
    assert '<input type="hidden" name="sort" value="name">' in asked
