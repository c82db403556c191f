"""`customer_owner_due` (0026) again, with who is merged away as a column and no condition, whichever form is there."""

from django.db import migrations, models

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0029_who_changed_a_status")]
    operations = [
        AddIndexQuietly(
            model_name="customer",
            index=models.Index(fields=["assigned_to", "next_follow_up_at", "merged_into"], name="customer_due_of_hers"),
        ),
        RemoveIndexQuietly(model_name="customer", name="customer_owner_due"),
    ]
