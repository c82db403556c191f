from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        from customers import search_index

        post_migrate.connect(search_index.keep, sender=self)
