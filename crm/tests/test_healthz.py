"""What a probe is told."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/healthz", "/healthz/"])
def test_a_probe_is_answered_without_a_session_a_redirect_or_https(address, client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(address).status_code == 200
