"""How many of a counsellor's customers are due is counted from an index alone, and from her part of it."""

from django.db import migrations, models

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0025_rare_status_from_an_index")]
    operations = [
        AddIndexQuietly(
            model_name="customer",
            index=models.Index(
                fields=["assigned_to", "next_follow_up_at"],
                condition=models.Q(("merged_into__isnull", True)),
                name="customer_owner_due",
            ),
        ),
        RemoveIndexQuietly(model_name="customer", name="customer_owner_follow_up"),
    ]
