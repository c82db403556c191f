"""Changes of large tables beside which people go on working."""

from django.db.migrations import AddIndex, RemoveIndex


class _Quietly:
    """CONCURRENTLY on PostgreSQL, where the migration must say `atomic = False`; as usual elsewhere."""

    atomic = False

    @staticmethod
    def options(schema_editor) -> dict:
        return {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}

    @classmethod
    def make(cls, schema_editor, model, index) -> None:
        options = cls.options(schema_editor)
        if options:  # what an earlier try left half made is of no use
            name = schema_editor.quote_name(index.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        schema_editor.add_index(model, index, **options)

    @classmethod
    def drop(cls, schema_editor, model, index) -> None:
        schema_editor.remove_index(model, index, **cls.options(schema_editor))


class AddIndexQuietly(_Quietly, AddIndex):
    """An index that is made without keeping anybody from writing."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            self.make(schema_editor, model, self.index)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            self.drop(schema_editor, model, self.index)


class RemoveIndexQuietly(_Quietly, RemoveIndex):
    """An index that goes without anybody having to wait."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        self._apply(self.drop, app_label, schema_editor, from_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        self._apply(self.make, app_label, schema_editor, to_state)

    def _apply(self, change, app_label, schema_editor, state) -> None:
        model = state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            index = state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            change(schema_editor, model, index)
