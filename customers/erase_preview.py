"""What erasing a person takes away and what stays, before it is done."""

from dataclasses import dataclass, field
from uuid import UUID

from customers.actions.erase import KEEPERS, KeptFile, area_stays
from customers.models import Customer, FieldChange, Note, StatusChange


@dataclass
class Preview:
    """In words: what goes, what stays; and the files that hold her still."""

    goes: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    files: list[KeptFile] = field(default_factory=list)


def preview(customer: Customer) -> Preview:
    """Of somebody whom the viewer may see. As many queries for a long history as for none."""
    ids = customer.row_ids
    return Preview(goes=list(filter(None, _goes(customer, ids))), stays=_stays(customer), files=files_with(ids))


def files_with(ids: list[UUID]) -> list[KeptFile]:
    """The uploaded files that hold any of these customers."""
    return [kept for keeper in KEEPERS for kept in keeper.files(ids)]


def _goes(customer: Customer, ids: list[UUID]) -> list[str]:
    mine = {"customer__in": ids}
    changes = FieldChange.objects.filter(**mine).count()
    notes = Note.objects.filter(**mine).count()
    told = StatusChange.objects.filter(**mine).exclude(notes="").count()
    rows = sum(keeper.count(ids) for keeper in KEEPERS)
    numbers = bool(customer.phone_number) + customer.numbers.count()
    return [
        "the name" if customer.name else "",
        _counted(numbers, "the number", "all {} numbers"),
        "the e-mail address" if customer.email else "",
        "the remark" if customer.remark else "",
        "" if area_stays(customer) or not customer.area else "the area, in which hardly anybody else lives",
        _counted(len(customer.extra), "1 further column of a spreadsheet", "{} further columns of spreadsheets"),
        _counted(notes, "1 note", "{} notes"),
        _counted(told, "what was written with 1 status", "what was written with {} statuses"),
        _counted(changes, "the old and the new value of 1 change", "the old and the new values of {} changes"),
        _counted(rows, "1 row of a file as it came", "{} rows of files as they came"),
        "the open follow-up" if customer.next_follow_up_at else "",
    ]


def _stays(customer: Customer) -> list[str]:
    words = ["status, dates and who looked after her, without her name, so that no figure changes"]
    if shared := [name for name in ("source", "course") if getattr(customer, name)]:
        words.append(f"{' and '.join(shared)}, which she shares with others")
    if area_stays(customer):
        words.append("the area, in which enough others live")
    words.append("a code made of each number, which nobody can read: it keeps a file from bringing her back")
    words.append("who erased her, when and why")
    return words


def _counted(n: int, one: str, many: str) -> str:
    return (one if n == 1 else many.format(f"{n:,}")) if n else ""
