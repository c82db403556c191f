"""An index for the reports: how far each customer came, and when she was first called."""

from django.db import migrations, models

from crm.lib.migrating import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0019_search_statistics")]
    operations = [
        AddIndexQuietly(
            model_name="statuschange",
            index=models.Index(
                fields=["customer", "happened_at", "kind", "new_status"],
                condition=models.Q(("undone_at__isnull", True)),
                name="status_change_standing",
            ),
        ),
    ]
