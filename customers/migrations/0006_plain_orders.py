"""Plain indexes for the lists by enquiry date and by last contact: pages ask for blank rows on their own."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0005_team_follow_ups'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("DROP INDEX customer_date", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('last_contact_at__isnull', False)), fields=['last_contact_at', 'id'], name='customer_contact'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['date', 'id'], name='customer_by_date'),
        ),
    ]
