"""`field__one_of=values`: as `field__in`, for thousands of texts or UUIDs. They travel as one parameter, where `in`
makes, checks and parses one for each.
"""

import json
import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models.lookups import Lookup


class OneOf(Lookup):
    lookup_name = "one_of"
    prepare_rhs = False

    def __init__(self, lhs, rhs: Iterable[str | uuid.UUID]):
        super().__init__(lhs, [value.hex if isinstance(value, uuid.UUID) else value for value in rhs])

    def get_db_prep_lookup(self, value, connection):
        return "%s", [value]

    def as_sql(self, compiler, connection):
        """SQLite."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, json.dumps(self.rhs)]

    def as_postgresql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        kind = (field.target_field if field.is_relation else field).rel_db_type(connection)
        return f"{column} = ANY(%s::{kind.partition('(')[0]}[])", [*parameters, self.rhs]


models.Field.register_lookup(OneOf)
models.ForeignKey.register_lookup(OneOf)
