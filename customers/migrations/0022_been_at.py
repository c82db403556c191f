"""Customers know at which statuses they ever were and when they were first called; until now the reports asked their
histories. Filled in while people go on working, a few at a time; one index takes the place of another, one goes."""

from django.db import migrations, models
from django.db.models import Exists, Min, OuterRef, Q, Subquery, Sum
from django.db.transaction import atomic

from crm.lib.migrating import AddIndexQuietly, RemoveIndexQuietly

SLICE = 1_000


def mark_statuses(apps, schema_editor):
    Status = apps.get_model("customers", "Status")
    for place, status in enumerate(Status.objects.order_by("order", "code")):
        status.mark = 1 << place
        status.save(update_fields=["mark"])


def fill_in(apps, schema_editor):
    Customer = apps.get_model("customers", "Customer")
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:SLICE])
    while ids:
        _fill_in(apps, ids)
        ids = list(Customer.objects.filter(pk__gt=ids[-1]).order_by("pk").values_list("pk", flat=True)[:SLICE])


@atomic
def _fill_in(apps, ids):
    """What their histories say. Whoever records something holds the customer's row meanwhile, or waits for us."""
    Customer, StatusChange = (apps.get_model("customers", name) for name in ("Customer", "StatusChange"))
    list(Customer.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    changes = StatusChange.objects.filter(customer=OuterRef("pk"), undone_at=None).order_by().values("customer")
    been_at = changes.annotate(marks=Sum("new_status__mark", distinct=True)).values("marks")
    first = changes.filter(kind="contact").annotate(first=Min("happened_at")).values("first")
    called = Customer.objects.filter(Exists(changes), pk__in=ids)
    called.update(been_at=Subquery(been_at), first_contact_at=Subquery(first))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0021_closed_events")]
    operations = [
        migrations.AddField("status", "mark", models.BigIntegerField(null=True, editable=False)),
        migrations.RunPython(mark_statuses, migrations.RunPython.noop),
        migrations.AlterField(
            "status",
            "mark",
            models.BigIntegerField(
                unique=True, editable=False, help_text="Its bit in Customer.been_at; stays for ever."
            ),
        ),
        migrations.AddField(
            "customer",
            "been_at",
            models.BigIntegerField(
                default=0,
                db_default=0,
                editable=False,
                help_text="The marks of all statuses that were recorded of her.",
            ),
        ),
        migrations.AddField("customer", "first_contact_at", models.DateTimeField(null=True, blank=True)),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        AddIndexQuietly(
            model_name="customer",
            index=models.Index(
                fields=["date", "id", "status", "been_at"],
                condition=Q(merged_into__isnull=True),
                name="customer_how_far",
            ),
        ),
        RemoveIndexQuietly(model_name="customer", name="customer_by_date"),
        RemoveIndexQuietly(model_name="statuschange", name="status_change_standing"),
    ]
