"""Indexes that each database spells in its own way.

One trigram index over the one search column: substrings are found without reading the table (PostgreSQL). And the
list by enquiry date, blanks last: SQLite refuses NULLS LAST in an index, and puts them last by itself.
"""

from django.db import migrations


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


def index_by_date(apps, schema_editor):
    order = "date DESC NULLS LAST, id DESC" if schema_editor.connection.vendor == "postgresql" else "date DESC, id DESC"
    schema_editor.execute(f"CREATE INDEX customer_date ON customers_customer ({order})")


def drop_index_by_date(apps, schema_editor):
    schema_editor.execute("DROP INDEX customer_date")


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_statuses")]
    operations = [
        migrations.RunPython(index_by_date, drop_index_by_date),
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
