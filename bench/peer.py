"""django-import-export on our table: as it comes, and with every switch its manual names for speed."""

from pathlib import Path

import tablib
from django.utils import timezone
from import_export import fields, resources
from import_export.instance_loaders import CachedInstanceLoader
from import_export.widgets import ForeignKeyWidget

from crm.lib.phones import normalise
from crm.lib.text import fold, search_text
from customers.models import Customer, Origin, Source


class SourceByName(ForeignKeyWidget):
    """Known sources by their name, new ones added, each looked up once."""

    def __init__(self):
        super().__init__(Source, "name")
        self._known: dict[str, Source] = {}

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        if value not in self._known:
            self._known[value], _ = Source.objects.get_or_create(key=fold(value), defaults={"name": value})
        return self._known[value]


class AsItComes(resources.ModelResource):
    """What its manual shows first: the columns, the key that a row is known by, and what the table wants filled in."""

    source = fields.Field(attribute="source", column_name="source")

    class Meta:
        model = Customer
        fields = ("name", "phone_number", "area", "date", "remark", "source", "email")
        import_id_fields = ("phone_number",)

    def __init__(self, origin: Origin):
        super().__init__()
        self.origin, self.now = origin, timezone.now()
        self.fields["source"].widget = SourceByName()

    def before_import(self, dataset, **kwargs):
        """Numbers as the table keeps them, or nobody would be known again; no None where it wants a text."""
        place = dataset.headers.index("phone_number")
        texts = [dataset.headers.index(name) for name in ("name", "area", "remark", "source", "email")]
        for number, row in enumerate(dataset):
            cells = list(row)
            cells[place] = normalise(cells[place])
            for text in texts:
                cells[text] = cells[text] or ""
            dataset[number] = cells

    def before_save_instance(self, instance, row, **kwargs):
        instance.origin, instance.created_at, instance.updated_at = self.origin, self.now, self.now
        instance.area_key, instance.last_enquired_at = fold(instance.area), instance.date
        instance.search_text = search_text(name=instance.name, area=instance.area, numbers=[instance.phone_number])


class Tuned(AsItComes):
    class Meta(AsItComes.Meta):
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        force_init_instance = False
        skip_unchanged = False
        instance_loader_class = CachedInstanceLoader


def run(path: Path, by, resource: type[AsItComes]) -> None:
    origin = Origin.objects.create(kind="import", label=path.name, created_by=by, created_at=timezone.now())
    if path.suffix == ".csv":
        data = tablib.Dataset().load(path.read_text(encoding="utf-8"), format="csv")
    else:
        data = tablib.Dataset().load(path.read_bytes(), format="xlsx")
    result = resource(origin).import_data(data, dry_run=False, raise_errors=True, use_transactions=True)
    if result.has_errors() or result.has_validation_errors():
        raise SystemExit("django-import-export refused the file")
