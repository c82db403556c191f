"""The compound files of Office 97-2003, and the wrapper around an encrypted xlsx ([MS-CFB], [MS-OFFCRYPTO])."""

import re
import struct
from typing import BinaryIO

from .refused import Refused

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_CHUNK = 1024 * 1024
_ENTRY = 128  # bytes of one entry of the directory; the first 66 hold the name and its length
_FILEPASS = 0x002F  # [MS-XLS] 2.4.117
_BOF = {0x0009, 0x0209, 0x0409, 0x0809}
_MINI_STREAM = 4096  # shorter streams are kept elsewhere, and how far FILEPASS is looked for

ENCRYPTED = "encrypted"  # perhaps with the password that opens without a question; only a child can tell

# The stream or storage that tells what a file is, in the order they are asked for.
_STREAMS = {
    "EncryptedPackage": ENCRYPTED,
    "Workbook": "xls",
    "Book": "xls",
    "WORKBOOK": "xls",
    "BOOK": "xls",
    "WordDocument": "doc",
    "PowerPoint Document": "ppt",
    "__properties_version1.0": "msg",
}


def _entry_head(name: str) -> bytes:
    """How a name stands in the directory: UTF-16, padded with zeros, then its length in bytes with the closing zero."""
    encoded = name.encode("utf-16-le")
    return encoded.ljust(64, b"\0") + struct.pack("<H", len(encoded) + 2)


_HEADS = {_entry_head(name): kind for name, kind in _STREAMS.items()}
_ANY_HEAD = re.compile(b"|".join(re.escape(head) for head in _HEADS))


def look(file: BinaryIO) -> str:
    """'xls', ENCRYPTED, or Refused. The directory is searched for, not followed: its chain may be damaged."""
    found = _entries(file)
    for head, kind in _HEADS.items():
        if head not in found:
            continue
        if kind == ENCRYPTED or (kind == "xls" and _has_password(file, found[head])):
            return ENCRYPTED
        if kind == "xls":
            return kind
        raise Refused("unsupported_type", kind=kind)
    raise Refused("unsupported_type", kind="ole")


def _entries(file: BinaryIO) -> dict[bytes, bytes]:
    """The directory entries of the names we know, by the head they were found with."""
    file.seek(0)
    found: dict[bytes, bytes] = {}
    kept = b""
    while chunk := file.read(_CHUNK):
        window = kept + chunk
        for match in _ANY_HEAD.finditer(window):
            found.setdefault(match.group(), window[match.start() : match.start() + _ENTRY])
        kept = window[-_ENTRY:]
    return found


def _has_password(file: BinaryIO, entry: bytes) -> bool:
    """Whether the workbook stream begins with BOF … FILEPASS. Shorter streams live elsewhere and are not asked."""
    if len(entry) < _ENTRY:
        return False
    file.seek(30)
    (shift,) = struct.unpack("<H", file.read(2))
    start, size = struct.unpack_from("<II", entry, 116)
    if size < _MINI_STREAM or shift not in (9, 12):
        return False
    file.seek((start + 1) << shift)
    return _filepass_in(file.read(min(_MINI_STREAM, 1 << shift)))


def _filepass_in(records: bytes) -> bool:
    position = 0
    while position + 4 <= len(records):
        kind, length = struct.unpack_from("<HH", records, position)
        if position == 0 and kind not in _BOF:
            return False
        if kind == _FILEPASS:
            return True
        position += 4 + length
    return False
