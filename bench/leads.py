"""Made-up Indian enquiries, the same for the same (number, offset): as csv or as xlsx the way Excel saves it."""

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

from crm.world.words import AREAS, FIRST, LAST, REMARKS, phone

COLUMNS = ["name", "phone_number", "area", "date", "remark", "source", "email"]
SOURCES = ["Website", "Facebook", "Google Ads", "Walk-in", "Referral", "Education Fair", "WhatsApp", "JustDial"]


def leads(count: int, *, offset: int = 0, remark: str = "") -> Iterator[tuple]:
    """`count` rows as in COLUMNS. Another `offset` gives other people; `remark` replaces what was remarked."""
    chance = random.Random(f"{count}:{offset}")  # noqa: S311 - the same rows every time
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=day) for day in range(600)]
    for place in range(offset, offset + count):
        first, last = chance.choice(FIRST), chance.choice(LAST)
        area, said, source, day = (chance.choice(some) for some in (AREAS, REMARKS, SOURCES, days))
        mail = f"{first}.{last}{place % 9973}@example.in".lower() if chance.random() < 0.7 else ""
        yield f"{first} {last}", phone(place), area, day, remark or said, source, mail


def write(path: Path, rows: Iterator[tuple]) -> None:
    unfinished = path.with_suffix(".part")
    (_write_csv if path.suffix == ".csv" else _write_xlsx)(unfinished, rows)
    unfinished.rename(path)


def _write_csv(path: Path, rows: Iterator[tuple]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def _write_xlsx(path: Path, rows: Iterator[tuple]) -> None:
    """Shared strings, real dates, and numbers for phone numbers: what Excel makes of them."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Leads")
    day_format = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, COLUMNS)
    for number, (name, digits, area, day, remark, source, mail) in enumerate(rows, 1):
        sheet.write_string(number, 0, name)
        sheet.write_number(number, 1, int(digits))
        sheet.write_string(number, 2, area)
        sheet.write_number(number, 3, (day - dt.date(1899, 12, 30)).days, day_format)
        for column, text in ((4, remark), (5, source), (6, mail)):
            if text:
                sheet.write_string(number, column, text)
    book.close()
