"""Imports and their rows in the admin: to be looked at."""

import pytest
from django.utils import timezone

from customers.models import Origin
from imports.models import Import, ImportRow, Outcome


@pytest.fixture
def client(as_user, admin_user):
    return as_user(admin_user)


@pytest.fixture
def fair(manager):
    now = timezone.now()
    origin = Origin.objects.create(kind=Origin.Kind.IMPORT, label="fair.xlsx", created_by=manager, created_at=now)
    row = Import.objects.create(
        origin=origin,
        original_name="fair.xlsx",
        size=1,
        sha256="0" * 64,
        token="secret-form-token",
        uploaded_by=manager,
        created_at=now,
    )
    for n in range(1, 31):
        ImportRow.objects.create(import_id=row.pk, number=n, row=n + 1, outcome=Outcome.REJECTED, reason="no_phone")
    return row


@pytest.mark.parametrize("model", [Import, ImportRow])
def test_rows_are_shown_and_not_written(client, fair, model, django_assert_max_num_queries):
    base, pk = f"/admin/imports/{model._meta.model_name}/", model.objects.order_by("pk").first().pk
    with django_assert_max_num_queries(8):
        assert client.get(base).status_code == 200
    page = client.get(f"{base}{pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.text
    assert "secret-form-token" not in page.text
    for refused in (f"{base}{pk}/change/", f"{base}add/", f"{base}{pk}/delete/"):
        assert client.post(refused, {"post": "yes", "state": "done"}).status_code == 403
    assert model.objects.filter(pk=pk).exists()


def test_rows_are_found_by_their_import(client, fair):
    assert client.get("/admin/imports/importrow/", {"q": str(fair.pk)}).context["cl"].result_count == 30
    assert client.get("/admin/imports/importrow/", {"q": "nonsense"}).context["cl"].result_count == 0
