"""What a file is, from its bytes alone."""

import io
import struct

import pytest

from imports.reading import Refused, look, look_closely

from .compound_files import biff8, compound_file
from .helpers import package, refusal, row, write, xlsx, zipped

ODS = "application/vnd.oasis.opendocument.spreadsheet"


def kind(content):
    return look(io.BytesIO(content.encode() if isinstance(content, str) else content))


def refused(content):
    with pytest.raises(Refused) as caught:
        kind(content)
    return caught.value.code, caught.value.detail.get("kind")


WORKBOOK = package(data=row(1, "Name"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (zipped(WORKBOOK), "xlsx"),
        (zipped(WORKBOOK | {"xl/vbaProject.bin": b"x"}), "xlsm"),
        (zipped({"xl/workbook.bin": b"x", "[Content_Types].xml": ""}), "xlsb"),
        (zipped({"mimetype": ODS, "content.xml": ""}, compression=0), "ods"),
        (zipped({"content.xml": "", "META-INF/manifest.xml": ""}), "ods"),
        (compound_file("Workbook", biff8()), "xls"),
        (compound_file("Book", biff8()), "xls"),
        ("a,b\n1,2\n", "csv"),
        ("Name\n", "csv"),
        ("<3,Name\n", "csv"),
        ("MZ,Name\n", "csv"),
        ("ID,Name\n1,Asha\n", "csv"),
        ("ID;Phone\n1;2\n", "csv"),
        ("RIFFAT,1\n", "csv"),
        ("[Leads],1\n", "csv"),
        ("<test lead>,Name\n", "csv"),
        ("Name\tPhone\n".encode("utf-16"), "csv"),
        ("<html><body><table><tr><td>x</td></tr></table>", "html"),
        ("\ufeff \n<!-- made by us -->\n<TABLE border=1><TR><TD>x", "html"),
        ("<!DOCTYPE html><html>", "html"),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="x">', "html"),
        ("<html>".encode("utf-16"), "html"),
        ("Leads of March<br><table><tr><td>x", "html"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "xml2003"),
        ('<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">', "xml2003"),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'.encode("utf-16"),
            "xml2003",
        ),
    ],
)
def test_kinds(content, expected):
    assert kind(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00", "image"),
        (b"MZ\x90\0\x03\0\0\0", "exe"),
        (b"\x7fELF\x02", "exe"),
        (b"\x1f\x8b\x08\0", "gz"),
        (b"Rar!\x1a\x07\0", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"SQLite format 3\0", "sqlite"),
        (b"{\\rtf1 hello}", "rtf"),
        (b"ID;PWXL;N;E\r\n", "slk"),
        (b"\x09\x04\x06\0\0\0\x10\0", "xls_before_95"),
        (zipped({"word/document.xml": "", "[Content_Types].xml": ""}), "docx"),
        (zipped({"ppt/presentation.xml": ""}), "pptx"),
        (zipped({"leads.xlsx": zipped(WORKBOOK)}), "zip"),
        (zipped({"leads.csv": "a,b"}), "zip"),
        (zipped({}), "zip"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}, compression=0), "text"),
        (zipped({"Index/Document.iwa": ""}), "numbers"),
        (compound_file("WordDocument", b"x" * 5000), "doc"),
        (compound_file("Something", b"x" * 5000), "ole"),
        ('{"name": "Asha"}', "json"),
        ('[{"name": "Asha"}]', "json"),
        ('<?xml version="1.0"?><leads/>', "xml"),
        ('<rss xmlns:a="b">', "xml"),
        ("MIME-Version: 1.0\r\nContent-Type: multipart/related", "mht"),
        (bytes(range(1, 256)) * 20, "binary"),
    ],
)
def test_unsupported(content, expected):
    assert refused(content) == ("unsupported_type", expected)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\t", b"\0\0\0", "\ufeff".encode("utf-16")])
def test_empty(content):
    assert refused(content)[0] == "file_empty"


def test_password_protected():
    assert refused(zipped({"encrypted-package": "x", "mimetype": ODS}))[0] == "password_protected"


@pytest.mark.parametrize(("name", "stream"), [("EncryptedPackage", b"x" * 5000), ("Workbook", biff8(password=True))])
def test_whether_a_password_is_needed_is_found_out_by_a_child(name, stream):
    content = io.BytesIO(compound_file(name, stream))
    assert look(content) == "encrypted"
    with pytest.raises(Refused) as refusal:
        look_closely(content)
    assert refusal.value.code == "password_protected"


def test_an_encrypted_member():
    content = bytearray(zipped(WORKBOOK))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(signature)
        content[position + offset] |= 1
    assert refused(bytes(content))[0] == "password_protected"


def test_a_broken_directory():
    content = zipped(WORKBOOK)
    assert refused(content[:-30])[0] == "unreadable_file"
    assert refused(content[:40])[0] == "unreadable_file"


def test_declared_sizes_are_weighed(tmp_path):
    dense = zipped(WORKBOOK | {"xl/sharedStrings.xml": b" " * 20_000_000})
    assert refused(dense)[0] == "too_large_uncompressed"


def test_sizes_that_lie(tmp_path):
    content = bytearray(zipped(WORKBOOK | {"xl/worksheets/sheet1.xml": b"<x>" + b" " * 20_000_000}))
    real = struct.pack("<I", 20_000_003)
    assert content.count(real) == 2
    assert refusal(write(tmp_path, bytes(content).replace(real, struct.pack("<I", 900)))) == "too_large_uncompressed"


def test_a_directory_too_long_to_read():
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 100_000_000, 4, 0)
    with pytest.raises(Refused):
        look(io.BytesIO(b"PK\x03\x04" + b"\0" * 100_000_000 + end))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "docProps/app.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_anywhere(tmp_path, part, encoding):
    evil = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    path = xlsx(tmp_path, data=row(1, "Name"), extra={part: evil.encode(encoding)})
    assert refusal(path) == "xml_entities_forbidden"
