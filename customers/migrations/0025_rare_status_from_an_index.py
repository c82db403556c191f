"""How many are at a rare status is counted from an index alone."""

from django.db import migrations, models

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0024_overdue_from_an_index")]
    operations = [
        AddIndexQuietly(
            model_name="customer",
            index=models.Index(fields=["status", "id", "merged_into"], name="customer_by_status"),
        ),
        RemoveIndexQuietly(model_name="customer", name="customer_status"),
    ]
