"""Made-up Indian enquiries, the same for the same (number, offset): as csv or as xlsx the way Excel saves it."""

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

COLUMNS = ["name", "phone_number", "area", "date", "remark", "source", "email"]
FIRST = (
    "Aarav Aditi Aditya Akash Amit Ananya Anil Anjali Arjun Arun Asha Ashwin Bhavana Chaitanya Deepa Deepak Devika "
    "Dinesh Divya Farhan Fathima Gaurav Geetha Gopal Harini Harish Irfan Ishaan Jaya Jyoti Karan Karthik Kavya Kiran "
    "Krishna Lakshmi Lavanya Madhav Manish Manoj Meera Mohammed Mohan Nandini Naveen Neha Nikhil Nisha Pooja Pradeep "
    "Pranav Prasad Priya Rahul Rajesh Rakesh Ramya Ravi Rekha Ritu Rohan Sachin Sandeep Sanjay Sara Shalini Shreya "
    "Sneha Sonal Srinivas Sunil Sunita Suresh Swathi Tanvi Tarun Uma Vandana Varun Venkatesh Vidya Vijay Vikram Vinod "
    "Vishal Yamini Yash Zainab"
).split()
LAST = (
    "Agarwal Ahmed Babu Bansal Bhat Bose Chauhan Chopra Das Desai Deshmukh Dutta Fernandes Gandhi Ghosh Gowda Gupta "
    "Hegde Iyer Jadhav Jain Joshi Kapoor Kaur Khan Krishnan Kulkarni Kumar Mehta Menon Mishra Mukherjee Nair Naidu "
    "Pandey Patel Patil Pillai Prasad Rao Reddy Roy Saxena Shah Sharma Shetty Shinde Singh Sinha Thomas Tiwari Trivedi "
    "Varghese Varma Verma Yadav"
).split()
AREAS = [
    "Andheri West, Mumbai", "Bandra East, Mumbai", "Koramangala, Bengaluru", "Indiranagar, Bengaluru",
    "Whitefield, Bengaluru", "Jayanagar, Bengaluru", "T Nagar, Chennai", "Adyar, Chennai", "Velachery, Chennai",
    "Banjara Hills, Hyderabad", "Gachibowli, Hyderabad", "Kukatpally, Hyderabad", "Salt Lake, Kolkata",
    "Park Street, Kolkata", "Dwarka, New Delhi", "Rohini, New Delhi", "Lajpat Nagar, New Delhi", "Kothrud, Pune",
    "Hinjewadi, Pune", "Viman Nagar, Pune", "Navrangpura, Ahmedabad", "Satellite, Ahmedabad", "Malviya Nagar, Jaipur",
    "Gomti Nagar, Lucknow", "Kakkanad, Kochi", "Edappally, Kochi", "Peelamedu, Coimbatore", "Civil Lines, Nagpur",
    "Vijay Nagar, Indore", "Gajuwaka, Visakhapatnam", "Benz Circle, Vijayawada", "Arera Colony, Bhopal",
    "Boring Road, Patna", "Sector 17, Chandigarh", "Model Town, Ludhiana", "Pattom, Thiruvananthapuram",
]  # fmt: skip
REMARKS = [
    "", "", "", "Call after 6 pm", "Interested in MBA", "Wants B.Tech CSE seat", "Asked for fee structure",
    "Parent will decide", "Looking for scholarship", "Visited website", "Referred by a friend",
    "Walk-in enquiry, wants hostel details and a campus visit next week",
]  # fmt: skip
SOURCES = ["Website", "Facebook", "Google Ads", "Walk-in", "Referral", "Education Fair", "WhatsApp", "JustDial"]
# First four digits of Indian mobile numbers.
SERIES = [
    7001, 7358, 7411, 7500, 7702, 7760, 7829, 7893, 7976, 8050, 8105, 8123, 8296, 8310, 8446, 8500, 8600, 8700, 8800,
    8904, 9008, 9035, 9164, 9320, 9400, 9447, 9448, 9535, 9611, 9686, 9731, 9820, 9845, 9880, 9900, 9945, 9986, 6360,
    6200, 6301,
]  # fmt: skip
_NUMBERS = len(SERIES) * 1_000_000
_STEP = 27_644_437  # prime to the number of numbers, so that no number comes twice


def phone(place: int) -> str:
    number = place * _STEP % _NUMBERS
    return f"{SERIES[number % len(SERIES)]}{number // len(SERIES):06d}"


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
