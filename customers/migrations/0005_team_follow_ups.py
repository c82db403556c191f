"""An index for the follow-ups of the whole team."""


from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0004_blank_names_last'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('next_follow_up_at__isnull', False)), fields=['next_follow_up_at'], name='customer_follow_up'),
        ),
    ]
