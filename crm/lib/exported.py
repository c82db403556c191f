"""What the columns of an exported list are called: the export writes these names, the import knows them again."""

from collections.abc import Iterable

CUSTOMER_ID = "Customer ID"
NAME = "Name"
PHONE = "Phone number"
FURTHER = "Further numbers"
AREA = "Area"
DATE = "Enquiry date"
COURSE = "Course"
SOURCE = "Source"
STATUS = "Status"
OWNER = "Counsellor"
FOLLOW_UP = "Next follow-up"
EMAIL = "Email"
REMARK = "Remark"

# Told to the reader and never read back: what the desk itself counts and remembers.
LAST_CONTACT = "Last contact"
TRIES = "Tries"
DO_NOT_CALL = "Do not call"
ADDED = "Added on"
ORIGIN = "Came from"
MORE = "Everything else"
TOLD = (LAST_CONTACT, TRIES, DO_NOT_CALL, ADDED, ORIGIN)

# A column of a spreadsheet that came in once, under its own name. The mark keeps that name from meaning anything else.
EXTRA = "Extra: "

NUMBERS_A_CELL = 10


def further(place: int) -> str:
    """The name of the column with the next ten further numbers: `place` counts from 0."""
    return FURTHER if not place else f"{FURTHER} {place + 1}"


def is_exported(labels: Iterable[str]) -> bool:
    """Whether these are the columns of one of our exports; another system may well have one or two of their names."""
    labels = set(labels)
    return CUSTOMER_ID in labels and len(labels.intersection(TOLD)) >= 3
