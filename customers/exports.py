"""A list as a spreadsheet: every column that the desk knows, and each row as the import would read it back.

The rows come in slices, so that a million of them take no more memory than a thousand.
"""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import BinaryIO

from django.conf import settings
from django.db.models import Count
from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from accounts.models import User
from crm.lib import exported, phones
from crm.lib.pagination import Sort, slices
from crm.lib.text import guard
from crm.lib.workbooks import CELL_LENGTH, DAY, MOMENT, text_cell
from customers.models import ContactNumber, Course, Customer, CustomerQuerySet, Origin, Source, Status
from customers.models.customer import ERASED_NAME

SLICE = 500
PART = 1 << 16  # characters of CSV that are sent together
MOST_EXTRA = 400  # columns of their own for what spreadsheets said; the rest stands together in one
OWNER_LENGTH = 150  # what the import reads of a counsellor's name
BOM = "\ufeff"
CSV = "text/csv; charset=utf-8"
FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was

Value = str | date | datetime | int | None
Column = tuple[str, Callable[[Customer], Value]]


class Sheet:
    """The columns of one export and its rows, in the order of `sort`. `written` counts the rows handed out."""

    def __init__(self, customers: CustomerQuerySet, sort: Sort):
        self._customers, self._sort = customers, sort
        self.written = 0
        self.columns = _columns(customers)
        self.labels = [label for label, _ in self.columns]

    def __iter__(self) -> Iterator[list[Value]]:
        # Words and people are few and looked up once: making an object of each for every row costs half the time.
        for rows in slices(self._customers.prefetch_related("numbers"), sort=self._sort, size=SLICE):
            origins = Origin.objects.filter(pk__in={customer.origin_id for customer in rows})
            labels = dict(origins.values_list("pk", "label"))
            for customer in rows:
                customer.came_from = labels[customer.origin_id]
                self.written += 1
                yield [value(customer) for _, value in self.columns]


# -- columns --------------------------------------------------------------------------------------------------------


def _columns(customers: CustomerQuerySet) -> list[Column]:
    owner_names = _owner_names()
    statuses = dict(Status.objects.values_list("pk", "label"))
    sources, courses = (dict(model.objects.values_list("pk", "name")) for model in (Source, Course))
    number_columns = range(1 + (_most_numbers(customers) - 1) // exported.NUMBERS_A_CELL)
    extra = _extra_labels(customers)
    return [
        (exported.CUSTOMER_ID, lambda c: str(c.pk)),
        (exported.NAME, lambda c: ERASED_NAME if c.erased_at else c.name),
        (exported.PHONE, lambda c: c.dialled),
        *[(exported.further(place), _further(place)) for place in number_columns],
        (exported.AREA, lambda c: c.area),
        (exported.DATE, lambda c: c.date),
        (exported.COURSE, lambda c: courses.get(c.course_id, "")),
        (exported.SOURCE, lambda c: sources.get(c.source_id, "")),
        (exported.STATUS, lambda c: statuses[c.status_id]),
        (exported.OWNER, lambda c: owner_names.get(c.assigned_to_id, "")),
        (exported.FOLLOW_UP, lambda c: _local(c.next_follow_up_at)),
        (exported.LAST_CONTACT, lambda c: _local(c.last_contact_at)),
        (exported.TRIES, lambda c: c.attempts),
        (exported.DO_NOT_CALL, lambda c: "yes" if c.do_not_call else ""),
        (exported.EMAIL, lambda c: c.email),
        (exported.REMARK, lambda c: c.remark),
        (exported.ADDED, lambda c: _local(c.created_at)),
        (exported.ORIGIN, lambda c: c.came_from),
        *[(f"{exported.EXTRA}{label}", _extra(label)) for label in extra[:MOST_EXTRA]],
        *([(exported.MORE, _everything_else(extra[MOST_EXTRA:]))] if len(extra) > MOST_EXTRA else []),
    ]


def _owner_names() -> dict[int, str]:
    """Each counsellor's name as the import can tell her by it: in full, unless another bears it or it is too long."""
    people = list(User.objects.all())
    names = [str(person) for person in people]
    return {
        person.pk: name if len(name) <= OWNER_LENGTH and names.count(name) == 1 else person.username
        for person, name in zip(people, names, strict=True)
    }


def _most_numbers(customers: CustomerQuerySet) -> int:
    """How many further numbers the customer has who has most of them; at least 1."""
    counts = ContactNumber.objects.filter(customer__in=customers.order_by().values("pk")).order_by()
    most = counts.values("customer").annotate(n=Count("pk")).order_by("-n").values_list("n", flat=True).first()
    return most or 1


def _further(place: int) -> Callable[[Customer], str]:
    first, last = place * exported.NUMBERS_A_CELL, (place + 1) * exported.NUMBERS_A_CELL

    def cell(customer: Customer) -> str:
        numbers = sorted(number.number for number in customer.numbers.all())[first:last]
        return " / ".join(phones.as_dialled(number, settings.HOME_COUNTRY) for number in numbers)

    return cell


def _extra_labels(customers: CustomerQuerySet) -> list[str]:
    """Every column that some spreadsheet had and no field takes, in the order first met."""
    labels: dict[str, None] = {}
    kept = customers.exclude(extra={}).order_by("pk").values_list("extra", flat=True)
    for extra in kept.iterator(chunk_size=SLICE):
        labels.update(dict.fromkeys(sorted(extra)))  # PostgreSQL keeps no order of its own
    return list(labels)


def _extra(label: str) -> Callable[[Customer], str]:
    return lambda customer: str(customer.extra.get(label) or "")


def _everything_else(labels: list[str]) -> Callable[[Customer], str]:
    return lambda c: "\n".join(f"{label}: {c.extra[label]}" for label in labels if c.extra.get(label))


def _local(moment: datetime | None) -> datetime | None:
    """At home and without a zone, to the minute: as a spreadsheet can hold it."""
    return localtime(moment).replace(tzinfo=None, second=0, microsecond=0) if moment else None


# -- files ----------------------------------------------------------------------------------------------------------


def csv_parts(sheet: Sheet) -> Iterator[bytes]:
    """The sheet as CSV, some rows at a time: UTF-8 with a byte order mark, CRLF, no cell that runs as a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([BOM + guard(sheet.labels[0]), *map(guard, sheet.labels[1:])])
    for row in sheet:
        writer.writerow([_as_text(value) for value in row])
        if buffer.tell() >= PART:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    part = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return part


def _as_text(value: Value) -> str:
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)


def write_xlsx(file: BinaryIO, sheet: Sheet, title: str = "Customers") -> None:
    """The sheet as an Excel file; its rows go to a temporary file as they come. Numbers to call are texts."""
    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    page.freeze_panes = "C2"
    for place, label in enumerate(sheet.labels, start=1):
        page.column_dimensions[get_column_letter(place)].width = min(40, max(12, len(label) + 2))
    page.append([text_cell(page, guard(label), bold=True) for label in sheet.labels])
    to_call = [label == exported.PHONE or label.startswith(exported.FURTHER) for label in sheet.labels]
    for row in sheet:
        page.append([_cell(page, value, as_text) for value, as_text in zip(row, to_call, strict=True)])
    book.save(file)


def _cell(page, value: Value, as_text: bool):
    if isinstance(value, str):
        # Most texts need no cell of their own making, which costs ten times as much.
        plain = not as_text and value[:1].isalnum() and value.isascii() and "_x" not in value and value.isprintable()
        return value if plain and len(value) <= CELL_LENGTH else text_cell(page, _guarded(value))
    if isinstance(value, date):
        if (value.date() if isinstance(value, datetime) else value) < FIRST_DAY:
            return _as_text(value)
        cell = WriteOnlyCell(page, value)
        cell.number_format = MOMENT if isinstance(value, datetime) else DAY
        return cell
    return value


def _guarded(text: str) -> str:
    """A text cell runs nothing by itself: the guard is for the day it is saved as CSV, and must not cost the end."""
    guarded = guard(text)
    return guarded if len(guarded) <= CELL_LENGTH else text
