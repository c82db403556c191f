"""What was overdue a week ago is counted from an index alone."""

from django.db import migrations, models
from django.db.models.functions import Coalesce

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0023_index_of_activity")]
    operations = [
        AddIndexQuietly(
            model_name="followup",
            index=models.Index(
                Coalesce("promised_at", "due_at"),
                include=["promised_at", "due_at", "created_at", "customer"],
                condition=models.Q(("state", "open")),
                name="follow_up_kept_open",
            ),
        ),
        RemoveIndexQuietly(model_name="followup", name="follow_up_promised"),
    ]
