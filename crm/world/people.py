"""Who enquires: a name in one of the scripts, numbers, a place, and what she asks about."""

import random
from dataclasses import dataclass
from itertools import accumulate

from crm.world import words

_SCRIPTS = [(first.split(), last.split()) for first, last in words.SCRIPTS]
_CITIES = sorted({area.rpartition(", ")[2] for area in words.AREAS})
_LETTERS = "ABDGJKMNPRSTV"


@dataclass(slots=True)
class Person:
    """What a spreadsheet says of her."""

    name: str
    number: str  # E.164
    further: str  # another number of hers, or ""
    area: str
    source: int | None
    course: int | None
    remark: str
    email: str


@dataclass(frozen=True)
class Offered:
    """The ids of what there is to ask about and through."""

    sources: list[int]
    courses: list[int]


class People:
    """Draws one person after the other."""

    def __init__(self, draw: random.Random, offered: Offered):
        self.draw, self.offered = draw, offered
        # The first source brings a third of all, the last ones hardly any.
        self._source_shares = shares(len(offered.sources))
        self._course_shares = shares(len(offered.courses))

    def next(self, place: int) -> Person:
        """The person at `place`: her numbers are nobody else's."""
        draw, chance = self.draw, self.draw.random
        name = self._name() if chance() > 0.02 else ""
        first, _, last = name.partition(" ")
        email = (
            f"{first}.{last[:8].strip()}{place % 9973}@example.in".lower() if chance() < 0.5 and name.isascii() else ""
        )
        return Person(
            name=name,
            number="+91" + words.phone(2 * place),
            further="+91" + words.phone(2 * place + 1) if chance() < 0.05 else "",
            area=self._area(),
            source=draw.choices(self.offered.sources, cum_weights=self._source_shares)[0] if chance() > 0.05 else None,
            course=draw.choices(self.offered.courses, cum_weights=self._course_shares)[0] if chance() < 0.6 else None,
            remark=draw.choice(words.REMARKS),
            email=email.replace(" ", "") if name else "",
        )

    def _name(self) -> str:
        draw = self.draw
        script = draw.random()
        if script < 0.12:
            first, last = draw.choice(_SCRIPTS)
            return f"{draw.choice(first)} {draw.choice(last)}"
        first, last = draw.choice(words.FIRST), draw.choice(words.LAST)
        if script < 0.30:
            return f"{first} {draw.choice(_LETTERS)} {last}"
        if script < 0.45:
            return f"{first} {draw.choice(words.FIRST)} {last}"
        return f"{first.upper()} {last.upper()}" if script < 0.5 else f"{first} {last}"

    def _area(self) -> str:
        draw = self.draw
        kind = draw.random()
        if kind < 0.05:
            return ""
        return draw.choice(words.AREAS) if kind < 0.6 else f"Ward {draw.randrange(1, 80)}, {draw.choice(_CITIES)}"


def shares(count: int, power: float = 1.0) -> list[float]:
    """Cumulative weights of so many: the first one has most, the next ones less and less."""
    return list(accumulate(1 / (rank**power) for rank in range(1, count + 1)))
