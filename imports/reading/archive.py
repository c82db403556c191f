"""The zip around xlsx, xlsb and ods: nothing is inflated that was not weighed first, nor further than it declared."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from .options import Limits
from .refused import Refused

MAX_DIRECTORY = 8 * 1024 * 1024
CHUNK = 64 * 1024
ENCRYPTED = 0x1  # bit 0 of a member's general purpose flags (PKWARE APPNOTE.TXT 4.4.4)
# Office programs write no other; bz2 and lzma would also inflate without a bound.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


class _ShortReads:
    """Keeps zipfile from reading a directory of any size into memory at once."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY:
            raise Refused("too_large_uncompressed", bytes=size)
        return self._file.read(size)


class Archive:
    """A zip's directory by lower-case name, as the OPC standard compares part names; some write `xl\\a.xml`.

    Of two members with the same name the last counts. Raises Refused: unreadable_file, password_protected,
    too_large_uncompressed.
    """

    def __init__(self, file: BinaryIO, limits: Limits):
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(_ShortReads(file))
        except BROKEN as error:
            raise Refused("unreadable_file") from error
        self._members = {_plain(info.filename): info for info in self._zip.infolist()}
        self._weigh()

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._members

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def _weigh(self) -> None:
        total = 0
        for info in self._zip.infolist():
            if info.flag_bits & ENCRYPTED:
                raise Refused("password_protected")
            if info.compress_type not in METHODS:
                raise Refused("unreadable_file", method=info.compress_type)
            total += info.file_size
            dense = info.file_size > self._limits.max_ratio * max(1, info.compress_size)
            if info.file_size > self._limits.max_member and dense:
                raise Refused("too_large_uncompressed", bytes=info.file_size)
        if total > self._limits.max_inflated:
            raise Refused("too_large_uncompressed", bytes=total)

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member's bytes in pieces. Raises Refused when it is missing, broken or larger than it said."""
        info = self._members.get(_plain(name))
        if info is None:
            raise Refused("unreadable_file", missing=name[:200])
        # zipfile cuts at the declared size without a word; with room for more, a lie shows.
        declared, info.file_size = info.file_size, info.file_size + 2 * CHUNK
        given = 0
        try:
            with self._zip.open(info) as member:
                while chunk := member.read(CHUNK):
                    given += len(chunk)
                    if given > declared:
                        raise Refused("too_large_uncompressed", bytes=given)
                    yield chunk
        except BROKEN as error:
            raise Refused("unreadable_file") from error
        finally:
            info.file_size = declared
        if given < declared:
            raise Refused("unreadable_file", cut=given)

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
