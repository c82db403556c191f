"""What a file is, told from its bytes. The name is never asked: portals call web pages .xls and workbooks .csv."""

import re
from typing import BinaryIO

from . import compound
from .archive import Archive
from .options import Limits
from .refused import Refused

HEAD = 64 * 1024

_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"GIF8", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"RIFF", "media"),
    (b"ID3", "media"),
    (b"OggS", "media"),
    (b"\x1f\x8b", "gz"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"MZ", "exe"),
    (b"\x7fELF", "exe"),
    (b"SQLite format 3", "sqlite"),
    (b"PAR1", "parquet"),
    (b"{\\rtf", "rtf"),
    (b"ID;P", "slk"),
    (b"TABLE\r\n0,1", "dif"),
    (b"\x09\0\x04\0", "xls_before_95"),
    (b"\x09\x02\x06\0", "xls_before_95"),
    (b"\x09\x04\x06\0", "xls_before_95"),
)
_SHORT_SIGNATURES = {b"MZ", b"BZh", b"ID3", b"RIFF", b"ID;P", b"GIF8", b"PAR1"}  # also how a line of text may begin

_BOMS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

_HTML_START = re.compile(
    r"(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html|head|body|table|meta|style|title|div|center|font|p|br|h\d)\b",
    re.I | re.S,
)
_JSON_START = re.compile(r'\{\s*["}]|\[\s*[\[{"]|\[\s*\]')
_TEXT_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_SPREADSHEET_2003 = "urn:schemas-microsoft-com:office:spreadsheet"


def look(file: BinaryIO, limits: Limits | None = None) -> str:
    """The kind of a seekable binary file: xlsx, xlsm, xlsb, xls, ods, html, xml2003, csv or encrypted.

    Reads the first bytes and, in a zip, the directory; inflates nothing. Raises Refused: file_empty,
    password_protected, unsupported_type, too_large_uncompressed, unreadable_file.
    """
    file.seek(0)
    head = file.read(HEAD)
    if not head.strip(b"\0 \t\r\n"):
        raise Refused("file_empty")
    if head.startswith(b"PK\x03\x04") or head.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        return _look_in_zip(file, head, limits or Limits())
    if head.startswith(compound.SIGNATURE):
        return compound.look(file)
    _refuse_known(head)
    return _look_at_text(head)


def _refuse_known(head: bytes) -> None:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature) and (signature not in _SHORT_SIGNATURES or _is_binary(head)):
            raise Refused("unsupported_type", kind=kind)
    if head[4:8] == b"ftyp":
        raise Refused("unsupported_type", kind="media")


def _is_binary(head: bytes) -> bool:
    return head.startswith(b"ID;PWXL") or bool(_TEXT_CONTROLS.search(head[:4096].decode("latin-1"))) or b"\0\0" in head


# --- zip -------------------------------------------------------------------------------------------------------------


def _look_in_zip(file: BinaryIO, head: bytes, limits: Limits) -> str:
    archive = Archive(file, limits)
    if "encrypted-package" in archive:  # LibreOffice 24 and later: the whole document in one encrypted member
        raise Refused("password_protected")
    kind = _office_kind(archive) or _document_kind(archive, head)
    if kind in ("xlsx", "xlsm", "xlsb", "ods"):
        return kind
    raise Refused("unsupported_type", kind=kind or "zip")


def _office_kind(archive: Archive) -> str | None:
    names = archive.names
    if "word/document.xml" in archive:
        return "docx"
    if "ppt/presentation.xml" in archive:
        return "pptx"
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if any(re.search(r"(^|/)workbook\d*\.xml$", name) for name in names):
        return "xlsm" if any(name.endswith("vbaproject.bin") for name in names) else "xlsx"
    return "numbers" if "index/document.iwa" in archive else None


def _document_kind(archive: Archive, head: bytes) -> str | None:
    """OpenDocument: the first member is `mimetype`, stored as it is, so that its text stands in the first bytes."""
    if "content.xml" not in archive:
        return None
    mimetype = re.search(rb"mimetypeapplication/vnd\.oasis\.opendocument\.([a-z]+)", head[:200])
    if mimetype is None or mimetype.group(1) == b"spreadsheet":
        return "ods"
    return mimetype.group(1).decode()


# --- text ------------------------------------------------------------------------------------------------------------


def bom_encoding(head: bytes) -> str | None:
    return next((name for bom, name in _BOMS if head.startswith(bom)), None)


def utf16_without_bom(head: bytes) -> str | None:
    """'utf-16-le' or '-be' when one of every two bytes is so often zero that nothing else makes sense.

    Text of Indian scripts has its zeros in separators, digits and line ends; zeros inside a cell are few, and those of
    a padded tail stand on both sides.
    """
    length = len(head.rstrip(b"\0"))
    body = head[: length + length % 2]
    enough = max(2, 0.15 * len(body) / 2)
    even, odd = body[0::2].count(0), body[1::2].count(0)
    line_ends = bool(re.search(rb"[\r\n]", body))
    if odd > enough and odd > 20 * even and (not line_ends or re.search(rb"[\r\n]\0", body)):
        return "utf-16-le"
    if even > enough and even > 20 * odd and (not line_ends or re.search(rb"\0[\r\n]", body)):
        return "utf-16-be"
    return None


def head_text(head: bytes) -> str:
    """The first bytes as text, good enough to see markup; a byte that is no UTF-8 stays as it is in Latin-1."""
    encoding = bom_encoding(head) or utf16_without_bom(head) or "latin-1"
    return head.decode(encoding, "replace").lstrip("\ufeff\xef\xbb\xbf")


def _look_at_text(head: bytes) -> str:
    text = head_text(head).replace("\0", "").strip()
    if not text:
        raise Refused("file_empty")
    if text.startswith("<") and (kind := _markup_kind(text)):
        return kind
    if re.match(r"MIME-Version:|From:\s.*\nSubject:", text, re.I):
        raise Refused("unsupported_type", kind="mht")
    if _JSON_START.match(text):
        raise Refused("unsupported_type", kind="json")
    # A page may begin with anything before its first tag; a csv has no table in it.
    if re.search(r"<table\b[^>]*>\s*(?:<[^>]*>\s*)*<t[rdh]\b", text, re.I):
        return "html"
    if len(_TEXT_CONTROLS.findall(text[:4096])) > len(text[:4096]) // 100:
        raise Refused("unsupported_type", kind="binary")
    return "csv"


def _markup_kind(text: str) -> str | None:
    """None for a csv whose first cell happens to begin with '<'."""
    if _SPREADSHEET_2003 in text and re.search(r"<(?:\w+:)?Workbook\b", text):
        return "html" if re.match(r"<(?:html|!doctype html)", text, re.I) else "xml2003"
    if _HTML_START.match(text):
        return "html"
    if re.match(r"<(?:\?xml|!doctype|[\w:.-]+\s+xmlns)", text, re.I):
        raise Refused("unsupported_type", kind="xml")
    return None
