"""What cleaning a row gives."""

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from imports.mapping import Field

NAME_LENGTH = 200
EMAIL_LENGTH = 254
REMARK_LENGTH = 32_767  # what an Excel cell can hold
LENGTHS = {  # as in the tables of customers
    Field.AREA: 200,
    Field.SOURCE: 120,
    Field.COURSE: 160,
    Field.STATUS: 60,
    Field.OWNER: 150,
}
_WARNING_LENGTH = 200


class Warn(NamedTuple):
    code: str
    column: str  # label
    text: str  # what the cell said


@dataclass(slots=True)
class Clean:
    """What a row says. With a `reason` it is rejected, and its values are not to be used."""

    phone: str | None = None
    extra_phones: list[str] = field(default_factory=list)
    name: str = ""
    area: str = ""
    date: dt.date | None = None
    date_if_month_first: dt.date | None = None  # where the text could be either
    date_order: str | None = None  # 'dmy' or 'mdy' where the text proves it: evidence for `datetexts.month_first`
    remark: str = ""
    email: str = ""
    source: str = ""
    course: str = ""
    status: str = ""
    owner: str = ""
    customer_id: str = ""  # a UUID, or ''
    follow_up: str = ""  # ISO: a day, or a local day and time
    follow_up_if_month_first: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    warnings: list[Warn] = field(default_factory=list)
    reason: str | None = None
    reason_column: str = ""
    reason_text: str = ""

    def warn(self, code: str, column: str, text: str) -> None:
        self.warnings.append(Warn(code, column, text[:_WARNING_LENGTH]))

    def reject(self, reason: str, column: str, text: str) -> None:
        """The first reason stays."""
        if self.reason is None:
            self.reason, self.reason_column, self.reason_text = reason, column, text[:_WARNING_LENGTH]

    def keep(self, label: str, text: str) -> None:
        """What no field can hold: kept with the customer under its column's name."""
        if text:
            self.extra[label] = text
