"""The texts that an xlsx keeps once and refers to by number, and how texts are written in its XML."""

import re
from collections.abc import Iterable

from .parts import feed, local, safe_parser

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def clean(text: str) -> str:
    """A text as a person typed it: _x000D_ is how Excel writes a control character (ECMA-376 part 1, 22.9.2.19)."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_strings(chunks: Iterable[bytes]) -> list[str]:
    """The strings in their order: runs joined, phonetic guides left out."""
    strings: list[str] = []
    pieces: list[str] = []
    guides = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal guides
        name = local(name)
        if name == "t" and not guides:
            parser.CharacterDataHandler = pieces.append
        elif name == "rPh":
            guides += 1

    def end(name: str) -> None:
        nonlocal guides
        name = local(name)
        if name == "t":
            parser.CharacterDataHandler = None
        elif name == "si":
            strings.append(clean("".join(pieces)))
            pieces.clear()
        elif name == "rPh":
            guides -= 1

    parser = safe_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for _ in feed(parser, chunks):
        pass
    return strings
