"""The records that the parts of an xlsb are made of ([MS-XLSB] 2.1.4), out of pieces of any size."""

import struct
from collections.abc import Iterable, Iterator

from .refused import Refused

MAX_RECORD = 16 * 1024 * 1024


def records(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Type and body of each. Raises Refused for one that is longer than any can be; a cut last one is left out."""
    buffer, at = b"", 0
    for chunk in chunks:
        buffer, at = buffer[at:] + chunk, 0
        while found := _head(buffer, at):
            kind, size, start = found
            if size > MAX_RECORD:
                raise Refused("unreadable_file")
            if start + size > len(buffer):
                break
            yield kind, buffer[start : start + size]
            at = start + size


def _head(buffer: bytes, at: int) -> tuple[int, int, int] | None:
    """Type, size and where the body begins; None while the head is not there as a whole."""
    left = len(buffer) - at
    if left < 2:
        return None
    kind = buffer[at]
    if kind >= 0x80:
        kind = kind & 0x7F | (buffer[at + 1] & 0x7F) << 7
        at, left = at + 1, left - 1
    size = 0
    for place in range(1, 5):
        if place >= left:
            return None
        byte = buffer[at + place]
        size |= (byte & 0x7F) << (7 * (place - 1))
        if byte < 0x80:
            break
    return kind, size, at + place + 1


def wide_string(body: bytes, at: int) -> tuple[str, int]:
    """A string with its length before it, and where it ends. Longer than the record: what there is of it."""
    length = _UINT.unpack_from(body, at)[0]
    if length == 0xFFFFFFFF:  # none
        return "", at + 4
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le", "replace").replace("\0", ""), end


def rk_number(packed: int) -> float:
    """A number in 30 bits ([MS-XLSB] 2.5.122): whole or the upper part of a double, perhaps a hundredth of it."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        number = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return number / 100 if packed & 1 else number


_UINT = struct.Struct("<I")
