"""Which encoding a text file is in: a mark, strict UTF-8 over the whole file, then others that prove themselves.

A wrong guess stores rubbish for a name and nobody notices, so a guess must fit nearly every byte and no rival may fit
as well; otherwise the file is refused and the person is asked.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from .kinds import bom_encoding, utf16_without_bom
from .refused import Refused

CHUNK = 256 * 1024
SAMPLE = 64 * 1024  # bytes of lines with high bytes, from wherever in the file they stand
FEW = 3  # so many unreadable bytes in a file of plain ASCII are replaced rather than cost the whole file


@dataclass
class Finding:
    encoding: str
    damaged: bool  # some byte does not fit: it is read as U+FFFD


def find(file: BinaryIO) -> Finding:
    """Reads the whole file in pieces. Raises Refused('encoding_unknown')."""
    file.seek(0)
    head = file.read(CHUNK)
    marked = bom_encoding(head) or utf16_without_bom(head)
    if marked:
        return chosen(file, marked)
    good, bad = _survey(file)
    if good >= bad:
        return Finding("utf-8", damaged=bad > 0)
    found = _eight_bit(_lines_with_high_bytes(file))
    if found:
        return chosen(file, found)
    if bad <= FEW:
        return Finding("utf-8", damaged=True)
    raise Refused("encoding_unknown")


def chosen(file: BinaryIO, encoding: str) -> Finding:
    """The encoding is settled (by a mark, a guess, a person); is every byte fit for it? Raises Refused."""
    try:
        b"x".decode(encoding, "replace")  # also says no to codecs that are none for text, like zlib
    except (LookupError, UnicodeError, ValueError) as error:
        raise Refused("encoding_unknown", encoding=encoding[:50]) from error
    strict = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for chunk in _chunks(file):
            strict.decode(chunk)
        strict.decode(b"", final=True)
    except UnicodeError:
        return Finding(encoding, damaged=True)
    return Finding(encoding, damaged=False)


def decoder(encoding: str) -> codecs.IncrementalDecoder:
    """Decodes piece by piece, and puts U+FFFD where a byte does not fit."""
    return codecs.getincrementaldecoder(encoding)("replace")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def _survey(file: BinaryIO) -> tuple[int, int]:
    """How many characters beyond ASCII are good UTF-8, and how many bytes are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    for chunk in _chunks(file):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        replaced = text.count("\ufffd")
        bad += max(0, replaced - chunk.count(b"\xef\xbf\xbd"))
        good += len(text) - len(text.encode("ascii", "ignore")) - replaced
    return good, bad + bool(decoder.decode(b"", final=True))


def _lines_with_high_bytes(file: BinaryIO) -> bytes:
    file.seek(0)
    sample = bytearray()
    while len(sample) < SAMPLE and (line := file.readline(CHUNK // 64)):
        if not line.isascii():
            sample += line
    return bytes(sample)


def _eight_bit(sample: bytes) -> str | None:
    for encoding in ("cp1252", "mac_roman"):
        if _western(sample.decode(encoding, "replace")) >= 0.9:
            return encoding
    fitting = [name for name, share in _ASIAN.items() if share(sample) >= 0.95]
    return fitting[0] if len(fitting) == 1 else None


# --- Western text ----------------------------------------------------------------------------------------------------

_SMALL = "àáâãäåæçèéêëìíîïñòóôõöøœùúûüýÿßšž"
_PUNCTUATION = "‘’“”…•€£\u00a0°·«»®™©´½¼¾²³×§¿¡ªº±"
_WESTERN_RUN = re.compile(r"[^\x00-\x7f]+")


def _western(text: str) -> float:
    """The share of characters beyond ASCII that stand where Western European text would have them."""
    runs = list(_WESTERN_RUN.finditer(text))
    total = sum(len(run.group()) for run in runs)
    fitting = sum(len(run.group()) for run in runs if _run_fits(text, run))
    return fitting / total if total else 0.0


def _run_fits(text: str, run: re.Match[str]) -> bool:
    """Accents come one or two at a time among plain letters; long runs are another alphabet read wrongly."""
    if len(run.group()) > 3:
        return False
    return all(_letter_fits(text, position) for position in range(run.start(), run.end()))


def _letter_fits(text: str, position: int) -> bool:
    letter, before, after = text[position], text[position - 1 : position], text[position + 1 : position + 2]
    if letter in _PUNCTUATION:
        return True
    if letter in "–—":  # stands between words or numbers, not inside a word
        return not (before.islower() and after.islower())
    if letter in _SMALL:
        return before.isalpha() or after.isalpha()
    if letter.lower() in _SMALL:  # a capital begins a word or stands among capitals
        return (not before.isalpha() and after.isascii()) or (before.isupper() and not after.islower())
    return False


# --- East Asian text: nearly all of it common characters, which the standards put first -------------------------------


def _pairs(leads: Iterable[range], seconds: Iterable[range]) -> Callable[[bytes], float]:
    """A function: the share of bytes beyond ASCII which form pairs of a common lead and a legal second byte."""
    lead_set = frozenset(chain(*leads))
    second_set = frozenset(chain(*seconds))

    def share(sample: bytes) -> float:
        position = fitting = total = 0
        while position < len(sample):
            if sample[position] < 0x80:
                position += 1
                continue
            pair = sample[position : position + 2]
            total += 1
            fitting += len(pair) == 2 and pair[0] in lead_set and pair[1] in second_set
            position += 2
        return fitting / total if total else 0.0

    return share


_ASIAN = {
    # GB 2312 level 1 and punctuation; Hangul of KS X 1001 lies inside it, so that Korean fits both and is refused.
    "gb18030": _pairs([range(0xA1, 0xA4), range(0xB0, 0xD8)], [range(0xA1, 0xFF)]),
    "big5": _pairs([range(0xA1, 0xC7)], [range(0x40, 0x7F), range(0xA1, 0xFF)]),
    "euc_kr": _pairs([range(0xA1, 0xA4), range(0xB0, 0xC9)], [range(0xA1, 0xFF)]),
    # kana and JIS X 0208 level 1
    "cp932": _pairs([range(0x81, 0x84), range(0x88, 0x99)], [range(0x40, 0x7F), range(0x80, 0xFD)]),
}
