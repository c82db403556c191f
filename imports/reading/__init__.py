"""Any spreadsheet's bytes to rows with the numbers a person sees beside them. Knows nothing of the rest of the product.

look(file)                     what it is, cheaply, or Refused; look_closely(file) also tries what is encrypted
with open_book(path) as book:  the sheets, read by a child process within limits
    for sheet in book:
        for row in sheet: ...
"""

from .book import Book, Sheet, SheetInfo, look_closely, open_book
from .kinds import look
from .options import Limits, Options
from .process import Killed
from .refused import Refused
from .values import CellError, NoValue, Row

__all__ = [
    "Book",
    "CellError",
    "Killed",
    "Limits",
    "NoValue",
    "Options",
    "Refused",
    "Row",
    "Sheet",
    "SheetInfo",
    "look",
    "look_closely",
    "open_book",
]
