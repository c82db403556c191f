"""Indexes for what a million customers made slow, each made while people go on working; two that others replace go."""

from django.db import migrations, models
from django.db.models import functions

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0013_former_owner")]
    operations = [
        AddIndexQuietly(
            model_name='assignmentchange',
            index=models.Index(fields=['at'], name='assignment_when'),
        ),
        AddIndexQuietly(
            model_name='customer',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['assigned_to', 'status', 'id'], name='customer_standing'),
        ),
        AddIndexQuietly(
            model_name='customer',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('next_follow_up_at__isnull', False)), fields=['next_follow_up_at', 'assigned_to'], name='customer_due'),
        ),
        AddIndexQuietly(
            model_name='customer',
            index=models.Index(functions.Coalesce('assigned_at', 'created_at'), condition=models.Q(('assigned_to__isnull', True), ('merged_into__isnull', True)), name='customer_waiting'),
        ),
        AddIndexQuietly(
            model_name='customer',
            index=models.Index(models.F('assigned_to'), functions.Coalesce('assigned_at', 'created_at'), condition=models.Q(('assigned_to__isnull', False), ('merged_into__isnull', True), ('status', 'NEW')), name='customer_untouched'),
        ),
        AddIndexQuietly(
            model_name='customer',
            index=models.Index(condition=models.Q(('assigned_at__isnull', False), ('merged_into__isnull', True)), fields=['assigned_at', 'assigned_to'], name='customer_given'),
        ),
        AddIndexQuietly(
            model_name='customer',
            index=models.Index(condition=models.Q(('assigned_to__isnull', False)), fields=['assigned_to', 'date', 'id'], name='customer_owner_by_date'),
        ),
        AddIndexQuietly(
            model_name='customer',
            index=models.Index(models.F('assigned_to'), functions.NullIf(models.F('name'), models.Value('')), models.F('id'), condition=models.Q(('assigned_to__isnull', False)), name='customer_owner_by_name'),
        ),
        AddIndexQuietly(
            model_name='customer',
            index=models.Index(condition=models.Q(('assigned_to__isnull', False), ('last_contact_at__isnull', False)), fields=['assigned_to', 'last_contact_at', 'id'], name='customer_owner_contact'),
        ),
        AddIndexQuietly(
            model_name='followup',
            index=models.Index(functions.Coalesce('promised_at', 'due_at'), condition=models.Q(('state', 'open')), name='follow_up_promised'),
        ),
        AddIndexQuietly(
            model_name='followup',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['closed_at'], name='follow_up_closed'),
        ),
        AddIndexQuietly(
            model_name='statuschange',
            index=models.Index(fields=['new_status', 'happened_at'], name='status_change_reached'),
        ),
        RemoveIndexQuietly(
            model_name='customer',
            name='customer_owner_status',
        ),
        RemoveIndexQuietly(
            model_name='customer',
            name='customer_follow_up',
        ),
    ]
