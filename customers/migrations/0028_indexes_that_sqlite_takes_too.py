"""Indexes by which SQLite, too, counts without a look at the rows, and finds what it looks for in the order of one."""

from django.db import migrations, models
from django.db.models.functions import Coalesce

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0027_week_of_nobodys")]
    operations = [
        AddIndexQuietly(
            model_name="customer",
            index=models.Index(fields=["assigned_to", "id", "merged_into"], name="customer_hers"),
        ),
        RemoveIndexQuietly(model_name="customer", name="customer_owner"),
        AddIndexQuietly(
            model_name="customer",
            index=models.Index(fields=["source", "id", "merged_into"], name="customer_of_source"),
        ),
        RemoveIndexQuietly(model_name="customer", name="customer_source"),
        AddIndexQuietly(
            model_name="customer",
            index=models.Index(
                models.F("assigned_to"),
                Coalesce("assigned_at", "created_at"),
                condition=models.Q(("assigned_to__isnull", True), ("merged_into__isnull", True)),
                name="customer_waiting_since",
            ),
        ),
        RemoveIndexQuietly(model_name="customer", name="customer_waiting"),
        AddIndexQuietly(
            model_name="statuschange",
            index=models.Index(fields=["changed_by", "happened_at"], name="status_change_whose"),
        ),
    ]
