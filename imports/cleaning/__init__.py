"""From the cells of a row to the values of a customer, or why there is none. Pure: no Django, no database."""

from imports.cleaning.cleaner import Cleaner, clean_row, is_blank
from imports.cleaning.result import EMAIL_LENGTH, LENGTHS, NAME_LENGTH, REMARK_LENGTH, Clean, Warn
from imports.reasons import message

__all__ = [
    "EMAIL_LENGTH",
    "LENGTHS",
    "NAME_LENGTH",
    "REMARK_LENGTH",
    "Clean",
    "Cleaner",
    "Warn",
    "clean_row",
    "is_blank",
    "message",
]
