"""What one header cell says: its comparison key and the fields it may stand for."""

import re
import unicodedata
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from crm.lib.text import fold
from imports.mapping.fields import Field
from imports.mapping.words import FAMILY, NEVER_A_PHONE, PHONE_WORDS, RELATIVES, STAFF, SYNONYMS

GROUP_SEPARATOR = " › "  # between the two rows of a header: 'Parent › Mobile'
LONGEST_LABEL = 160  # Google Forms put whole questions above a column
CLOSE_ENOUGH = 0.83
SHORTEST_FOR_CLOSE = 5  # 'data' is no misspelt 'date'


class Guess(NamedTuple):
    """A field that a label may mean. Lower `rank` is better; `why` as in Column."""

    field: Field
    rank: int
    why: str


def words(label) -> str:
    """A label as plain words: folded, without punctuation, underscores or camel case; '' for what is no text."""
    if not isinstance(label, str):
        return ""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)
    letters = (character if _is_of_a_word(character) else " " for character in fold(spaced).replace("'", ""))
    plain = " ".join("".join(letters).replace("\u093c", "").split())
    return plain.replace("whats app", "whatsapp")  # which is how WhatsApp looks without its camel case


def key(label) -> str:
    """The key under which two spellings of one label are equal: 'Phone_No.' and 'phone no'."""
    return words(label).replace(" ", "")


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _known() -> dict[str, Guess]:
    table: dict[str, Guess] = {}
    for field, synonyms in SYNONYMS.items():
        for rank, synonym in enumerate(synonyms.split(",")):
            table.setdefault(key(synonym), Guess(field, rank, "synonym"))
    return table


_KNOWN = _known()
# 'Marks' is no misspelt 'Remarks'; but words that synonyms hold themselves may stand beside a misspelt one.
_NEVER_CLOSE = NEVER_A_PHONE - frozenset("name date address email mail status time".split()) | RELATIVES | STAFF
_SAY_NOTHING = ("number", "numbers")  # of what? the values tell
_LATIN = [synonym for synonym in _KNOWN if synonym.isascii() and len(synonym) >= SHORTEST_FOR_CLOSE]
_MOST_MISSING = 2  # letters


# 'Office use › Status' is hers, whosever mobile 'Office › Mobile' is.
_ABOUT_THE_LEAD = frozenset({Field.STATUS, Field.OWNER, Field.SOURCE, Field.COURSE, Field.FOLLOW_UP, Field.REMARK})


@lru_cache(maxsize=4096)
def guess(label: str, *, close: bool = True) -> Guess | None:
    """The field that a label means by its words alone, or None: synonyms, then rules, then (slow) close spellings."""
    if len(label) > LONGEST_LABEL:
        return None
    group, separator, own = label.rpartition(GROUP_SEPARATOR)
    if separator:
        alone = guess(own, close=close)
        if not set(words(group).split()) & (RELATIVES | STAFF) or alone and alone.field in _ABOUT_THE_LEAD:
            return alone  # 'Contact details › City' is a city, but 'Father › Mobile' is the father's
    plain = words(label)
    if not plain:
        return None
    shorter = words(_without_brackets(label))
    sure = _exact(plain) or _exact(shorter) or _by_words(plain) or _by_words(shorter)
    return sure or (_close(plain) or _close(shorter) if close else None)


def _without_brackets(label: str) -> str:
    """'Mobile No. (10 digits)' without its hint; 'Contact No (Father)' stays, for that says whose it is."""
    short = re.sub(r"[(\[{].*?[)\]}]|\s[-–:|].*", " ", label)
    aside = set(words(label).split()) - set(words(short).split())
    is_anothers = aside & (RELATIVES | STAFF) and not aside & _OWN
    return label if is_anothers else short


_OWN = frozenset("student self own candidate applicant your".split())


def _exact(plain: str) -> Guess | None:
    trimmed = re.sub(r"^(?:(?:enter|please|lead|your|the|student|candidate|आपका|आपकी|आपके) )+", "", plain)
    return _KNOWN.get(plain.replace(" ", "")) or _KNOWN.get(trimmed.replace(" ", ""))


def _close(plain: str) -> Guess | None:
    squeezed = plain.replace(" ", "")
    if not squeezed.isascii() or set(plain.split()) & _NEVER_CLOSE or squeezed in _SAY_NOTHING:
        return None
    if len(squeezed) < SHORTEST_FOR_CLOSE:
        return None
    # People miss the middle of a word, hardly ever its first letter.
    alike = [s for s in _LATIN if s[0] == squeezed[0] and abs(len(s) - len(squeezed)) <= _MOST_MISSING]
    matches = get_close_matches(squeezed, alike, n=1, cutoff=CLOSE_ENOUGH)
    return _KNOWN[matches[0]]._replace(rank=1000, why="close") if matches else None


# -- rules for labels that nobody can list: questions, and words in any order ------------------------------------------

_RULES: list[tuple[Field, str, str]] = [
    # field, words of which one must stand there, words of which none may
    (Field.FOLLOW_UP, "followup callback", "remark remarks notes note status count by done"),
    (Field.EMAIL, "email", "verified status sent valid opt consent"),
    (Field.COURSE, "course courses programme program", "fee fees duration year code id date mode status completed"),
    (Field.REMARK, "remark remarks comment comments question questions message", "id date time by count status type"),
    (Field.SOURCE, "source hear", "id code"),
    (
        Field.DATE,
        "date timestamp",
        """birth dob followup follow call admission exam joining passing visit updated modified last next expiry due
        end closed close payment paid conversion assigned assignment appointment interview start""",
    ),
    (
        Field.AREA,
        "city area locality town location place address",
        """ip web website url mac email code id pin preferred preference interested study campus college school exam
        test work job company birth center centre institute branch office placement father mother""",
    ),
    (Field.NAME, "name naam नाम", ""),
]
_NAMES_OF_OTHERS = (
    RELATIVES
    | STAFF
    | frozenset(
        """user ad adset campaign form page course program file sheet product source portal city area state country
        event batch bank board subject degree stream university district pita mata account team group list tag utm
        channel project middle last first sur surname nick kors vishay कोर्स विषय पाठ्यक्रम शहर जिला गाँव गांव राज्य विद्यालय
        स्कूल कॉलेज पति""".split()
    )
)


_A_NUMBER = frozenset("no nos num number numbers nambar नंबर नम्बर".split())
_BESIDE_A_PHONE = frozenset({"enquiry", "inquiry", "preferred"})


def _by_words(plain: str) -> Guess | None:
    joined = plain.replace("follow up", "followup").replace("call back", "callback").replace("e mail", "email")
    found = set(joined.split())
    if found & PHONE_WORDS and not found & (NEVER_A_PHONE - _BESIDE_A_PHONE):
        return _phone(found)
    if found & FAMILY and found & _A_NUMBER and not found & NEVER_A_PHONE:  # 'Father No'
        return Guess(Field.OTHER_PHONE, 501, "synonym")
    for number, (field, needed, forbidden) in enumerate(_RULES):
        if found & set(needed.split()) and not found & set(forbidden.split()):
            if field is Field.NAME and found & _NAMES_OF_OTHERS:
                continue
            return Guess(field, 500 + number, "synonym")
    return None


def _phone(found: set[str]) -> Guess | None:
    if found & STAFF:
        return None
    return Guess(Field.OTHER_PHONE if found & RELATIVES else Field.PHONE, 500, "synonym")


# -- names in parts ---------------------------------------------------------------------------------------------------

_PARTS = {
    part: number
    for number, labels in enumerate(
        (
            "firstname fname givenname forename studentfirstname first",
            "middlename mname",
            "lastname lname surname familyname studentlastname last initial initials",
        )
    )
    for part in labels.split()
}


def name_part(label) -> int | None:
    """0 for a first, 1 for a middle, 2 for a last name, None for a label that means none of them."""
    return _PARTS.get(key(label)) if isinstance(label, str) else None
