"""What a manager may choose about an import, looked over before it is kept."""

import random

from crm.lib.text import clean_line
from customers.actions import ActionError
from imports.cleaning.result import LENGTHS
from imports.mapping import Field

KNOWN_POLICIES = ("update", "skip", "fill", "overwrite")
OVERWRITABLE = ("name", "area", "date", "remark", "email", "source", "course")
DATE_ORDERS = ("dmy", "mdy")
# What a csv may be written in where its bytes do not say it, with the name to choose it by.
ENCODINGS = [
    ("utf-8", "Unicode (UTF-8)"),
    ("utf-16", "Unicode (UTF-16)"),
    ("cp1252", "Western (Windows)"),
    ("mac_roman", "Western (Mac)"),
    ("cp437", "Western (DOS)"),
    ("cp1250", "Central European (Windows)"),
    ("cp1251", "Cyrillic (Windows)"),
    ("cp1253", "Greek (Windows)"),
    ("cp1254", "Turkish (Windows)"),
    ("cp1255", "Hebrew (Windows)"),
    ("cp1256", "Arabic, Urdu, Persian (Windows)"),
    ("cp1258", "Vietnamese (Windows)"),
    ("cp874", "Thai (Windows)"),
    ("gb18030", "Chinese, simplified"),
    ("big5", "Chinese, traditional"),
    ("cp932", "Japanese"),
    ("cp949", "Korean"),
]
# Who gets the new ones: nobody, one counsellor, an even deal, whom the rules say, or whom a column of the file names.
NOBODY, ONE, EVEN, RULES, COLUMN = DEALS = ("nobody", "one", "even", "rules", "column")
# With another one of these the file has to be read again; the others only count its rows again.
READING = ("sheets", "encoding", "delimiter", "mapping", "date_order")
_AS_THEY_COME = ("sheets", "encoding", "delimiter", "mapping", "date_order", "dry_run")


def checked_options(options: dict) -> dict:
    """The options a manager may set; unknown keys fall away. Raises ActionError for values that mean nothing.

    known: what happens to customers we know (KNOWN_POLICIES); overwrite: with "overwrite", which fields;
    sheets: names of the sheets to read (hidden ones too), None for every visible one; encoding, delimiter;
    mapping: {sheet name: {label: field value, '' for none}}; date_order: dmy or mdy; dry_run;
    source, course: of the rows that bring none; deal: who gets the new ones, see `checked_deal`.
    """
    known = options.get("known") or "update"
    overwrite = list(options.get("overwrite") or [])
    if known not in KNOWN_POLICIES or not set(overwrite) <= set(OVERWRITABLE):
        raise ActionError("Choose what should happen to customers who are known already.")
    if (options.get("date_order") or "dmy") not in DATE_ORDERS:
        raise ActionError("Choose whether the day or the month comes first.")
    checked = {"known": known, "overwrite": overwrite if known == "overwrite" else []}
    checked |= {key: options[key] for key in _AS_THEY_COME if options.get(key)}
    for field in (Field.SOURCE, Field.COURSE):
        if word := clean_line(options.get(field) or "")[: LENGTHS[field]]:
            checked[field.value] = word
    if options.get("deal"):
        checked["deal"] = checked_deal(options["deal"])
    return checked


def checked_deal(deal: dict) -> dict:
    """`how` (one of DEALS), `among` (ids of the one or of those dealt to; None: all who can take), and the `seed`.

    The seed is drawn once: a deal that is counted, stopped and gone on with is the same deal.
    """
    how, among = deal.get("how"), deal.get("among")
    if how not in DEALS:
        raise ActionError("Choose who gets the new customers.")
    if how not in (ONE, EVEN, RULES):
        return {"how": how}
    if how == ONE and len(among or ()) != 1:
        raise ActionError("Choose the counsellor who gets the new customers.")
    seed = deal.get("seed")
    return {
        "how": how,
        "among": list(among) if among and how != RULES else None,
        "seed": random.SystemRandom().randrange(2**32) if seed is None else seed,
    }


def refuse_nonsense(chosen: dict[str, dict[str, str]]) -> None:
    """Raises ActionError for columns that cannot all be what they are said to be."""
    has_phone = False
    for columns in chosen.values():
        fields = [field for field in columns.values() if field]
        if not set(fields) <= set(Field):
            raise ActionError("One of the columns was given a field that does not exist.")
        once = [field for field in fields if field not in (Field.OTHER_PHONE, Field.NAME)]
        if len(once) != len(set(once)):
            raise ActionError("Two columns were given the same field. Choose one of them.")
        has_phone = has_phone or Field.PHONE in fields
    if not has_phone:
        raise ActionError("Choose the column that holds the phone number: without one nobody can be called.")
