"""xlsx and xlsm: finds the parts of the package (ECMA-376 part 2) and reads all but the sheets (worksheet.py)."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from . import number_formats
from .archive import Archive
from .options import Limits, Options
from .package import relations, workbook_part
from .parts import elements, refuse_doctypes
from .refused import Refused
from .shared_strings import read_strings
from .source import BookSource, SheetSource, Tally
from .values import Row
from .worksheet import read_rows

TRUE = {"1", "true", "on"}


def read_book(file: BinaryIO, options: Options, limits: Limits) -> BookSource:
    """The sheets of a workbook. Raises Refused: unreadable_file, xml_entities_forbidden, too_large_uncompressed."""
    archive = Archive(file, limits)
    refuse_doctypes(archive)
    return BookSource(Workbook(archive).sheets())


class Workbook:
    """What the sheets' cells refer to: strings, number formats, the epoch. Read when the first sheet is."""

    def __init__(self, archive: Archive):
        self.archive = archive
        self._part = workbook_part(archive)
        self._relations = relations(archive, self._part)
        self._is_1904 = False
        self._strings: list[str] | None = None
        self._numbers: list[Callable[[str], Any]] | None = None

    def sheets(self) -> list[SheetSource]:
        found = []
        for _, name, attributes in elements(self.archive.chunks(self._part)):
            if name == "workbookPr":
                self._is_1904 = attributes.get("date1904") in TRUE
            elif name == "sheet" and (part := self._sheet_part(attributes, len(found) + 1)):
                hidden = attributes.get("state", "visible") != "visible"
                found.append(SheetSource(attributes.get("name", ""), partial(self._rows, part), hidden))
        if not found:
            raise Refused("unreadable_file", missing="sheets")
        return found

    def _sheet_part(self, attributes: dict[str, str], position: int) -> str | None:
        """None for what is no grid: a chart, a dialog, another file."""
        if self._relations is not None:
            relation = self._relations.get(attributes.get("id", ""))
            return relation.target if relation and relation.kind == "worksheet" else None
        guess = f"xl/worksheets/sheet{position}.xml"
        return guess if guess in self.archive else None

    def _rows(self, part: str, tally: Tally) -> Iterator[Row]:
        if self._strings is None:
            self._strings = self._read_strings()
            self._numbers = self._read_number_formats()
        return read_rows(self.archive, part, self._strings, self._numbers, tally)

    def _related(self, kind: str, usual: str) -> str | None:
        named = [relation.target for relation in (self._relations or {}).values() if relation.kind == kind]
        return next((part for part in [*named, usual] if part in self.archive), None)

    def _read_strings(self) -> list[str]:
        part = self._related("sharedStrings", "xl/sharedStrings.xml")
        return read_strings(self.archive.chunks(part)) if part else []

    def _read_number_formats(self) -> list[Callable[[str], Any]]:
        """A function per cell format. Broken styles cost the formats after the break, not the file."""
        codes: dict[int, str] = {}
        formats: list[int] = []
        part = self._related("styles", "xl/styles.xml")
        try:
            for parent, name, attributes in elements(self.archive.chunks(part)) if part else ():
                if name == "numFmt" and parent == "numFmts":
                    codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
                elif name == "xf" and parent == "cellXfs":
                    formats.append(_number(attributes.get("numFmtId")))
        except Refused as refused:
            if refused.code != "unreadable_file":
                raise
        kinds = [number_formats.format_kind(number, codes.get(number)) for number in formats]
        return [number_formats.reader(kind, self._is_1904) for kind in kinds]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
