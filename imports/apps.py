from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "imports"

    def ready(self) -> None:
        from customers.actions import also_erase
        from imports.erasing import FilesKeeper

        also_erase(FilesKeeper())
