"""PostgreSQL looks closer at the search column: by default it takes every word for a rare one, and then reads all the
rows with a frequent one, to sort them, instead of the newest until the page is full."""

from django.db import migrations


def look(closer):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"ALTER TABLE customers_customer ALTER COLUMN search_text SET STATISTICS {closer}"
            )

    return run


class Migration(migrations.Migration):
    dependencies = [("customers", "0018_events")]
    operations = [migrations.RunPython(look(500), look(-1))]
