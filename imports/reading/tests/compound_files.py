"""The smallest compound file and workbook stream that a reader takes for an xls ([MS-CFB], [MS-XLS])."""

import hashlib
import struct

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from msoffcrypto.method.rc4 import _makekey

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_file(name, stream):
    """One stream in a compound file: sector 0 the table of sectors, 1 the directory, then the stream."""
    stream = stream.ljust(4096, b"\0")  # shorter ones would live elsewhere
    stream += b"\0" * (-len(stream) % SECTOR)
    count = len(stream) // SECTOR
    assert count <= 126
    chain = [FAT, END, *range(3, 2 + count), END]
    table = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    directory = _entry("Root Entry", 5, child=1) + _entry(name, 2, start=2, size=len(stream)) + b"\0" * 256
    head = struct.pack(
        "<8s16x5H6x9I", bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0
    )
    return head + struct.pack("<109I", 0, *[FREE] * 108) + table + directory + stream


def _entry(name, kind, child=FREE, start=END, size=0):
    encoded = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBB3I16xI16xIQ", encoded, len(encoded) + 2, kind, 1, FREE, FREE, child, 0, start if size else 0, size
    )


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def biff8(cells=b"", password=False, after=b"", hidden=False):
    """A workbook stream with one sheet, Leads."""
    begin = record(0x0809, struct.pack("<4H2I", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    if password:
        begin += record(0x002F, b"\1\0" + b"x" * 52)
    formats = b"".join(record(0x00E0, struct.pack("<3H", 0, number, 0) + b"\0" * 14) for number in (0, 14))
    name = b"Leads"
    place = len(begin) + len(formats) + 4 + 8 + len(name) + 4
    listed = record(0x0085, struct.pack("<IBBBB", place, hidden, 0, len(name), 0) + name)
    sheet = record(0x0809, struct.pack("<4H2I", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)) + cells + after
    return begin + formats + listed + record(0x000A) + sheet + record(0x000A)


def biff5(cells=b""):
    begin = record(0x0809, struct.pack("<4H", 0x0500, 0x0005, 0x0DBB, 0x07CC)) + record(0x0042, struct.pack("<H", 1252))
    formats = b"".join(record(0x00E0, struct.pack("<3H", 0, number, 0) + b"\0" * 10) for number in (0, 14))
    name = b"Leads"
    place = len(begin) + len(formats) + 4 + 7 + len(name) + 4
    listed = record(0x0085, struct.pack("<IBBB", place, 0, 0, len(name)) + name)
    sheet = record(0x0809, struct.pack("<4H", 0x0500, 0x0010, 0x0DBB, 0x07CC)) + cells
    return begin + formats + listed + record(0x000A) + sheet + record(0x000A)


def number(row, column, value, style=0):
    return record(0x0203, struct.pack("<3Hd", row, column, style, value))


def label8(row, column, text):
    return record(0x0204, struct.pack("<4HB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def label5(row, column, text):
    return record(0x0204, struct.pack("<4H", row, column, 0, len(text)) + text.encode("cp1252"))


def error(row, column, code=0x2A):
    return record(0x0205, struct.pack("<3HBB", row, column, 0, code, 1))


def formula_error(row, column, code=0x07):
    """A formula that came to an error."""
    return record(0x0006, struct.pack("<3H", row, column, 0) + bytes((2, 0, code, 0, 0, 0, 0xFF, 0xFF)) + b"\0" * 8)


def row_record(row, hidden):
    return record(0x0208, struct.pack("<6HI", row, 0, 9, 255, 0, 0, 0x20 if hidden else 0))


def encrypted(stream, password, salt=b"0123456789abcdef"):
    """A BIFF 8 stream under 40 bit RC4 ([MS-XLS] 2.2.10): bodies only, a new key every kilobyte."""
    verifier = b"f" * 16
    proof = _rc4(password, salt, verifier + hashlib.md5(verifier).digest())
    begin_end = 4 + struct.unpack_from("<H", stream, 2)[0]
    pass_record = record(0x002F, struct.pack("<3H", 1, 1, 1) + salt + proof)
    plain = stream[:begin_end] + pass_record + stream[begin_end:]
    plain = bytearray(plain + record(0x00FF, b"\0" * (-len(plain) % SECTOR + 8 * SECTOR - 4)))  # to the end of a sector
    secret = bytearray(_rc4(password, salt, plain))
    at = 0
    while at + 4 <= len(plain):
        kind, length = struct.unpack_from("<HH", plain, at)
        open_bytes = length if kind in (0x0809, 0x002F) else 4 if kind == 0x0085 else 0
        if kind == 0x0085:  # where the sheet stands: further down now
            struct.pack_into("<I", plain, at + 4, struct.unpack_from("<I", plain, at + 4)[0] + len(pass_record))
        secret[at : at + 4 + open_bytes] = plain[at : at + 4 + open_bytes]
        at += 4 + length
    return bytes(secret)


def _rc4(password, salt, data, block=1024):
    done = b""
    for number in range(0, len(data), block):
        key = Cipher(ARC4(_makekey(password, salt, number // block)), mode=None)
        done += key.encryptor().update(bytes(data[number : number + block]))
    return done


def merged(first_row, last_row, first_column, last_column):
    return record(0x00E5, struct.pack("<5H", 1, first_row, last_row, first_column, last_column))
