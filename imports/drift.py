"""Whether a file is like the last one with the same headers: sentences for a manager, each with what to do.

A grave difference would put wrong values into many customers: the import then asks before it writes anything.
"""

from dataclasses import dataclass

from imports.mapping import Field

FEW, MOST, NEARLY_ALL = 0.2, 0.6, 0.95
KNOWN_NOW, KNOWN_THEN = 0.8, 0.5
SURE = 3  # dates of the last file that could only be read one way, to be held against this one's
_TEXTS = (Field.NAME, Field.AREA, Field.REMARK, Field.EMAIL, Field.SOURCE, Field.COURSE)


@dataclass(frozen=True)
class Look:
    """A sheet as it is now, or as it was then. `columns`: (label, field or "") of each; `profiles`: of each, or []."""

    columns: list[tuple[str, str]]
    profiles: list[dict]
    date_order: str = ""  # 'dmy' or 'mdy' where it is certain

    def by_label(self) -> dict[str, dict]:
        labels = [label.casefold() for label, _ in self.columns]
        return dict(zip(labels, self.profiles, strict=False))

    def of(self, field: Field) -> tuple[str, dict] | None:
        """Label and profile (empty without profiles) of the first column that fills `field`."""
        for place, (label, filled) in enumerate(self.columns):
            if filled == field:
                return label, self.profiles[place] if self.profiles else {}
        return None


@dataclass(frozen=True)
class Alarm:
    code: str
    text: str
    grave: bool = False


def alarms(now: Look, then: Look, *, than: str) -> list[Alarm]:
    """What is different. `than`: the last file in words, as `Kochi fair.xlsx, 12 Nov`."""
    found = [_swapped(now, then, than), _turned(now, then, than)]
    return [alarm for alarm in found if alarm] + _changed_columns(now, then, than)


def _swapped(now: Look, then: Look, than: str) -> Alarm | None:
    name, phone = now.of(Field.NAME), now.of(Field.PHONE)
    name_then, phone_then = then.of(Field.NAME), then.of(Field.PHONE)
    if not (name and phone and name_then and phone_then and now.profiles and then.profiles):
        return None
    numbers_for_names = name[1]["phone"] >= MOST and name_then[1]["phone"] < FEW
    names_for_numbers = phone[1]["words"] >= MOST and phone_then[1]["words"] < FEW
    if not (numbers_for_names and names_for_numbers):
        return None
    return Alarm(
        "drift_swapped",
        f"“{name[0]}” holds phone numbers here and “{phone[0]}” names; in {than} it was the other way round. "
        f"If the columns have changed places, choose Phone number for “{name[0]}” and Name for “{phone[0]}”.",
        grave=True,
    )


def _turned(now: Look, then: Look, than: str) -> Alarm | None:
    """One date with a 13th month turns the reading of all that could be either."""
    if not now.date_order or not then.date_order or now.date_order == then.date_order:
        return None
    here, there = ("month", "day") if now.date_order == "mdy" else ("day", "month")
    dates = now.of(Field.DATE)
    column = f"The dates in “{dates[0]}”" if dates else "The dates"
    return Alarm(
        "drift_dates",
        f"{column} have the {here} first here; in {than} they had the {there} first. Look at the dates of a few rows, "
        "and choose which comes first.",
        grave=True,
    )


def certain_order(proofs: dict[str, int], *, least: int = 1) -> str:
    """'dmy' or 'mdy' where at least so many dates can only be read so and none only the other way, else ''."""
    for order, other in (("dmy", "mdy"), ("mdy", "dmy")):
        if proofs.get(order, 0) >= least and not proofs.get(other, 0):
            return order
    return ""


def _changed_columns(now: Look, then: Look, than: str) -> list[Alarm]:
    found = []
    before = then.by_label()
    for (label, field), profile in zip(now.columns, now.profiles, strict=False):
        was = before.get(label.casefold())
        if was is None:
            continue
        if profile["empty"] >= NEARLY_ALL and was["empty"] < 1 - MOST:
            found.append(Alarm("drift_empty", _empty(label, was, than)))
        elif field in _TEXTS and _is_numeric(profile) and was["numeric"] < FEW:
            found.append(Alarm("drift_numeric", _numeric(label, than)))
    return found


def _is_numeric(profile: dict) -> bool:
    """Filled with numbers that are nobody's to call."""
    return profile["numeric"] >= 1 - FEW and profile["phone"] < MOST and profile["empty"] < MOST


def _empty(label: str, was: dict, than: str) -> str:
    filled = round(100 * (1 - was["empty"]))
    return (
        f"“{label}” is empty here in nearly every row; in {than} {filled} of 100 had it. Blank cells erase nothing, "
        "but ask whoever made the file whether the column was lost."
    )


def _numeric(label: str, than: str) -> str:
    return (
        f"“{label}” holds only numbers here; in {than} it held words. Look at the first rows: if the column means "
        "something else now, undo this import and choose its field anew."
    )


def mostly_known(*, known: int, looked_at: int, then: float, than: str) -> Alarm | None:
    """`then`: the share of the last file's rows that were known before it."""
    if not looked_at or known < KNOWN_NOW * looked_at or then >= KNOWN_THEN:
        return None
    return Alarm(
        "drift_known",
        f"{known:,} of {looked_at:,} numbers looked at are known already; of {than} it was {round(100 * then)} in 100. "
        "Nobody is added twice. If you expected new enquiries, check that this is the newest file.",
    )
