"""An index for the list by name, the nameless last."""

import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_search_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='customer',
            name='customer_name',
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(django.db.models.functions.comparison.NullIf(models.F('name'), models.Value('')), models.F('id'), name='customer_by_name'),
        ),
    ]
