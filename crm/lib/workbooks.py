"""Cells of Excel files that hold a text and nothing else."""

import re

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

TEXT, DAY, MOMENT = "@", "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
CELL_LENGTH = 32_767  # what an Excel cell can hold
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def text_cell(page, text: str, *, bold: bool = False) -> Cell | None:
    """A cell that holds `text`: never a formula or an error, whatever it begins with; None for a blank.

    What XML cannot hold is left out. Excel takes _x0041_ for an A, so such a text is written in a way it reads back.
    """
    if not text:
        return None
    cell = WriteOnlyCell(page, _LOOKS_ESCAPED.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", text[:CELL_LENGTH])))
    cell.data_type = "s"
    cell.number_format = TEXT
    if bold:
        cell.font = Font(bold=True)
    return cell
