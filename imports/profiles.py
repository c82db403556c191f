"""What the columns of a sheet look like, in shares between 0 and 1, from a sample of its rows.

pandas works on the sample only, so its size and not the file's is what this costs. Importing pandas takes longer than
using it: the worker does that before its first import, see `warm_up`.
"""

import math
import random
from collections.abc import Sequence

from crm.lib.text import cell_text

FIRST = 1_000  # rows that are looked at in any case
DRAWN = 1_000  # rows drawn from all that follow
FEWEST = 20  # of fewer rows nothing can be said

_MOBILE = r"(?:0|91|091|0091)?[6-9]\d{9}"
_PLAIN_NUMBER = r"[-+]?\d+(?:[.,]\d+)*"
_DAY = r"\D{0,12}(?:\d{1,4}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}).*"


class Sample:
    """The first rows of a sheet, and as many drawn from the others, each with the same chance."""

    def __init__(self, seed: str):
        self._random = random.Random(seed)  # noqa: S311 - the same file has the same sample
        self._rows: list[tuple[list, str]] = []
        self._seen, self._next, self._weight = 0, 1, 1.0

    def see(self, cells: list, phone: str) -> None:
        """`phone`: the number that the row was understood to have, or ''."""
        self._seen += 1
        if self._seen == self._next:
            self._take(cells, phone)

    def _take(self, cells: list, phone: str) -> None:
        """Keep a row, and draw which is the next to be kept (Li's algorithm L): most rows cost one comparison."""
        if len(self._rows) < FIRST + DRAWN:
            self._rows.append((cells, phone))
        else:
            self._rows[FIRST + self._random.randrange(DRAWN)] = (cells, phone)
        self._next += 1
        if len(self._rows) == FIRST + DRAWN:
            self._weight *= math.exp(math.log(1 - self._random.random()) / DRAWN)
            self._next += int(math.log(1 - self._random.random()) / math.log(1 - self._weight))

    @property
    def rows(self) -> list[list]:
        return [cells for cells, _ in self._rows]

    @property
    def phones(self) -> list[str]:
        return list(dict.fromkeys(phone for _, phone in self._rows if phone))


def warm_up() -> None:
    """Import pandas now rather than with the first file."""
    import pandas  # noqa: F401


def profiles(rows: Sequence[Sequence], width: int) -> list[dict[str, float]]:
    """For each of `width` columns: `empty` of all rows; of the filled ones `phone`, `numeric`, `words`, `dates` and
    `distinct`. [] for too few rows."""
    if len(rows) < FEWEST:
        return []
    import pandas as pd

    padded = [[cell_text(cell).strip() for cell in row[:width]] + [""] * (width - len(row)) for row in rows]
    frame = pd.DataFrame(padded, columns=range(width), dtype="str")
    return [_profile(frame[place]) for place in range(width)]


def _profile(texts) -> dict[str, float]:
    filled = texts[texts != ""]
    found = {"empty": 1 - len(filled) / len(texts), "phone": 0, "numeric": 0, "words": 0, "dates": 0, "distinct": 0}
    if len(filled):
        digits = filled.str.replace(r"\D", "", regex=True)
        letters = filled.str.count(r"[^\W\d_]")
        found["phone"] = (digits.str.fullmatch(_MOBILE) & (letters <= len("mobile"))).mean()
        found["numeric"] = filled.str.fullmatch(_PLAIN_NUMBER).mean()
        found["words"] = ((letters > 0) & (digits == "")).mean()
        found["dates"] = filled.str.fullmatch(_DAY).mean()
        found["distinct"] = filled.nunique() / len(filled)
    return {name: round(float(share), 3) for name, share in found.items()}
