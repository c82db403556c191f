"""How the parts of a workbook's zip refer to each other (ECMA-376 part 2)."""

import posixpath
from dataclasses import dataclass

from .archive import Archive
from .parts import elements


@dataclass(frozen=True)
class Relation:
    kind: str  # the last word of its type: worksheet, styles …
    target: str


def workbook_part(archive: Archive, usual: str = "xl/workbook.xml") -> str:
    """The name of the member that lists the sheets; `usual` when the package does not say."""
    for relation in (relations(archive, "") or {}).values():
        if relation.kind == "officeDocument" and relation.target in archive:
            return relation.target
    return usual


def relations(archive: Archive, part: str) -> dict[str, Relation] | None:
    """A part's relations by id; targets as member names, those outside the file left out. None: the list is missing."""
    folder, base = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{base}.rels")
    if rels not in archive:
        return None
    found = {}
    for _, name, attributes in elements(archive.chunks(rels)):
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "").replace("\\", "/")))
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relation(kind, target.lstrip("/"))
    return found
