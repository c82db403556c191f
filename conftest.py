"""The cast of the tests: four people whose rights everybody knows, and mistakes made loud."""

import pytest
from django.test import Client

from accounts.tests.factories import UserFactory


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
