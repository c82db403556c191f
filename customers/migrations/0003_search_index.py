"""One trigram index over the one search column: substrings are found without reading the table (PostgreSQL)."""

from django.db import migrations


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_statuses")]
    operations = [
        # pg_trgm is a trusted extension since PostgreSQL 13: the owner of the database may create it.
        migrations.RunPython(
            on_postgresql("CREATE EXTENSION IF NOT EXISTS pg_trgm"), migrations.RunPython.noop, elidable=False
        ),
        migrations.RunPython(
            on_postgresql(
                "CREATE INDEX customer_search ON customers_customer USING gin (search_text gin_trgm_ops)"
            ),
            on_postgresql("DROP INDEX customer_search"),
        ),
    ]
