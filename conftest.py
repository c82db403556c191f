"""The cast of the tests: four people whose rights everybody knows, and mistakes made loud."""

import pytest
from django.db import connections
from django.test import Client

from accounts.tests.factories import UserFactory


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items) -> None:
    """Tests that empty the tables come last, whatever order chance gave: the others expect the migrations' rows."""
    items.sort(key=_empties_tables)


def _empties_tables(item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "live_server" in getattr(item, "fixturenames", ())


@pytest.fixture
def manager(db):
    """Sees and shares out everything."""
    return UserFactory(manager=True, username="meena", first_name="Meena")


@pytest.fixture
def asha(db):
    """A counsellor; the one whose customer it is."""
    return UserFactory(username="asha", first_name="Asha")


@pytest.fixture
def ravi(db):
    """Another counsellor; must see nothing of Asha's."""
    return UserFactory(username="ravi", first_name="Ravi")


@pytest.fixture
def admin_user(db):
    return UserFactory(admin=True, username="admin")


@pytest.fixture
def as_user():
    """`as_user(asha)` is a client signed in as Asha."""

    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every connection of the run knows the rows that migrations made, not only the first one.

    A browser's event loop gives the tests after it another connection object; without its copy of the seeded rows
    (the statuses) they would not come back after a test that empties the tables.
    """
    with django_db_blocker.unblock():
        connection = connections["default"]
        if hasattr(connection, "_test_serialized_contents"):
            type(connection)._test_serialized_contents = connection._test_serialized_contents
