"""Workbooks that are encrypted with a password, or with the one that Excel tries before it asks for any.

Excel encrypts a workbook whose structure is protected, or that is to be opened for reading only, with a password that
everybody's Excel knows ([MS-OFFCRYPTO] 2.4.2.3): whoever opens it sees no question, and calls it unprotected.
"""

import importlib
import io
from typing import BinaryIO

import msoffcrypto

from .compound import ENCRYPTED
from .kinds import look
from .options import Limits, Options
from .refused import Refused
from .source import BookSource

PASSWORD = "VelvetSweatshop"  # noqa: S105 - nobody's secret
_READERS = {"xlsx": "xlsx", "xlsm": "xlsx", "xlsb": "xlsb", "xls": "binary"}


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """Raises Refused: password_protected, and whatever the workbook inside is refused for."""
    plain = _opened(file)
    kind = look(plain, limits)
    if kind not in _READERS:
        raise Refused("password_protected" if kind == ENCRYPTED else "unreadable_file")
    plain.seek(0)
    return importlib.import_module(f".{_READERS[kind]}", __package__).read_book(plain, options, limits)


def _opened(file: BinaryIO) -> BinaryIO:
    plain = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(file)
        office.load_key(password=PASSWORD)
        office.decrypt(plain)
    except MemoryError:
        raise
    except Exception as error:  # of a library that takes a stranger's bytes apart; it is encrypted, that much is sure
        raise Refused("password_protected") from error
    plain.seek(0)
    return plain
