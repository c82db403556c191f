"""A query that every page makes: put together once, and run with other values each time.

Django takes several times as long to put such a query together as the database takes to answer it.
"""

from django.db import connection
from django.db.models import Expression, Field, QuerySet


class Gap(Expression):
    """Stands in a query for a value that is only known when it is run."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        return "%s", [self]


class Prepared:
    """The statement of a queryset with gaps in it. All else is as it was when it was put together, the zone too."""

    def __init__(self, queryset: QuerySet) -> None:
        self._sql, self._parameters = queryset.query.sql_with_params()

    def row(self, **values: object) -> tuple:
        """Its one row, with `values` in the gaps of these names, as the database gives it."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._filled(values))
            return cursor.fetchone()

    def rows(self, **values: object) -> list[tuple]:
        """All its rows, likewise."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._filled(values))
            return cursor.fetchall()

    def _filled(self, values: dict[str, object]) -> list:
        return [
            part.output_field.get_db_prep_value(values[part.name], connection) if isinstance(part, Gap) else part
            for part in self._parameters
        ]
