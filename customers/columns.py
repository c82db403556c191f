"""The columns of the customers list: which there are, and which one sees."""

from dataclasses import dataclass

from accounts.models import User
from customers.models.saved_lists import ListSetting


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    css: str = ""  # the class of its cells, by which a phone puts them in their place
    wide: bool = False  # only where there is room, unless it was chosen
    along: str = ""  # what is read along with the customer for it


COLUMNS = {
    column.name: column
    for column in (
        Column("number", "Number", "cell-number"),
        Column("area", "Area", "cell-area"),
        Column("course", "Course", "cell-course", wide=True, along="course"),
        Column("source", "Source", "cell-course", along="source"),
        Column("status", "Status", "cell-status", along="status"),
        Column("owner", "Counsellor", "cell-owner", along="assigned_to"),
        Column("last_contact", "Last contact", "cell-contact"),
        Column("tries", "Tries", "cell-tries number"),
        Column("follow_up", "Next follow-up", "cell-next"),
        Column("date", "Enquired", "cell-date", wide=True),
        Column("enquiries", "Enquiries", "cell-enquiries number"),
        Column("added", "Added", "cell-added"),
        Column("origin", "Came from", "cell-course", along="origin"),
        Column("email", "Email", "cell-course"),
        Column("remark", "Remark", "cell-remark"),
    )
}
USUAL = ("number", "area", "course", "status", "owner", "last_contact", "follow_up", "date")
MANAGERS_ONLY = ("owner",)  # a counsellor's list has one counsellor


def offered(user: User) -> list[Column]:
    """The columns that `user` can choose from; the name is always there."""
    return [column for column in COLUMNS.values() if user.is_manager or column.name not in MANAGERS_ONLY]


def columns_of(user: User) -> tuple[list[Column], bool]:
    """The columns of `user`'s list in their order, and whether she chose them herself. One query."""
    chosen = ListSetting.objects.filter(user=user).values_list("columns", flat=True).first()
    names = chosen or USUAL
    return [column for column in offered(user) if column.name in names], bool(chosen)


def read_along(columns: list[Column]) -> list[str]:
    """What a list of these columns reads along with each customer."""
    # Her status in any case: to name nothing would be to ask for everything.
    return ["status", *(column.along for column in columns if column.along not in ("", "status"))]
