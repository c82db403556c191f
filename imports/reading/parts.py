"""XML in pieces, from sources nobody trusts: no DOCTYPE, no entity of one's own, any encoding."""

import codecs
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NoReturn
from xml.parsers import expat

from .archive import Archive
from .refused import Refused
from .values import Row

MAX_DEPTH = 200
_PROLOG_BYTES = 1024 * 1024
_WIDE = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


class _Enough(Exception):
    """The part's first element is reached."""


@lru_cache(1000)
def local(name: str) -> str:
    return name.rpartition(":")[2]


def safe_parser(encoding: str | None = None) -> expat.XMLParserType:
    """An expat parser that refuses a DOCTYPE, and with it every entity but XML's own five."""
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: Any) -> NoReturn:
    raise Refused("xml_entities_forbidden")


def feed(parser: expat.XMLParserType, chunks: Iterable[bytes]) -> Iterator[None]:
    """Parses piece by piece; yields after each, so that the caller can take out what its handlers have found."""
    for chunk in chunks:
        _parse(parser, chunk)
        yield
    _parse(parser, b"", final=True)
    yield


class RowParser:
    """Rows out of XML. Who inherits puts them into `_done`, told of each element by `_start` and `_end`."""

    def __init__(self):
        self._done: list[Row] = []
        self._text: str | None = None

    def rows(self, chunks: Iterable[bytes]) -> Iterator[Row]:
        self._parser = safe_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        for _ in feed(self._parser, chunks):
            yield from self._done
            self._done.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self, name: str) -> None:
        raise NotImplementedError

    def _listen(self) -> None:
        """What is written from here on goes to the end of `_text`."""
        self._text = self._text or ""
        self._parser.CharacterDataHandler = self._gather

    def _gather(self, data: str) -> None:
        self._text += data

    def _stop_listening(self) -> None:
        self._parser.CharacterDataHandler = None


def _parse(parser: expat.XMLParserType, chunk: bytes, final: bool = False) -> None:
    try:
        parser.Parse(chunk, final)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: an encoding that nobody knows
        raise Refused("unreadable_file", line=parser.CurrentLineNumber) from error


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8 if it came in two or four bytes a character. To be parsed with encoding='utf-8' then."""
    chunks = iter(chunks)
    first = next(chunks, b"")
    encoding = next((name for start, name in _WIDE if first.startswith(start)), None)
    if encoding is None:
        yield first
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")


def elements(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each element of a small part: its parent's name, its own, its attributes; all without namespace prefixes."""
    path = [""]
    found: list[tuple[str, str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((path[-1], local(name), {local(key): value for key, value in attributes.items()}))
        path.append(local(name))
        if len(path) > MAX_DEPTH:
            raise Refused("unreadable_file")

    parser = safe_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: path.pop()
    try:
        for _ in feed(parser, chunks):
            yield from found
            found.clear()
    except Refused:  # what stood before the break may be all that is needed
        yield from found
        raise


def refuse_doctypes(archive: Archive) -> None:
    """Looks at the head of every XML part, also of those nobody reads. Raises Refused('xml_entities_forbidden')."""
    for name in archive.names:
        if name.endswith((".xml", ".rels", ".vml")):
            _read_prolog(archive, name)


def _read_prolog(archive: Archive, name: str) -> None:
    def enough(*_: Any) -> NoReturn:
        raise _Enough

    parser = safe_parser()
    parser.StartElementHandler = enough
    read = 0
    try:
        for chunk in archive.chunks(name):
            _parse(parser, chunk)
            read += len(chunk)
            if read > _PROLOG_BYTES:
                return
    except _Enough:
        return
    except Refused as refused:  # whoever needs the part will say that it is broken
        if refused.code != "unreadable_file":
            raise
