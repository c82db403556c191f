"""The dashboard's week of the unassigned has an index of its own; a counsellor's notices read only what is hers."""

from django.db import migrations, models

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0026_own_due_from_an_index")]
    operations = [
        AddIndexQuietly(
            model_name="assignmentchange",
            index=models.Index(
                fields=["at"],
                condition=models.Q(("previous_owner", None), ("new_owner", None), _connector="OR"),
                name="assignment_of_nobodys",
            ),
        ),
        RemoveIndexQuietly(model_name="assignmentchange", name="assignment_when"),
    ]
