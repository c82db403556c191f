"""The index of what happened when holds all that is counted of it, and not what was taken back."""

from django.db import migrations, models

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0022_been_at")]
    operations = [
        AddIndexQuietly(
            model_name="statuschange",
            index=models.Index(
                fields=["happened_at", "kind", "new_status", "previous_status", "customer", "changed_by"],
                condition=models.Q(("undone_at__isnull", True)),
                name="status_change_lately",
            ),
        ),
        RemoveIndexQuietly(model_name="statuschange", name="status_change_when"),
    ]
